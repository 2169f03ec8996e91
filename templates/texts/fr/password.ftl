# Un mot de passe.

password-guessable = Ce mot de passe serait vite deviné. Ajoutez un ou deux mots.
password-guessable-common = Beaucoup de gens utilisent ce mot de passe. Choisissez-en un qui vous soit propre.
password-guessable-pattern = Les suites de touches, les répétitions et les dates sont essayées en premier. Ajoutez un ou deux mots.
password-guessable-word = Un nom ou un seul mot est essayé en premier. Ajoutez encore un ou deux mots.
password-breached = Ce mot de passe a été divulgué lors du piratage d’un autre service. Choisissez-en un autre.
password-strength-fair = Suffisamment difficile à deviner.
password-strength-good = Difficile à deviner.
password-strength-strong = Très difficile à deviner.
