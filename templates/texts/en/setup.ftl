# The first administrator.

setup-title = Create the first administrator
setup-lead = This account looks after { $brand }. The link you used works once.
setup-create = Create administrator
setup-link-title = This link no longer works
setup-used = Setup is already done
setup-used-lead = There is an administrator already, so this link is no longer needed. Sign in with that account.
setup-expired = This link has expired
setup-expired-lead = Restart Ostiary and open the new link that it prints. Links are short-lived, so that nobody can take over the server with one from an old log.
setup-unknown = This link doesn’t work
setup-unknown-lead = Copy the whole link from the place where Ostiary was started. It’s one long line.
