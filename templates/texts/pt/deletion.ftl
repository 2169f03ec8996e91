# Excluir uma conta, e mantê-la.

deletion-title = Excluir sua conta
deletion-row = Os aplicativos perdem o acesso imediatamente. Você tem alguns dias para mudar de ideia.
deletion-lead = É isto que vai acontecer com a conta de { $email }.
deletion-at-once = Suas sessões são encerradas em todos os dispositivos, e todos os aplicativos perdem o acesso imediatamente.
deletion-for-good = Depois disso, tudo o que se sabe sobre você aqui é excluído para sempre. Os aplicativos ainda podem ter dados próprios.
deletion-download-first = Baixar seus dados antes
deletion-button = Excluir minha conta
deletion-keep = Manter minha conta
deletion-due-title = Sua conta será excluída
deletion-due-lead = Ela será excluída em { $date }, com tudo o que se sabe sobre você aqui. Até lá, você não pode usá-la.
deletion-asked-next = Suas sessões foram encerradas em todos os lugares. Para manter a conta, entre antes desse dia.
deletion-keep-title = Manter sua conta?
deletion-keep-lead = Assim, a conta de { $email } não será excluída.
deletion-kept-title = Sua conta foi mantida
deletion-kept-lead = Ela não será excluída. Entre para usá-la; os aplicativos vão pedir que você entre de novo.
deletion-kept = Sua conta foi mantida. Os aplicativos vão pedir que você entre de novo.
deletion-mail-subject = Sua conta { $brand } será excluída em { $date }
deletion-mail = Você pediu a exclusão da sua conta { $brand }. Ela será excluída em { $date }, com tudo o que se sabe sobre você. Suas sessões foram encerradas em todos os lugares, e os aplicativos não têm mais acesso. Você pode mantê-la até esse dia.
deletion-mail-not-you = Não foi você? Bloqueie sua conta. Assim ela é mantida, todas as sessões são encerradas e você escolhe uma nova senha.
deletion-mail-kept-subject = Sua conta { $brand } foi mantida
deletion-mail-kept = Sua conta { $brand } não será excluída: alguém que tinha entrado nela, ou que tinha o link do nosso e-mail, acabou de decidir mantê-la. Os aplicativos vão pedir um novo login.
deletion-grace = { $count ->
    [one] Por { $count } dia você pode mudar de ideia: entre, ou abra o link que enviamos.
   *[other] Por { $count } dias você pode mudar de ideia: entre, ou abra o link que enviamos.
}
