# What is mailed, on pages: codes, links, forgotten passwords, addresses.

forgot-title = Forgot your password?
forgot-lead = Enter your email address, and we’ll send you a link to choose a new one.
forgot-send = Send the link
forgot-back = Back to sign-in
forgot-sent = Check your mail
forgot-sent-lead = If there’s an account with that address, a link is on its way to it. It works once, for 30 minutes.
forgot-sent-none = No email? Look in the junk folder too.
forgot-sent-again = Try again
forgot-reset-title = Choose a new password
forgot-reset-lead = For { $email }. You’ll be signed out everywhere else.
forgot-reset-new = New password
forgot-reset-save = Save and sign in
