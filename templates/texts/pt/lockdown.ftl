# Bloquear uma conta: “Não fui eu”.

lockdown-title = Não foi você?
lockdown-lead = Bloqueie a conta de { $email }. Depois disso, só você conseguirá entrar de novo.
lockdown-restores = A conta recebe o endereço { $email } de volta.
lockdown-signs-out = Todas as sessões são encerradas, em todos os dispositivos e aplicativos. Já não há dispositivos confiáveis.
lockdown-ends-password = A senha deixa de funcionar. Enviamos um link para você escolher uma nova.
lockdown-takes-away = Chaves de acesso, segundas etapas e contas conectadas que foram adicionadas nos últimos 7 dias são removidas, o que foi substituído volta, e os aplicativos precisam pedir sua permissão de novo.
lockdown-own = O que foi adicionado por você pode ser adicionado de novo depois.
lockdown-button = Bloquear minha conta
lockdown-was-me = Foi você, afinal? Feche esta página; nada mudou.
lockdown-not-yet = Em dúvida? Nada mudou ainda.
lockdown-back = Voltar para a página de segurança
lockdown-unproven = Primeiro confirme seu endereço de e-mail. Caso contrário, não poderíamos enviar o link para você voltar a entrar.
lockdown-verify = Confirmar endereço de e-mail
lockdown-done-title = Sua conta está bloqueada
lockdown-done-lead = Enviamos um link para { $email }. Com ele você escolhe uma nova senha; ele vale por 30 minutos e só funciona uma vez.
lockdown-done-shut = { $email } agora pertence a outra conta e não pôde ser devolvido. Ninguém pode abrir a conta bloqueada até que os responsáveis por este serviço a reabram.
lockdown-done-restored = A conta tem de novo o endereço { $email }.
lockdown-done-signed-out = Todas as sessões foram encerradas, em todos os dispositivos e aplicativos.
lockdown-done-password = A senha antiga não funciona mais.
lockdown-done-taken-away = O que foi adicionado nos últimos 7 dias foi removido, e o que foi substituído voltou a ser como antes.
lockdown-next = O que fazer agora
lockdown-next-password = Escolha uma nova senha que você não use em nenhum outro lugar.
lockdown-next-mailbox = Altere também a senha da sua caixa de e-mail, para que ninguém mais leia suas mensagens.
lockdown-next-look = Entre, revise sua página de segurança e adicione o que faltar.
lockdown-section = Algo parece errado?
lockdown-section-hint = Se outra pessoa esteve na sua conta, bloqueie-a para todos imediatamente.
