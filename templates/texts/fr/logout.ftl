# Se déconnecter.

logout-heading = Se déconnecter ?
logout-lead = Cela met fin à votre session dans ce navigateur.
logout-lead-app = { $app } souhaite vous déconnecter. Cela met fin à votre session dans ce navigateur.
logout-stay = Rester connecté
logout-stayed-title = Toujours connecté
logout-stayed = Vous êtes toujours connecté
logout-stayed-lead = Rien n’a changé. Vous pouvez fermer cette fenêtre.
logout-done-title = Déconnecté
logout-done = Vous êtes déconnecté
logout-done-lead = Votre session dans ce navigateur est terminée. Sur un ordinateur partagé, fermez aussi toutes les fenêtres du navigateur.
logout-again = Se reconnecter
