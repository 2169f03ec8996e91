//! The tables `imported_users`, whom an import brought in and what their old system said of them last, and `deleted_imports`, who of them
//! was deleted here since.

use super::UserId;
use crate::clock::Timestamp;
use crate::storage::schema::{deleted_imports, imported_users};
use crate::storage::{Connection, StorageError, insert_many, query};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

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

/// Where this person was brought in from.
///
/// Cost: 1 round trip.
pub async fn list_imports_of(connection: &mut Connection, user_id: &UserId) -> Result<Vec<ImportedFrom>, StorageError> {
    query!(connection, |c| imported_users::table
        .filter(imported_users::user_id.eq(user_id))
        .order((imported_users::source, imported_users::source_id))
        .select(ImportedFrom::as_select())
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

/// Notes that a person is deleted whom an import brought in, so that the next one does not bring them back. Call it before they are gone.
///
/// Cost: 1 round trip, 2 for somebody who was brought in.
pub async fn note_deleted_import(connection: &mut Connection, user_id: &UserId, now: Timestamp) -> Result<(), StorageError> {
    let ids: Vec<(String, String)> = query!(connection, |c| imported_users::table
        .filter(imported_users::user_id.eq(user_id))
        .select((imported_users::source, imported_users::source_id))
        .load(c)
        .await)?;
    for (source, id) in ids {
        query!(connection, |c| diesel::insert_into(deleted_imports::table)
            .values((deleted_imports::digest.eq(digest(&source, &id)), deleted_imports::deleted_at.eq(now)))
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
    }
    Ok(())
}

/// Those of `ids` who were brought in before and deleted here.
///
/// Cost: 1 round trip.
pub async fn list_deleted_imports(connection: &mut Connection, source: &str, ids: &[String]) -> Result<HashSet<String>, StorageError> {
    let digests: Vec<String> = ids.iter().map(|id| digest(source, id)).collect();
    let found: Vec<String> = query!(connection, |c| deleted_imports::table
        .filter(deleted_imports::digest.eq_any(&digests))
        .select(deleted_imports::digest)
        .load(c)
        .await)?;
    let found: HashSet<String> = found.into_iter().collect();
    Ok(ids.iter().zip(digests).filter(|(_, digest)| found.contains(digest)).map(|(id, _)| id.clone()).collect())
}

/// Not keyed: it has to be found when the master key is another one. A name of a source has no line feed.
fn digest(source: &str, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{source}\n{id}")))
}
