# Levar os próprios dados.

data-title = Seus dados
data-lead = Tudo o que esta conta sabe sobre você é seu.
data-row = Baixar ou excluir o que se sabe sobre você
data-download = Baixar seus dados
data-download-lead = Um arquivo com seu perfil, suas formas de entrar, suas sessões, seus aplicativos e o que aconteceu na sua conta. Não contém senhas nem chaves.
data-download-button = Baixar
