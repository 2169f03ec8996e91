# Was gemailt wird, auf Seiten: Codes, Links, vergessene Passwörter, Adressen.

mailed-code-title = Sehen Sie in Ihrem Postfach nach
mailed-code-lead = Wir haben eine E-Mail an { $email } gesendet. Geben Sie den Code daraus ein; er gilt 10 Minuten.
mailed-code-lead-perhaps = Wenn es ein Konto mit { $email } gibt, haben wir einen Code dorthin gesendet. Geben Sie ihn hier ein; er gilt 10 Minuten.
mailed-code = Code
mailed-code-none = Keine E-Mail? Sehen Sie auch im Spam-Ordner nach.
mailed-code-again = Neuen Code senden
mailed-code-other-address = Andere Adresse verwenden
mailed-code-wrong = Dieser Code ist falsch oder zu alt. Verwenden Sie den aus der neuesten E-Mail.
mailed-code-too-many = Zu viele Versuche. Lassen Sie sich einen neuen Code senden, oder kommen Sie in einer Stunde wieder.
mailed-link-dead = Dieser Link funktioniert nicht mehr
mailed-link-dead-lead = Er wurde verwendet, durch einen neueren ersetzt oder ist zu alt.
mailed-link-again = Neuen Link anfordern
mailed-verify-title = Bestätigen Sie Ihre E-Mail-Adresse
mailed-verify-lead = Wir senden einen Code an { $email }, um sicherzugehen, dass die Adresse Ihnen gehört.
mailed-verify-send = Code senden
