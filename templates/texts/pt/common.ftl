# O que mais de uma página diz. O nome da marca é { $brand } em todos os textos.

common-seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
common-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
common-error-title = Erro: { $title }
common-skip = Ir para o conteúdo
common-sign-in = Entrar
common-sign-out = Sair
common-continue = Continuar
common-cancel = Cancelar
common-to-continue = para continuar em { $app }
common-go-to-account = Ir para a sua conta
common-help = Ajuda
common-privacy = Privacidade
common-terms = Termos

# Campos
common-email = E-mail
common-name = Seu nome
common-password = Senha
common-show-password = Mostrar a senha
common-optional = opcional
common-password-hint = Pelo menos { $minimum } caracteres. Algumas palavras seguidas são fáceis de lembrar e difíceis de adivinhar.

# O que está errado em um campo
common-faults = { $count ->
    [one] Há um item para revisar
   *[other] Há { $count } itens para revisar
}
common-email-invalid = Digite um endereço de e-mail, como nome@example.com.
common-email-taken = Já existe uma conta com este endereço. Entre com ela.
common-name-too-long = O nome pode ter no máximo { $maximum } caracteres.
common-password-too-short = A senha deve ter pelo menos { $minimum } caracteres.
common-password-too-long = Esta senha é longa demais. Ela pode ter no máximo { $maximum } bytes; letras acentuadas, as de outros alfabetos e emojis ocupam de dois a quatro cada.
