# Make an account. <terms>…</terms> and <privacy>…</privacy> become links.

sign-up-title = Create your account
sign-up-create = Create account
sign-up-agree-both = By creating an account you agree to the <terms>terms</terms> and the <privacy>privacy policy</privacy>.
sign-up-agree-terms = By creating an account you agree to the <terms>terms</terms>.
sign-up-read-privacy = Read how your data is handled in the <privacy>privacy policy</privacy>.
sign-up-have-account = Already have an account?
sign-up-with-passkey = Use a passkey instead
sign-up-passkey-title = Create your passkey
sign-up-passkey-lead = It opens the account of { $email }. Your device keeps it, or your password manager does. There’s no password to remember.
sign-up-with-password = Use a password instead
