# A password.

password-guessable = This password would soon be guessed. Add a word or two.
password-guessable-common = This is one of the passwords that many people use. Choose one of your own.
password-guessable-pattern = Rows of keys, repeats and dates are guessed first. Add a word or two.
password-guessable-word = A name or a single word is guessed first. Add another word or two.
password-breached = This password was leaked when another service was broken into. Choose another one.
password-strength-fair = Hard enough to guess.
password-strength-good = Hard to guess.
password-strength-strong = Very hard to guess.
