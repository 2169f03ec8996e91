# Briefe. Jeder besteht aus Betreff, Überschrift, Absätzen, vielleicht einer Schaltfläche, und dem Kleingedruckten.

mail-help = Oder bitten Sie um Hilfe
mail-colon = :
mail-see-account = Ihr Konto ansehen
mail-see-apps = Ihre Apps ansehen
mail-sign-in = Anmelden

mail-welcome-subject = Willkommen bei { $brand }
mail-welcome-heading = Willkommen bei { $brand }
mail-welcome = Ihr Konto bei { $brand } ist eingerichtet. Sie können sich damit bei jeder App anmelden, die das anbietet.
mail-welcome-not-you = Sie haben dieses Konto nicht angelegt? Dann hat jemand versehentlich Ihre Adresse verwendet, und Sie können diese Nachricht ignorieren.

mail-password-changed-subject = Ihr Passwort bei { $brand } wurde geändert
mail-password-changed-heading = Ihr Passwort wurde geändert
mail-password-changed = Das Passwort Ihres Kontos bei { $brand } wurde gerade geändert. Alle anderen Geräte wurden abgemeldet.
mail-password-added-subject = Ihrem Konto bei { $brand } wurde ein Passwort hinzugefügt
mail-password-added-heading = Ein Passwort wurde hinzugefügt
mail-password-added = Ihrem Konto bei { $brand } wurde gerade ein Passwort hinzugefügt. Zusammen mit Ihrer E-Mail-Adresse können Sie sich damit anmelden.

mail-account-exists-subject = Sie haben schon ein Konto bei { $brand }
mail-account-exists-heading = Sie haben schon ein Konto
mail-account-exists = Jemand, vielleicht Sie selbst, wollte mit dieser Adresse ein Konto bei { $brand } anlegen. Es gibt schon eines, deshalb wurde nichts geändert.
mail-account-exists-not-you = Das waren nicht Sie? Sie brauchen nichts zu tun: Niemand hat Zugang zu Ihrem Konto bekommen.

mail-reuse-subject = Sie wurden bei { $app } abgemeldet
mail-reuse-heading = Sie wurden bei { $app } abgemeldet
mail-reuse = Ein alter Schlüssel Ihrer Anmeldung bei { $app } wurde ein zweites Mal verwendet. Er könnte kopiert worden sein, deshalb haben wir diese Anmeldung beendet. Melden Sie sich bei { $app } wieder an, wenn Sie die App brauchen.
mail-reuse-again = Passiert das immer wieder? Entziehen Sie der App den Zugriff und melden Sie es ihren Entwicklern.

mail-see-security = Ansehen, wie Ihr Konto geschützt ist
mail-factor-added-subject = Ihrem Konto bei { $brand } wurde ein zweiter Schritt hinzugefügt
mail-factor-added-heading = Ein zweiter Schritt wurde hinzugefügt
mail-factor-added = Ihrem Konto bei { $brand } wurde gerade ein zweiter Schritt für die Anmeldung hinzugefügt.
mail-factor-removed-subject = Ein zweiter Schritt wurde von Ihrem Konto bei { $brand } entfernt
mail-factor-removed-heading = Ein zweiter Schritt wurde entfernt
mail-factor-removed = Von Ihrem Konto bei { $brand } wurde gerade ein zweiter Schritt für die Anmeldung entfernt. Kein Gerät gilt mehr als vertrauenswürdig.
mail-recovery-code-used-subject = Ein Wiederherstellungscode Ihres Kontos bei { $brand } wurde verwendet
mail-recovery-code-used-heading = Ein Wiederherstellungscode wurde verwendet
mail-recovery-code-used = Jemand hat sich gerade mit einem Wiederherstellungscode in Ihrem Konto bei { $brand } angemeldet. Jeder Code gilt nur einmal; erstellen Sie neue, wenn nur noch wenige übrig sind.
mail-passkey-added-subject = Ihrem Konto bei { $brand } wurde ein Passkey hinzugefügt
mail-passkey-added-heading = Ein Passkey wurde hinzugefügt
mail-passkey-added = Ihrem Konto bei { $brand } wurde gerade ein Passkey hinzugefügt. Mit ihm ist die Anmeldung ohne Ihr Passwort möglich.
mail-passkey-removed-subject = Ein Passkey wurde von Ihrem Konto bei { $brand } entfernt
mail-passkey-removed-heading = Ein Passkey wurde entfernt
mail-passkey-removed = Von Ihrem Konto bei { $brand } wurde gerade ein Passkey entfernt. Mit ihm ist keine Anmeldung mehr möglich.
mail-passkey-copied-subject = Ein Passkey Ihres Kontos bei { $brand } wurde möglicherweise kopiert
mail-passkey-copied-heading = Ein Passkey wurde möglicherweise kopiert
mail-passkey-copied = Zwei Geräte scheinen denselben Passkey oder Sicherheitsschlüssel Ihres Kontos bei { $brand } zu verwenden. Wir haben ihn abgelehnt, und er öffnet Ihr Konto nicht mehr. Entfernen Sie ihn, und fügen Sie einen neuen hinzu.

