# O segundo fator: informá-lo, adicioná-lo, e os códigos para o dia em que ele se perder.

phone-title = Número de telefone
phone-lead = Enviamos um código por SMS para confirmar que o número é seu. Depois ele pode ser a sua segunda etapa.
phone-lead-not-alone = Enviamos um código por SMS para confirmar que o número é seu. Outras pessoas podem ler SMS; por isso, ele só pode ser uma segunda etapa junto com um aplicativo autenticador ou uma chave de acesso.
phone-number = Número de telefone
phone-number-hint = Com o código do país. Enviamos SMS para números que começam com { $countries }.
phone-send = Enviar um código
phone-sent = Enviamos um código para { $number }.
phone-confirm = Confirmar
phone-another = Usar outro número
phone-not-a-number = Digite o número com o código do país, por exemplo { $example }.
phone-wrong-code = O código está incorreto ou tem mais de dez minutos. Confira-o ou peça um novo.
phone-too-many = Muitas mensagens foram solicitadas. Tente novamente em uma hora ou use outra forma.
phone-country = Não enviamos SMS para números deste país.
phone-failed = Não foi possível enviar a mensagem. Tente novamente daqui a pouco ou use outra forma.
