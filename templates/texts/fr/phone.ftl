# Le deuxième facteur : le donner, l’ajouter, et les codes pour le jour où il est perdu.

phone-title = Numéro de téléphone
phone-lead = Nous envoyons un code par SMS pour vérifier que le numéro est bien le vôtre. Il pourra ensuite servir de deuxième étape.
phone-lead-not-alone = Nous envoyons un code par SMS pour vérifier que le numéro est bien le vôtre. Les SMS peuvent être lus par d’autres : ils ne peuvent servir de deuxième étape qu’en complément d’une application d’authentification ou d’une clé d’accès.
phone-number = Numéro de téléphone
phone-number-hint = Avec l’indicatif du pays. Nous envoyons des SMS aux numéros qui commencent par { $countries }.
phone-send = Envoyer un code
phone-sent = Nous avons envoyé un code à { $number }.
phone-confirm = Confirmer
phone-another = Utiliser un autre numéro
phone-not-a-number = Saisissez le numéro avec l’indicatif du pays, par exemple { $example }.
phone-wrong-code = Le code est incorrect ou date de plus de dix minutes. Vérifiez-le, ou demandez-en un nouveau.
phone-too-many = Trop de messages ont été demandés. Réessayez dans une heure, ou utilisez un autre moyen.
phone-country = Nous n’envoyons pas de SMS aux numéros de ce pays.
phone-failed = Le message n’a pas pu être envoyé. Réessayez dans un instant, ou utilisez un autre moyen.
