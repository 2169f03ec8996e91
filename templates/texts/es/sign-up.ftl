# Crear una cuenta. <terms>…</terms> y <privacy>…</privacy> se convierten en enlaces.

sign-up-title = Cree su cuenta
sign-up-create = Crear cuenta
sign-up-agree-both = Al crear una cuenta, acepta las <terms>condiciones</terms> y la <privacy>política de privacidad</privacy>.
sign-up-agree-terms = Al crear una cuenta, acepta las <terms>condiciones</terms>.
sign-up-read-privacy = En la <privacy>política de privacidad</privacy> puede leer cómo se tratan sus datos.
sign-up-have-account = ¿Ya tiene una cuenta?
sign-up-with-passkey = Usar una llave de acceso
sign-up-passkey-title = Cree su llave de acceso
sign-up-passkey-lead = Abre la cuenta de { $email }. La guarda su dispositivo o su gestor de contraseñas. No hay ninguna contraseña que recordar.
sign-up-with-password = Usar una contraseña
