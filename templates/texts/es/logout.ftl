# Cerrar sesión.

logout-heading = ¿Cerrar sesión?
logout-lead = Esto cierra su sesión en este navegador.
logout-lead-app = { $app } quiere cerrar su sesión. Esto cierra su sesión en este navegador.
logout-stay = Mantener la sesión
logout-stayed-title = La sesión sigue abierta
logout-stayed = Su sesión sigue abierta
logout-stayed-lead = No ha cambiado nada. Puede cerrar esta ventana.
logout-done-title = Sesión cerrada
logout-done = Ha cerrado la sesión
logout-done-lead = Su sesión en este navegador se ha cerrado. En un equipo compartido, cierre también todas las ventanas del navegador.
logout-again = Iniciar sesión de nuevo
