# Lo que se envía por correo, en las páginas: códigos, enlaces, contraseñas olvidadas, direcciones.

mailed-code-title = Revise su correo
mailed-code-lead = Hemos enviado un correo a { $email }. Escriba el código que contiene; es válido durante 10 minutos.
mailed-code-lead-perhaps = Si existe una cuenta con { $email }, hemos enviado un código a esa dirección. Escríbalo aquí; es válido durante 10 minutos.
mailed-code = Código
mailed-code-none = ¿No ha recibido el correo? Mire también en la carpeta de correo no deseado.
mailed-code-again = Enviar un código nuevo
mailed-code-other-address = Usar otra dirección
mailed-code-wrong = Este código es incorrecto o demasiado antiguo. Use el del correo más reciente.
mailed-code-too-many = Demasiados intentos. Pida un código nuevo o vuelva dentro de una hora.
mailed-link-dead = Este enlace ya no funciona
mailed-link-dead-lead = Se ha usado, lo ha sustituido uno más reciente o es demasiado antiguo.
mailed-link-again = Pedir un enlace nuevo
mailed-verify-title = Confirme su dirección de correo
mailed-verify-lead = Enviaremos un código a { $email } para asegurarnos de que la dirección es suya.
mailed-verify-send = Enviar el código
