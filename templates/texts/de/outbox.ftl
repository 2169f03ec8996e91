# E-Mails, die ein Entwicklungsserver verschickt hätte.

outbox-title = Postausgang
outbox-lead = E-Mails, die dieser Entwicklungsserver verschickt hätte. Nichts hat diesen Rechner verlassen.
outbox-empty = Noch keine E-Mails.
outbox-to-whom = An { $to }
outbox-all = Alle E-Mails
outbox-from = Von
outbox-to = An
outbox-sent = Gesendet
