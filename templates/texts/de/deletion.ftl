# Ein Konto löschen, und es behalten.

deletion-title = Ihr Konto löschen
deletion-row = Apps verlieren sofort den Zugriff. Sie haben einige Tage, um es sich anders zu überlegen.
deletion-lead = Das geschieht mit dem Konto von { $email }.
deletion-at-once = Sie werden auf jedem Gerät abgemeldet, und jede App verliert sofort den Zugriff.
deletion-for-good = Danach wird alles, was hier über Sie bekannt ist, endgültig gelöscht. Apps können noch eigene Daten haben.
deletion-download-first = Zuerst die Daten herunterladen
deletion-button = Mein Konto löschen
deletion-keep = Mein Konto behalten
deletion-due-title = Ihr Konto wird gelöscht
deletion-due-lead = Es wird am { $date } gelöscht, mit allem, was hier über Sie bekannt ist. Bis dahin öffnet es nichts.
deletion-asked-next = Sie wurden überall abgemeldet. Um das Konto zu behalten, melden Sie sich vor diesem Tag an.
deletion-keep-title = Ihr Konto behalten?
deletion-keep-lead = Das Konto von { $email } wird dann nicht gelöscht.
deletion-kept-title = Ihr Konto bleibt
deletion-kept-lead = Es wird nicht gelöscht. Melden Sie sich an, um es zu verwenden; in Apps melden Sie sich neu an.
deletion-mail-subject = Ihr Konto bei { $brand } wird am { $date } gelöscht
deletion-mail = Sie haben die Löschung Ihres Kontos bei { $brand } beantragt. Es wird am { $date } gelöscht, mit allem, was über Sie bekannt ist. Sie wurden überall abgemeldet, und Apps haben keinen Zugriff mehr. Bis zu diesem Tag können Sie es behalten.
deletion-mail-not-you = Das waren nicht Sie? Sperren Sie Ihr Konto. Dann bleibt es, alle werden abgemeldet, und Sie wählen ein neues Passwort.
deletion-mail-kept-subject = Ihr Konto bei { $brand } bleibt
deletion-mail-kept = Ihr Konto bei { $brand } wird nicht gelöscht: Jemand hat sich angemeldet oder den Link in unserer E-Mail geöffnet und es gerade behalten. In Apps ist eine neue Anmeldung nötig.
deletion-grace = { $count ->
    [one] Einen Tag lang können Sie es sich anders überlegen: Melden Sie sich an, oder öffnen Sie den Link, den wir Ihnen schicken.
   *[other] { $count } Tage lang können Sie es sich anders überlegen: Melden Sie sich an, oder öffnen Sie den Link, den wir Ihnen schicken.
}
