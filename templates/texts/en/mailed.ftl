# What is mailed, on pages: codes, links, forgotten passwords, addresses.

mailed-code-title = Check your mail
mailed-code-lead = We sent an email to { $email }. Enter the code in it; it works for 10 minutes.
mailed-code-lead-perhaps = If there’s an account with { $email }, we’ve sent a code there. Enter it here; it works for 10 minutes.
mailed-code = Code
mailed-code-none = No email? Look in the junk folder too.
mailed-code-again = Send a new code
mailed-code-other-address = Use another address
mailed-code-wrong = This code is wrong or too old. Use the one in the newest email.
mailed-code-too-many = Too many tries. Send a new code, or come back in an hour.
mailed-link-dead = This link no longer works
mailed-link-dead-lead = It has already been used, has been replaced by a newer one, or is too old.
mailed-link-again = Get a new link
mailed-verify-title = Confirm your email address
mailed-verify-lead = We’ll send a code to { $email } to make sure that it’s yours.
mailed-verify-send = Send the code
