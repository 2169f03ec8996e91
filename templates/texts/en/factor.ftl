# The second factor: giving it, adding it, and the codes for when it is lost.

factor-title = One more step
factor-to-continue = to continue to { $app }
factor-totp = Enter the six digits that your authenticator app is showing now.
factor-recovery = Enter one of the recovery codes that you saved. Each works once.
factor-code = Code
factor-recovery-code = Recovery code
factor-trust = Don’t ask for this on this device for 30 days
factor-continue = Continue
factor-use-totp = Use the authenticator app
factor-use-recovery = Use a recovery code
factor-account = Signing in as { $email }.
factor-start-again = Start again
factor-failed = That didn’t work
factor-wrong = The code is wrong or has already been used. Wait for the next one and try again.
factor-wrong-recovery = This recovery code is wrong or has already been used. Check it, or use another one.
factor-too-many = Too many tries
factor-wait = Wait { $wait } before you try again.
factor-sms = Enter the code that we sent to your phone.
factor-sms-offer = We can send a text message with a code to your number ending in { $number }.
factor-use-sms = Send me a text message
factor-ended = Five codes were wrong. Sign in again from the start.