mail-code-subject = Ihr Code für { $brand }
mail-code-not-you = Sie haben das nicht angefordert? Ignorieren Sie diese Nachricht, und geben Sie den Code an niemanden weiter.
mail-sign-up-code-heading = Bestätigen Sie Ihre E-Mail-Adresse
mail-sign-up-code = Geben Sie diesen Code dort ein, wo Sie Ihr Konto bei { $brand } anlegen. Er gilt 10 Minuten.
mail-verify-email-heading = Bestätigen Sie Ihre E-Mail-Adresse
mail-verify-email = Geben Sie diesen Code ein, um die Adresse Ihres Kontos bei { $brand } zu bestätigen. Er gilt 10 Minuten.
mail-change-email-heading = Bestätigen Sie Ihre neue Adresse
mail-change-email = Geben Sie diesen Code ein, um diese Adresse für Ihr Konto bei { $brand } zu verwenden. Er gilt 10 Minuten.
mail-sign-in-code-heading = Anmelden bei { $brand }
mail-sign-in-code = Geben Sie diesen Code dort ein, wo Sie sich anmelden, oder öffnen Sie den Link auf dem Gerät, das Sie verwenden möchten. Beide gelten 10 Minuten lang und nur einmal.
mail-reset-subject = Neues Passwort für { $brand } wählen
mail-reset-heading = Wählen Sie ein neues Passwort
mail-reset = Jemand, hoffentlich Sie, hat ein neues Passwort für Ihr Konto bei { $brand } angefordert. Dieser Link gilt 30 Minuten lang und nur einmal.
mail-reset-not-you = Sie haben das nicht angefordert? Ignorieren Sie diese Nachricht: Es hat sich nichts geändert.
mail-email-changed-subject = Die Adresse Ihres Kontos bei { $brand } wurde geändert
mail-email-changed-heading = Ihre E-Mail-Adresse wurde geändert
mail-email-changed = Ihr Konto bei { $brand } hat jetzt die Adresse { $email }.
mail-email-changed-undo = Diese Adresse wiederherstellen
mail-email-changed-not-you = Das waren nicht Sie? Stellen Sie diese Adresse innerhalb von 7 Tagen wieder her. Dann werden alle abgemeldet, und Sie wählen ein neues Passwort.
mail-new-device-subject = Neue Anmeldung bei { $brand }
mail-new-device-heading = Neue Anmeldung
mail-new-device = Jemand hat sich in einem Browser, den wir noch nicht kannten, in Ihrem Konto bei { $brand } angemeldet: { $browser } auf { $device }, { $address }, { $moment }.
mail-not-you = Das waren nicht Sie? Wählen Sie sofort ein neues Passwort. Damit werden alle anderen abgemeldet.
mail-not-you-button = Das war ich nicht
mail-not-you-lockdown = Das waren nicht Sie? Sperren Sie Ihr Konto innerhalb von 7 Tagen. Dann werden alle abgemeldet, und Sie wählen ein neues Passwort.
mail-number-added-subject = Ihrem Konto bei { $brand } wurde eine Telefonnummer hinzugefügt
mail-number-added-heading = Eine Telefonnummer wurde hinzugefügt
mail-number-added = Für Ihr Konto bei { $brand } wurde gerade eine Telefonnummer bestätigt.
mail-recovery-codes-subject = Neue Wiederherstellungscodes für Ihr Konto bei { $brand }
mail-recovery-codes-heading = Neue Wiederherstellungscodes wurden erstellt
mail-recovery-codes = Für Ihr Konto bei { $brand } wurden gerade neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.
mail-locked-down-subject = Ihr Konto bei { $brand } ist gesperrt
mail-locked-down-heading = Ihr Konto ist gesperrt
mail-locked-down = Sie haben uns gemeldet, dass jemand anderes in Ihrem Konto bei { $brand } war. Alle wurden abgemeldet, das Passwort gilt nicht mehr, und was in den letzten 7 Tagen hinzugefügt wurde, wurde entfernt.
mail-locked-down-next = Wählen Sie ein neues Passwort, um wieder hineinzukommen. Der Link gilt 30 Minuten lang und nur einmal.
mail-locked-down-late = Ist der Link zu alt? Wählen Sie auf der Anmeldeseite „Passwort vergessen?“.
