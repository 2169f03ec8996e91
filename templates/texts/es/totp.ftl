# El segundo factor: darlo, añadirlo, y los códigos para el día en que se pierda.

totp-title = Configurar una aplicación de autenticación
totp-lead = Una aplicación en su teléfono muestra un código nuevo cada 30 segundos. Para iniciar sesión hará falta también su teléfono.
totp-replaces = La nueva aplicación sustituye a la que tiene ahora.
totp-needed-app = { $app } pide un segundo paso. Configúrelo una vez y continúe.
totp-demanded = Su cuenta exige un segundo paso. Configúrelo una vez y continúe.
totp-scan = Escanee este código con la aplicación
totp-scan-hint = Sirve cualquier aplicación de autenticación. Ábrala, añada una cuenta y apunte la cámara a este código.
totp-qr = Código QR para la aplicación de autenticación
totp-secret = ¿No puede escanearlo? Escriba esto en su lugar:
totp-confirm = Escriba el código que muestra la aplicación
totp-code = Código
totp-code-hint = Seis dígitos
totp-turn-on = Activar
totp-wrong = El código no es correcto. Espere al siguiente y compruebe que el reloj de su teléfono está en hora.
