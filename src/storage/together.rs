//! Statements that are sent together: those that do not need each other's answers, and the last of a transaction once the first allow them.

use diesel::QueryResult;

/// Runs statements that do not need each other's answers, in this order and in the caller's transaction:
/// `together!(conn, execute(delete), get_result(insert))` gives a pair of what they gave. What they are made of is owned. PostgreSQL is sent
/// all of them before it answers the first, and all are waited for as long as for one; for SQLite they are one visit to a blocking thread.
///
/// Cost: 1 round trip.
macro_rules! together {
    (@sent $way:expr, $held:ident, $($verb:ident($query:expr)),+) => {{
        let shared: &diesel_async::AsyncPgConnection = &*$held;
        let all = async {
            let done = tokio::join!(biased; $(async { diesel_async::RunQueryDsl::$verb($query, &mut &*shared).await }),+);
            $crate::storage::Together::all(done)
        };
        $crate::storage::sent($way, shared, all).await
    }};
    ($conn:expr, $($verb:ident($query:expr)),+ $(,)?) => {{
        let conn: &mut $crate::storage::Connection = $conn;
        let way = conn.way();
        let done: diesel::QueryResult<_> = match conn.held() {
            $crate::storage::Held::Postgres(held) => $crate::storage::together!(@sent way, held, $($verb($query)),+),
            $crate::storage::Held::Sqlite(held) => {
                way.visit(held, move |c| Ok(($(diesel::RunQueryDsl::$verb($query, c)?),+))).await
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.outcome(done)
    }};
}
pub(crate) use together;

/// [`together!`], and once what the first gave allows it the last statements of the transaction, which is committed with them:
/// `together_if!(conn, (load(select), execute(delete)), |first| first.1 == 1, (execute(insert), execute(update)))` gives what the first gave,
/// and what the last gave if they were allowed. What they and the condition are made of is owned. Only within a transaction; where the last
/// were allowed, a statement that came after them would be in none.
///
/// For SQLite all of it is one visit to a blocking thread. PostgreSQL is sent COMMIT once they are done: one that is prepared for the first
/// time on its connection would else come after it.
///
/// Cost: 1 round trip, or 3 and a commit.
macro_rules! together_if {
    ($conn:expr, ($($verb:ident($query:expr)),+ $(,)?), |$first:ident| $allows:expr, ($($last:ident($last_query:expr)),+ $(,)?) $(,)?) => {{
        let conn: &mut $crate::storage::Connection = $conn;
        let (way, later) = (conn.way(), conn.later());
        let done: diesel::QueryResult<(_, Option<_>)> = match conn.held() {
            $crate::storage::Held::Postgres(held) => match $crate::storage::together!(@sent way, held, $($verb($query)),+) {
                Ok(first) => {
                    let $first = &first;
                    if $allows {
                        $crate::storage::together!(@sent later.way(), held, $($last($last_query)),+).map(|last| (first, Some(last)))
                    } else {
                        Ok((first, None))
                    }
                }
                Err(error) => Err(error),
            },
            $crate::storage::Held::Sqlite(held) => {
                let all = move |c: &mut diesel::SqliteConnection| {
                    let first = ($(diesel::RunQueryDsl::$verb($query, c)?),+);
                    let $first = &first;
                    if !$allows {
                        return Ok((first, None));
                    }
                    let last = ($(diesel::RunQueryDsl::$last($last_query, c)?),+);
                    $crate::storage::commit_here(c)?;
                    Ok((first, Some(last)))
                };
                way.visit(held, all).await
            }
            $crate::storage::Held::Closed => Err(diesel::result::Error::BrokenTransactionManager),
        };
        conn.ended(done).await
    }};
}
pub(crate) use together_if;

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
