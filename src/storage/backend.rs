//! The two databases behind one [`Connection`], and the macro that writes a query once for both.

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};

use super::StorageSettings;
use super::error::{StorageError, StorageResult, with_causes};
use super::postgres::PostgresConnector;
use super::postgres_pools::PostgresPools;
use super::sqlite::{self, SqliteConnection, SqliteFile};
use super::statements::Statements;
use super::way::{Later, Way, answered, say};

/// The pools of one database.
pub(super) enum Backend {
    Postgres {
        pools: PostgresPools,
        /// How long an answer is waited for.
        patience: Duration,
    },
    /// SQLite has one writer at a time: a pool of one queues the writers in order, so that none in this process meets BUSY.
    Sqlite { file: SqliteFile, readers: Pool<SqliteConnection>, writer: Pool<SqliteConnection> },
}

/// A pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    pub name: &'static str,
    pub in_use: usize,
    pub idle: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
}

/// One connection, given back to its pool when dropped. Queried with `query!`.
pub struct Connection {
    held: Held,
    close_on_drop: bool,
    /// A transaction was asked for whose BEGIN has not been sent: it travels with the first statement.
    begins: bool,
    /// The transaction that was asked for is committed already.
    committed: bool,
    /// A commit waits for SQLite's disk.
    is_durable: bool,
    /// Not that of the next statement.
    lightly: bool,
    /// How long PostgreSQL's answer is waited for.
    patience: Duration,
    statements: Arc<Statements>,
}

/// How much longer than the server's own `statement_timeout` an answer is waited for: a server that is there has answered by then.
const NETWORK: Duration = Duration::from_secs(2);

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
        let conn: &mut $crate::storage::Connection = $conn;
        let way = conn.way();
        let done: diesel::QueryResult<_> = match conn.held() {
            $crate::storage::Held::Postgres(held) => {
                #[allow(dead_code)]
                type DB = diesel::pg::Pg;
                let shared: &diesel_async::AsyncPgConnection = &*held;
                let mut own = shared;
                let $c: &mut &diesel_async::AsyncPgConnection = &mut own;
                $crate::storage::sent(way, shared, async { $body }).await
            }
            $crate::storage::Held::Sqlite(held) => {
                #[allow(dead_code)]
                type DB = diesel::sqlite::Sqlite;
                let $c: &mut $crate::storage::SqliteConnection = &mut *held;
                match way.begin($c).await {
                    Ok(()) => $body,
                    Err(error) => Err(error),
                }
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.outcome(done)
    }};
}
pub(crate) use query;

