# O que um aplicativo pede. <policy>…</policy> e <terms>…</terms> viram links.

consent-title = Permitir acesso
consent-heading = Permitir que { $app } use sua conta?
consent-will = Este aplicativo poderá
consent-allow = Permitir
consent-deny = Não permitir
consent-sent-to = Vamos levar você para { $host }.
consent-sent-to-device = Vamos levar você para um aplicativo neste dispositivo.
consent-take-back = Você pode retirar esta permissão a qualquer momento na sua conta.
consent-read-both = Leia a <policy>política de privacidade</policy> e os <terms>termos</terms> deste aplicativo.
consent-read-policy = Leia a <policy>política de privacidade</policy> deste aplicativo.
consent-read-terms = Leia os <terms>termos</terms> deste aplicativo.
consent-taking-you = Levando você para { $app }
consent-nothing-happens = Se nada acontecer, use o botão.

# O que significa uma permissão
consent-openid = Reconhecer você
consent-openid-detail = Saber que é você quando voltar
consent-profile = Ver seu perfil
consent-profile-detail = Nome, foto e o que mais houver no seu perfil
consent-email = Ver seu endereço de e-mail
consent-address = Ver seu endereço postal
consent-phone = Ver seu número de telefone
consent-groups = Ver os grupos dos quais você faz parte
consent-roles = Ver suas funções
consent-offline = Manter o acesso quando você não estiver presente
consent-offline-detail = Até você retirá-lo na sua conta
consent-api = Utilizar { $api } em seu nome
