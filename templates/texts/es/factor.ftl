# El segundo factor: darlo, añadirlo, y los códigos para el día en que se pierda.

factor-title = Un paso más
factor-to-continue = para continuar en { $app }
factor-totp = Escriba los seis dígitos que su aplicación de autenticación muestra ahora.
factor-recovery = Escriba uno de los códigos de recuperación que guardó. Cada uno sirve una sola vez.
factor-code = Código
factor-recovery-code = Código de recuperación
factor-trust = No pedirlo en este dispositivo durante 30 días
factor-continue = Continuar
factor-use-totp = Usar la aplicación de autenticación
factor-use-recovery = Usar un código de recuperación
factor-account = Inicio de sesión como { $email }.
factor-start-again = Empezar de nuevo
factor-failed = No ha funcionado
factor-wrong = El código no es correcto o ya se usó. Espere al siguiente y vuelva a intentarlo.
factor-wrong-recovery = Este código de recuperación no es correcto o ya se usó. Revíselo o use otro.
factor-too-many = Demasiados intentos
factor-wait = Espere { $wait } antes de volver a intentarlo.
factor-sms = Escriba el código que enviamos a su teléfono.
factor-sms-offer = Podemos enviar un SMS con un código a su número terminado en { $number }.
factor-use-sms = Enviarme un SMS
factor-ended = Se han escrito cinco códigos incorrectos. Inicie sesión de nuevo desde el principio.