/// Inserts what a query selects, once what it selects from is held: `insert_held!(conn, select, |held, c| insert_into(table).values(held)…)`.
/// PostgreSQL locks those rows, and waits for one that is just being deleted, so that neither happens unseen by the other. SQLite has one
/// writer, to whom nothing else happens.
macro_rules! insert_held {
    ($conn:expr, $select:expr, |$held:ident, $c:ident| $body:expr) => {{
        let conn: &mut $crate::storage::Connection = $conn;
        let way = conn.way();
        let done: diesel::QueryResult<usize> = match conn.held() {
            $crate::storage::Held::Postgres(postgres) => {
                let $held = $select.for_key_share();
                let shared: &diesel_async::AsyncPgConnection = &*postgres;
                let mut own = shared;
                let $c: &mut &diesel_async::AsyncPgConnection = &mut own;
                $crate::storage::sent(way, shared, async { $body }).await
            }
            $crate::storage::Held::Sqlite(sqlite) => {
                let $held = $select;
                let $c: &mut $crate::storage::SqliteConnection = &mut *sqlite;
                match way.begin($c).await {
                    Ok(()) => $body,
                    Err(error) => Err(error),
                }
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.outcome(done)
    }};
}
pub(crate) use insert_held;

/// Inserts many rows in one statement: `insert_many!(conn, users, rows)`. `rows` is a `Vec` of an owned `Insertable`; of no rows nothing
/// is asked. diesel_async has no multi-row INSERT for SQLite; diesel itself has.
macro_rules! insert_many {
    ($conn:expr, $table:ident, $rows:expr) => {{
        let rows = $rows;
        if rows.is_empty() {
            $crate::storage::StorageResult::Ok(0)
        } else {
            let conn: &mut $crate::storage::Connection = $conn;
            let way = conn.way();
            let done: diesel::QueryResult<usize> = match conn.held() {
                $crate::storage::Held::Postgres(held) => {
                    let shared: &diesel_async::AsyncPgConnection = &*held;
                    let insert = diesel::insert_into($table::table).values(&rows);
                    $crate::storage::sent(way, shared, async { diesel_async::RunQueryDsl::execute(insert, &mut &*shared).await }).await
                }
                $crate::storage::Held::Sqlite(held) => {
                    let insert = move |c: &mut _| diesel::RunQueryDsl::execute(diesel::insert_into($table::table).values(&rows), c);
                    way.visit(held, insert).await
                }
                $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
            };
            conn.outcome(done)
        }
    }};
}
pub(crate) use insert_many;

/// Inserts those of the rows that are not there yet, in one commit: `insert_new!(conn, users, rows, id)` gives the `id` of each that was
/// inserted. `rows` is a `Vec` of an owned `Insertable`, a few at most: the statement is prepared once for each number of them.
macro_rules! insert_new {
    ($conn:expr, $table:ident, $rows:expr, $key:ident) => {{
        let rows = $rows;
        let conn: &mut $crate::storage::Connection = $conn;
        let way = conn.way();
        let done: diesel::QueryResult<Vec<_>> = match conn.held() {
            $crate::storage::Held::Postgres(held) => {
                let shared: &diesel_async::AsyncPgConnection = &*held;
                let insert = diesel::insert_into($table::table).values(&rows).on_conflict_do_nothing().returning($table::$key);
                let insert = async { diesel_async::RunQueryDsl::load($crate::storage::prepared(insert), &mut &*shared).await };
                $crate::storage::sent(way, shared, insert).await
            }
            $crate::storage::Held::Sqlite(held) => {
                way.visit(held, move |c| {
                    use diesel::OptionalExtension as _;
                    let insert = |c: &mut diesel::SqliteConnection| -> diesel::QueryResult<Vec<_>> {
                        let mut inserted = Vec::new();
                        for row in &rows {
                            let insert = diesel::insert_into($table::table).values(row).on_conflict_do_nothing().returning($table::$key);
                            inserted.extend(diesel::RunQueryDsl::get_result(insert, c).optional()?);
                        }
                        Ok(inserted)
                    };
                    if rows.len() > 1 { c.immediate_transaction(insert) } else { insert(c) }
                })
                .await
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.outcome(done)
    }};
}
pub(crate) use insert_new;

impl Backend {
    /// By the scheme of the URL.
    pub(super) fn open(settings: &StorageSettings, statements: &Arc<Statements>) -> StorageResult<Self> {
        if let Some(path) = settings.url.strip_prefix("sqlite:") {
            let file = SqliteFile::new(path, settings.sqlite_synchronous_full)?;
            let readers = sqlite::pool(&file, settings.max_connections.max(1), true, statements)?;
            let writer = sqlite::pool(&file, 1, false, statements)?;
            Ok(Self::Sqlite { file, readers, writer })
        } else if settings.url.starts_with("postgres://") || settings.url.starts_with("postgresql://") {
            let connector = PostgresConnector::new(settings)?;
            let pools = PostgresPools::new(&connector, settings.max_connections.max(1), statements)?;
            Ok(Self::Postgres { pools, patience: settings.statement_timeout + NETWORK })
        } else {
            Err(StorageError::Settings("the URL must begin with sqlite: or postgres://".to_owned()))
        }
    }

    pub(super) async fn read(&self, patience: Duration, statements: &Arc<Statements>) -> StorageResult<Connection> {
        match self {
            Self::Postgres { .. } => self.write(patience, statements).await,
            Self::Sqlite { readers, .. } => {
                Ok(Connection::new(Held::Sqlite(waited(readers.get(), patience).await?), Duration::MAX, false, statements))
            }
        }
    }

    pub(super) async fn write(&self, patience: Duration, statements: &Arc<Statements>) -> StorageResult<Connection> {
        let (held, patience, is_durable) = match self {
            Self::Postgres { pools, patience: answer } => (Held::Postgres(waited(pools.here().get(), patience).await?), *answer, false),
            Self::Sqlite { file, writer, .. } => (Held::Sqlite(waited(writer.get(), patience).await?), Duration::MAX, file.is_durable()),
        };
        Ok(Connection::new(held, patience, is_durable, statements))
    }

    pub(super) fn pools(&self) -> Vec<PoolState> {
        // a macro, since the pools' common bound is three lines of diesel_async's own traits
        macro_rules! sum {
            ($name:literal, $pools:expr) => {{
                let mut sum = PoolState { name: $name, in_use: 0, idle: 0, waiting: 0 };
                for status in $pools.iter().map(|pool| pool.status()) {
                    sum.in_use += status.size.saturating_sub(status.available);
                    sum.idle += status.available;
                    sum.waiting += status.waiting;
                }
                sum
            }};
        }
        match self {
            Self::Postgres { pools, .. } => vec![sum!("shared", [pools.shared()]), sum!("workers", pools.of_workers())],
            Self::Sqlite { readers, writer, .. } => vec![sum!("readers", [readers]), sum!("writer", [writer])],
        }
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Postgres { pools, .. } => pools.connector().describe(),
            Self::Sqlite { file, .. } => file.describe(),
        }
    }
}

/// deadpool waits for ever for a free connection; a request does not.
async fn waited<T>(get: impl Future<Output = Result<T, PoolError>>, patience: Duration) -> StorageResult<T> {
    match tokio::time::timeout(patience, get).await {
        Ok(Ok(connection)) => Ok(connection),
        // The pool's own words before those of the database say nothing to an operator.
        Ok(Err(PoolError::Backend(error))) => Err(StorageError::Unavailable(with_causes(&error))),
        Ok(Err(error)) => Err(StorageError::Unavailable(with_causes(&error))),
        Err(_) => Err(StorageError::Unavailable(format!("no connection within {patience:?}"))),
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
    fn new(held: Held, patience: Duration, is_durable: bool, statements: &Arc<Statements>) -> Self {
        let statements = statements.clone();
        Self { held, close_on_drop: false, begins: false, committed: false, is_durable, lightly: false, patience, statements }
    }

    /// What the next statements write that are sent together, in no transaction, need not outlast a power cut of SQLite's machine: it does not
    /// wait for the disk. It outlasts the end of this process, as ever.
    pub(crate) fn lightly(&mut self) -> &mut Self {
        self.lightly = self.is_durable && !self.begins;
        self
    }

    /// How the next statement is sent: with BEGIN, if that waits for it.
    pub(crate) fn way(&mut self) -> Way {
        debug_assert!(!self.committed, "a statement after its transaction was committed would be in none");
        self.statements.count_round_trip();
        Way { patience: self.patience, begins: std::mem::take(&mut self.begins), lightly: std::mem::take(&mut self.lightly) }
    }

    /// How the statement after that is sent, if there is one.
    pub(crate) fn later(&self) -> Later {
        Later { patience: self.patience, statements: self.statements.clone() }
    }

    /// What a query came to. A connection that gave no answer is not lent again: the answer may still come.
    pub(crate) fn outcome<T>(&mut self, done: QueryResult<T>) -> StorageResult<T> {
        if matches!(done, Err(DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _))) {
            self.close_on_drop = true;
        }
        done.map_err(StorageError::from)
    }

    pub(crate) fn held(&mut self) -> &mut Held {
        &mut self.held
    }

    /// Whether dropping this closes it, in place of giving it back to the pool.
    pub(super) fn close_on_drop(&mut self, close: bool) {
        self.close_on_drop = close;
    }

    /// Begins a transaction; the database hears of it with the first statement.
    pub(super) fn begin(&mut self) {
        self.begins = true;
    }

    /// For a statement that is sent without the macros: the transaction that was asked for has begun.
    pub(super) async fn begun(&mut self) -> StorageResult<&mut Held> {
        let way = Way { patience: self.patience, begins: std::mem::take(&mut self.begins), lightly: false };
        match &mut self.held {
            Held::Sqlite(c) => way.begin(c).await?,
            _ if way.begins => self.say("BEGIN").await?,
            _ => {}
        }
        self.statements.count_round_trip();
        Ok(&mut self.held)
    }

    /// What statements came to and, where the last ones were run, their transaction with them: SQLite has committed it in the same visit.
    pub(crate) async fn ended<A, B>(&mut self, done: QueryResult<(A, Option<B>)>) -> StorageResult<(A, Option<B>)> {
        let done = self.outcome(done)?;
        if done.1.is_some() {
            match self.held {
                // The last ones and COMMIT, counted as where each is sent.
                Held::Sqlite(_) => (0..2).for_each(|_| self.statements.count_round_trip()),
                _ => self.commit().await?,
            }
            self.committed = true;
        }
        Ok(done)
    }

    /// Commits the transaction, unless it is committed already. One without a statement has not begun.
    pub(super) async fn commit(&mut self) -> StorageResult<()> {
        if self.committed || std::mem::take(&mut self.begins) {
            return Ok(());
        }
        match &mut self.held {
            Held::Sqlite(c) => {
                self.statements.count_round_trip();
                Ok(sqlite::commit(c).await?)
            }
            _ => self.say("COMMIT").await,
        }
    }

    /// Rolls the transaction back, unless it is committed already. One without a statement has not begun.
    pub(super) async fn rollback(&mut self) -> StorageResult<()> {
        if self.committed || std::mem::take(&mut self.begins) {
            return Ok(());
        }
        match &mut self.held {
            Held::Sqlite(c) => {
                self.statements.count_round_trip();
                Ok(sqlite::rollback(c).await?)
            }
            _ => self.say("ROLLBACK").await,
        }
    }

    async fn say(&mut self, words: &str) -> StorageResult<()> {
        self.statements.count_round_trip();
        let done = match &self.held {
            Held::Postgres(held) => answered(self.patience, say(held, words)).await,
            _ => Err(DieselError::BrokenTransactionManager),
        };
        self.outcome(done)
    }
}
