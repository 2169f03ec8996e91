# O segundo fator: informá-lo, adicioná-lo, e os códigos para o dia em que ele se perder.

factor-title = Só mais uma etapa
factor-to-continue = para continuar em { $app }
factor-totp = Digite os seis dígitos que o seu aplicativo autenticador mostra agora.
factor-recovery = Digite um dos códigos de recuperação que você guardou. Cada um só funciona uma vez.
factor-code = Código
factor-recovery-code = Código de recuperação
factor-trust = Não pedir neste dispositivo por 30 dias
factor-continue = Continuar
factor-use-totp = Usar o aplicativo autenticador
factor-use-recovery = Usar um código de recuperação
factor-account = Entrando como { $email }.
factor-start-again = Começar de novo
factor-failed = Não deu certo
factor-wrong = O código está incorreto ou já foi usado. Espere o próximo e tente novamente.
factor-wrong-recovery = Este código de recuperação está incorreto ou já foi usado. Confira-o ou use outro.
factor-too-many = Muitas tentativas
factor-wait = Espere { $wait } antes de tentar novamente.
factor-sms = Digite o código que enviamos para o seu celular.
factor-sms-offer = Podemos enviar um SMS com um código para o seu número com final { $number }.
factor-use-sms = Receber um SMS
factor-ended = Foram digitados cinco códigos incorretos. Entre novamente desde o início.
