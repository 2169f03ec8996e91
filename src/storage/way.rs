//! How statements leave for their database, and how long their answer is waited for.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use super::sqlite::{self, SqliteConnection};
use super::statements::Statements;

/// How the next statement is sent.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// How long its answer is waited for.
    pub(super) patience: Duration,
    /// BEGIN goes before it, and is not waited for.
    pub(super) begins: bool,
    /// SQLite does not wait for the disk.
    pub(super) lightly: bool,
}

impl Way {
    /// Begins what is to begin on SQLite.
    pub(crate) async fn begin(self, connection: &mut SqliteConnection) -> QueryResult<()> {
        if self.begins { sqlite::begin_immediate(connection).await } else { Ok(()) }
    }

    /// Takes statements to SQLite, in one visit to a blocking thread.
    pub(crate) async fn visit<T: Send + 'static>(
        self,
        connection: &mut SqliteConnection,
        statements: impl FnOnce(&mut diesel::SqliteConnection) -> QueryResult<T> + Send + 'static,
    ) -> QueryResult<T> {
        sqlite::visit(connection, self.begins, self.lightly, statements).await
    }
}

/// How a statement is sent after another, if it is.
pub(crate) struct Later {
    pub(super) patience: Duration,
    pub(super) statements: Arc<Statements>,
}

impl Later {
    pub(crate) fn way(self) -> Way {
        self.statements.count_round_trip();
        Way { patience: self.patience, begins: false, lightly: false }
    }
}

/// A network that swallows everything, or a server that stands still, gives neither answer nor error (security.md F4): TCP itself
/// stays content when something in between takes the bytes.
pub(super) async fn answered<T>(patience: Duration, query: impl Future<Output = QueryResult<T>>) -> QueryResult<T> {
    tokio::time::timeout(patience, query).await.unwrap_or_else(|_| {
        let why = format!("no answer within {patience:?}");
        Err(DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(why)))
    })
}

/// Sends a statement on its way and waits for the answer.
pub(crate) async fn sent<T>(
    way: Way,
    connection: &AsyncPgConnection,
    query: impl Future<Output = QueryResult<T>> + Send,
) -> QueryResult<T> {
    // Waited for in one way whatever it is, so that waiting is compiled once for each answer and not for each statement.
    let query: Pin<&mut (dyn Future<Output = QueryResult<T>> + Send)> = pin!(query);
    let Way { patience, begins, .. } = way;
    answered(patience, async {
        if !begins {
            return query.await;
        }
        // Each is sent when it is polled first, and they are polled in this order. A server that refused BEGIN and took the statement would
        // commit it by itself; it refuses BEGIN alone when an administrator cancels just that.
        let (begun, done) = tokio::join!(biased; say(connection, "BEGIN"), query);
        begun.and(done)
    })
    .await
}

pub(super) async fn say(mut connection: &AsyncPgConnection, words: &str) -> QueryResult<()> {
    connection.batch_execute(words).await
}
