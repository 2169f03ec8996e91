# Le compte.

account-title = Votre compte
account-nav = Compte
account-overview = Aperçu
account-profile = Profil
account-profile-tab = Profil
account-sessions = Sessions
account-apps = Applis
account-since = Chez { $brand } depuis le { $date }
account-profile-row = Votre nom et ce que les applications peuvent savoir de vous
account-password-changed = Mot de passe modifié pour la dernière fois le { $date }
account-password-unchanged = Mot de passe jamais modifié depuis la création du compte
account-sessions-row = { $count ->
    [one] Connecté sur cet appareil uniquement
   *[other] Connecté sur { $count } appareils
}
account-apps-row = { $count ->
    [0] Aucune application n’a accès
    [one] { $count } application a accès
   *[other] { $count } applications ont accès
}

# Profil
account-profile-lead = Les applications ne voient que ce que vous leur permettez de voir. Laissez vide ce que vous préférez ne pas dire.
account-profile-saved = Votre profil a été enregistré.
account-profile-save = Enregistrer le profil
account-names = Nom
account-full-name = Nom complet
account-username = Nom d’utilisateur
account-given-name = Prénom
account-middle-name = Deuxième prénom
account-family-name = Nom de famille
account-nickname = Surnom
account-contact = Coordonnées
account-email-hint = Elle vous sert à vous connecter
account-phone = Numéro de téléphone
account-phone-hint = Par exemple { $example }
account-website = Site web
account-profile-address = Page de profil
account-picture = Adresse web de la photo
account-address = Adresse postale
account-street = Rue et numéro
account-locality = Ville
account-region = Région
account-postal-code = Code postal
account-country = Pays
account-formatted = Adresse complète
account-formatted-hint = Comme sur une lettre, si les champs ci-dessus ne suffisent pas
account-about = À propos de vous
account-birthdate = Date de naissance
account-gender = Genre
account-locale = Langue
account-locale-browser = Celle de mon navigateur
account-zoneinfo = Fuseau horaire
account-zoneinfo-hint = Par exemple Europe/Berlin
account-too-long = C’est trop long. Utilisez au plus { $maximum } caractères.
account-anothers-address = Un nom d’utilisateur ne peut pas être une autre adresse e-mail que la vôtre.
account-not-a-url = Saisissez une adresse web complète, par exemple https://example.com.
account-not-a-phone = Saisissez le numéro de téléphone avec l’indicatif du pays, par exemple { $example }.
account-not-a-date = Saisissez une date, par exemple 1990-12-31.
account-not-a-language = Saisissez une langue, par exemple en ou de-CH.
account-not-a-time-zone = Saisissez un fuseau horaire, par exemple Europe/Berlin.

# Mot de passe
account-password-lead = Le modifier vous déconnecte de tous les autres appareils.
account-password-done = Votre mot de passe a été modifié. Vos autres sessions sont terminées.
account-password-add-lead = Ce compte n’a pas encore de mot de passe. Avec un mot de passe, vous pouvez aussi vous connecter là où vous n’avez ni clé d’accès ni fournisseur sous la main.
account-password-added = Votre compte a maintenant un mot de passe.
account-password-current = Mot de passe actuel
account-password-current-show = Afficher le mot de passe actuel
account-password-new = Nouveau mot de passe
account-password-new-show = Afficher le nouveau mot de passe
account-password-change = Modifier le mot de passe
account-password-wrong = Le mot de passe actuel est incorrect.
account-password-wait = Trop de tentatives. Attendez { $wait } avant la prochaine.

# Sessions
account-sessions-lead = Là où vous êtes connecté. Terminez les sessions que vous ne reconnaissez pas, puis modifiez votre mot de passe.
account-session-ended = La session est terminée.
account-sessions-ended = Toutes les autres sessions sont terminées.
account-session-on = { $browser } sur { $device }
account-session-browser = Un navigateur
account-session-device = un appareil inconnu
account-session-address = adresse inconnue
account-session-this = Cet appareil
account-session-now = Active en ce moment
account-session-active = Dernière activité : { $moment }
account-session-from = Depuis : { $address }
account-session-near = votre réseau actuel
account-place = { $city }, { $country }
account-session-since = Connexion : { $moment }
account-session-end = Terminer
account-session-end-which = la session : { $session }, { $address }
account-sessions-end-others = Terminer toutes les autres sessions

# Applications
account-apps-title = Applications connectées
account-apps-lead = Les applications que vous laissez utiliser votre compte, et ce qu’elles peuvent faire.
account-app-removed = { $app } n’a plus accès.
account-apps-none = Aucune application n’a accès à votre compte. Lorsque vous vous connecterez à l’une d’elles, elle apparaîtra ici.
account-app-since = Depuis le { $date }
account-app-used = dernière utilisation le { $date }
account-app-remove = Retirer
account-app-remove-which = l’accès de { $app }
account-email-lead = Nous envoyons d’abord un code à la nouvelle adresse. Puis nous prévenons l’ancienne, qui peut annuler le changement pendant 7 jours.
account-email-current = Adresse actuelle
account-email-new = Nouvelle adresse e-mail
account-email-verified = Confirmée
account-email-unverified = Pas encore confirmée.
account-email-verify = La confirmer
account-email-remind = Votre adresse e-mail n’est pas encore confirmée.
account-email-send = Envoyer un code
account-email-own = C’est déjà votre adresse.
account-email-taken = Un autre compte a cette adresse.
account-email-change = Modifier
account-undo-title = Rétablir votre adresse ?
account-undo-lead = Votre compte retrouve { $email }. Tout le monde est déconnecté, le mot de passe est supprimé et vous en choisissez un nouveau.
account-undo-button = Rétablir mon adresse
