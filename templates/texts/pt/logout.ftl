# Sair.

logout-heading = Sair?
logout-lead = Isto encerra sua sessão neste navegador.
logout-lead-app = { $app } quer encerrar sua sessão. Isto encerra sua sessão neste navegador.
logout-stay = Continuar conectado
logout-stayed-title = Ainda conectado
logout-stayed = Sua sessão continua aberta
logout-stayed-lead = Nada mudou. Você pode fechar esta janela.
logout-done-title = Sessão encerrada
logout-done = Você saiu
logout-done-lead = Sua sessão neste navegador terminou. Em um computador compartilhado, feche também todas as janelas do navegador.
logout-again = Entrar novamente
