# O segundo fator: informá-lo, adicioná-lo, e os códigos para o dia em que ele se perder.

sms-code = { $code } é o seu código { $brand }. Não o informe a ninguém.
