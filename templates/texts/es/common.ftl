# Lo que dice más de una página. El nombre de la marca es { $brand } en todos los textos.

common-seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
common-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
common-error-title = Error: { $title }
common-skip = Ir al contenido
common-sign-in = Iniciar sesión
common-sign-out = Cerrar sesión
common-continue = Continuar
common-cancel = Cancelar
common-to-continue = para continuar en { $app }
common-go-to-account = Ir a su cuenta
common-help = Ayuda
common-privacy = Privacidad
common-terms = Condiciones

# Campos
common-email = Correo electrónico
common-name = Su nombre
common-password = Contraseña
common-show-password = Mostrar la contraseña
common-optional = opcional
common-password-hint = Al menos { $minimum } caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.

# Lo que falla en un campo
common-faults = { $count ->
    [one] Hay un dato que revisar
   *[other] Hay { $count } datos que revisar
}
common-email-invalid = Escriba una dirección de correo electrónico, por ejemplo nombre@example.com.
common-email-taken = Ya existe una cuenta con esta dirección. Inicie sesión con ella.
common-name-too-long = El nombre puede tener como máximo { $maximum } caracteres.
common-password-too-short = La contraseña debe tener al menos { $minimum } caracteres.
common-password-too-long = Esta contraseña es demasiado larga. Puede tener como máximo { $maximum } bytes; las letras con acento, las de otros alfabetos y los emojis ocupan de dos a cuatro cada uno.
