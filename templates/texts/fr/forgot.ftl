# Ce qui est envoyé par e-mail, sur les pages : codes, liens, mots de passe oubliés, adresses.

forgot-title = Mot de passe oublié ?
forgot-lead = Saisissez votre adresse e-mail : nous vous enverrons un lien pour choisir un nouveau mot de passe.
forgot-send = Envoyer le lien
forgot-back = Retour à la connexion
forgot-sent = Consultez vos e-mails
forgot-sent-lead = S’il existe un compte avec cette adresse, un lien vient d’y être envoyé. Il est valable 30 minutes et ne sert qu’une fois.
forgot-sent-none = Pas d’e-mail ? Regardez aussi dans le courrier indésirable.
forgot-sent-again = Réessayer
forgot-reset-title = Choisissez un nouveau mot de passe
forgot-reset-lead = Pour { $email }. Vous serez déconnecté partout ailleurs.
forgot-reset-new = Nouveau mot de passe
forgot-reset-save = Enregistrer et se connecter
