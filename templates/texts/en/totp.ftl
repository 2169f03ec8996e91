# The second factor: giving it, adding it, and the codes for when it is lost.

totp-title = Set up an authenticator app
totp-lead = An app on your phone shows a new code every 30 seconds. From then on, signing in takes your phone, too.
totp-replaces = The new app takes the place of the one you have now.
totp-needed-app = { $app } asks for a second step. Set it up once, then continue.
totp-demanded = Your account needs a second step. Set it up once, then continue.
totp-scan = Scan this with the app
totp-scan-hint = Any authenticator app will do. Open it, choose to add an account, and point the camera here.
totp-qr = QR code for the authenticator app
totp-secret = Can’t scan it? Type this instead:
totp-confirm = Enter the code that the app shows
totp-code = Code
totp-code-hint = Six digits
totp-turn-on = Turn on
totp-wrong = The code is wrong. Wait for the next one, and check that your phone’s clock is right.
