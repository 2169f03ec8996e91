# Ce qui est envoyé par e-mail, sur les pages : codes, liens, mots de passe oubliés, adresses.

mailed-code-title = Consultez vos e-mails
mailed-code-lead = Nous avons envoyé un e-mail à { $email }. Saisissez le code qu’il contient ; il est valable 10 minutes.
mailed-code-lead-perhaps = S’il existe un compte avec l’adresse { $email }, nous y avons envoyé un code. Saisissez-le ici ; il est valable 10 minutes.
mailed-code = Code
mailed-code-none = Pas d’e-mail ? Regardez aussi dans le courrier indésirable.
mailed-code-again = Envoyer un nouveau code
mailed-code-other-address = Utiliser une autre adresse
mailed-code-wrong = Ce code est incorrect ou trop ancien. Prenez celui de l’e-mail le plus récent.
mailed-code-too-many = Trop de tentatives. Demandez un nouveau code, ou revenez dans une heure.
mailed-link-dead = Ce lien ne fonctionne plus
mailed-link-dead-lead = Il a été utilisé, remplacé par un plus récent, ou il est trop ancien.
mailed-link-again = Demander un nouveau lien
mailed-verify-title = Confirmez votre adresse e-mail
mailed-verify-lead = Nous enverrons un code à { $email } pour vérifier que cette adresse est bien la vôtre.
mailed-verify-send = Envoyer le code
