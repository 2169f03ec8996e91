# Die eigenen Daten mitnehmen.

data-title = Ihre Daten
data-lead = Alles, was dieses Konto über Sie weiß, gehört Ihnen.
data-row = Herunterladen oder löschen, was über Sie bekannt ist
data-download = Daten herunterladen
data-download-lead = Eine Datei mit Ihrem Profil, Ihren Anmeldewegen, Ihren Sitzungen, Ihren Apps und dem, was in Ihrem Konto geschehen ist. Passwörter und Schlüssel sind nicht darin.
data-download-button = Herunterladen
