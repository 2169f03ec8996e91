# E-mails que um servidor de desenvolvimento teria enviado.

outbox-title = Caixa de saída
outbox-lead = E-mails que este servidor de desenvolvimento teria enviado. Nada saiu deste computador.
outbox-empty = Ainda não há e-mails.
outbox-to-whom = Para { $to }
outbox-all = Todos os e-mails
outbox-from = De
outbox-to = Para
outbox-sent = Enviado
