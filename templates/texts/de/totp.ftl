# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

totp-title = Authenticator-App einrichten
totp-lead = Eine App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Zum Anmelden gehört dann auch Ihr Telefon.
totp-replaces = Die neue App tritt an die Stelle der jetzigen.
totp-needed-app = { $app } verlangt einen zweiten Schritt. Richten Sie ihn einmal ein, dann geht es weiter.
totp-demanded = Für Ihr Konto ist ein zweiter Schritt vorgeschrieben. Richten Sie ihn einmal ein, dann geht es weiter.
totp-scan = Scannen Sie dies mit der App
totp-scan-hint = Jede Authenticator-App ist geeignet. Öffnen Sie sie, fügen Sie ein Konto hinzu und richten Sie die Kamera hierher.
totp-qr = QR-Code für die Authenticator-App
totp-secret = Scannen geht nicht? Geben Sie stattdessen dies ein:
totp-confirm = Geben Sie den Code ein, den die App zeigt
totp-code = Code
totp-code-hint = Sechs Ziffern
totp-turn-on = Aktivieren
totp-wrong = Der Code ist falsch. Warten Sie auf den nächsten und prüfen Sie, ob die Uhr Ihres Telefons richtig geht.
