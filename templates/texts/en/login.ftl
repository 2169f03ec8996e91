# Sign in, confirm who you are, choose an account.

login-confirm = Confirm it’s you
login-confirm-lead = Enter your password again.
login-confirm-lead-app = Enter your password again to continue to { $app }.
login-confirm-lead-other = Sign in again, so that we know it’s you.
login-failed = That didn’t work
login-wrong = The email address or the password is wrong. Check both and try again.
login-too-many = Too many tries
login-wait = Wait { $wait } before you try again.
login-new-here = New here?
login-create-account = Create an account
login-not-you = Not you?
login-other-account = Use another account
login-choose = Choose an account
login-continue-as = Continue as
login-mail-title = Sign in with a code
login-mail-lead = We’ll send a code to your email address. You don’t need your password.
login-mail-send = Email me a code
login-mail-password = Use your password instead
login-link-lead = You’re about to sign in here as { $email }.
