# Uma senha.

password-guessable = Esta senha seria adivinhada rapidamente. Acrescente uma ou duas palavras.
password-guessable-common = Muitas pessoas usam esta senha. Escolha uma que seja só sua.
password-guessable-pattern = Sequências de teclas, repetições e datas são tentadas primeiro. Acrescente uma ou duas palavras.
password-guessable-word = Nomes e palavras isoladas são tentados primeiro. Acrescente mais uma ou duas palavras.
password-breached = Esta senha vazou em uma invasão a outro serviço. Escolha outra.
password-strength-fair = Difícil o bastante de adivinhar.
password-strength-good = Difícil de adivinhar.
password-strength-strong = Muito difícil de adivinhar.
