# Worum eine App bittet. <policy>…</policy> und <terms>…</terms> werden zu Links.

consent-title = Zugriff erlauben
consent-heading = Darf { $app } Ihr Konto verwenden?
consent-will = Diese App kann dann
consent-allow = Erlauben
consent-deny = Nicht erlauben
consent-sent-to = Sie werden zu { $host } weitergeleitet.
consent-sent-to-device = Sie werden zu einer App auf diesem Gerät weitergeleitet.
consent-take-back = Sie können diese Erlaubnis jederzeit in Ihrem Konto widerrufen.
consent-read-both = Lesen Sie die <policy>Datenschutzerklärung</policy> und die <terms>Nutzungsbedingungen</terms> dieser App.
consent-read-policy = Lesen Sie die <policy>Datenschutzerklärung</policy> dieser App.
consent-read-terms = Lesen Sie die <terms>Nutzungsbedingungen</terms> dieser App.
consent-taking-you = Weiter zu { $app }
consent-nothing-happens = Falls nichts passiert, verwenden Sie die Schaltfläche.

# Was eine Berechtigung bedeutet
consent-openid = Sie wieder­erkennen
consent-openid-detail = Wissen, dass Sie es sind, wenn Sie wiederkommen
consent-profile = Ihr Profil sehen
consent-profile-detail = Name, Bild und was sonst in Ihrem Profil steht
consent-email = Ihre E-Mail-Adresse sehen
consent-address = Ihre Postanschrift sehen
consent-phone = Ihre Telefonnummer sehen
consent-groups = Die Gruppen sehen, zu denen Sie gehören
consent-roles = Ihre Rollen sehen
consent-offline = Den Zugriff behalten, wenn Sie nicht da sind
consent-offline-detail = Bis Sie ihn in Ihrem Konto widerrufen
consent-api = { $api } in Ihrem Namen nutzen
