# El segundo factor: darlo, añadirlo, y los códigos para el día en que se pierda.

recovery-title = Guarde sus códigos de recuperación
recovery-lead = Le permiten entrar si pierde el teléfono. Cada uno sirve una sola vez.
recovery-once = Solo los mostramos ahora. Imprímalos o guárdelos donde guarda sus contraseñas.
recovery-saved = Los he guardado
recovery-download = Descargar como archivo
recovery-make-title = Crear nuevos códigos de recuperación
recovery-make-lead = { $count ->
    [0] No tiene códigos de recuperación. Le permiten entrar si pierde el teléfono o la llave de seguridad. Recibirá diez.
    [one] Le queda un código. Recibirá diez nuevos y el anterior dejará de servir.
   *[other] Le quedan { $count } códigos. Recibirá diez nuevos y los anteriores dejarán de servir.
}
recovery-make = Crear códigos nuevos
recovery-keep = Conservar los que tengo
recovery-later = Ahora no
