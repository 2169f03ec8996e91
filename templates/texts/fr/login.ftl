# Se connecter, confirmer son identité, choisir un compte.

login-confirm = Confirmez que c’est bien vous
login-confirm-lead = Saisissez à nouveau votre mot de passe.
login-confirm-lead-app = Saisissez à nouveau votre mot de passe pour continuer vers { $app }.
login-confirm-lead-other = Connectez-vous à nouveau pour que nous sachions que c’est bien vous.
login-failed = Cela n’a pas fonctionné
login-wrong = L’adresse e-mail ou le mot de passe est incorrect. Vérifiez les deux et réessayez.
login-too-many = Trop de tentatives
login-wait = Attendez { $wait } avant de réessayer.
login-new-here = Première visite ?
login-create-account = Créer un compte
login-not-you = Ce n’est pas vous ?
login-other-account = Utiliser un autre compte
login-choose = Choisissez un compte
login-continue-as = Continuer en tant que
login-mail-title = Se connecter avec un code
login-mail-lead = Nous enverrons un code à votre adresse e-mail. Vous n’avez pas besoin de votre mot de passe.
login-mail-send = M’envoyer un code par e-mail
login-mail-password = Utiliser plutôt votre mot de passe
login-link-lead = Vous allez vous connecter ici en tant que { $email }.
