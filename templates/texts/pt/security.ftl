# Como a conta é protegida.

security-title = Segurança
security-lead = Como você entra e o que mantém os outros de fora.
security-saved = Sua alteração foi salva.
security-change = Alterar
security-set-up = Configurar
security-replace = Substituir
security-remove = Remover
security-on = Ativo
security-since = Desde { $date }
security-used = último uso em { $date }
security-password = Senha
security-password-set = Você tem uma senha
security-password-none = Esta conta não tem senha
security-password-add = Definir uma senha
security-password-changed = Última alteração em { $date }
security-password-unchanged = Não foi alterada desde que você criou a conta
security-second = Segunda etapa
security-second-hint = Depois da primeira etapa, como a senha, pedimos mais uma. Assim, saber a sua senha não basta para entrar.
security-totp = Aplicativo autenticador
security-totp-none = Códigos de um aplicativo no seu celular
security-factor-removed = A segunda etapa foi removida. Ela será pedida de novo em todos os dispositivos no próximo login.
security-second-gone = A segunda etapa foi removida. Agora você entra em uma só etapa.
security-takes-phone = Os códigos por SMS também são removidos: eles só podem ser uma segunda etapa junto com um aplicativo autenticador ou uma chave de acesso.
security-last-factor = Aqui é exigida uma segunda etapa, e esta é a sua última. Adicione outra antes de removê-la.
security-recovery = Códigos de recuperação
security-recovery-left = { $count ->
    [0] Não resta nenhum
    [one] Resta um
   *[other] Restam { $count }
}
security-recovery-make = Criar novos
security-devices = Dispositivos confiáveis
security-devices-hint = Nestes dispositivos, não pedimos a segunda etapa.
security-device-until = Confiável até { $date }
security-device-removed = O dispositivo não é mais confiável.
security-devices-removed = Já não há dispositivos confiáveis.
security-devices-remove-all = Não confiar em nenhum
security-sms = SMS
security-sms-none = Códigos enviados para o seu celular
security-sessions-hint = Onde sua conta está aberta. Encerre as sessões que não reconhecer.
security-sessions-all = Ver todas as sessões
security-apps-hint = Aplicativos que podem usar sua conta.
security-apps-all = Ver todos os aplicativos
security-app-removed = O aplicativo não tem mais acesso.
