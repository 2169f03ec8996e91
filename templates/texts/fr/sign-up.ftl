# Créer un compte. <terms>…</terms> et <privacy>…</privacy> deviennent des liens.

sign-up-title = Créez votre compte
sign-up-create = Créer le compte
sign-up-agree-both = En créant un compte, vous acceptez les <terms>conditions d’utilisation</terms> et la <privacy>politique de confidentialité</privacy>.
sign-up-agree-terms = En créant un compte, vous acceptez les <terms>conditions d’utilisation</terms>.
sign-up-read-privacy = La <privacy>politique de confidentialité</privacy> explique comment vos données sont traitées.
sign-up-have-account = Vous avez déjà un compte ?
sign-up-with-passkey = Utiliser plutôt une clé d’accès
sign-up-passkey-title = Créez votre clé d’accès
sign-up-passkey-lead = Elle ouvre le compte de { $email }. Votre appareil ou votre gestionnaire de mots de passe la conserve. Aucun mot de passe à retenir.
sign-up-with-password = Utiliser plutôt un mot de passe
