# Locking an account down: "This wasn’t me".

lockdown-title = This wasn’t you?
lockdown-lead = Lock down the account of { $email }. After that, nobody but you can get back in.
lockdown-restores = The account gets the address { $email } back.
lockdown-signs-out = Everybody is signed out, on every device and in every app. No device is trusted any longer.
lockdown-ends-password = The password stops working. We email you a link to choose a new one.
lockdown-takes-away = Passkeys, second steps and connected accounts that were added in the last 7 days are removed, what was replaced comes back, and apps must ask for your permission again.
lockdown-own = If some of it was your own doing, you can add it again afterwards.
lockdown-button = Lock down my account
lockdown-was-me = It was you after all? Close this page; nothing has changed.
lockdown-not-yet = Not sure? Nothing has changed yet.
lockdown-back = Back to the security page
lockdown-unproven = First confirm your email address, so that we can email you the way back in.
lockdown-verify = Confirm email address
lockdown-done-title = Your account is locked down
lockdown-done-lead = We’ve emailed a link to { $email }. It lets you choose a new password and works once, for 30 minutes.
lockdown-done-shut = { $email } belongs to another account by now, so it couldn’t be given back. Nobody can open the locked account until whoever runs this service opens it again.
lockdown-done-restored = The account has the address { $email } again.
lockdown-done-signed-out = Everybody was signed out, on every device and in every app.
lockdown-done-password = The old password no longer works.
lockdown-done-taken-away = What was added in the last 7 days was removed, and what was replaced is as it was before.
lockdown-next = What to do next
lockdown-next-password = Choose a new password that you use nowhere else.
lockdown-next-mailbox = Change the password of your mailbox too, so that nobody else reads your mail.
lockdown-next-look = Sign in, look through your security page, and add back whatever is missing.
lockdown-section = Something looks wrong?
lockdown-section-hint = If somebody else was in your account, close it to everybody at once.
