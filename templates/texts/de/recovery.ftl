# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

recovery-title = Sichern Sie Ihre Wiederherstellungscodes
recovery-lead = Damit kommen Sie hinein, wenn Sie Ihr Telefon verlieren. Jeder gilt nur einmal.
recovery-once = Wir zeigen sie Ihnen nur jetzt. Drucken Sie sie aus, oder bewahren Sie sie bei Ihren Passwörtern auf.
recovery-saved = Ich habe sie gesichert
recovery-download = Als Datei herunterladen
recovery-make-title = Neue Codes erstellen
recovery-make-lead = { $count ->
    [0] Sie haben keine Wiederherstellungscodes. Damit kommen Sie hinein, wenn Sie Ihr Telefon oder Ihren Sicherheitsschlüssel verlieren. Sie bekommen zehn.
    [one] Einer Ihrer Codes ist übrig. Sie bekommen zehn neue, und der alte gilt dann nicht mehr.
   *[other] { $count } Ihrer Codes sind übrig. Sie bekommen zehn neue, und die alten gelten dann nicht mehr.
}
recovery-make = Neue Codes erstellen
recovery-keep = Die alten behalten
recovery-later = Jetzt nicht
