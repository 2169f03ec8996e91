# Eliminar una cuenta, y conservarla.

deletion-title = Eliminar su cuenta
deletion-row = Las aplicaciones pierden el acceso de inmediato. Tiene unos días para cambiar de opinión.
deletion-lead = Esto es lo que ocurrirá con la cuenta de { $email }.
deletion-at-once = Se cierra su sesión en todos los dispositivos y todas las aplicaciones pierden el acceso de inmediato.
deletion-for-good = Después se elimina para siempre todo lo que aquí se sabe de usted. Las aplicaciones pueden conservar datos propios.
deletion-download-first = Descargar antes sus datos
deletion-button = Eliminar mi cuenta
deletion-keep = Conservar mi cuenta
deletion-due-title = Su cuenta se eliminará
deletion-due-lead = Se eliminará el { $date }, con todo lo que aquí se sabe de usted. Hasta entonces no podrá usarla.
deletion-asked-next = Se ha cerrado su sesión en todas partes. Para conservar la cuenta, inicie sesión antes de ese día.
deletion-keep-title = ¿Conservar su cuenta?
deletion-keep-lead = Entonces no se eliminará la cuenta de { $email }.
deletion-kept-title = Su cuenta se conserva
deletion-kept-lead = No se eliminará. Inicie sesión para usarla; las aplicaciones le pedirán que vuelva a hacerlo.
deletion-kept = Su cuenta se conserva. Las aplicaciones le pedirán que vuelva a iniciar sesión.
deletion-mail-subject = Su cuenta de { $brand } se eliminará el { $date }
deletion-mail = Ha pedido la eliminación de su cuenta de { $brand }. Se eliminará el { $date }, con todo lo que se sabe de usted. Se ha cerrado su sesión en todas partes y las aplicaciones ya no tienen acceso. Puede conservarla hasta ese día.
deletion-mail-not-you = ¿No ha sido usted? Bloquee su cuenta. Entonces se conserva, se cierran todas las sesiones y usted elige una contraseña nueva.
deletion-mail-kept-subject = Su cuenta de { $brand } se conserva
deletion-mail-kept = Su cuenta de { $brand } no se eliminará: alguien que había iniciado sesión en ella, o que tenía el enlace de nuestro correo, acaba de decidir conservarla. Las aplicaciones pedirán que se vuelva a iniciar sesión.
deletion-grace = { $count ->
    [one] Durante un día puede cambiar de opinión: inicie sesión o abra el enlace que le enviamos.
   *[other] Durante { $count } días puede cambiar de opinión: inicie sesión o abra el enlace que le enviamos.
}
