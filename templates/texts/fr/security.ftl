# Comment le compte est protégé.

security-title = Sécurité
security-lead = Comment vous vous connectez, et ce qui tient les autres à l’écart.
security-saved = Votre modification a été enregistrée.
security-change = Modifier
security-set-up = Configurer
security-replace = Remplacer
security-remove = Supprimer
security-on = En service
security-since = Depuis le { $date }
security-used = dernière utilisation le { $date }
security-password = Mot de passe
security-password-set = Vous avez un mot de passe
security-password-none = Ce compte n’a pas de mot de passe
security-password-add = Définir un mot de passe
security-password-changed = Dernière modification le { $date }
security-password-unchanged = Jamais modifié depuis la création du compte
security-second = Deuxième étape
security-second-hint = Après la première étape, par exemple le mot de passe, nous en demandons une autre. Connaître votre mot de passe ne suffit donc pas pour entrer.
security-totp = Application d’authentification
security-totp-none = Des codes générés par une application sur votre téléphone
security-factor-removed = La deuxième étape a été supprimée. Elle sera redemandée sur chaque appareil à la prochaine connexion.
security-second-gone = La deuxième étape a été supprimée. La connexion se fait désormais en une seule étape.
security-takes-phone = Les codes par SMS disparaissent avec elle : ils ne peuvent servir de deuxième étape qu’en complément d’une application d’authentification ou d’une clé d’accès.
security-last-factor = Une deuxième étape est exigée ici, et c’est votre dernière. Ajoutez-en une autre avant de la supprimer.
security-recovery = Codes de secours
security-recovery-left = { $count ->
    [0] Il n’en reste aucun
    [one] Il en reste un
   *[other] Il en reste { $count }
}
security-recovery-make = En créer de nouveaux
security-devices = Appareils de confiance
security-devices-hint = Sur ces appareils, nous ne demandons pas la deuxième étape.
security-device-until = De confiance jusqu’au { $date }
security-device-removed = L’appareil n’est plus de confiance.
security-devices-removed = Plus aucun appareil n’est de confiance.
security-devices-remove-all = Ne plus faire confiance à aucun
security-sms = SMS
security-sms-none = Des codes envoyés à votre téléphone
security-sessions-hint = Là où vous êtes connecté. Terminez les sessions que vous ne reconnaissez pas.
security-sessions-all = Voir toutes les sessions
security-apps-hint = Les applications que vous laissez utiliser votre compte.
security-apps-all = Voir toutes les applications
security-app-removed = L’application n’a plus accès à votre compte.
