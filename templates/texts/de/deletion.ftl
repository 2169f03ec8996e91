# Ein Konto löschen, und es behalten.

deletion-title = Ihr Konto löschen
deletion-row = Apps verlieren sofort den Zugriff. Sie haben einige Tage, um es sich anders zu überlegen.
deletion-lead = Das geschieht mit dem Konto von { $email }.
deletion-at-once = Sie werden auf allen Geräten abgemeldet, und alle Apps verlieren sofort den Zugriff.
deletion-for-good = Danach wird alles, was hier über Sie bekannt ist, endgültig gelöscht. Apps können noch eigene Daten haben.
deletion-download-first = Zuerst die Daten herunterladen
deletion-button = Mein Konto löschen
deletion-keep = Mein Konto behalten
deletion-due-title = Ihr Konto wird gelöscht
deletion-due-lead = Es wird am { $date } gelöscht, mit allem, was hier über Sie bekannt ist. Bis dahin können Sie es nicht verwenden.
deletion-asked-next = Sie wurden überall abgemeldet. Um das Konto zu behalten, melden Sie sich vor diesem Tag an.
deletion-keep-title = Ihr Konto behalten?
deletion-keep-lead = Das Konto von { $email } wird dann nicht gelöscht.
deletion-kept-title = Ihr Konto bleibt bestehen
deletion-kept-lead = Es wird nicht gelöscht. Melden Sie sich an, um es zu verwenden; in Apps müssen Sie sich neu anmelden.
deletion-kept = Ihr Konto bleibt bestehen. In Apps müssen Sie sich neu anmelden.
deletion-mail-subject = Ihr Konto bei { $brand } wird am { $date } gelöscht
deletion-mail = Sie haben uns gebeten, Ihr Konto bei { $brand } zu löschen. Es wird am { $date } gelöscht, mit allem, was über Sie bekannt ist. Sie wurden überall abgemeldet, und Apps haben keinen Zugriff mehr. Bis zu diesem Tag können Sie das Konto behalten.
deletion-mail-not-you = Das waren nicht Sie? Sperren Sie Ihr Konto. Dann bleibt es bestehen, alle werden abgemeldet, und Sie wählen ein neues Passwort.
deletion-mail-kept-subject = Ihr Konto bei { $brand } bleibt bestehen
deletion-mail-kept = Ihr Konto bei { $brand } wird nicht gelöscht: Jemand, der sich angemeldet hatte oder den Link aus unserer E-Mail hatte, hat sich gerade dafür entschieden, es zu behalten. In Apps ist eine neue Anmeldung nötig.
deletion-grace = { $count ->
    [one] Einen Tag lang können Sie es sich anders überlegen: Melden Sie sich an, oder öffnen Sie den Link, den wir Ihnen schicken.
   *[other] { $count } Tage lang können Sie es sich anders überlegen: Melden Sie sich an, oder öffnen Sie den Link, den wir Ihnen schicken.
}
