# Emporter ses données.

data-title = Vos données
data-lead = Tout ce que ce compte contient sur vous est à vous.
data-row = Télécharger ou supprimer ce que nous savons de vous
data-download = Télécharger vos données
data-download-lead = Un fichier avec votre profil, vos moyens de connexion, vos sessions, vos applications et ce qui s’est passé dans votre compte. Il ne contient ni mots de passe ni clés.
data-download-button = Télécharger
