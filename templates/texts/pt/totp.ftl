# O segundo fator: informá-lo, adicioná-lo, e os códigos para o dia em que ele se perder.

totp-title = Configurar um aplicativo autenticador
totp-lead = Um aplicativo no seu celular mostra um código novo a cada 30 segundos. Para entrar, você também vai precisar do seu celular.
totp-replaces = O novo aplicativo substitui o que você tem agora.
totp-needed-app = { $app } pede uma segunda etapa. Configure-a uma vez e continue.
totp-demanded = Sua conta exige uma segunda etapa. Configure-a uma vez e continue.
totp-scan = Escaneie este código com o aplicativo
totp-scan-hint = Qualquer aplicativo autenticador serve. Abra-o, adicione uma conta e aponte a câmera para este código.
totp-qr = Código QR para o aplicativo autenticador
totp-secret = Não consegue escanear? Digite isto:
totp-confirm = Digite o código que o aplicativo mostra
totp-code = Código
totp-code-hint = Seis dígitos
totp-turn-on = Ativar
totp-wrong = O código está incorreto. Espere o próximo e verifique se o relógio do seu celular está certo.
