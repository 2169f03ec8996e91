# Cómo está protegida la cuenta.

security-title = Seguridad
security-lead = Cómo inicia sesión y qué mantiene fuera a los demás.
security-saved = Se ha guardado el cambio.
security-change = Cambiar
security-set-up = Configurar
security-replace = Sustituir
security-remove = Quitar
security-on = En uso
security-since = Desde el { $date }
security-used = último uso: { $date }
security-password = Contraseña
security-password-set = Tiene una contraseña
security-password-none = Esta cuenta no tiene contraseña
security-password-add = Establecer una contraseña
security-password-changed = Último cambio: { $date }
security-password-unchanged = Sin cambios desde que creó la cuenta
security-second = Segundo paso
security-second-hint = Después del primer paso, como la contraseña, le pedimos otro. Quien averigüe su contraseña seguirá sin poder entrar.
security-totp = Aplicación de autenticación
security-totp-none = Códigos de una aplicación en su teléfono
security-factor-removed = Se ha quitado el segundo paso. En el próximo inicio de sesión se volverá a pedir en todos los dispositivos.
security-second-gone = Se ha quitado el segundo paso. Ahora el inicio de sesión tiene un solo paso.
security-takes-phone = Los códigos por SMS también se quitan: solo sirven de segundo paso como complemento de una aplicación de autenticación o una llave de acceso.
security-last-factor = Aquí se exige un segundo paso, y este es el último que tiene. Añada otro antes de quitarlo.
security-recovery = Códigos de recuperación
security-recovery-left = { $count ->
    [0] No queda ninguno
    [one] Queda uno
   *[other] Quedan { $count }
}
security-recovery-make = Crear nuevos
security-devices = Dispositivos de confianza
security-devices-hint = En estos dispositivos no pedimos el segundo paso.
security-device-until = De confianza hasta el { $date }
security-device-removed = El dispositivo ya no es de confianza.
security-devices-removed = Ya no hay ningún dispositivo de confianza.
security-devices-remove-all = No confiar en ninguno
security-sms = SMS
security-sms-none = Códigos enviados a su teléfono
security-sessions-hint = Dónde tiene la sesión iniciada. Cierre las sesiones que no reconozca.
security-sessions-all = Ver todas las sesiones
security-apps-hint = Aplicaciones que pueden usar su cuenta.
security-apps-all = Ver todas las aplicaciones
security-app-removed = La aplicación ya no tiene acceso.
