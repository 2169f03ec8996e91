# Llevarse los propios datos.

data-title = Sus datos
data-lead = Todo lo que esta cuenta sabe de usted le pertenece.
data-row = Descargar o eliminar lo que se sabe de usted
data-download = Descargar sus datos
data-download-lead = Un archivo con su perfil, sus formas de iniciar sesión, sus sesiones, sus aplicaciones y lo que ha pasado en su cuenta. No contiene contraseñas ni claves.
data-download-button = Descargar
