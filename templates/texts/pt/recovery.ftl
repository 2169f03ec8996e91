# O segundo fator: informá-lo, adicioná-lo, e os códigos para o dia em que ele se perder.

recovery-title = Guarde seus códigos de recuperação
recovery-lead = Com eles você entra se perder o celular. Cada um só funciona uma vez.
recovery-once = Eles só são mostrados agora. Imprima-os ou guarde-os onde você guarda suas senhas.
recovery-saved = Já guardei
recovery-download = Baixar como arquivo
recovery-make-title = Criar novos códigos de recuperação
recovery-make-lead = { $count ->
    [0] Você não tem códigos de recuperação. Com eles você entra se perder o celular ou a chave de segurança. Você receberá dez.
    [one] Resta um código. Você receberá dez novos, e o antigo deixará de funcionar.
   *[other] Restam { $count } códigos. Você receberá dez novos, e os antigos deixarão de funcionar.
}
recovery-make = Criar códigos novos
recovery-keep = Manter os que tenho
recovery-later = Agora não
