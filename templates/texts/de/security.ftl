# Wie das Konto geschützt ist.

security-title = Sicherheit
security-lead = Wie Sie sich anmelden und was andere fernhält.
security-saved = Ihre Änderung wurde gespeichert.
security-change = Ändern
security-set-up = Einrichten
security-replace = Ersetzen
security-remove = Entfernen
security-on = Aktiv
security-since = Seit dem { $date }
security-used = zuletzt verwendet am { $date }
security-password = Passwort
security-password-set = Sie haben ein Passwort
security-password-none = Dieses Konto hat kein Passwort
security-password-add = Passwort festlegen
security-password-changed = Zuletzt geändert am { $date }
security-password-unchanged = Nicht geändert, seit es das Konto gibt
security-second = Zweiter Schritt
security-second-hint = Nach dem ersten Schritt, etwa dem Passwort, fragen wir nach einem weiteren. Wer Ihr Passwort erfährt, kommt damit allein nicht hinein.
security-totp = Authenticator-App
security-totp-none = Codes aus einer App auf Ihrem Telefon
security-factor-removed = Der zweite Schritt wurde entfernt. Bei der nächsten Anmeldung wird auf jedem Gerät wieder gefragt.
security-second-gone = Der zweite Schritt wurde entfernt. Die Anmeldung besteht jetzt aus einem Schritt.
security-takes-phone = Die Codes per SMS entfallen damit: Als zweiter Schritt sind sie nur zusätzlich zu einer Authenticator-App oder einem Passkey möglich.
security-last-factor = Hier ist ein zweiter Schritt nötig, und dies ist Ihr letzter. Fügen Sie einen anderen hinzu, bevor Sie ihn entfernen.
security-recovery = Wiederherstellungscodes
security-recovery-left = { $count ->
    [0] Keiner ist übrig
    [one] Einer ist übrig
   *[other] { $count } sind übrig
}
security-recovery-make = Neue erstellen
security-devices = Vertrauenswürdige Geräte
security-devices-hint = Auf diesen fragen wir nicht nach dem zweiten Schritt.
security-device-until = Vertrauenswürdig bis zum { $date }
security-device-removed = Das Gerät gilt nicht mehr als vertrauenswürdig.
security-devices-removed = Kein Gerät gilt mehr als vertrauenswürdig.
security-devices-remove-all = Keinem mehr vertrauen
security-sms = SMS
security-sms-none = Codes, die an Ihr Telefon gesendet werden
security-sessions-hint = Wo Sie angemeldet sind. Beenden Sie, was Sie nicht kennen.
security-sessions-all = Alle Sitzungen ansehen
security-apps-hint = Apps, die Ihr Konto verwenden dürfen.
security-apps-all = Alle Apps ansehen
security-app-removed = Die App hat keinen Zugriff mehr.
