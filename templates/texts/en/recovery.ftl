# The second factor: giving it, adding it, and the codes for when it is lost.

recovery-title = Save your recovery codes
recovery-lead = They let you in if you lose your phone. Each works once.
recovery-once = We show them only now. Print them, or keep them where you keep passwords.
recovery-saved = I’ve saved them
recovery-download = Download as a file
recovery-make-title = Make new recovery codes
recovery-make-lead = { $count ->
    [0] You have no recovery codes. They let you in if you lose your phone or security key. You’ll get ten.
    [one] One of your codes is left. You’ll get ten new ones, and the old one will stop working.
   *[other] { $count } of your codes are left. You’ll get ten new ones, and the old ones will stop working.
}
recovery-make = Make new codes
recovery-keep = Keep what I have
recovery-later = Not now
