# A conta.

account-title = Sua conta
account-nav = Conta
account-overview = Resumo
account-profile = Perfil
account-profile-tab = Perfil
account-sessions = Sessões
account-apps = Apps
account-since = Conta { $brand } desde { $date }
account-profile-row = Seu nome e o que os aplicativos podem saber sobre você
account-password-changed = Senha alterada pela última vez em { $date }
account-password-unchanged = Senha não alterada desde que você criou a conta
account-sessions-row = { $count ->
    [one] Sessão aberta somente neste dispositivo
   *[other] Sessão aberta em { $count } dispositivos
}
account-apps-row = { $count ->
    [0] Nenhum aplicativo tem acesso
    [one] { $count } aplicativo tem acesso
   *[other] { $count } aplicativos têm acesso
}

# Perfil
account-profile-lead = Os aplicativos veem somente o que você permite. Deixe em branco o que preferir não dizer.
account-profile-saved = Seu perfil foi salvo.
account-profile-save = Salvar perfil
account-names = Nome
account-full-name = Nome completo
account-username = Nome de usuário
account-given-name = Primeiro nome
account-middle-name = Nome do meio
account-family-name = Sobrenome
account-nickname = Apelido
account-contact = Contato
account-email-hint = Você entra com ele
account-phone = Número de telefone
account-phone-hint = Por exemplo, { $example }
account-website = Site
account-profile-address = Página de perfil
account-picture = Endereço de uma foto
account-address = Endereço postal
account-street = Rua e número
account-locality = Cidade
account-region = Estado ou região
account-postal-code = CEP ou código postal
account-country = País
account-formatted = Endereço completo
account-formatted-hint = Como em uma carta, se os campos acima não bastarem
account-about = Sobre você
account-birthdate = Data de nascimento
account-gender = Gênero
account-locale = Idioma
account-locale-browser = O do meu navegador
account-zoneinfo = Fuso horário
account-zoneinfo-hint = Por exemplo, Europe/Berlin
account-too-long = Isto é longo demais. Use no máximo { $maximum } caracteres.
account-anothers-address = O nome de usuário não pode ser um endereço de e-mail que não seja o seu.
account-not-a-url = Digite um endereço web completo, como https://example.com.
account-not-a-phone = Digite o número de telefone com o código do país, como { $example }.
account-not-a-date = Digite uma data, como 1990-12-31.
account-not-a-language = Digite um idioma, como en ou de-CH.
account-not-a-time-zone = Digite um fuso horário, como Europe/Berlin.

# Senha
account-password-lead = Ao alterá-la, você sai de todos os outros dispositivos.
account-password-done = Sua senha foi alterada. Suas outras sessões foram encerradas.
account-password-add-lead = Esta conta ainda não tem senha. Com uma senha, você também pode entrar quando não tiver uma chave de acesso nem um provedor à mão.
account-password-added = Sua conta agora tem uma senha.
account-password-current = Senha atual
account-password-current-show = Mostrar a senha atual
account-password-new = Nova senha
account-password-new-show = Mostrar a nova senha
account-password-change = Alterar senha
account-password-wrong = A senha atual está incorreta.
account-password-wait = Muitas tentativas. Espere { $wait } antes da próxima.

# Sessões
account-sessions-lead = Onde sua conta está aberta. Encerre as sessões que não reconhecer e depois altere sua senha.
account-session-ended = A sessão foi encerrada.
account-sessions-ended = Todas as outras sessões foram encerradas.
account-session-on = { $browser } em { $device }
account-session-browser = Um navegador
account-session-device = um dispositivo desconhecido
account-session-address = endereço desconhecido
account-session-this = Este dispositivo
account-session-now = Ativa agora
account-session-active = Última atividade: { $moment }
account-session-from = De: { $address }
account-session-near = sua rede atual
account-place = { $city }, { $country }
account-session-since = Início da sessão: { $moment }
account-session-end = Encerrar
account-session-end-which = a sessão: { $session }, { $address }
account-sessions-end-others = Encerrar todas as outras sessões

# Aplicativos
account-apps-title = Aplicativos conectados
account-apps-lead = Os aplicativos que você deixa usar sua conta e o que eles podem fazer.
account-app-removed = { $app } não tem mais acesso.
account-apps-none = Nenhum aplicativo tem acesso à sua conta. Quando você entrar em um, ele aparecerá aqui.
account-app-since = Desde { $date }
account-app-used = último uso em { $date }
account-app-remove = Remover
account-app-remove-which = o acesso de { $app }
account-email-lead = Primeiro enviamos um código para o novo endereço. Depois avisamos o antigo, que pode desfazer a mudança por 7 dias.
account-email-current = Endereço atual
account-email-new = Novo endereço de e-mail
account-email-verified = Confirmado
account-email-unverified = Ainda não confirmado.
account-email-verify = Confirmar
account-email-remind = Seu e-mail ainda não foi confirmado.
account-email-send = Enviar um código
account-email-own = Este já é o seu endereço.
account-email-taken = Outra conta tem este endereço.
account-email-change = Alterar
account-undo-title = Restaurar seu endereço?
account-undo-lead = Sua conta recebe { $email } de volta. Todas as sessões são encerradas, a senha é removida e você escolhe uma nova.
account-undo-button = Restaurar meu endereço
