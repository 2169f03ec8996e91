# O que é enviado por e-mail, nas páginas: códigos, links, senhas esquecidas, endereços.

forgot-title = Esqueceu sua senha?
forgot-lead = Digite seu endereço de e-mail, e enviaremos um link para você escolher uma nova senha.
forgot-send = Enviar o link
forgot-back = Voltar para o login
forgot-sent = Confira seu e-mail
forgot-sent-lead = Se existir uma conta com esse endereço, um link está a caminho. Ele vale por 30 minutos e só funciona uma vez.
forgot-sent-none = Não recebeu o e-mail? Confira também a pasta de spam.
forgot-sent-again = Tentar de novo
forgot-reset-title = Escolha uma nova senha
forgot-reset-lead = Para { $email }. Suas outras sessões serão encerradas.
forgot-reset-new = Nova senha
forgot-reset-save = Salvar e entrar
