# Lo que pide una aplicación. <policy>…</policy> y <terms>…</terms> se convierten en enlaces.

consent-title = Permitir el acceso
consent-heading = ¿Permitir que { $app } use su cuenta?
consent-will = Esta aplicación podrá
consent-allow = Permitir
consent-deny = No permitir
consent-sent-to = Se le enviará a { $host }.
consent-sent-to-device = Se le enviará a una aplicación de este dispositivo.
consent-take-back = Puede retirar este permiso en cualquier momento en su cuenta.
consent-read-both = Lea la <policy>política de privacidad</policy> y las <terms>condiciones</terms> de esta aplicación.
consent-read-policy = Lea la <policy>política de privacidad</policy> de esta aplicación.
consent-read-terms = Lea las <terms>condiciones</terms> de esta aplicación.
consent-taking-you = Le llevamos a { $app }
consent-nothing-happens = Si no ocurre nada, pulse el botón.

# Qué significa un permiso
consent-openid = Reconocerle
consent-openid-detail = Saber que es usted cuando vuelva
consent-profile = Ver su perfil
consent-profile-detail = Nombre, foto y lo demás que contenga su perfil
consent-email = Ver su dirección de correo electrónico
consent-address = Ver su dirección postal
consent-phone = Ver su número de teléfono
consent-groups = Ver los grupos a los que pertenece
consent-roles = Ver sus roles
consent-offline = Mantener el acceso cuando no esté
consent-offline-detail = Hasta que lo retire en su cuenta
consent-api = Usar { $api } en su nombre
