# Lo que se envía por correo, en las páginas: códigos, enlaces, contraseñas olvidadas, direcciones.

forgot-title = ¿Ha olvidado su contraseña?
forgot-lead = Introduzca su dirección de correo y le enviaremos un enlace para elegir una nueva.
forgot-send = Enviar el enlace
forgot-back = Volver al inicio de sesión
forgot-sent = Revise su correo
forgot-sent-lead = Si existe una cuenta con esa dirección, un enlace va de camino. Sirve una sola vez, durante 30 minutos.
forgot-sent-none = ¿No hay correo? Mire también en la carpeta de spam.
forgot-sent-again = Intentarlo de nuevo
forgot-reset-title = Elija una contraseña nueva
forgot-reset-lead = Para { $email }. Se cerrará la sesión en todos los demás sitios.
forgot-reset-new = Contraseña nueva
forgot-reset-save = Guardar e iniciar sesión
