//! Locks that hold across replicas until the transaction ends.

use super::schema::settings;
use super::{Connection, StorageResult, query};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel_async::RunQueryDsl;

/// Takes the lock of this name: the same row, written. Works alike on both databases.
///
/// Cost: 1 round trip.
pub async fn lock(connection: &mut Connection, name: &str) -> StorageResult<()> {
    query!(connection, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq("")))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(""))
        .execute(c)
        .await)?;
    Ok(())
}

/// What `select` gives, locked until the transaction ends as an UPDATE would lock it, but without one: there is no new version of the row, of
/// which PostgreSQL would have to clear away the old one. Like an UPDATE it waits for a row that is just being changed and looks at it anew.
/// SQLite has one writer, to whom nothing else happens: there it is the transaction of [`super::Storage::transaction`] that holds.
pub fn locked<Q>(select: Q) -> Locked<Q> {
    Locked(select)
}

/// See [`locked`].
#[derive(Debug, Clone, Copy)]
pub struct Locked<Q>(Q);

impl<Q: QueryId> QueryId for Locked<Q> {
    type QueryId = Locked<Q::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(" FOR NO KEY UPDATE");
        Ok(())
    }
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Locked<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> diesel::RunQueryDsl<C> for Locked<Q> {}
