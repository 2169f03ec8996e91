# Supprimer un compte, et le garder.

deletion-title = Supprimer votre compte
deletion-row = Les applications perdent aussitôt leur accès. Vous avez quelques jours pour changer d’avis.
deletion-lead = Voici ce qu’il advient du compte de { $email }.
deletion-at-once = Vous êtes déconnecté de tous les appareils et toutes les applications perdent aussitôt leur accès.
deletion-for-good = Ensuite, tout ce que nous savons de vous ici est supprimé définitivement. Les applications peuvent encore avoir leurs propres données.
deletion-download-first = Télécharger d’abord vos données
deletion-button = Supprimer mon compte
deletion-keep = Conserver mon compte
deletion-due-title = Votre compte sera supprimé
deletion-due-lead = Il sera supprimé le { $date }, avec tout ce que nous savons de vous ici. D’ici là, vous ne pouvez pas l’utiliser.
deletion-asked-next = Vous avez été déconnecté partout. Pour conserver le compte, connectez-vous avant ce jour.
deletion-keep-title = Conserver votre compte ?
deletion-keep-lead = Le compte de { $email } ne sera alors pas supprimé.
deletion-kept-title = Votre compte est conservé
deletion-kept-lead = Il ne sera pas supprimé. Connectez-vous pour l’utiliser ; les applications vous demanderont de vous reconnecter.
deletion-kept = Votre compte est conservé. Les applications vous demanderont de vous reconnecter.
deletion-mail-subject = Votre compte { $brand } sera supprimé le { $date }
deletion-mail = Vous avez demandé la suppression de votre compte { $brand }. Il sera supprimé le { $date }, avec tout ce que nous savons de vous. Vous avez été déconnecté partout et les applications n’y ont plus accès. Jusqu’à cette date, vous pouvez encore choisir de le conserver.
deletion-mail-not-you = Ce n’était pas vous ? Verrouillez votre compte. Il sera alors conservé, tout le monde sera déconnecté et vous choisirez un nouveau mot de passe.
deletion-mail-kept-subject = Votre compte { $brand } est conservé
deletion-mail-kept = Votre compte { $brand } ne sera pas supprimé : quelqu’un qui s’y était connecté, ou qui avait le lien de notre e-mail, vient de choisir de le conserver. Les applications demanderont une nouvelle connexion.
deletion-grace = { $count ->
    [one] Pendant { $count } jour, vous pouvez changer d’avis : connectez-vous, ou ouvrez le lien que nous vous envoyons.
   *[other] Pendant { $count } jours, vous pouvez changer d’avis : connectez-vous, ou ouvrez le lien que nous vous envoyons.
}
