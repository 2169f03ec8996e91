//! The table `imported_users`: whom an import brought in, and what their old system said of them last.

use super::UserId;
use crate::clock::Timestamp;
use crate::storage::schema::imported_users;
use crate::storage::{Connection, StorageError, insert_many, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// A person by the id that they have elsewhere.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = imported_users)]
pub struct ImportedFrom {
    pub source: String,
    pub source_id: String,
    pub user_id: UserId,
    /// The importer's own document: digests.
    pub seen: String,
    pub imported_at: Timestamp,
}

/// Those of `ids` that were brought in before.
///
/// Cost: 1 round trip.
pub async fn list_imported_users(connection: &mut Connection, source: &str, ids: &[String]) -> Result<Vec<ImportedFrom>, StorageError> {
    query!(connection, |c| imported_users::table
        .filter(imported_users::source.eq(source))
        .filter(imported_users::source_id.eq_any(ids))
        .select(ImportedFrom::as_select())
        .load(c)
        .await)
}

/// Who of these people was brought in from this source.
///
/// Cost: 1 round trip.
pub async fn list_imported_among(connection: &mut Connection, source: &str, people: &[UserId]) -> Result<Vec<UserId>, StorageError> {
    query!(connection, |c| imported_users::table
        .filter(imported_users::source.eq(source))
        .filter(imported_users::user_id.eq_any(people))
        .select(imported_users::user_id)
        .load(c)
        .await)
}

/// Notes whom an import brings in, in its transaction.
pub async fn insert_imported_users(connection: &mut Connection, rows: Vec<ImportedFrom>) -> Result<(), StorageError> {
    insert_many!(connection, imported_users, rows)?;
    Ok(())
}

/// Notes what the old system says by now.
pub async fn update_imported_user(connection: &mut Connection, row: &ImportedFrom) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(imported_users::table.find((&row.source, &row.source_id)))
        .set((imported_users::seen.eq(&row.seen), imported_users::imported_at.eq(row.imported_at)))
        .execute(c)
        .await)?;
    Ok(())
}
