# Verrouiller un compte : « Ce n’était pas moi ».

lockdown-title = Ce n’était pas vous ?
lockdown-lead = Verrouillez le compte de { $email }. Ensuite, personne d’autre que vous ne pourra y revenir.
lockdown-restores = Le compte retrouve l’adresse { $email }.
lockdown-signs-out = Tout le monde est déconnecté, sur tous les appareils et dans toutes les applications. Plus aucun appareil n’est de confiance.
lockdown-ends-password = Le mot de passe ne fonctionne plus. Nous vous envoyons un lien pour en choisir un nouveau.
lockdown-takes-away = Les clés d’accès, les deuxièmes étapes et les comptes associés ajoutés au cours des 7 derniers jours sont supprimés, ce qui a été remplacé est rétabli, et les applications doivent de nouveau vous demander votre accord.
lockdown-own = Ce que vous aviez ajouté vous-même, vous pourrez l’ajouter de nouveau ensuite.
lockdown-button = Verrouiller mon compte
lockdown-was-me = C’était bien vous ? Fermez cette page ; rien n’a changé.
lockdown-not-yet = Un doute ? Rien n’a encore changé.
lockdown-back = Retour à la page de sécurité
lockdown-unproven = Confirmez d’abord votre adresse e-mail. Sinon, nous ne pourrions pas vous envoyer le lien qui permet de revenir dans votre compte.
lockdown-verify = Confirmer l’adresse e-mail
lockdown-done-title = Votre compte est verrouillé
lockdown-done-lead = Nous avons envoyé un lien à { $email }. Il permet de choisir un nouveau mot de passe ; il est valable 30 minutes et ne sert qu’une fois.
lockdown-done-shut = { $email } appartient désormais à un autre compte et n’a pas pu être rendue. Personne ne peut ouvrir le compte verrouillé tant que le responsable de ce service ne l’a pas rouvert.
lockdown-done-restored = Le compte a de nouveau l’adresse { $email }.
lockdown-done-signed-out = Tout le monde a été déconnecté, sur tous les appareils et dans toutes les applications.
lockdown-done-password = L’ancien mot de passe ne fonctionne plus.
lockdown-done-taken-away = Ce qui a été ajouté au cours des 7 derniers jours a été supprimé, et ce qui a été remplacé est de nouveau comme avant.
lockdown-next = Ce qu’il faut faire maintenant
lockdown-next-password = Choisissez un nouveau mot de passe que vous n’utilisez nulle part ailleurs.
lockdown-next-mailbox = Changez aussi le mot de passe de votre messagerie, pour que personne d’autre ne lise vos e-mails.
lockdown-next-look = Connectez-vous, parcourez votre page de sécurité et ajoutez ce qui manque.
lockdown-section = Quelque chose vous semble anormal ?
lockdown-section-hint = Si quelqu’un d’autre a utilisé votre compte, fermez-le immédiatement à tout le monde.
