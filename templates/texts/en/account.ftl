# The account.

account-title = Your account
account-nav = Account
account-overview = Overview
account-profile = Profile
account-profile-tab = Profile
account-sessions = Sessions
account-apps = Apps
account-since = With { $brand } since { $date }
account-profile-row = Your name and what apps may learn about you
account-password-changed = Password last changed { $date }
account-password-unchanged = Password not changed since the account was created
account-sessions-row = { $count ->
    [one] Signed in on this device only
   *[other] Signed in on { $count } devices
}
account-apps-row = { $count ->
    [0] No app has access
    [one] 1 app has access
   *[other] { $count } apps have access
}

# Profile
account-profile-lead = Apps see only what you allow them to see. Leave empty what you’d rather not say.
account-profile-saved = Your profile has been saved.
account-profile-save = Save profile
account-names = Name
account-full-name = Full name
account-username = Username
account-given-name = Given name
account-middle-name = Middle name
account-family-name = Family name
account-nickname = Nickname
account-contact = Contact
account-email-hint = You sign in with it
account-phone = Phone number
account-phone-hint = For example { $example }
account-website = Website
account-profile-address = Profile page
account-picture = Picture address
account-address = Address
account-street = Street and number
account-locality = City
account-region = State or region
account-postal-code = Postal code
account-country = Country
account-formatted = Whole address
account-formatted-hint = As on a letter, if the fields above don’t say it all
account-about = About you
account-birthdate = Date of birth
account-gender = Gender
account-locale = Language
account-locale-browser = Same as my browser
account-zoneinfo = Time zone
account-zoneinfo-hint = For example Europe/Berlin
account-too-long = This is too long. Use at most { $maximum } characters.
account-anothers-address = A username can’t be an email address other than your own.
account-not-a-url = Enter a full web address, such as https://example.com.
account-not-a-phone = Enter the phone number with its country code, such as { $example }.
account-not-a-date = Enter a date, such as 1990-12-31.
account-not-a-language = Enter a language, such as en or de-CH.
account-not-a-time-zone = Enter a time zone, such as Europe/Berlin.

# Password
account-password-lead = Changing it signs you out on every other device.
account-password-done = Your password has been changed. Your other sessions have ended.
account-password-add-lead = This account has no password yet. With one, you can also sign in on a device that has none of your passkeys.
account-password-added = Your account has a password now.
account-password-current = Current password
account-password-current-show = Show current password
account-password-new = New password
account-password-new-show = Show new password
account-password-change = Change password
account-password-wrong = The current password is wrong.
account-password-wait = Too many tries. Wait { $wait } before the next one.

# Sessions
account-sessions-lead = Where you’re signed in. End whatever you don’t recognize, then change your password.
account-session-ended = The session has ended.
account-sessions-ended = All other sessions have ended.
account-session-on = { $browser } on { $device }
account-session-browser = A browser
account-session-device = an unknown device
account-session-address = unknown address
account-session-this = This device
account-session-now = Active now
account-session-active = Last active { $moment }
account-session-from = From { $address }
account-session-near = the network you’re in now
# Roughly where an address is, as in: Berlin, Germany
account-place = { $city }, { $country }
account-session-since = Signed in { $moment }
account-session-end = End
account-session-end-which = session: { $session }, { $address }
account-sessions-end-others = End all other sessions

# Apps
account-apps-title = Connected apps
account-apps-lead = Apps that you let use your account, and what they may do.
account-app-removed = { $app } no longer has access.
account-apps-none = No app has access to your account. When you sign in to one, it appears here.
account-app-since = Since { $date }
account-app-used = last used { $date }
account-app-remove = Remove
account-app-remove-which = access of { $app }
account-email-lead = We send a code to the new address first. Then we tell the old one, which can undo the change for 7 days.
account-email-current = Current address
account-email-new = New email address
account-email-verified = Confirmed
account-email-unverified = Not confirmed yet.
account-email-verify = Confirm it
account-email-remind = Your email address isn’t confirmed yet.
account-email-send = Send a code
account-email-own = This is your address already.
account-email-taken = Another account has this address.
account-email-change = Change
account-undo-title = Restore your address?
account-undo-lead = Your account gets { $email } back. Everybody is signed out, the password is removed, and you choose a new one.
account-undo-button = Restore my address
