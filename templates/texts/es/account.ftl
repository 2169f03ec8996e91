# La cuenta.

account-title = Su cuenta
account-nav = Cuenta
account-overview = Resumen
account-profile = Perfil
account-profile-tab = Perfil
account-sessions = Sesiones
account-apps = Apps
account-since = En { $brand } desde el { $date }
account-profile-row = Su nombre y lo que las aplicaciones pueden saber de usted
account-password-changed = Último cambio de contraseña: { $date }
account-password-unchanged = Contraseña sin cambios desde que creó la cuenta
account-sessions-row = { $count ->
    [one] Sesión iniciada solo en este dispositivo
   *[other] Sesión iniciada en { $count } dispositivos
}
account-apps-row = { $count ->
    [0] Ninguna aplicación tiene acceso
    [one] 1 aplicación tiene acceso
   *[other] { $count } aplicaciones tienen acceso
}

# Perfil
account-profile-lead = Las aplicaciones solo ven lo que usted les permite ver. Deje vacío lo que prefiera no decir.
account-profile-saved = Se ha guardado su perfil.
account-profile-save = Guardar perfil
account-names = Nombre
account-full-name = Nombre completo
account-username = Nombre de usuario
account-given-name = Nombre de pila
account-middle-name = Segundo nombre
account-family-name = Apellidos
account-nickname = Apodo
account-contact = Contacto
account-email-hint = Con él inicia sesión
account-phone = Número de teléfono
account-phone-hint = Por ejemplo, { $example }
account-website = Sitio web
account-profile-address = Página de perfil
account-picture = Dirección de una foto
account-address = Dirección postal
account-street = Calle y número
account-locality = Localidad
account-region = Provincia o región
account-postal-code = Código postal
account-country = País
account-formatted = Dirección completa
account-formatted-hint = Como en una carta, si los campos anteriores no bastan
account-about = Sobre usted
account-birthdate = Fecha de nacimiento
account-gender = Género
account-locale = Idioma
account-locale-browser = El de mi navegador
account-zoneinfo = Zona horaria
account-zoneinfo-hint = Por ejemplo, Europe/Berlin
account-too-long = Es demasiado largo. Use como máximo { $maximum } caracteres.
account-anothers-address = El nombre de usuario no puede ser una dirección de correo que no sea la suya.
account-not-a-url = Escriba una dirección web completa, por ejemplo https://example.com.
account-not-a-phone = Escriba el número de teléfono con el prefijo del país, por ejemplo { $example }.
account-not-a-date = Escriba una fecha, por ejemplo 1990-12-31.
account-not-a-language = Escriba un idioma, por ejemplo en o de-CH.
account-not-a-time-zone = Escriba una zona horaria, por ejemplo Europe/Berlin.

# Contraseña
account-password-lead = Al cambiarla se cierra su sesión en todos los demás dispositivos.
account-password-done = Se ha cambiado su contraseña. Sus demás sesiones se han cerrado.
account-password-add-lead = Esta cuenta todavía no tiene contraseña. Con una contraseña también podrá iniciar sesión cuando no tenga a mano una llave de acceso ni un proveedor.
account-password-added = Su cuenta ya tiene una contraseña.
account-password-current = Contraseña actual
account-password-current-show = Mostrar la contraseña actual
account-password-new = Contraseña nueva
account-password-new-show = Mostrar la contraseña nueva
account-password-change = Cambiar contraseña
account-password-wrong = La contraseña actual no es correcta.
account-password-wait = Demasiados intentos. Espere { $wait } antes del siguiente.

# Sesiones
account-sessions-lead = Dónde tiene la sesión iniciada. Cierre las sesiones que no reconozca y después cambie su contraseña.
account-session-ended = Se ha cerrado la sesión.
account-sessions-ended = Se han cerrado todas las demás sesiones.
account-session-on = { $browser } en { $device }
account-session-browser = Un navegador
account-session-device = un dispositivo desconocido
account-session-address = dirección desconocida
account-session-this = Este dispositivo
account-session-now = Activa ahora
account-session-active = Última actividad: { $moment }
account-session-from = Desde: { $address }
account-session-near = su red actual
account-place = { $city }, { $country }
account-session-since = Inicio de sesión: { $moment }
account-session-end = Cerrar
account-session-end-which = la sesión: { $session }, { $address }
account-sessions-end-others = Cerrar todas las demás sesiones

# Aplicaciones
account-apps-title = Aplicaciones conectadas
account-apps-lead = Las aplicaciones a las que permite usar su cuenta y lo que pueden hacer.
account-app-removed = { $app } ya no tiene acceso.
account-apps-none = Ninguna aplicación tiene acceso a su cuenta. Cuando inicie sesión en una, aparecerá aquí.
account-app-since = Desde el { $date }
account-app-used = último uso: { $date }
account-app-remove = Quitar
account-app-remove-which = el acceso de { $app }
account-email-lead = Primero enviamos un código a la dirección nueva. Después avisamos a la anterior, que puede deshacer el cambio durante 7 días.
account-email-current = Dirección actual
account-email-new = Dirección de correo nueva
account-email-verified = Confirmada
account-email-unverified = Sin confirmar todavía.
account-email-verify = Confirmarla
account-email-remind = Su dirección de correo todavía no está confirmada.
account-email-send = Enviar un código
account-email-own = Ya es su dirección.
account-email-taken = Otra cuenta tiene esta dirección.
account-email-change = Cambiar
account-undo-title = ¿Restaurar su dirección?
account-undo-lead = Su cuenta recupera { $email }. Se cierran todas las sesiones, se elimina la contraseña y usted elige una nueva.
account-undo-button = Restaurar mi dirección
