# The second factor: giving it, adding it, and the codes for when it is lost.

phone-title = Phone number
phone-lead = We send a code by text message to make sure that the number is yours. Then it can be your second step.
phone-lead-not-alone = We send a code by text message to make sure that the number is yours. Text messages can be read by others, so they can be a second step only alongside an authenticator app or a passkey.
phone-number = Phone number
phone-number-hint = With its country code. We send to numbers that begin with { $countries }.
phone-send = Send a code
phone-sent = We sent a code to { $number }.
phone-confirm = Confirm
phone-another = Use another number
phone-not-a-number = Enter the number with its country code, such as { $example }.
phone-wrong-code = The code is wrong, or is older than ten minutes. Check it, or ask for a new one.
phone-too-many = Too many messages have been requested. Try again in an hour, or use another way.
phone-country = We don’t send text messages to numbers in this country.
phone-failed = The message couldn’t be sent. Try again in a moment, or use another way.
