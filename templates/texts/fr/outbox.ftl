# Les messages qu’un serveur de développement aurait envoyés.

outbox-title = Boîte d’envoi
outbox-lead = Les messages que ce serveur de développement aurait envoyés. Rien n’a quitté cette machine.
outbox-empty = Aucun message pour l’instant.
outbox-to-whom = À { $to }
outbox-all = Tous les messages
outbox-from = De
outbox-to = À
outbox-sent = Envoyé
