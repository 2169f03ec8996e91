# Taking one’s data along.

data-title = Your data
data-lead = Everything that this account knows about you is yours.
data-row = Download or delete what is known about you
data-download = Download your data
data-download-lead = One file with your profile, how you sign in, your sessions, your apps and what happened in your account. It contains no passwords or keys.
data-download-button = Download
