# Ein Konto sperren: „Das war ich nicht“.

lockdown-title = Das waren nicht Sie?
lockdown-lead = Sperren Sie das Konto von { $email }. Danach kommt niemand außer Ihnen wieder hinein.
lockdown-restores = Das Konto bekommt die Adresse { $email } zurück.
lockdown-signs-out = Alle werden abgemeldet, auf jedem Gerät und in jeder App. Kein Gerät gilt mehr als vertrauenswürdig.
lockdown-ends-password = Das Passwort gilt nicht mehr. Wir schicken Ihnen einen Link, mit dem Sie ein neues wählen.
lockdown-takes-away = Passkeys, zweite Schritte und verknüpfte Konten, die in den letzten 7 Tagen hinzugefügt wurden, werden entfernt; was ersetzt wurde, kommt zurück, und Apps müssen Sie wieder um Erlaubnis fragen.
lockdown-own = Was Sie davon selbst hinzugefügt haben, können Sie danach wieder hinzufügen.
lockdown-button = Mein Konto sperren
lockdown-was-me = Sie waren es doch? Schließen Sie diese Seite; es hat sich nichts geändert.
lockdown-not-yet = Nicht sicher? Noch hat sich nichts geändert.
lockdown-back = Zurück zur Sicherheitsseite
lockdown-unproven = Bestätigen Sie zuerst Ihre E-Mail-Adresse. Sonst könnten wir Ihnen keinen Link schicken, mit dem Sie wieder hineinkommen.
lockdown-verify = E-Mail-Adresse bestätigen
lockdown-done-title = Ihr Konto ist gesperrt
lockdown-done-lead = Wir haben einen Link an { $email } geschickt. Mit ihm wählen Sie ein neues Passwort; er gilt 30 Minuten lang und nur einmal.
lockdown-done-shut = { $email } gehört inzwischen zu einem anderen Konto und konnte nicht zurückgegeben werden. Das gesperrte Konto kann niemand öffnen, bis der Betreiber es wieder freigibt.
lockdown-done-restored = Das Konto hat wieder die Adresse { $email }.
lockdown-done-signed-out = Alle wurden abgemeldet, auf jedem Gerät und in jeder App.
lockdown-done-password = Das alte Passwort gilt nicht mehr.
lockdown-done-taken-away = Was in den letzten 7 Tagen hinzugefügt wurde, wurde entfernt; was ersetzt wurde, ist wieder wie vorher.
lockdown-next = Was Sie jetzt tun sollten
lockdown-next-password = Wählen Sie ein neues Passwort, das Sie sonst nirgends verwenden.
lockdown-next-mailbox = Ändern Sie auch das Passwort Ihres Postfachs, damit niemand sonst Ihre E-Mails liest.
lockdown-next-look = Melden Sie sich an, sehen Sie Ihre Sicherheitsseite durch, und fügen Sie hinzu, was fehlt.
lockdown-section = Stimmt etwas nicht?
lockdown-section-hint = Wenn jemand anderes in Ihrem Konto war, sperren Sie es sofort für alle.
