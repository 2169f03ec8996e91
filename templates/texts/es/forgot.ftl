# Lo que se envía por correo, en las páginas: códigos, enlaces, contraseñas olvidadas, direcciones.

forgot-title = ¿Ha olvidado su contraseña?
forgot-lead = Escriba su dirección de correo y le enviaremos un enlace para elegir una contraseña nueva.
forgot-send = Enviar el enlace
forgot-back = Volver al inicio de sesión
forgot-sent = Revise su correo
forgot-sent-lead = Si existe una cuenta con esa dirección, el enlace ya va en camino. Es válido durante 30 minutos y sirve una sola vez.
forgot-sent-none = ¿No ha recibido el correo? Mire también en la carpeta de correo no deseado.
forgot-sent-again = Intentarlo de nuevo
forgot-reset-title = Elija una contraseña nueva
forgot-reset-lead = Para { $email }. Se cerrará su sesión en todos los demás dispositivos.
forgot-reset-new = Contraseña nueva
forgot-reset-save = Guardar e iniciar sesión
