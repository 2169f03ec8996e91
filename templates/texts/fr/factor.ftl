# Le deuxième facteur : le donner, l’ajouter, et les codes pour le jour où il est perdu.

factor-title = Encore une étape
factor-to-continue = pour continuer vers { $app }
factor-totp = Saisissez les six chiffres que votre application d’authentification affiche en ce moment.
factor-recovery = Saisissez l’un des codes de secours que vous avez conservés. Chacun ne sert qu’une fois.
factor-code = Code
factor-recovery-code = Code de secours
factor-trust = Ne plus le demander sur cet appareil pendant 30 jours
factor-continue = Continuer
factor-use-totp = Utiliser l’application d’authentification
factor-use-recovery = Utiliser un code de secours
factor-account = Connexion en tant que { $email }.
factor-start-again = Recommencer
factor-failed = Cela n’a pas fonctionné
factor-wrong = Le code est incorrect ou a déjà servi. Attendez le suivant et réessayez.
factor-wrong-recovery = Ce code de secours est incorrect ou a déjà servi. Vérifiez-le, ou prenez-en un autre.
factor-too-many = Trop de tentatives
factor-wait = Attendez { $wait } avant de réessayer.
factor-sms = Saisissez le code que nous avons envoyé à votre téléphone.
factor-sms-offer = Nous pouvons envoyer un code par SMS à votre numéro se terminant par { $number }.
factor-use-sms = M’envoyer un SMS
factor-ended = Cinq codes étaient incorrects. Reprenez la connexion depuis le début.
