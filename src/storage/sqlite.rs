//! SQLite: the file, how its connections are set up, and how its statements leave the async threads.

use std::path::PathBuf;
use std::sync::Arc;

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_async::{AsyncConnection, SimpleAsyncConnection, TransactionManager as _};
use futures_util::future::BoxFuture;

use super::error::{StorageError, StorageResult};
use super::statements::Statements;

/// A SQLite connection whose statements run on tokio's blocking threads.
pub type SqliteConnection = SyncConnectionWrapper<diesel::sqlite::SqliteConnection, Offload>;

/// The database file.
#[derive(Clone)]
pub(super) struct SqliteFile {
    path: String,
    synchronous: &'static str,
}

impl SqliteFile {
    /// `path` is what follows `sqlite:`. Makes the file, and its folder, when they are missing: readable by their owner only,
    /// since people's data is in it.
    pub(super) fn new(path: &str, synchronous_full: bool) -> StorageResult<Self> {
        let path = path_of(path)?;
        make_file(&PathBuf::from(path)).map_err(|error| StorageError::Settings(format!("{path}: {error}")))?;
        Ok(Self { path: path.to_owned(), synchronous: if synchronous_full { "FULL" } else { "NORMAL" } })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether a commit waits for the disk.
    pub(super) fn is_durable(&self) -> bool {
        self.synchronous == "FULL"
    }

    pub(super) fn describe(&self) -> String {
        format!("SQLite, {}", self.path)
    }

    /// The statements that set up a connection.
    pub(super) fn pragmas(&self, read_only: bool) -> String {
        // Pages in KiB, for each connection: sixteen readers with a large cache each would hold the same pages sixteen times, and
        // the operating system has them too.
        let (cache, query_only) = if read_only { (2000, "ON") } else { (16_000, "OFF") };
        // busy_timeout first, so that the others wait for another process too
        format!(
            "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous={}; PRAGMA foreign_keys=ON; \
             PRAGMA temp_store=MEMORY; PRAGMA cache_size=-{cache}; PRAGMA journal_size_limit=67108864; PRAGMA query_only={query_only};",
            self.synchronous,
        )
    }

    pub(super) async fn connect(&self, read_only: bool) -> ConnectionResult<SqliteConnection> {
        let mut connection = SqliteConnection::establish(&self.path).await?;
        connection.batch_execute(&self.pragmas(read_only)).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// The path in what follows `sqlite:`.
pub(super) fn path_of(text: &str) -> StorageResult<&str> {
    let path = text.strip_prefix("//").unwrap_or(text);
    if path.is_empty() || path.starts_with(":memory:") || path.starts_with("file:") {
        return Err(StorageError::Settings("sqlite: wants the path of a file: several connections share it".to_owned()));
    }
    Ok(path)
}

fn make_file(path: &std::path::Path) -> std::io::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    let mut file = std::fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    file.append(true).create(true).open(path).map(|_| ())
}

pub(super) fn pool(file: &SqliteFile, size: usize, read_only: bool, statements: &Arc<Statements>) -> StorageResult<Pool<SqliteConnection>> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let (file, statements) = (file.clone(), statements.clone());
    config.custom_setup = Box::new(move |_| {
        let (file, statements) = (file.clone(), statements.clone());
        Box::pin(async move {
            let mut connection = file.connect(read_only).await?;
            if !read_only {
                connection.set_instrumentation(statements.counter(true));
            }
            Ok(connection)
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config("", config))
        .max_size(size)
        .build()
        .map_err(|error| StorageError::Settings(error.to_string()))
}

/// IMMEDIATE: two transactions that read first and write later would fail with BUSY, without waiting.
fn begin(connection: &mut diesel::SqliteConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
}

pub(super) async fn begin_immediate(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.spawn_blocking(begin).await
}

/// Runs statements on a blocking thread, and there what begins their transaction. What fails leaves it open. `lightly`: they begin none,
/// and what they write need not outlast a power cut (it does so with the next transaction of anybody).
pub(super) async fn visit<T: Send + 'static>(
    connection: &mut SqliteConnection,
    begins: bool,
    lightly: bool,
    statements: impl FnOnce(&mut diesel::SqliteConnection) -> QueryResult<T> + Send + 'static,
) -> QueryResult<T> {
    let visit = move |c: &mut diesel::SqliteConnection| {
        if begins {
            begin(c)?;
        }
        if !lightly {
            return statements(c);
        }
        c.batch_execute("PRAGMA synchronous=NORMAL")?;
        let done = statements(c);
        // A connection that would go on so is not lent again.
        let again = c.batch_execute("PRAGMA synchronous=FULL");
        again.map_err(|error| DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(error.to_string())))?;
        done
    };
    connection.spawn_blocking(visit).await
}

/// Commits on the thread where it is called.
pub(crate) fn commit_here(connection: &mut diesel::SqliteConnection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(connection)
}

pub(super) async fn commit(connection: &mut SqliteConnection) -> QueryResult<()> {
    <SqliteConnection as AsyncConnection>::TransactionManager::commit_transaction(connection).await
}

pub(super) async fn rollback(connection: &mut SqliteConnection) -> QueryResult<()> {
    <SqliteConnection as AsyncConnection>::TransactionManager::rollback_transaction(connection).await
}

/// Runs SQLite statements on tokio's blocking threads. diesel_async's own version calls `block_in_place` when a future is dropped
/// in mid-statement (a client went away), which panics on actix's single-threaded workers; this one waits on a plain channel.
pub struct Offload;

/// A statement on its way. Dropping it waits until the statement has ended, since the connection is usable only then.
struct Running<R> {
    result: tokio::sync::oneshot::Receiver<R>,
    ended: std::sync::mpsc::Receiver<()>,
}

impl SpawnBlocking for Offload {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        statement: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn std::error::Error + Send + Sync>>> {
        let (send, result) = tokio::sync::oneshot::channel();
        let (alive, ended) = std::sync::mpsc::channel::<()>();
        // Boxed, so that tokio's machinery for a task is compiled once and not for each statement of the program: a tenth of its size.
        let task: Box<dyn FnOnce() + Send> = Box::new(move || {
            let value = statement();
            drop(alive); // before the send, so that Drop below finds it gone; a panic drops it too
            let _ = send.send(value);
        });
        tokio::task::spawn_blocking(task);
        let mut running = Running { result, ended };
        Box::pin(async move { (&mut running.result).await.map_err(Into::into) })
    }

    fn get_runtime() -> Self {
        Self
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        // fails, at once, when the statement has ended and its sender is gone: that is what is waited for
        let _ = self.ended.recv();
    }
}
