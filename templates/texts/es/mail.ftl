# Cartas. Cada una tiene asunto, título, párrafos, quizá un botón, y una nota.

mail-help = O pida ayuda
mail-colon = :
mail-see-account = Ver su cuenta
mail-see-apps = Ver sus aplicaciones
mail-sign-in = Iniciar sesión

mail-welcome-subject = Le damos la bienvenida a { $brand }
mail-welcome-heading = Le damos la bienvenida a { $brand }
mail-welcome = Su cuenta de { $brand } está lista. Puede iniciar sesión en todas las aplicaciones que la ofrecen.
mail-welcome-not-you = ¿No ha creado esta cuenta? Entonces alguien ha usado su dirección por error; puede ignorar este mensaje.

mail-password-changed-subject = Se ha cambiado su contraseña de { $brand }
mail-password-changed-heading = Se ha cambiado su contraseña
mail-password-changed = Se acaba de cambiar la contraseña de su cuenta de { $brand }. Se ha cerrado la sesión en todos los demás dispositivos.
mail-password-added-subject = Se ha añadido una contraseña a su cuenta de { $brand }
mail-password-added-heading = Se ha añadido una contraseña
mail-password-added = Se acaba de añadir una contraseña a su cuenta de { $brand }. Permite iniciar sesión junto con su dirección de correo.

mail-account-exists-subject = Ya tiene una cuenta de { $brand }
mail-account-exists-heading = Ya tiene una cuenta
mail-account-exists = Alguien, quizá usted, ha intentado crear una cuenta de { $brand } con esta dirección. Ya existe una, así que no se ha cambiado nada.
mail-account-exists-not-you = ¿No ha sido usted? No tiene que hacer nada: nadie ha entrado en su cuenta.

mail-reuse-subject = Se ha cerrado su sesión en { $app }
mail-reuse-heading = Se ha cerrado su sesión en { $app }
mail-reuse = Se ha usado por segunda vez una clave antigua de su sesión en { $app }. Es posible que la hayan copiado, así que hemos cerrado esa sesión. Vuelva a iniciar sesión en { $app } cuando la necesite.
mail-reuse-again = ¿Se repite una y otra vez? Retire el acceso de la aplicación y avise a sus desarrolladores.

mail-see-security = Ver cómo está protegida su cuenta
mail-factor-added-subject = Se ha añadido un segundo paso a su cuenta de { $brand }
mail-factor-added-heading = Se ha añadido un segundo paso
mail-factor-added = Se acaba de añadir un segundo paso de inicio de sesión a su cuenta de { $brand }.
mail-factor-removed-subject = Se ha quitado un segundo paso de su cuenta de { $brand }
mail-factor-removed-heading = Se ha quitado un segundo paso
mail-factor-removed = Se acaba de quitar un segundo paso de inicio de sesión de su cuenta de { $brand }. Ya no hay ningún dispositivo de confianza.
mail-recovery-code-used-subject = Se ha usado un código de recuperación de su cuenta de { $brand }
mail-recovery-code-used-heading = Se ha usado un código de recuperación
mail-recovery-code-used = Alguien acaba de iniciar sesión en su cuenta de { $brand } con un código de recuperación. Cada código sirve una sola vez; cree otros nuevos cuando queden pocos.
mail-passkey-added-subject = Se ha añadido una llave de acceso a su cuenta de { $brand }
mail-passkey-added-heading = Se ha añadido una llave de acceso
mail-passkey-added = Se acaba de añadir una llave de acceso a su cuenta de { $brand }. Permite iniciar sesión sin su contraseña.
mail-passkey-removed-subject = Se ha eliminado una llave de acceso de su cuenta de { $brand }
mail-passkey-removed-heading = Se ha eliminado una llave de acceso
mail-passkey-removed = Se acaba de eliminar una llave de acceso de su cuenta de { $brand }. Ya no permite iniciar sesión.
mail-passkey-copied-subject = Es posible que se haya copiado una llave de acceso de su cuenta de { $brand }
mail-passkey-copied-heading = Es posible que se haya copiado una llave de acceso
mail-passkey-copied = Parece que dos dispositivos usan la misma llave de acceso o de seguridad de su cuenta de { $brand }. La hemos rechazado y ya no abre su cuenta. Elimínela y añada una nueva.

