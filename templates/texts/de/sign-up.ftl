# Ein Konto anlegen. <terms>…</terms> und <privacy>…</privacy> werden zu Links.

sign-up-title = Legen Sie Ihr Konto an
sign-up-create = Konto anlegen
sign-up-agree-both = Mit dem Anlegen des Kontos stimmen Sie den <terms>Nutzungsbedingungen</terms> und der <privacy>Datenschutzerklärung</privacy> zu.
sign-up-agree-terms = Mit dem Anlegen des Kontos stimmen Sie den <terms>Nutzungsbedingungen</terms> zu.
sign-up-read-privacy = Wie mit Ihren Daten umgegangen wird, steht in der <privacy>Datenschutzerklärung</privacy>.
sign-up-have-account = Sie haben schon ein Konto?
sign-up-with-passkey = Lieber einen Passkey verwenden
sign-up-passkey-title = Erstellen Sie Ihren Passkey
sign-up-passkey-lead = Er öffnet das Konto von { $email }. Ihr Gerät oder Ihr Passwortmanager bewahrt ihn auf. Ein Passwort müssen Sie sich nicht merken.
sign-up-with-password = Lieber ein Passwort verwenden
