# Der zweite Faktor: ihn angeben, ihn hinzufügen, und die Codes für den Tag, an dem er verloren ist.

phone-title = Telefonnummer
phone-lead = Wir senden einen Code per SMS, um sicherzugehen, dass die Nummer Ihnen gehört. Danach kann sie Ihr zweiter Schritt sein.
phone-lead-not-alone = Wir senden einen Code per SMS, um sicherzugehen, dass die Nummer Ihnen gehört. SMS können von anderen mitgelesen werden, daher sind sie als zweiter Schritt nur zusätzlich zu einer Authenticator-App oder einem Passkey möglich.
phone-number = Telefonnummer
phone-number-hint = Mit Landesvorwahl. Wir senden an Nummern, die mit { $countries } beginnen.
phone-send = Code senden
phone-sent = Wir haben einen Code an { $number } gesendet.
phone-confirm = Bestätigen
phone-another = Eine andere Nummer verwenden
phone-not-a-number = Geben Sie die Nummer mit Landesvorwahl ein, zum Beispiel { $example }.
phone-wrong-code = Der Code ist falsch oder älter als zehn Minuten. Prüfen Sie ihn, oder fordern Sie einen neuen an.
phone-too-many = Es wurden zu viele Nachrichten angefordert. Versuchen Sie es in einer Stunde noch einmal, oder wählen Sie einen anderen Weg.
phone-country = An Nummern dieses Landes senden wir keine SMS.
phone-failed = Die Nachricht konnte nicht gesendet werden. Versuchen Sie es gleich noch einmal, oder wählen Sie einen anderen Weg.
