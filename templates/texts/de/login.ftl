# Anmelden, sich ausweisen, ein Konto wählen.

login-confirm = Bestätigen Sie, dass Sie es sind
login-confirm-lead = Geben Sie Ihr Passwort noch einmal ein.
login-confirm-lead-app = Geben Sie Ihr Passwort noch einmal ein, um zu { $app } zu gelangen.
login-confirm-lead-other = Melden Sie sich noch einmal an, damit wir wissen, dass Sie es sind.
login-failed = Das hat nicht geklappt
login-wrong = Die E-Mail-Adresse oder das Passwort ist falsch. Prüfen Sie beides und versuchen Sie es noch einmal.
login-too-many = Zu viele Versuche
login-wait = Warten Sie { $wait }, bevor Sie es noch einmal versuchen.
login-new-here = Neu hier?
login-create-account = Konto anlegen
login-not-you = Sind Sie das nicht?
login-other-account = Anderes Konto verwenden
login-choose = Konto auswählen
login-continue-as = Weiter als
login-mail-title = Mit einem Code anmelden
login-mail-lead = Wir senden einen Code an Ihre E-Mail-Adresse. Ihr Passwort brauchen Sie nicht.
login-mail-send = Code per E-Mail senden
login-mail-password = Lieber das Passwort verwenden
login-link-lead = Sie sind dabei, sich hier als { $email } anzumelden.
