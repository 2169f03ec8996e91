# Uma senha.

password-guessable = Esta senha seria adivinhada logo. Acrescente uma ou duas palavras.
password-guessable-common = Muitas pessoas usam esta senha. Escolha uma sua.
password-guessable-pattern = Sequências de teclas, repetições e datas são tentadas primeiro. Acrescente uma ou duas palavras.
password-guessable-word = Um nome ou uma única palavra é tentado primeiro. Acrescente mais uma ou duas palavras.
password-breached = Esta senha é conhecida por uma invasão de outro serviço. Escolha outra.
password-strength-fair = Difícil o bastante de adivinhar.
password-strength-good = Difícil de adivinhar.
password-strength-strong = Muito difícil de adivinhar.
