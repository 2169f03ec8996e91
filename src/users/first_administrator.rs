//! Whom a setup link made the administrator last: what every such link is bound to, so that it works once and not after another did.

use super::UserId;
use crate::storage::schema::settings;
use crate::storage::{Connection, StorageError, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

const NAME: &str = "first_administrator";

/// The id of the last one, who may be deleted by now; empty when no link was used yet. Makes the row that links compete for.
///
/// Cost: 2 round trips, at the first time 1 commit.
pub async fn last_first_administrator(connection: &mut Connection) -> Result<String, StorageError> {
    query!(connection, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(NAME), settings::value.eq("")))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    query!(connection, |c| settings::table.find(NAME).select(settings::value).first(c).await)
}

/// Whether nobody was made the administrator by a link since `last`.
pub async fn is_last_first_administrator(connection: &mut Connection, last: &str) -> Result<bool, StorageError> {
    let found: i64 = query!(connection, |c| settings::table
        .filter(settings::name.eq(NAME))
        .filter(settings::value.eq(last))
        .count()
        .get_result(c)
        .await)?;
    Ok(found == 1)
}

/// Writes down that a link makes `user` the administrator. Returns whether nobody else was since `last`.
pub async fn become_first_administrator(connection: &mut Connection, last: &str, user: &UserId) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(settings::table)
        .filter(settings::name.eq(NAME))
        .filter(settings::value.eq(last))
        .set(settings::value.eq(user.as_str()))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}
