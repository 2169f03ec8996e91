# Was mehr als eine Seite sagt. Der Name der Marke steht in jedem Text als { $brand } bereit.

common-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
common-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
common-error-title = Fehler: { $title }
common-skip = Zum Inhalt springen
common-sign-in = Anmelden
common-sign-out = Abmelden
common-continue = Weiter
common-cancel = Abbrechen
common-to-continue = um zu { $app } zu gelangen
common-go-to-account = Zu Ihrem Konto
common-help = Hilfe
common-privacy = Datenschutz
common-terms = Nutzungsbedingungen

# Felder
common-email = E-Mail-Adresse
common-name = Ihr Name
common-password = Passwort
common-show-password = Passwort anzeigen
common-optional = optional
common-password-hint = Mindestens { $minimum } Zeichen. Ein paar Wörter hintereinander sind leicht zu merken und schwer zu erraten.

# Was an einem Feld nicht stimmt
common-faults = { $count ->
    [one] Bitte sehen Sie sich eine Angabe noch einmal an
   *[other] Bitte sehen Sie sich { $count } Angaben noch einmal an
}
common-email-invalid = Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.
common-email-taken = Zu dieser Adresse gibt es schon ein Konto. Melden Sie sich stattdessen an.
common-name-too-long = Der Name darf höchstens { $maximum } Zeichen lang sein.
common-password-too-short = Das Passwort muss mindestens { $minimum } Zeichen lang sein.
common-password-too-long = Dieses Passwort ist zu lang. Es darf höchstens { $maximum } Byte haben; Umlaute und viele andere Zeichen zählen doppelt oder mehr.
