# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

sms-code = { $code } ist Ihr Code für { $brand }. Geben Sie ihn an niemanden weiter.
