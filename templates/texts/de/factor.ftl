# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

factor-title = Noch ein Schritt
factor-to-continue = um zu { $app } zu gelangen
factor-totp = Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App gerade anzeigt.
factor-recovery = Geben Sie einen der Wiederherstellungscodes ein, die Sie gesichert haben. Jeder gilt nur einmal.
factor-code = Code
factor-recovery-code = Wiederherstellungscode
factor-trust = Auf diesem Gerät 30 Tage lang nicht danach fragen
factor-continue = Weiter
factor-use-totp = Die Authenticator-App verwenden
factor-use-recovery = Einen Wiederherstellungscode verwenden
factor-account = Anmeldung als { $email }.
factor-start-again = Von vorn beginnen
factor-failed = Das hat nicht geklappt
factor-wrong = Der Code ist falsch oder wurde schon verwendet. Warten Sie auf den nächsten und versuchen Sie es noch einmal.
factor-wrong-recovery = Dieser Wiederherstellungscode ist falsch oder wurde schon verwendet. Prüfen Sie ihn, oder verwenden Sie einen anderen.
factor-too-many = Zu viele Versuche
factor-wait = Warten Sie { $wait }, bevor Sie es noch einmal versuchen.
factor-sms = Geben Sie den Code ein, den wir an Ihr Telefon gesendet haben.
factor-sms-offer = Wir können einen Code per SMS an Ihre Nummer senden, die auf { $number } endet.
factor-use-sms = Mir eine SMS senden
factor-ended = Fünf Codes waren falsch. Melden Sie sich noch einmal von vorn an.
