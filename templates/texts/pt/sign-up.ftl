# Criar uma conta. <terms>…</terms> e <privacy>…</privacy> viram links.

sign-up-title = Crie sua conta
sign-up-create = Criar conta
sign-up-agree-both = Ao criar uma conta, você concorda com os <terms>termos</terms> e a <privacy>política de privacidade</privacy>.
sign-up-agree-terms = Ao criar uma conta, você concorda com os <terms>termos</terms>.
sign-up-read-privacy = Leia na <privacy>política de privacidade</privacy> como seus dados são tratados.
sign-up-have-account = Já tem uma conta?
sign-up-with-passkey = Usar uma chave de acesso
sign-up-passkey-title = Crie sua chave de acesso
sign-up-passkey-lead = Ela abre a conta de { $email }. Seu dispositivo ou seu gerenciador de senhas a guarda. Não há senha para lembrar.
sign-up-with-password = Usar uma senha
