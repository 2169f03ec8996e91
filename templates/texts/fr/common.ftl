# Ce que dit plus d’une page. Le nom de la marque est { $brand } dans tous les textes.

common-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
common-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
common-error-title = Erreur : { $title }
common-skip = Aller au contenu
common-sign-in = Se connecter
common-sign-out = Se déconnecter
common-continue = Continuer
common-cancel = Annuler
common-to-continue = pour continuer vers { $app }
common-go-to-account = Accéder à votre compte
common-help = Aide
common-privacy = Confidentialité
common-terms = Conditions d’utilisation

# Champs
common-email = Adresse e-mail
common-name = Votre nom
common-password = Mot de passe
common-show-password = Afficher le mot de passe
common-optional = facultatif
common-password-hint = Au moins { $minimum } caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.

# Ce qui ne va pas dans un champ
common-faults = { $count ->
    [one] Un point est à revoir
   *[other] { $count } points sont à revoir
}
common-email-invalid = Saisissez une adresse e-mail, par exemple nom@example.com.
common-email-taken = Il existe déjà un compte avec cette adresse. Connectez-vous plutôt.
common-name-too-long = Le nom doit comporter au plus { $maximum } caractères.
common-password-too-short = Le mot de passe doit comporter au moins { $minimum } caractères.
common-password-too-long = Ce mot de passe est trop long. Il peut compter au plus { $maximum } octets ; les lettres accentuées, les caractères d’autres écritures et les émojis en occupent de deux à quatre.
