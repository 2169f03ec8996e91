# Ein Passwort.

password-guessable = Dieses Passwort wäre schnell erraten. Fügen Sie ein oder zwei Wörter hinzu.
password-guessable-common = Dieses Passwort verwenden viele. Wählen Sie ein eigenes.
password-guessable-pattern = Tastenreihen, Wiederholungen und Datumsangaben werden zuerst probiert. Fügen Sie ein oder zwei Wörter hinzu.
password-guessable-word = Ein Name oder ein einzelnes Wort wird zuerst probiert. Fügen Sie noch ein oder zwei Wörter hinzu.
password-breached = Dieses Passwort ist durch ein Datenleck bei einem anderen Dienst bekannt. Wählen Sie ein anderes.
password-strength-fair = Schwer genug zu erraten.
password-strength-good = Schwer zu erraten.
password-strength-strong = Sehr schwer zu erraten.
