//! Telephone numbers that codes are sent to as a second factor. A number gets here only after a code sent to it came back.
//!
//! Specs: OWASP ASVS 6.6.1.

use super::replaced_factors::{Replaced, forget_replaced, keep_replaced};
use crate::clock::Timestamp;
use crate::storage::schema::phone_factors;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Makes a proven number the account's second factor, in the place of one it had before; the same number is as old as it was. Call it in a
/// transaction. Returns whether another was replaced.
pub async fn set_phone_factor(connection: &mut Connection, user_id: &UserId, number: &str, now: Timestamp) -> Result<bool, StorageError> {
    let before: Option<(String, Timestamp)> = query!(connection, |c| phone_factors::table
        .find(user_id)
        .select((phone_factors::phone_number, phone_factors::created_at))
        .first(c)
        .await
        .optional())?;
    let since = before.as_ref().filter(|(before, _)| before == number).map_or(now, |(_, created_at)| *created_at);
    let replaced = before.filter(|(before, _)| before != number);
    if let Some((before, created_at)) = &replaced {
        keep_replaced(connection, user_id, Replaced::PhoneNumber, (before, *created_at), now).await?;
    }
    query!(connection, |c| diesel::insert_into(phone_factors::table)
        .values((phone_factors::user_id.eq(user_id), phone_factors::phone_number.eq(number), phone_factors::created_at.eq(now)))
        .on_conflict(phone_factors::user_id)
        .do_update()
        .set((
            phone_factors::phone_number.eq(number),
            phone_factors::created_at.eq(since),
            phone_factors::last_used_at.eq(None::<Timestamp>),
        ))
        .execute(c)
        .await)?;
    Ok(replaced.is_some())
}

/// Notes that a code sent to the number was used.
pub async fn note_phone_use(connection: &mut Connection, user_id: &UserId, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(phone_factors::table.find(user_id)).set(phone_factors::last_used_at.eq(now)).execute(c).await)?;
    Ok(())
}

/// Takes the number away. Returns whether there was one.
pub async fn delete_phone_factor(connection: &mut Connection, user_id: &UserId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(phone_factors::table.find(user_id)).execute(c).await)?;
    forget_replaced(connection, user_id, Replaced::PhoneNumber).await?;
    Ok(deleted == 1)
}
