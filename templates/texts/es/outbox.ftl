# Correo que un servidor de desarrollo habría enviado.

outbox-title = Bandeja de salida
outbox-lead = Correo que este servidor de desarrollo habría enviado. Nada ha salido de este equipo.
outbox-empty = Todavía no hay correo.
outbox-to-whom = Para { $to }
outbox-all = Todo el correo
outbox-from = De
outbox-to = Para
outbox-sent = Enviado
