# Le deuxième facteur : le donner, l’ajouter, et les codes pour le jour où il est perdu.

sms-code = { $code } est votre code { $brand }. Ne le communiquez à personne.
