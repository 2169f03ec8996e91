# Das Konto.

account-title = Ihr Konto
account-nav = Konto
account-overview = Übersicht
account-profile = Profil
account-profile-tab = Profil
account-sessions = Sitzungen
account-apps = Apps
account-since = Bei { $brand } seit dem { $date }
account-profile-row = Ihr Name und was Apps über Sie erfahren dürfen
account-password-changed = Passwort zuletzt geändert am { $date }
account-password-unchanged = Passwort nicht geändert, seit es das Konto gibt
account-sessions-row = { $count ->
    [one] Nur auf diesem Gerät angemeldet
   *[other] Auf { $count } Geräten angemeldet
}
account-apps-row = { $count ->
    [0] Keine App hat Zugriff
    [one] 1 App hat Zugriff
   *[other] { $count } Apps haben Zugriff
}

# Profil
account-profile-lead = Apps sehen nur, was Sie ihnen erlauben. Lassen Sie leer, was Sie lieber nicht angeben.
account-profile-saved = Ihr Profil wurde gespeichert.
account-profile-save = Profil speichern
account-names = Name
account-full-name = Vollständiger Name
account-username = Benutzername
account-given-name = Vorname
account-middle-name = Weiterer Vorname
account-family-name = Nachname
account-nickname = Spitzname
account-contact = Kontakt
account-email-hint = Damit melden Sie sich an
account-phone = Telefonnummer
account-phone-hint = Zum Beispiel { $example }
account-website = Website
account-profile-address = Profilseite
account-picture = Adresse eines Bildes
account-address = Anschrift
account-street = Straße und Hausnummer
account-locality = Ort
account-region = Bundesland oder Region
account-postal-code = Postleitzahl
account-country = Land
account-formatted = Vollständige Anschrift
account-formatted-hint = Wie auf einem Brief, falls die Felder oben nicht ausreichen
account-about = Über Sie
account-birthdate = Geburtsdatum
account-gender = Geschlecht
account-locale = Sprache
account-locale-browser = Wie in meinem Browser
account-zoneinfo = Zeitzone
account-zoneinfo-hint = Zum Beispiel Europe/Berlin
account-too-long = Das ist zu lang. Verwenden Sie höchstens { $maximum } Zeichen.
account-anothers-address = Ein Benutzername darf keine fremde E-Mail-Adresse sein.
account-not-a-url = Geben Sie eine vollständige Webadresse ein, zum Beispiel https://example.com.
account-not-a-phone = Geben Sie die Telefonnummer mit Landesvorwahl ein, zum Beispiel { $example }.
account-not-a-date = Geben Sie ein Datum ein, zum Beispiel 1990-12-31.
account-not-a-language = Geben Sie eine Sprache ein, zum Beispiel en oder de-CH.
account-not-a-time-zone = Geben Sie eine Zeitzone ein, zum Beispiel Europe/Berlin.

# Passwort
account-password-lead = Wenn Sie es ändern, werden Sie auf allen anderen Geräten abgemeldet.
account-password-done = Ihr Passwort wurde geändert. Ihre anderen Sitzungen wurden beendet.
account-password-add-lead = Dieses Konto hat noch kein Passwort. Mit einem Passwort können Sie sich auch dort anmelden, wo Sie weder Passkey noch Anbieter zur Hand haben.
account-password-added = Ihr Konto hat jetzt ein Passwort.
account-password-current = Aktuelles Passwort
account-password-current-show = Aktuelles Passwort anzeigen
account-password-new = Neues Passwort
account-password-new-show = Neues Passwort anzeigen
account-password-change = Passwort ändern
account-password-wrong = Das aktuelle Passwort ist falsch.
account-password-wait = Zu viele Versuche. Warten Sie { $wait } bis zum nächsten.

# Sitzungen
account-sessions-lead = Wo Sie angemeldet sind. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
account-session-ended = Die Sitzung wurde beendet.
account-sessions-ended = Alle anderen Sitzungen wurden beendet.
account-session-on = { $browser } auf { $device }
account-session-browser = Ein Browser
account-session-device = unbekanntem Gerät
account-session-address = unbekannte Adresse
account-session-this = Dieses Gerät
account-session-now = Gerade aktiv
account-session-active = Zuletzt aktiv: { $moment }
account-session-from = Von: { $address }
account-session-near = Ihr aktuelles Netzwerk
account-place = { $city }, { $country }
account-session-since = Angemeldet seit: { $moment }
account-session-end = Beenden
account-session-end-which = Sitzung: { $session }, { $address }
account-sessions-end-others = Alle anderen Sitzungen beenden

# Apps
account-apps-title = Verbundene Apps
account-apps-lead = Apps, die Ihr Konto verwenden dürfen, und was sie dürfen.
account-app-removed = { $app } hat keinen Zugriff mehr.
account-apps-none = Keine App hat Zugriff auf Ihr Konto. Sobald Sie sich bei einer anmelden, erscheint sie hier.
account-app-since = Seit dem { $date }
account-app-used = zuletzt verwendet am { $date }
account-app-remove = Entfernen
account-app-remove-which = Zugriff von { $app }
account-email-lead = Zuerst senden wir einen Code an die neue Adresse. Dann sagen wir der alten Bescheid; von dort lässt sich die Änderung 7 Tage lang rückgängig machen.
account-email-current = Aktuelle Adresse
account-email-new = Neue E-Mail-Adresse
account-email-verified = Bestätigt
account-email-unverified = Noch nicht bestätigt.
account-email-verify = Bestätigen
account-email-remind = Ihre E-Mail-Adresse ist noch nicht bestätigt.
account-email-send = Code senden
account-email-own = Das ist bereits Ihre Adresse.
account-email-taken = Ein anderes Konto hat diese Adresse.
account-email-change = Ändern
account-undo-title = Adresse wiederherstellen?
account-undo-lead = Ihr Konto bekommt { $email } zurück. Alle werden abgemeldet, das Passwort wird entfernt, und Sie wählen ein neues.
account-undo-button = Adresse wiederherstellen
