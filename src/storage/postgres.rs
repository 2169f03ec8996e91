//! PostgreSQL: how a connection is made and set up.

use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::runtime::Handle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StorageSettings;
use super::error::{StorageError, StorageResult, with_causes};
use super::statements::Statements;
use super::tls::Tls;

/// Makes connections, all alike. Clones are cheap.
#[derive(Clone)]
pub(super) struct PostgresConnector(Arc<Settings>);

struct Settings {
    config: Config,
    tls: Tls,
    schema: String,
    statement_timeout: Duration,
    connect_timeout: Duration,
    /// Where connections live. A worker's runtime that ended before the others would take the connections made on it along.
    runtime: Handle,
}

impl PostgresConnector {
    /// Reads the URL, with what libpq understands and tokio-postgres does not taken out of it.
    pub(super) fn new(settings: &StorageSettings) -> StorageResult<Self> {
        let wrong = StorageError::Settings;
        let (url, tls) = Tls::from_url(&settings.url).map_err(wrong)?;
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| wrong(with_causes(&error)))?;
        // libpq ignores sslmode on a unix socket
        let sockets = config.get_hosts().iter().filter(|host| matches!(host, Host::Unix(_))).count();
        let tls = match sockets {
            0 => tls,
            n if n == config.get_hosts().len() => Tls::without(),
            _ => {
                return Err(wrong("unix sockets and network hosts in one URL".to_owned()));
            }
        };
        if config.get_application_name().is_none() {
            config.application_name("ostiary");
        }
        // A lost network is found out in half a minute, not in the operating system's two hours.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        if config.get_keepalives_idle() == Duration::from_secs(2 * 60 * 60) {
            config.keepalives_idle(Duration::from_secs(15)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
        }
        // Each host gets its share, so that a dead first one leaves time for the second.
        if config.get_connect_timeout().is_none() {
            let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(1);
            config.connect_timeout(settings.connect_timeout / hosts);
        }
        let runtime = Handle::try_current().map_err(|error| wrong(error.to_string()))?;
        Ok(Self(Arc::new(Settings {
            config,
            tls,
            schema: settings.schema.clone(),
            statement_timeout: settings.statement_timeout,
            connect_timeout: settings.connect_timeout,
            runtime,
        })))
    }

    pub(super) fn schema(&self) -> &str {
        &self.0.schema
    }

    pub(super) fn describe(&self) -> String {
        let hosts: Vec<_> = self
            .0
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let database = self.0.config.get_dbname().or(self.0.config.get_user()).unwrap_or_default();
        format!("PostgreSQL, {}, database {database}, schema {}", hosts.join(" or "), self.0.schema)
    }

    /// A connection ready for use, which lives on the runtime that the storage was opened on.
    pub(super) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let connector = self.clone();
        let made = self.0.runtime.spawn(async move { connector.connect_here().await });
        made.await.unwrap_or_else(|error| Err(ConnectionError::BadConnection(error.to_string())))
    }

    /// A connection ready for use, which lives on the current runtime.
    pub(super) async fn connect_here(&self) -> ConnectionResult<AsyncPgConnection> {
        let limit = self.0.connect_timeout;
        match tokio::time::timeout(limit, self.set_up()).await {
            Ok(made) => made,
            Err(_) => Err(ConnectionError::BadConnection(format!("not connected within {limit:?}"))),
        }
    }

    async fn set_up(&self) -> ConnectionResult<AsyncPgConnection> {
        let mut connection = self.by_ssl_mode().await?;
        // Whoever waits for a row looks at it and at all else anew: what races rest upon, whatever the server's own default.
        let set = format!(
            "SET search_path TO {}; SET statement_timeout TO {}; SET default_transaction_isolation TO 'read committed'",
            quoted(&self.0.schema),
            self.0.statement_timeout.as_millis()
        );
        connection.batch_execute(&set).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    /// libpq's order: `allow` tries without TLS first, `prefer` with it, and both try the other way when the server or the
    /// handshake refuses the first.
    async fn by_ssl_mode(&self) -> ConnectionResult<AsyncPgConnection> {
        let refused = match self.attempt(self.0.tls.first).await {
            Ok(done) => return done,
            Err(error) => error,
        };
        match self.0.tls.second {
            Some(mode) if other_way_may_work(&refused) => self.attempt(mode).await.unwrap_or_else(|error| Err(told(&error))),
            _ => Err(told(&refused)),
        }
    }

    /// The outer error is the server's or the network's, the inner one comes after the connection was made.
    async fn attempt(&self, mode: SslMode) -> Result<ConnectionResult<AsyncPgConnection>, tokio_postgres::Error> {
        let mut config = self.0.config.clone();
        config.ssl_mode(mode);
        match (&self.0.tls.client, mode) {
            (None, _) | (_, SslMode::Disable) => {
                let (client, connection) = config.connect(NoTls).await?;
                Ok(AsyncPgConnection::try_from_client_and_connection(client, connection).await)
            }
            (Some(client), _) => {
                let tls = MakeRustlsConnect::new(client.as_ref().clone());
                let (client, connection) = config.connect(tls).await?;
                Ok(AsyncPgConnection::try_from_client_and_connection(client, connection).await)
            }
        }
    }
}

fn told(error: &tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(with_causes(error))
}

/// A failed handshake, or a server whose `pg_hba.conf` has no line for this way of connecting.
pub(super) fn other_way_may_work(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) || error.to_string().starts_with("error performing TLS handshake")
}

/// An identifier as SQL text.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `here`: the connections live on the runtime of whoever asks the pool, which must be one and the same for all of them.
pub(super) fn pool(
    connector: &PostgresConnector,
    size: usize,
    here: bool,
    statements: &Arc<Statements>,
) -> StorageResult<Pool<AsyncPgConnection>> {
    let mut config = ManagerConfig::default();
    // The default asks the server at every checkout, which halves the speed. A closed connection is noticed without.
    config.recycling_method = RecyclingMethod::Fast;
    let (connector, statements) = (connector.clone(), statements.clone());
    config.custom_setup = Box::new(move |_| {
        let (connector, statements) = (connector.clone(), statements.clone());
        Box::pin(async move {
            let mut connection = if here { connector.connect_here().await? } else { connector.connect().await? };
            connection.set_instrumentation(statements.counter(false));
            Ok(connection)
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config("", config))
        .max_size(size)
        .build()
        .map_err(|error| StorageError::Settings(error.to_string()))
}
