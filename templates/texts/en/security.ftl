# How the account is protected.

security-title = Security
security-lead = How you sign in, and what keeps others out.
security-saved = Your change has been saved.
security-change = Change
security-set-up = Set up
security-replace = Replace
security-remove = Remove
security-on = On
security-since = Since { $date }
security-used = last used { $date }
security-password = Password
security-password-set = You have a password
security-password-none = This account has no password
security-password-add = Set a password
security-password-changed = Last changed { $date }
security-password-unchanged = Not changed since the account was created
security-second = Second step
security-second-hint = After your first step, such as the password, we ask for one more. That way, knowing your password isn’t enough to get in.
security-totp = Authenticator app
security-totp-none = Codes from an app on your phone
security-factor-removed = The second step has been removed. It will be asked for again on every device at the next sign-in.
security-second-gone = The second step has been removed. Signing in takes one step now.
security-takes-phone = Codes by text message go with it: they can be a second step only alongside an authenticator app or a passkey.
security-last-factor = You need a second step here, and this is your last one. Add another before you remove it.
security-recovery = Recovery codes
security-recovery-left = { $count ->
    [0] None is left
    [one] One is left
   *[other] { $count } are left
}
security-recovery-make = Make new ones
security-devices = Trusted devices
security-devices-hint = We don’t ask for the second step on these.
security-device-until = Trusted until { $date }
security-device-removed = The device is no longer trusted.
security-devices-removed = No device is trusted any longer.
security-devices-remove-all = Stop trusting all of them
security-sms = Text messages
security-sms-none = Codes sent to your phone
security-sessions-hint = Where you’re signed in. End whatever you don’t recognize.
security-sessions-all = See all sessions
security-apps-hint = Apps that you let use your account.
security-apps-all = See all apps
security-app-removed = The app no longer has access.
