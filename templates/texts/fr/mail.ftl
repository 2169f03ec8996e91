# Les lettres. Chacune a un objet, un titre, des paragraphes, parfois un bouton, et une note.

mail-help = Ou demandez de l’aide
mail-colon =  :
mail-see-account = Voir votre compte
mail-see-apps = Voir vos applications
mail-sign-in = Se connecter

mail-welcome-subject = Bienvenue chez { $brand }
mail-welcome-heading = Bienvenue chez { $brand }
mail-welcome = Votre compte { $brand } est prêt. Vous pouvez vous connecter à toutes les applications qui le proposent.
mail-welcome-not-you = Vous n’avez pas créé ce compte ? Quelqu’un a alors utilisé votre adresse par erreur ; vous pouvez ignorer ce message.

mail-password-changed-subject = Le mot de passe de votre compte { $brand } a été modifié
mail-password-changed-heading = Votre mot de passe a été modifié
mail-password-changed = Le mot de passe de votre compte { $brand } vient d’être modifié. Tous les autres appareils ont été déconnectés.
mail-password-added-subject = Un mot de passe a été ajouté à votre compte { $brand }
mail-password-added-heading = Un mot de passe a été ajouté
mail-password-added = Un mot de passe vient d’être ajouté à votre compte { $brand }. Avec votre adresse e-mail, il permet de se connecter.

mail-account-exists-subject = Vous avez déjà un compte { $brand }
mail-account-exists-heading = Vous avez déjà un compte
mail-account-exists = Quelqu’un, peut-être vous, a essayé de créer un compte { $brand } avec cette adresse. Il en existe déjà un ; rien n’a donc été modifié.
mail-account-exists-not-you = Ce n’était pas vous ? Vous n’avez rien à faire : personne n’a eu accès à votre compte.

mail-reuse-subject = Vous avez été déconnecté de { $app }
mail-reuse-heading = Vous avez été déconnecté de { $app }
mail-reuse = Une ancienne clé de votre connexion à { $app } a été utilisée une seconde fois. Elle a pu être copiée ; nous avons donc mis fin à cette connexion. Reconnectez-vous à { $app } lorsque vous en aurez besoin.
mail-reuse-again = Cela se répète ? Retirez l’accès à l’application et prévenez ses développeurs.

mail-see-security = Voir comment votre compte est protégé
mail-factor-added-subject = Une deuxième étape a été ajoutée à votre compte { $brand }
mail-factor-added-heading = Une deuxième étape a été ajoutée
mail-factor-added = Une deuxième étape de connexion vient d’être ajoutée à votre compte { $brand }.
mail-factor-removed-subject = Une deuxième étape a été supprimée de votre compte { $brand }
mail-factor-removed-heading = Une deuxième étape a été supprimée
mail-factor-removed = Une deuxième étape de connexion vient d’être supprimée de votre compte { $brand }. Plus aucun appareil n’est de confiance.
mail-recovery-code-used-subject = Un code de secours de votre compte { $brand } a été utilisé
mail-recovery-code-used-heading = Un code de secours a été utilisé
mail-recovery-code-used = Quelqu’un vient de se connecter à votre compte { $brand } avec un code de secours. Chaque code ne sert qu’une fois ; créez-en de nouveaux quand il en reste peu.
mail-passkey-added-subject = Une clé d’accès a été ajoutée à votre compte { $brand }
mail-passkey-added-heading = Une clé d’accès a été ajoutée
mail-passkey-added = Une clé d’accès vient d’être ajoutée à votre compte { $brand }. Elle permet de se connecter sans votre mot de passe.
mail-passkey-removed-subject = Une clé d’accès a été supprimée de votre compte { $brand }
mail-passkey-removed-heading = Une clé d’accès a été supprimée
mail-passkey-removed = Une clé d’accès vient d’être supprimée de votre compte { $brand }. Elle ne permet plus de se connecter.
mail-passkey-copied-subject = Une clé d’accès de votre compte { $brand } a peut-être été copiée
mail-passkey-copied-heading = Une clé d’accès a peut-être été copiée
mail-passkey-copied = Deux appareils semblent utiliser la même clé d’accès ou de sécurité de votre compte { $brand }. Nous l’avons refusée, et elle n’ouvre plus votre compte. Supprimez-la et ajoutez-en une nouvelle.

