# The second factor: giving it, adding it, and the codes for when it is lost.

sms-code = { $code } is your { $brand } code. Don’t give it to anyone.
