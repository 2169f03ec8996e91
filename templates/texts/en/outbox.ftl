# Mail that a development server would have sent.

outbox-title = Outbox
outbox-lead = Mail that this development server would have sent. Nothing has left this machine.
outbox-empty = No mail yet.
outbox-to-whom = To { $to }
outbox-all = All mail
outbox-from = From
outbox-to = To
outbox-sent = Sent
