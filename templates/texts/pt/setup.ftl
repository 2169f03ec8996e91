# O primeiro administrador.

setup-title = Crie o primeiro administrador
setup-lead = Esta conta administra { $brand }. O link que você usou só funciona uma vez.
setup-create = Criar administrador
setup-link-title = Este link não funciona mais
setup-used = A configuração já foi concluída
setup-used-lead = Já existe um administrador, então este link não é mais necessário. Entre com essa conta.
setup-expired = Este link expirou
setup-expired-lead = Reinicie o Ostiary e abra o novo link que ele mostra. Os links duram pouco para que ninguém assuma o controle do servidor com o de um registro antigo.
setup-unknown = Este link não funciona
setup-unknown-lead = Copie o link inteiro do lugar onde o Ostiary foi iniciado. É uma única linha longa.
