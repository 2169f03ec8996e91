# El segundo factor: darlo, añadirlo, y los códigos para el día en que se pierda.

phone-title = Número de teléfono
phone-lead = Enviamos un código por SMS para comprobar que el número es suyo. Después podrá servir de segundo paso.
phone-lead-not-alone = Enviamos un código por SMS para comprobar que el número es suyo. Otras personas pueden leer los SMS, así que solo sirven de segundo paso como complemento de una aplicación de autenticación o una llave de acceso.
phone-number = Número de teléfono
phone-number-hint = Con el prefijo del país. Enviamos SMS a números que empiezan por { $countries }.
phone-send = Enviar un código
phone-sent = Hemos enviado un código a { $number }.
phone-confirm = Confirmar
phone-another = Usar otro número
phone-not-a-number = Escriba el número con el prefijo del país, por ejemplo { $example }.
phone-wrong-code = El código no es correcto o tiene más de diez minutos. Revíselo o pida uno nuevo.
phone-too-many = Se han pedido demasiados mensajes. Vuelva a intentarlo dentro de una hora o use otro método.
phone-country = No enviamos SMS a números de este país.
phone-failed = No se ha podido enviar el mensaje. Vuelva a intentarlo dentro de un momento o use otro método.
