//! The two databases behind one [`Connection`], and the macro that writes a query once for both.

use std::time::Duration;

use diesel::QueryResult;
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::{AsyncConnection, AsyncPgConnection, TransactionManager};

use super::StorageSettings;
use super::error::{StorageError, StorageResult, with_causes};
use super::postgres::{self, PostgresConnector};
use super::sqlite::{self, SqliteConnection, SqliteFile};

/// The pools of one database.
pub(super) enum Backend {
    Postgres {
        connector: PostgresConnector,
        pool: Pool<AsyncPgConnection>,
    },
    /// SQLite has one writer at a time: a pool of one queues the writers in order, so that none in this process meets BUSY.
    Sqlite {
        file: SqliteFile,
        readers: Pool<SqliteConnection>,
        writer: Pool<SqliteConnection>,
    },
}

/// One connection, given back to its pool when dropped. Queried with `query!`.
pub struct Connection {
    held: Held,
    close_on_drop: bool,
}

/// What a connection leads to. Matched only by `query!` and by the few statements that one database has and the other has not.
#[allow(clippy::large_enum_variant)] // moved a few times a request; a box would be made as often
pub(crate) enum Held {
    Postgres(Object<AsyncPgConnection>),
    Sqlite(Object<SqliteConnection>),
    /// Only while it is being dropped.
    Closed,
}

/// Writes a diesel query once and compiles it for both databases: `query!(conn, |c| users::table.count().get_result(c).await)`.
///
/// `conn` is a `&mut Connection`; the body gives a `QueryResult<T>`, the macro a `StorageResult<T>`. `DB` names the backend inside
/// the body, which only `into_boxed::<DB>()` needs. `?` and `return` leave the surrounding function, not the body.
macro_rules! query {
    ($conn:expr, |$c:ident| $body:expr) => {{
        let done: diesel::QueryResult<_> = match $crate::storage::Connection::held($conn) {
            $crate::storage::Held::Postgres(held) => {
                #[allow(dead_code)]
                type DB = diesel::pg::Pg;
                let $c: &mut diesel_async::AsyncPgConnection = &mut *held;
                $body
            }
            $crate::storage::Held::Sqlite(held) => {
                #[allow(dead_code)]
                type DB = diesel::sqlite::Sqlite;
                let $c: &mut $crate::storage::SqliteConnection = &mut *held;
                $body
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        done.map_err($crate::storage::StorageError::from)
    }};
}
pub(crate) use query;

impl Backend {
    /// By the scheme of the URL.
    pub(super) fn open(settings: &StorageSettings) -> StorageResult<Self> {
        if let Some(path) = settings.url.strip_prefix("sqlite:") {
            let file = SqliteFile::new(path, settings.sqlite_synchronous_full)?;
            let readers = sqlite::pool(&file, settings.max_connections.max(1), true)?;
            let writer = sqlite::pool(&file, 1, false)?;
            Ok(Self::Sqlite { file, readers, writer })
        } else if settings.url.starts_with("postgres://") || settings.url.starts_with("postgresql://") {
            let connector = PostgresConnector::new(settings)?;
            let pool = postgres::pool(&connector, settings.max_connections.max(1))?;
            Ok(Self::Postgres { connector, pool })
        } else {
            Err(StorageError::Settings("the URL must begin with sqlite: or postgres://".to_owned()))
        }
    }

    pub(super) async fn read(&self, patience: Duration) -> StorageResult<Connection> {
        Ok(Connection::from(match self {
            Self::Postgres { pool, .. } => Held::Postgres(waited(pool.get(), patience).await?),
            Self::Sqlite { readers, .. } => Held::Sqlite(waited(readers.get(), patience).await?),
        }))
    }

    pub(super) async fn write(&self, patience: Duration) -> StorageResult<Connection> {
        Ok(Connection::from(match self {
            Self::Postgres { pool, .. } => Held::Postgres(waited(pool.get(), patience).await?),
            Self::Sqlite { writer, .. } => Held::Sqlite(waited(writer.get(), patience).await?),
        }))
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Postgres { connector, .. } => connector.describe(),
            Self::Sqlite { file, .. } => file.describe(),
        }
    }
}

/// deadpool waits for ever for a free connection; a request does not.
async fn waited<T>(get: impl Future<Output = Result<T, PoolError>>, patience: Duration) -> StorageResult<T> {
    match tokio::time::timeout(patience, get).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(StorageError::Unavailable(with_causes(&error))),
        Err(_) => Err(StorageError::Unavailable(format!("no connection within {patience:?}"))),
    }
}

impl From<Held> for Connection {
    fn from(held: Held) -> Self {
        Self { held, close_on_drop: false }
    }
}

impl Drop for Connection {
    /// A pool looks at a connection only when it lends it again: an open transaction would keep its locks until then. So what
    /// was left half-way is taken from the pool and closed.
    fn drop(&mut self) {
        if self.close_on_drop {
            match std::mem::replace(&mut self.held, Held::Closed) {
                Held::Postgres(held) => drop(Object::take(held)),
                Held::Sqlite(held) => drop(Object::take(held)),
                Held::Closed => {}
            }
        }
    }
}

impl Connection {
    pub(crate) fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    /// Whether dropping this closes it, in place of giving it back to the pool.
    pub(super) fn close_on_drop(&mut self, close: bool) {
        self.close_on_drop = close;
    }

    pub(super) async fn begin(&mut self) -> StorageResult<()> {
        match &mut self.held {
            // IMMEDIATE: two transactions that read first and write later would fail with BUSY, without waiting
            Held::Sqlite(c) => Ok(sqlite::begin_immediate(c).await?),
            _ => query!(self, |c| begin(c).await),
        }
    }

    pub(super) async fn commit(&mut self) -> StorageResult<()> {
        query!(self, |c| commit(c).await)
    }

    pub(super) async fn rollback(&mut self) -> StorageResult<()> {
        query!(self, |c| rollback(c).await)
    }
}

async fn begin<C: AsyncConnection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::begin_transaction(connection).await
}

async fn commit<C: AsyncConnection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::commit_transaction(connection).await
}

async fn rollback<C: AsyncConnection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::rollback_transaction(connection).await
}
