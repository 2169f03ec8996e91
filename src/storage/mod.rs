//! The database: SQLite or PostgreSQL, each query written once.
//!
//! [`Storage`] holds the pools, [`Connection`] is one connection taken from them, and `query!` compiles one diesel query for
//! both databases:
//!
//! ```text
//! use crate::storage::{Connection, StorageResult, query};
//! use diesel::prelude::*;
//! use diesel_async::RunQueryDsl;
//!
//! pub async fn find_client(conn: &mut Connection, id: &ClientId) -> StorageResult<Option<Client>> {
//!     query!(conn, |c| clients::table.find(id).select(Client::as_select()).first(c).await.optional())
//! }
//! ```
//!
//! Functions that query take a connection, never the pools: the caller decides what one transaction is.

mod backend;
pub mod columns;
pub mod copy;
mod copy_tables;
mod error;
pub mod foreign;
mod locks;
pub mod migrate;
mod postgres;
mod postgres_pools;
mod prepared;
pub mod schema;
mod sqlite;
mod statements;
mod tls;
mod together;
mod watch;
mod way;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use backend::{Connection, PoolState};
pub(crate) use backend::{Held, insert_held, insert_many, insert_new, query};
pub(crate) use error::with_causes;
pub use error::{StorageError, StorageResult};
pub use locks::{lock, locked};
pub use prepared::prepared;
pub use sqlite::SqliteConnection;
pub(crate) use sqlite::commit_here;
pub use statements::StatementCounts;
pub(crate) use together::{Together, together, together_if};
pub use watch::{Changes, Topic, announce};
use way::answered;
pub(crate) use way::sent;

use backend::Backend;
use statements::Statements;

/// What [`Storage::open`] has to know.
#[derive(Clone)]
pub struct StorageSettings {
    /// `sqlite:PATH`, or `postgres://…` with libpq's parameters in its query. May hold a password: never printed.
    pub url: String,
    /// The PostgreSQL schema that holds the tables; made when it is missing. SQLite has none.
    pub schema: String,
    /// Connections of this process at most. On SQLite they are the readers; there is always one writer beside them.
    pub max_connections: usize,
    /// How long a request waits for a connection, free or new, before it is answered with [`StorageError::Unavailable`].
    pub connect_timeout: Duration,
    /// How long one statement may run on PostgreSQL.
    pub statement_timeout: Duration,
    /// SQLite: whether an acknowledged write survives a power cut (`synchronous=FULL`), or may be lost (`NORMAL`, faster).
    pub sqlite_synchronous_full: bool,
}

impl StorageSettings {
    /// The default settings for the database at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            schema: "ostiary".to_owned(),
            max_connections: 16,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            sqlite_synchronous_full: true,
        }
    }
}

impl StorageSettings {
    /// Whether they can be right: reads the URL's parameters and the certificates that it names. Connects to nothing, makes no file.
    ///
    /// Fails with [`StorageError::Settings`].
    pub fn check(&self) -> StorageResult<()> {
        match self.url.strip_prefix("sqlite:") {
            Some(path) => sqlite::path_of(path).map(drop),
            None => postgres::PostgresConnector::new(self).map(drop),
        }
    }
}

impl fmt::Debug for StorageSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageSettings").field("url", &"[secret]").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// The database of this process. Clones share the pools.
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    backend: Backend,
    statements: Arc<Statements>,
    connect_timeout: Duration,
    /// Made by the first [`Storage::watch`].
    watcher: OnceLock<watch::Watcher>,
}

impl Storage {
    /// Makes the pools. Connects to nothing yet (a SQLite file is made when it is missing) and applies no migrations: see
    /// [`migrate::run`].
    ///
    /// PostgreSQL connections live on the tokio runtime that this is called on, whichever runtime a query comes from, but for those
    /// of [`Self::enter_worker`].
    /// Fails with [`StorageError::Settings`] for a URL that cannot be right, an unreadable `sslrootcert` or an unusable path.
    pub async fn open(settings: &StorageSettings) -> StorageResult<Self> {
        let statements = Arc::<Statements>::default();
        let backend = Backend::open(settings, &statements)?;
        Ok(Self(Arc::new(Inner { backend, statements, connect_timeout: settings.connect_timeout, watcher: OnceLock::new() })))
    }

    /// Gives each of so many workers its own PostgreSQL connections, once each has called [`Self::enter_worker`]. Where
    /// `max_connections` is too small for that, and on SQLite, all go on sharing.
    pub fn share_among(&self, workers: usize) -> StorageResult<()> {
        match &self.0.backend {
            Backend::Postgres { pools, .. } => pools.share_among(workers),
            Backend::Sqlite { .. } => Ok(()),
        }
    }

    /// Called on the thread of each worker, on whose runtime its connections then live. A second time does nothing.
    pub fn enter_worker(&self) -> StorageResult<()> {
        match &self.0.backend {
            Backend::Postgres { pools, .. } => pools.enter_worker(),
            Backend::Sqlite { .. } => Ok(()),
        }
    }

    /// A connection for queries that change nothing: on SQLite one of the readers, which refuse to write.
    pub async fn read(&self) -> StorageResult<Connection> {
        self.0.backend.read(self.0.connect_timeout, &self.0.statements).await
    }

    /// A connection for single statements that write. Held no longer than needed: SQLite has only one.
    pub async fn write(&self) -> StorageResult<Connection> {
        self.0.backend.write(self.0.connect_timeout, &self.0.statements).await
    }

    /// Runs `steps` in one transaction (BEGIN on PostgreSQL, BEGIN IMMEDIATE on SQLite, with the first statement): committed when they
    /// succeed (or by the last of them, `together_if!`), rolled back when they fail. When this future is dropped half-way, its connection is
    /// closed at once, which rolls back too and leaves no lock behind.
    pub async fn transaction<T, E: From<StorageError>>(&self, steps: impl AsyncFnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.write().await?;
        conn.close_on_drop(true);
        conn.begin();
        let done = steps(&mut conn).await;
        let ended = if done.is_ok() { conn.commit().await } else { conn.rollback().await };
        conn.close_on_drop(ended.is_err());
        match done {
            Ok(value) => ended.map(|()| value).map_err(E::from),
            // A rollback that fails has a lost connection; what made it necessary says more.
            Err(error) => Err(error),
        }
    }

    /// Asks the database for nothing: whether it answers at all. One round trip.
    pub async fn ping(&self) -> StorageResult<()> {
        use diesel_async::RunQueryDsl as _;
        let mut conn = self.read().await?;
        query!(&mut conn, |c| diesel::sql_query("SELECT 1").execute(c).await).map(|_| ())
    }

    /// Changes that this process or another announced, from now on. See [`announce`].
    ///
    /// The first call starts the watcher on the current tokio runtime; it stops when the last clone of this storage is gone.
    pub fn watch(&self) -> Changes {
        self.0.watcher.get_or_init(|| watch::Watcher::start(&self.0.backend)).subscribe()
    }

    /// What the connections have done so far.
    pub fn statements(&self) -> StatementCounts {
        self.0.statements.counts()
    }

    /// The pools as they are now.
    pub fn pools(&self) -> Vec<PoolState> {
        self.0.backend.pools()
    }

    /// Which database this is, for people: no password in it.
    pub fn describe(&self) -> String {
        self.0.backend.describe()
    }

    fn backend(&self) -> &Backend {
        &self.0.backend
    }
}
