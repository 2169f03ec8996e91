# What more than one page says. The brand's name is { $brand } in every text.

common-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
common-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
common-error-title = Error: { $title }
common-skip = Skip to content
common-sign-in = Sign in
common-sign-out = Sign out
common-continue = Continue
common-cancel = Cancel
common-to-continue = to continue to { $app }
common-go-to-account = Go to your account
common-help = Help
common-privacy = Privacy
common-terms = Terms

# Fields
common-email = Email address
common-name = Your name
common-password = Password
common-show-password = Show password
common-optional = optional
common-password-hint = At least { $minimum } characters. A few words in a row are easy to remember and hard to guess.

# What is wrong with a field
common-faults = { $count ->
    [one] One thing needs another look
   *[other] { $count } things need another look
}
common-email-invalid = Enter an email address, such as name@example.com.
common-email-taken = There is an account with this address. Sign in instead.
common-name-too-long = Use at most { $maximum } letters for the name.
common-password-too-short = Use at least { $minimum } characters for the password.
common-password-too-long = This password is too long. It may have at most { $maximum } bytes; letters with accents, other scripts and emoji take two to four each.
