# Bloquear una cuenta: «No he sido yo».

lockdown-title = ¿No ha sido usted?
lockdown-lead = Bloquee la cuenta de { $email }. Después nadie más que usted podrá volver a entrar.
lockdown-restores = La cuenta recupera la dirección { $email }.
lockdown-signs-out = Se cierran todas las sesiones, en todos los dispositivos y aplicaciones. Ya no hay ningún dispositivo de confianza.
lockdown-ends-password = La contraseña deja de funcionar. Le enviamos un enlace para elegir una nueva.
lockdown-takes-away = Se quitan las llaves de acceso, los segundos pasos y las cuentas vinculadas que se añadieron en los últimos 7 días, vuelve lo que se reemplazó, y las aplicaciones deben volver a pedirle permiso.
lockdown-own = Lo que haya añadido usted podrá añadirlo de nuevo después.
lockdown-button = Bloquear mi cuenta
lockdown-was-me = ¿Sí ha sido usted? Cierre esta página; no ha cambiado nada.
lockdown-not-yet = ¿Tiene dudas? Todavía no ha cambiado nada.
lockdown-back = Volver a la página de seguridad
lockdown-unproven = Confirme primero su dirección de correo. De lo contrario, no podríamos enviarle el enlace para volver a entrar.
lockdown-verify = Confirmar la dirección de correo
lockdown-done-title = Su cuenta está bloqueada
lockdown-done-lead = Hemos enviado un enlace a { $email }. Le permite elegir una contraseña nueva; es válido durante 30 minutos y sirve una sola vez.
lockdown-done-shut = { $email } pertenece ahora a otra cuenta, así que no se ha podido devolver. Nadie puede abrir la cuenta bloqueada hasta que la reabran quienes gestionan este servicio.
lockdown-done-restored = La cuenta vuelve a tener la dirección { $email }.
lockdown-done-signed-out = Se han cerrado todas las sesiones, en todos los dispositivos y aplicaciones.
lockdown-done-password = La contraseña anterior ya no funciona.
lockdown-done-taken-away = Se ha quitado lo que se añadió en los últimos 7 días, y lo que se reemplazó vuelve a ser como antes.
lockdown-next = Qué hacer ahora
lockdown-next-password = Elija una contraseña nueva que no use en ningún otro sitio.
lockdown-next-mailbox = Cambie también la contraseña de su buzón, para que nadie más lea su correo.
lockdown-next-look = Inicie sesión, revise su página de seguridad y añada lo que falte.
lockdown-section = ¿Algo no está bien?
lockdown-section-hint = Si otra persona ha estado en su cuenta, bloquéela para todos de inmediato.
