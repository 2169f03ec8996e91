//! Statements that do not need each other's answers, sent together.

use diesel::QueryResult;

/// What follows on statements that are sent together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// More, or the end of the caller's transaction where it ends.
    More,
    /// Nothing: they are the last of their transaction, which is committed with them. What came after them would be in none.
    Commit,
}

/// Runs statements that do not need each other's answers, in this order and in the caller's transaction:
/// `together!(conn, execute(delete), get_result(insert))` gives a pair of what they gave. What they are made of is owned. PostgreSQL is sent
/// all of them before it answers the first, and all are waited for as long as for one; for SQLite they are one visit to a blocking thread.
///
/// With a [`Then`] after the connection, its transaction is committed with them. SQLite does that in the same visit. PostgreSQL is sent COMMIT
/// once they are done: one that is prepared for the first time on its connection would else come after it.
///
/// Cost: 1 round trip; to commit, 1 more.
macro_rules! together {
    ($conn:expr, $($verb:ident($query:expr)),+ $(,)?) => { $crate::storage::together!($conn, $crate::storage::Then::More, $($verb($query)),+) };
    ($conn:expr, $then:expr, $($verb:ident($query:expr)),+ $(,)?) => {{
        let conn: &mut $crate::storage::Connection = $conn;
        let then: $crate::storage::Then = $then;
        let way = conn.way();
        let done: diesel::QueryResult<_> = match conn.held() {
            $crate::storage::Held::Postgres(held) => {
                let shared: &diesel_async::AsyncPgConnection = &*held;
                let all = async {
                    let done = tokio::join!(biased; $(async { diesel_async::RunQueryDsl::$verb($query, &mut &*shared).await }),+);
                    $crate::storage::Together::all(done)
                };
                $crate::storage::sent(way, shared, all).await
            }
            $crate::storage::Held::Sqlite(held) => {
                let all = move |c: &mut diesel::SqliteConnection| Ok(($(diesel::RunQueryDsl::$verb($query, c)?),+));
                way.visit(held, then, all).await
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.ended(then, done).await
    }};
}
pub(crate) use together;

/// What statements gave that were sent together: all of it, or what the first that failed says. Those after it only say that it did.
pub(crate) trait Together {
    type All;

    fn all(self) -> QueryResult<Self::All>;
}

impl<A, B> Together for (QueryResult<A>, QueryResult<B>) {
    type All = (A, B);

    fn all(self) -> QueryResult<(A, B)> {
        Ok((self.0?, self.1?))
    }
}

impl<A, B, C> Together for (QueryResult<A>, QueryResult<B>, QueryResult<C>) {
    type All = (A, B, C);

    fn all(self) -> QueryResult<(A, B, C)> {
        Ok((self.0?, self.1?, self.2?))
    }
}
