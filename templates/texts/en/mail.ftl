# Letters. Every one is a subject, a heading, paragraphs, perhaps a button, and small print.

mail-help = Or ask for help
mail-colon = :
mail-see-account = See your account
mail-see-apps = See your apps
mail-sign-in = Sign in

mail-welcome-subject = Welcome to { $brand }
mail-welcome-heading = Welcome to { $brand }
mail-welcome = Your { $brand } account is ready. You can sign in to every app that offers it.
mail-welcome-not-you = You didn’t make this account? Then somebody used your address by mistake; you can ignore this message.

mail-password-changed-subject = Your { $brand } password was changed
mail-password-changed-heading = Your password was changed
mail-password-changed = The password of your { $brand } account was changed just now. All other devices were signed out.
mail-password-added-subject = A password was added to your { $brand } account
mail-password-added-heading = A password was added
mail-password-added = A password was added to your { $brand } account just now. You can sign in with it and your email address.

mail-account-exists-subject = You already have a { $brand } account
mail-account-exists-heading = You already have an account
mail-account-exists = Somebody, perhaps you, tried to make a { $brand } account with this address. There is one already, so nothing was changed.
mail-account-exists-not-you = This wasn’t you? You don’t need to do anything: nobody was let into your account.

mail-reuse-subject = You were signed out of { $app }
mail-reuse-heading = You were signed out of { $app }
mail-reuse = An old key of your sign-in to { $app } was used a second time. It may have been copied, so we ended that sign-in. Sign in to { $app } again when you need it.
mail-reuse-again = Does this keep happening? Take back the app’s access and tell its makers.

mail-see-security = See how your account is protected
mail-factor-added-subject = A second step was added to your { $brand } account
mail-factor-added-heading = A second step was added
mail-factor-added = A second step for signing in was added to your { $brand } account just now.
mail-factor-removed-subject = A second step was removed from your { $brand } account
mail-factor-removed-heading = A second step was removed
mail-factor-removed = A second step for signing in was removed from your { $brand } account just now. No device is trusted any longer.
mail-recovery-code-used-subject = A recovery code of your { $brand } account was used
mail-recovery-code-used-heading = A recovery code was used
mail-recovery-code-used = Somebody signed in to your { $brand } account with a recovery code just now. It works only once; make new ones when few are left.
mail-passkey-added-subject = A passkey was added to your { $brand } account
mail-passkey-added-heading = A passkey was added
mail-passkey-added = A passkey was added to your { $brand } account just now. It lets you sign in without your password.
mail-passkey-removed-subject = A passkey was removed from your { $brand } account
mail-passkey-removed-heading = A passkey was removed
mail-passkey-removed = A passkey was removed from your { $brand } account just now. It can no longer be used to sign in.
mail-passkey-copied-subject = A passkey of your { $brand } account may have been copied
mail-passkey-copied-heading = A passkey may have been copied
mail-passkey-copied = Two devices seem to be using the same passkey or security key of your { $brand } account. We refused it, and it no longer opens your account. Remove it and add a new one.

mail-code-subject = Your { $brand } code
mail-code-not-you = You didn’t ask for this? Ignore this message, and don’t give the code to anyone.
mail-sign-up-code-heading = Confirm your email address
mail-sign-up-code = Enter this code where you’re making your { $brand } account. It works for 10 minutes.
mail-verify-email-heading = Confirm your email address
mail-verify-email = Enter this code to confirm the address of your { $brand } account. It works for 10 minutes.
mail-change-email-heading = Confirm your new address
mail-change-email = Enter this code to make this the address of your { $brand } account. It works for 10 minutes.
mail-sign-in-code-heading = Sign in to { $brand }
mail-sign-in-code = Enter this code where you’re signing in, or open the link on the device you want to use. Both work once, for 10 minutes.
mail-reset-subject = Choose a new { $brand } password
mail-reset-heading = Choose a new password
mail-reset = Somebody, hopefully you, asked for a new password for your { $brand } account. This link works once, for 30 minutes.
mail-reset-not-you = You didn’t ask for this? Ignore this message: nothing has changed.
mail-email-changed-subject = The address of your { $brand } account was changed
mail-email-changed-heading = Your email address was changed
mail-email-changed = Your { $brand } account now has the address { $email }.
mail-email-changed-undo = Restore this address
mail-email-changed-not-you = This wasn’t you? Restore this address within 7 days. Everybody is signed out then, and you choose a new password.
mail-new-device-subject = New sign-in to your { $brand } account
mail-new-device-heading = New sign-in
mail-new-device = Somebody signed in to your { $brand } account in a browser that we hadn’t seen before: { $browser }, { $device }, from { $address }, on { $moment }.
mail-not-you = This wasn’t you? Choose a new password at once. That signs everybody else out.
mail-not-you-button = This wasn’t me
mail-not-you-lockdown = This wasn’t you? Lock your account within 7 days. Everybody is signed out then, and you choose a new password.
mail-number-added-subject = A phone number was added to your { $brand } account
mail-number-added-heading = A phone number was added
mail-number-added = A phone number was confirmed for your { $brand } account just now.
mail-recovery-codes-subject = New recovery codes for your { $brand } account
mail-recovery-codes-heading = New recovery codes were made
mail-recovery-codes = New recovery codes were made for your { $brand } account just now. The earlier ones no longer work.
mail-locked-down-subject = Your { $brand } account is locked down
mail-locked-down-heading = Your account is locked down
mail-locked-down = You told us that somebody else was in your { $brand } account. Everybody was signed out, the password no longer works, and what was added in the last 7 days was removed.
mail-locked-down-next = Choose a new password to get back in. The link works once, for 30 minutes.
mail-locked-down-late = Is the link too old? Choose “Forgot your password?” on the sign-in page.
