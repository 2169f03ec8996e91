# Deleting an account, and keeping it.

deletion-title = Delete your account
deletion-row = Apps lose their access at once. You have a few days to change your mind.
deletion-lead = This is what happens to the account of { $email }.
deletion-at-once = You’re signed out on every device, and every app loses its access at once.
deletion-for-good = After that, everything that is known about you here is deleted for good. Apps may still have data of their own.
deletion-download-first = Download your data first
deletion-button = Delete my account
deletion-keep = Keep my account
deletion-due-title = Your account will be deleted
deletion-due-lead = It’ll be deleted on { $date }, with everything that is known about you here. Until then, it can’t be used.
deletion-asked-next = You were signed out everywhere. To keep the account, sign in before that day.
deletion-keep-title = Keep your account?
deletion-keep-lead = The account of { $email } won’t be deleted then.
deletion-kept-title = Your account stays
deletion-kept-lead = It won’t be deleted. Sign in to use it; apps will ask you to sign in again.
deletion-kept = Your account stays. Apps will ask you to sign in again.
deletion-mail-subject = Your { $brand } account will be deleted on { $date }
deletion-mail = You asked us to delete your { $brand } account. It’ll be deleted on { $date }, with everything that is known about you. You were signed out everywhere, and apps have no access any more. You can keep the account until that day.
deletion-mail-not-you = This wasn’t you? Lock your account. It’s kept then, everybody is signed out, and you choose a new password.
deletion-mail-kept-subject = Your { $brand } account stays
deletion-mail-kept = Your { $brand } account won’t be deleted: somebody who had signed in to it, or had the link in our email, kept it just now. Apps will ask for a new sign-in.
deletion-grace = { $count ->
    [one] For one day you can change your mind: sign in, or open the link that we email you.
   *[other] For { $count } days you can change your mind: sign in, or open the link that we email you.
}
