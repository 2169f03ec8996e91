# Iniciar sesión, confirmar quién es, elegir una cuenta.

login-confirm = Confirme que es usted
login-confirm-lead = Vuelva a escribir su contraseña.
login-confirm-lead-app = Vuelva a escribir su contraseña para continuar en { $app }.
login-confirm-lead-other = Vuelva a iniciar sesión para que sepamos que es usted.
login-failed = No ha funcionado
login-wrong = El correo electrónico o la contraseña no son correctos. Revise ambos y vuelva a intentarlo.
login-too-many = Demasiados intentos
login-wait = Espere { $wait } antes de volver a intentarlo.
login-new-here = ¿Es su primera vez?
login-create-account = Crear una cuenta
login-not-you = ¿No es usted?
login-other-account = Usar otra cuenta
login-choose = Elija una cuenta
login-continue-as = Continuar como
login-mail-title = Iniciar sesión con un código
login-mail-lead = Enviaremos un código a su dirección de correo. No necesita su contraseña.
login-mail-send = Enviarme un código por correo
login-mail-password = Usar la contraseña
login-link-lead = Va a iniciar sesión aquí como { $email }.
