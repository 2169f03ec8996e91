# A password.

password-guessable = Others would soon guess this password. Add a word or two.
password-guessable-common = This is one of the passwords that many people use. Choose one of your own.
password-guessable-pattern = Rows of keys, repeats and dates are guessed first. Add a word or two.
password-guessable-word = A name or a single word is guessed first. Add another word or two.
password-breached = This password is known from a break-in at another service. Choose another one.
password-strength-fair = Hard enough to guess.
password-strength-good = Hard to guess.
password-strength-strong = Very hard to guess.