mail-code-subject = Su código de { $brand }
mail-code-not-you = ¿No lo ha pedido usted? Ignore este mensaje y no dé el código a nadie.
mail-sign-up-code-heading = Confirme su dirección de correo
mail-sign-up-code = Escriba este código donde está creando su cuenta de { $brand }. Es válido durante 10 minutos.
mail-verify-email-heading = Confirme su dirección de correo
mail-verify-email = Escriba este código para confirmar la dirección de su cuenta de { $brand }. Es válido durante 10 minutos.
mail-change-email-heading = Confirme su dirección nueva
mail-change-email = Escriba este código para que esta sea la dirección de su cuenta de { $brand }. Es válido durante 10 minutos.
mail-sign-in-code-heading = Iniciar sesión en { $brand }
mail-sign-in-code = Escriba este código donde está iniciando sesión o abra el enlace en el dispositivo que quiera usar. Ambos son válidos durante 10 minutos y sirven una sola vez.
mail-reset-subject = Elija una contraseña nueva de { $brand }
mail-reset-heading = Elija una contraseña nueva
mail-reset = Alguien, esperamos que usted, ha pedido una contraseña nueva para su cuenta de { $brand }. Este enlace es válido durante 30 minutos y sirve una sola vez.
mail-reset-not-you = ¿No lo ha pedido usted? Ignore este mensaje: no ha cambiado nada.
mail-email-changed-subject = Se ha cambiado la dirección de su cuenta de { $brand }
mail-email-changed-heading = Se ha cambiado su dirección de correo
mail-email-changed = Su cuenta de { $brand } tiene ahora la dirección { $email }.
mail-email-changed-undo = Restaurar esta dirección
mail-email-changed-not-you = ¿No ha sido usted? Restaure esta dirección en los próximos 7 días. Entonces se cerrarán todas las sesiones y usted elegirá una contraseña nueva.
mail-new-device-subject = Nuevo inicio de sesión en su cuenta de { $brand }
mail-new-device-heading = Nuevo inicio de sesión
mail-new-device = Alguien ha iniciado sesión en su cuenta de { $brand } en un navegador que no conocíamos: { $browser } en { $device }, { $address }, el { $moment }.
mail-not-you = ¿No ha sido usted? Elija de inmediato una contraseña nueva. Se cerrarán todas las demás sesiones.
mail-not-you-button = No he sido yo
mail-not-you-lockdown = ¿No ha sido usted? Bloquee su cuenta en los próximos 7 días. Entonces se cerrarán todas las sesiones y usted elegirá una contraseña nueva.
mail-number-added-subject = Se ha añadido un número de teléfono a su cuenta de { $brand }
mail-number-added-heading = Se ha añadido un número de teléfono
mail-number-added = Se acaba de confirmar un número de teléfono para su cuenta de { $brand }.
mail-recovery-codes-subject = Códigos de recuperación nuevos para su cuenta de { $brand }
mail-recovery-codes-heading = Se han creado códigos de recuperación nuevos
mail-recovery-codes = Se acaban de crear códigos de recuperación nuevos para su cuenta de { $brand }. Los anteriores ya no funcionan.
mail-locked-down-subject = Su cuenta de { $brand } está bloqueada
mail-locked-down-heading = Su cuenta está bloqueada
mail-locked-down = Nos ha dicho que otra persona ha estado en su cuenta de { $brand }. Se han cerrado todas las sesiones, la contraseña ya no funciona y se ha quitado lo que se añadió en los últimos 7 días.
mail-locked-down-next = Elija una contraseña nueva para volver a entrar. El enlace es válido durante 30 minutos y sirve una sola vez.
mail-locked-down-late = ¿El enlace ha caducado? Elija «¿Ha olvidado su contraseña?» en la página de inicio de sesión.
