# Was gemailt wird, auf Seiten: Codes, Links, vergessene Passwörter, Adressen.

forgot-title = Passwort vergessen?
forgot-lead = Geben Sie Ihre E-Mail-Adresse ein. Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort wählen.
forgot-send = Link schicken
forgot-back = Zurück zur Anmeldung
forgot-sent = Sehen Sie in Ihrem Postfach nach
forgot-sent-lead = Wenn es ein Konto mit dieser Adresse gibt, ist ein Link dorthin unterwegs. Er gilt 30 Minuten lang und nur einmal.
forgot-sent-none = Keine E-Mail? Sehen Sie auch im Spam-Ordner nach.
forgot-sent-again = Noch einmal versuchen
forgot-reset-title = Wählen Sie ein neues Passwort
forgot-reset-lead = Für { $email }. Überall sonst werden Sie abgemeldet.
forgot-reset-new = Neues Passwort
forgot-reset-save = Speichern und anmelden
