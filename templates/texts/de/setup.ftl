# Der erste Administrator.

setup-title = Das erste Administratorkonto anlegen
setup-lead = Dieses Konto verwaltet { $brand }. Der Link, dem Sie gefolgt sind, gilt nur einmal.
setup-create = Administratorkonto anlegen
setup-link-title = Dieser Link gilt nicht mehr
setup-used = Die Einrichtung ist schon abgeschlossen
setup-used-lead = Es gibt schon ein Administratorkonto, der Link wird also nicht mehr gebraucht. Melden Sie sich mit diesem Konto an.
setup-expired = Dieser Link ist abgelaufen
setup-expired-lead = Starten Sie Ostiary neu und öffnen Sie den neuen Link, der dann ausgegeben wird. Links gelten nur kurz, damit niemand mit einem alten Protokoll das System übernehmen kann.
setup-unknown = Dieser Link funktioniert nicht
setup-unknown-lead = Kopieren Sie den ganzen Link dort, wo Ostiary gestartet wurde. Es ist eine einzige lange Zeile.