mail-code-subject = Votre code { $brand }
mail-code-not-you = Vous n’avez rien demandé ? Ignorez ce message et ne communiquez ce code à personne.
mail-sign-up-code-heading = Confirmez votre adresse e-mail
mail-sign-up-code = Saisissez ce code là où vous créez votre compte { $brand }. Il est valable 10 minutes.
mail-verify-email-heading = Confirmez votre adresse e-mail
mail-verify-email = Saisissez ce code pour confirmer l’adresse de votre compte { $brand }. Il est valable 10 minutes.
mail-change-email-heading = Confirmez votre nouvelle adresse
mail-change-email = Saisissez ce code pour donner cette adresse à votre compte { $brand }. Il est valable 10 minutes.
mail-sign-in-code-heading = Connexion à { $brand }
mail-sign-in-code = Saisissez ce code là où vous vous connectez, ou ouvrez le lien sur l’appareil que vous voulez utiliser. Les deux sont valables 10 minutes et ne servent qu’une fois.
mail-reset-subject = Choisissez un nouveau mot de passe { $brand }
mail-reset-heading = Choisissez un nouveau mot de passe
mail-reset = Quelqu’un (vous, espérons-le) a demandé un nouveau mot de passe pour votre compte { $brand }. Ce lien est valable 30 minutes et ne sert qu’une fois.
mail-reset-not-you = Vous n’avez rien demandé ? Ignorez ce message : rien n’a changé.
mail-email-changed-subject = L’adresse de votre compte { $brand } a été modifiée
mail-email-changed-heading = Votre adresse e-mail a été modifiée
mail-email-changed = Votre compte { $brand } a maintenant l’adresse { $email }.
mail-email-changed-undo = Rétablir cette adresse
mail-email-changed-not-you = Ce n’était pas vous ? Rétablissez cette adresse dans les 7 jours. Tout le monde sera alors déconnecté et vous choisirez un nouveau mot de passe.
mail-new-device-subject = Nouvelle connexion à votre compte { $brand }
mail-new-device-heading = Nouvelle connexion
mail-new-device = Quelqu’un s’est connecté à votre compte { $brand } dans un navigateur que nous ne connaissions pas : { $browser } sur { $device }, { $address }, le { $moment }.
mail-not-you = Ce n’était pas vous ? Choisissez tout de suite un nouveau mot de passe. Tous les autres seront déconnectés.
mail-not-you-button = Ce n’était pas moi
mail-not-you-lockdown = Ce n’était pas vous ? Verrouillez votre compte dans les 7 jours. Tout le monde sera alors déconnecté et vous choisirez un nouveau mot de passe.
mail-number-added-subject = Un numéro de téléphone a été ajouté à votre compte { $brand }
mail-number-added-heading = Un numéro de téléphone a été ajouté
mail-number-added = Un numéro de téléphone vient d’être confirmé pour votre compte { $brand }.
mail-recovery-codes-subject = Nouveaux codes de secours pour votre compte { $brand }
mail-recovery-codes-heading = De nouveaux codes de secours ont été créés
mail-recovery-codes = De nouveaux codes de secours viennent d’être créés pour votre compte { $brand }. Les précédents ne fonctionnent plus.
mail-locked-down-subject = Votre compte { $brand } est verrouillé
mail-locked-down-heading = Votre compte est verrouillé
mail-locked-down = Vous nous avez signalé que quelqu’un d’autre a utilisé votre compte { $brand }. Tout le monde a été déconnecté, le mot de passe ne fonctionne plus et ce qui a été ajouté au cours des 7 derniers jours a été supprimé.
mail-locked-down-next = Choisissez un nouveau mot de passe pour y revenir. Le lien est valable 30 minutes et ne sert qu’une fois.
mail-locked-down-late = Le lien est trop ancien ? Choisissez « Mot de passe oublié ? » sur la page de connexion.
