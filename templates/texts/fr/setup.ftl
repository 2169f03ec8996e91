# Le premier administrateur.

setup-title = Créez le premier compte administrateur
setup-lead = Ce compte administre { $brand }. Le lien que vous avez suivi ne sert qu’une fois.
setup-create = Créer le compte administrateur
setup-link-title = Ce lien n’est plus valable
setup-used = La configuration est déjà terminée
setup-used-lead = Il existe déjà un compte administrateur ; ce lien ne sert donc plus. Connectez-vous avec ce compte.
setup-expired = Ce lien a expiré
setup-expired-lead = Redémarrez Ostiary et ouvrez le nouveau lien qu’il affiche. Les liens sont valables peu de temps, afin que personne ne puisse prendre le contrôle du serveur avec celui d’un ancien journal.
setup-unknown = Ce lien ne fonctionne pas
setup-unknown-lead = Copiez le lien entier là où Ostiary a été démarré. Il tient sur une seule longue ligne.
