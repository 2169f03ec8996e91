# Le deuxième facteur : le donner, l’ajouter, et les codes pour le jour où il est perdu.

totp-title = Configurer une application d’authentification
totp-lead = Une application sur votre téléphone affiche un nouveau code toutes les 30 secondes. Vous aurez alors aussi besoin de votre téléphone pour vous connecter.
totp-replaces = La nouvelle application remplace celle que vous avez.
totp-needed-app = { $app } demande une deuxième étape. Configurez-la une fois, puis continuez.
totp-demanded = Votre compte exige une deuxième étape. Configurez-la une fois, puis continuez.
totp-scan = Scannez ce code avec l’application
totp-scan-hint = Toute application d’authentification convient. Ouvrez-la, ajoutez un compte et pointez l’appareil photo vers ce code.
totp-qr = Code QR pour l’application d’authentification
totp-secret = Impossible de scanner ? Saisissez plutôt ceci :
totp-confirm = Saisissez le code affiché par l’application
totp-code = Code
totp-code-hint = Six chiffres
totp-turn-on = Activer
totp-wrong = Le code est incorrect. Attendez le suivant et vérifiez que l’horloge de votre téléphone est à l’heure.
