# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

totp-title = Authenticator-App einrichten
totp-lead = Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code an. Zum Anmelden brauchen Sie dann auch Ihr Telefon.
totp-replaces = Die neue App ersetzt die bisherige.
totp-needed-app = { $app } verlangt einen zweiten Schritt. Richten Sie ihn einmal ein, dann geht es weiter.
totp-demanded = Ihr Konto braucht einen zweiten Schritt. Richten Sie ihn einmal ein, dann geht es weiter.
totp-scan = Scannen Sie diesen Code mit der App
totp-scan-hint = Jede Authenticator-App ist geeignet. Öffnen Sie sie, fügen Sie ein Konto hinzu und richten Sie die Kamera auf diesen Code.
totp-qr = QR-Code für die Authenticator-App
totp-secret = Scannen klappt nicht? Geben Sie stattdessen dies ein:
totp-confirm = Geben Sie den Code ein, den die App anzeigt
totp-code = Code
totp-code-hint = Sechs Ziffern
totp-turn-on = Aktivieren
totp-wrong = Der Code ist falsch. Warten Sie auf den nächsten und prüfen Sie, ob die Uhr Ihres Telefons richtig geht.
