# Le deuxième facteur : le donner, l’ajouter, et les codes pour le jour où il est perdu.

recovery-title = Conservez vos codes de secours
recovery-lead = Ils vous permettent de vous connecter si vous perdez votre téléphone. Chacun ne sert qu’une fois.
recovery-once = Ils ne sont affichés que maintenant. Imprimez-les, ou gardez-les avec vos mots de passe.
recovery-saved = Je les ai conservés
recovery-download = Télécharger le fichier
recovery-make-title = Créer de nouveaux codes de secours
recovery-make-lead = { $count ->
    [0] Vous n’avez aucun code de secours. Ils vous permettent de vous connecter si vous perdez votre téléphone ou votre clé de sécurité. Vous en recevrez dix.
    [one] Il vous reste un code. Vous en recevrez dix nouveaux, et l’ancien ne servira plus.
   *[other] Il vous reste { $count } codes. Vous en recevrez dix nouveaux, et les anciens ne serviront plus.
}
recovery-make = Créer de nouveaux codes
recovery-keep = Garder ceux que j’ai
recovery-later = Pas maintenant
