//! Telephone numbers that codes are sent to as a second factor. A number gets here only after a code sent to it came back.
//!
//! Specs: OWASP ASVS 6.6.1.

use crate::clock::Timestamp;
use crate::storage::schema::phone_factors;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Makes a proven number the account's second factor, in the place of one it had before.
pub async fn set_phone_factor(connection: &mut Connection, user_id: &UserId, number: &str, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(phone_factors::table)
        .values((phone_factors::user_id.eq(user_id), phone_factors::phone_number.eq(number), phone_factors::created_at.eq(now)))
        .on_conflict(phone_factors::user_id)
        .do_update()
        .set((phone_factors::phone_number.eq(number), phone_factors::last_used_at.eq(None::<Timestamp>)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Notes that a code sent to the number was used.
pub async fn note_phone_use(connection: &mut Connection, user_id: &UserId, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(phone_factors::table.find(user_id)).set(phone_factors::last_used_at.eq(now)).execute(c).await)?;
    Ok(())
}

/// Takes the number away. Returns whether there was one.
pub async fn delete_phone_factor(connection: &mut Connection, user_id: &UserId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(phone_factors::table.find(user_id)).execute(c).await)?;
    Ok(deleted == 1)
}
