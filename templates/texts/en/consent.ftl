# What an app asks for. <policy>…</policy> and <terms>…</terms> become links.

consent-title = Allow access
consent-heading = Let { $app } use your account?
consent-will = This app will be able to
consent-allow = Allow
consent-deny = Don’t allow
consent-sent-to = You’ll be sent to { $host }.
consent-sent-to-device = You’ll be sent to an app on this device.
consent-take-back = You can take this permission back at any time in your account.
consent-read-both = Read this app’s <policy>privacy policy</policy> and <terms>terms</terms>.
consent-read-policy = Read this app’s <policy>privacy policy</policy>.
consent-read-terms = Read this app’s <terms>terms</terms>.
consent-taking-you = Taking you to { $app }
consent-nothing-happens = If nothing happens, press the button.

# What a scope means
consent-openid = Recognize you
consent-openid-detail = Know that it is you when you come back
consent-profile = See your profile
consent-profile-detail = Name, picture and whatever else is in your profile
consent-email = See your email address
consent-address = See your postal address
consent-phone = See your phone number
consent-groups = See the groups you belong to
consent-roles = See your roles
consent-offline = Keep access when you are away
consent-offline-detail = Until you take it back in your account
consent-api = Use { $api } on your behalf
