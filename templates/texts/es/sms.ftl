# El segundo factor: darlo, añadirlo, y los códigos para el día en que se pierda.

sms-code = { $code } es su código de { $brand }. No se lo dé a nadie.
