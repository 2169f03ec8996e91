# Entrar, confirmar quem é, escolher uma conta.

login-confirm = Confirme que é você
login-confirm-lead = Digite sua senha novamente.
login-confirm-lead-app = Digite sua senha novamente para continuar em { $app }.
login-confirm-lead-other = Entre de novo para sabermos que é você.
login-failed = Não deu certo
login-wrong = E-mail ou senha incorretos. Verifique os dois e tente novamente.
login-too-many = Muitas tentativas
login-wait = Espere { $wait } antes de tentar novamente.
login-new-here = Primeira vez por aqui?
login-create-account = Criar uma conta
login-not-you = Não é você?
login-other-account = Usar outra conta
login-choose = Escolha uma conta
login-continue-as = Continuar como
login-mail-title = Entrar com um código
login-mail-lead = Enviaremos um código para seu endereço de e-mail. Você não precisa da senha.
login-mail-send = Enviar um código por e-mail
login-mail-password = Usar a senha
login-link-lead = Você vai entrar aqui como { $email }.
