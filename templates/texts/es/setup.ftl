# El primer administrador.

setup-title = Cree la primera cuenta de administrador
setup-lead = Esta cuenta administra { $brand }. El enlace que ha usado sirve una sola vez.
setup-create = Crear administrador
setup-link-title = Este enlace ya no es válido
setup-used = La configuración ya está hecha
setup-used-lead = Ya hay un administrador, así que este enlace ya no hace falta. Inicie sesión con esa cuenta.
setup-expired = Este enlace ha caducado
setup-expired-lead = Reinicie Ostiary y abra el nuevo enlace que se mostrará. Los enlaces duran poco para que nadie pueda tomar el control del servidor con el de un registro antiguo.
setup-unknown = Este enlace no funciona
setup-unknown-lead = Copie el enlace completo del lugar donde se inició Ostiary. Es una sola línea larga.
