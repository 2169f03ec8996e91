# Cartas. Cada uma tem assunto, título, parágrafos, talvez um botão, e uma nota.

mail-help = Ou peça ajuda
mail-colon = :
mail-see-account = Ver sua conta
mail-see-apps = Ver seus aplicativos
mail-sign-in = Entrar

mail-welcome-subject = Boas-vindas a { $brand }
mail-welcome-heading = Boas-vindas a { $brand }
mail-welcome = Sua conta { $brand } está pronta. Você pode entrar em todos os aplicativos que a oferecem.
mail-welcome-not-you = Você não criou esta conta? Então alguém usou seu endereço por engano; você pode ignorar esta mensagem.

mail-password-changed-subject = A senha da sua conta { $brand } foi alterada
mail-password-changed-heading = Sua senha foi alterada
mail-password-changed = A senha da sua conta { $brand } acabou de ser alterada. Todos os outros dispositivos foram desconectados.
mail-password-added-subject = Uma senha foi adicionada à sua conta { $brand }
mail-password-added-heading = Uma senha foi adicionada
mail-password-added = Uma senha acabou de ser adicionada à sua conta { $brand }. Com ela e o seu e-mail, você pode entrar na conta.

mail-account-exists-subject = Você já tem uma conta { $brand }
mail-account-exists-heading = Você já tem uma conta
mail-account-exists = Alguém, talvez você, tentou criar uma conta { $brand } com este endereço. Já existe uma, então nada foi alterado.
mail-account-exists-not-you = Não foi você? Você não precisa fazer nada: ninguém teve acesso à sua conta.

mail-reuse-subject = Sua sessão em { $app } foi encerrada
mail-reuse-heading = Sua sessão em { $app } foi encerrada
mail-reuse = Uma chave antiga da sua sessão em { $app } foi usada pela segunda vez. Ela pode ter sido copiada, por isso encerramos essa sessão. Entre novamente em { $app } quando precisar.
mail-reuse-again = Isso se repete? Retire o acesso do aplicativo e avise os responsáveis por ele.

mail-see-security = Ver como sua conta está protegida
mail-factor-added-subject = Uma segunda etapa foi adicionada à sua conta { $brand }
mail-factor-added-heading = Uma segunda etapa foi adicionada
mail-factor-added = Uma segunda etapa para entrar acabou de ser adicionada à sua conta { $brand }.
mail-factor-removed-subject = Uma segunda etapa foi removida da sua conta { $brand }
mail-factor-removed-heading = Uma segunda etapa foi removida
mail-factor-removed = Uma segunda etapa para entrar acabou de ser removida da sua conta { $brand }. Já não há dispositivos confiáveis.
mail-recovery-code-used-subject = Um código de recuperação da sua conta { $brand } foi usado
mail-recovery-code-used-heading = Um código de recuperação foi usado
mail-recovery-code-used = Alguém acabou de entrar na sua conta { $brand } com um código de recuperação. Cada código só funciona uma vez; crie novos quando restarem poucos.
mail-passkey-added-subject = Uma chave de acesso foi adicionada à sua conta { $brand }
mail-passkey-added-heading = Uma chave de acesso foi adicionada
mail-passkey-added = Uma chave de acesso acabou de ser adicionada à sua conta { $brand }. Ela permite entrar sem a sua senha.
mail-passkey-removed-subject = Uma chave de acesso foi removida da sua conta { $brand }
mail-passkey-removed-heading = Uma chave de acesso foi removida
mail-passkey-removed = Uma chave de acesso acabou de ser removida da sua conta { $brand }. Ela não permite mais entrar.
mail-passkey-copied-subject = Uma chave de acesso da sua conta { $brand } pode ter sido copiada
mail-passkey-copied-heading = Uma chave de acesso pode ter sido copiada
mail-passkey-copied = Dois dispositivos parecem usar a mesma chave de acesso ou de segurança da sua conta { $brand }. Nós a recusamos, e ela não abre mais sua conta. Remova-a e adicione uma nova.

mail-code-subject = Seu código { $brand }
mail-code-not-you = Você não pediu isto? Ignore esta mensagem e não informe o código a ninguém.
mail-sign-up-code-heading = Confirme seu endereço de e-mail
mail-sign-up-code = Digite este código onde você está criando sua conta { $brand }. Ele vale por 10 minutos.
mail-verify-email-heading = Confirme seu endereço de e-mail
mail-verify-email = Digite este código para confirmar o endereço da sua conta { $brand }. Ele vale por 10 minutos.
mail-change-email-heading = Confirme seu novo endereço
mail-change-email = Digite este código para que este seja o endereço da sua conta { $brand }. Ele vale por 10 minutos.
mail-sign-in-code-heading = Entrar em { $brand }
mail-sign-in-code = Digite este código onde você está entrando, ou abra o link no dispositivo que quer usar. Os dois valem por 10 minutos e só funcionam uma vez.
mail-reset-subject = Escolha uma nova senha para sua conta { $brand }
mail-reset-heading = Escolha uma nova senha
mail-reset = Alguém, esperamos que você, pediu uma nova senha para sua conta { $brand }. Este link vale por 30 minutos e só funciona uma vez.
mail-reset-not-you = Você não pediu isto? Ignore esta mensagem: nada mudou.
mail-email-changed-subject = O endereço da sua conta { $brand } foi alterado
mail-email-changed-heading = Seu endereço de e-mail foi alterado
mail-email-changed = Sua conta { $brand } agora tem o endereço { $email }.
mail-email-changed-undo = Restaurar este endereço
mail-email-changed-not-you = Não foi você? Restaure este endereço em até 7 dias. Todas as sessões serão encerradas, e você escolherá uma nova senha.
mail-new-device-subject = Novo login na sua conta { $brand }
mail-new-device-heading = Novo login
mail-new-device = Alguém entrou na sua conta { $brand } em um navegador que não conhecíamos: { $browser } em { $device }, { $address }, em { $moment }.
mail-not-you = Não foi você? Escolha uma nova senha imediatamente. Todas as outras sessões serão encerradas.
mail-not-you-button = Não fui eu
mail-not-you-lockdown = Não foi você? Bloqueie sua conta em até 7 dias. Todas as sessões serão encerradas, e você escolherá uma nova senha.
mail-number-added-subject = Um número de telefone foi adicionado à sua conta { $brand }
mail-number-added-heading = Um número de telefone foi adicionado
mail-number-added = Um número de telefone acabou de ser confirmado para sua conta { $brand }.
mail-recovery-codes-subject = Novos códigos de recuperação para sua conta { $brand }
mail-recovery-codes-heading = Novos códigos de recuperação foram criados
mail-recovery-codes = Novos códigos de recuperação acabaram de ser criados para sua conta { $brand }. Os anteriores não funcionam mais.
mail-locked-down-subject = Sua conta { $brand } está bloqueada
mail-locked-down-heading = Sua conta está bloqueada
mail-locked-down = Você nos disse que outra pessoa esteve na sua conta { $brand }. Todas as sessões foram encerradas, a senha não funciona mais e o que foi adicionado nos últimos 7 dias foi removido.
mail-locked-down-next = Escolha uma nova senha para voltar a entrar. O link vale por 30 minutos e só funciona uma vez.
mail-locked-down-late = O link é antigo demais? Escolha “Esqueceu sua senha?” na página de login.
