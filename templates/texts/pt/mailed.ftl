# O que é enviado por e-mail, nas páginas: códigos, links, senhas esquecidas, endereços.

mailed-code-title = Confira seu e-mail
mailed-code-lead = Enviamos um e-mail para { $email }. Digite o código que está nele; ele vale por 10 minutos.
mailed-code-lead-perhaps = Se existir uma conta com { $email }, enviamos um código para ela. Digite-o aqui; ele vale por 10 minutos.
mailed-code = Código
mailed-code-none = Não recebeu o e-mail? Confira também a pasta de spam.
mailed-code-again = Enviar um novo código
mailed-code-other-address = Usar outro endereço
mailed-code-wrong = Este código está incorreto ou é antigo demais. Use o do e-mail mais recente.
mailed-code-too-many = Muitas tentativas. Peça um novo código ou volte daqui a uma hora.
mailed-link-dead = Este link não funciona mais
mailed-link-dead-lead = Ele já foi usado, foi substituído por um mais novo ou é antigo demais.
mailed-link-again = Pedir um novo link
mailed-verify-title = Confirme seu endereço de e-mail
mailed-verify-lead = Enviaremos um código para { $email } para ter certeza de que o endereço é seu.
mailed-verify-send = Enviar o código
