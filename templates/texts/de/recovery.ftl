# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

recovery-title = Bewahren Sie Ihre Wiederherstellungscodes auf
recovery-lead = Damit kommen Sie hinein, wenn Ihr Telefon verloren ist. Jeder gilt einmal.
recovery-once = Wir zeigen sie nur jetzt. Drucken Sie sie aus, oder bewahren Sie sie bei Ihren Passwörtern auf.
recovery-saved = Ich habe sie aufbewahrt
recovery-download = Als Datei herunterladen
recovery-make-title = Neue Wiederherstellungscodes erstellen
recovery-make-lead = { $count ->
    [0] Sie haben keine Wiederherstellungscodes. Damit kommen Sie hinein, wenn Telefon oder Sicherheitsschlüssel verloren sind. Sie bekommen zehn.
    [one] Einer Ihrer Codes ist übrig. Sie bekommen zehn neue, und der alte gilt nicht mehr.
   *[other] { $count } Ihrer Codes sind übrig. Sie bekommen zehn neue, und die alten gelten nicht mehr.
}
recovery-make = Neue Codes erstellen
recovery-keep = Die alten behalten
recovery-later = Jetzt nicht
