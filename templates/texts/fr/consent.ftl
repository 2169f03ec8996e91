# Ce que demande une application. <policy>…</policy> et <terms>…</terms> deviennent des liens.

consent-title = Autoriser l’accès
consent-heading = Autoriser { $app } à utiliser votre compte ?
consent-will = Cette application pourra
consent-allow = Autoriser
consent-deny = Ne pas autoriser
consent-sent-to = Vous serez redirigé vers { $host }.
consent-sent-to-device = Vous serez redirigé vers une application sur cet appareil.
consent-take-back = Vous pouvez retirer cette autorisation à tout moment dans votre compte.
consent-read-both = Lisez la <policy>politique de confidentialité</policy> et les <terms>conditions d’utilisation</terms> de cette application.
consent-read-policy = Lisez la <policy>politique de confidentialité</policy> de cette application.
consent-read-terms = Lisez les <terms>conditions d’utilisation</terms> de cette application.
consent-taking-you = Redirection vers { $app }
consent-nothing-happens = S’il ne se passe rien, utilisez le bouton.

# Ce que signifie une autorisation
consent-openid = Vous reconnaître
consent-openid-detail = Savoir que c’est vous lorsque vous revenez
consent-profile = Voir votre profil
consent-profile-detail = Nom, photo et autres informations de votre profil
consent-email = Voir votre adresse e-mail
consent-address = Voir votre adresse postale
consent-phone = Voir votre numéro de téléphone
consent-groups = Voir les groupes dont vous faites partie
consent-roles = Voir vos rôles
consent-offline = Garder l’accès en votre absence
consent-offline-detail = Jusqu’à ce que vous le retiriez dans votre compte
consent-api = Utiliser { $api } en votre nom
