//! The table `passwords`.

use crate::clock::Timestamp;
use crate::storage::schema::{passwords, users};
use crate::storage::{Connection, StorageError, prepared, query};
use crate::users::{User, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Selects a person by address, with the hash of their password if they have one.
macro_rules! by_email {
    ($email:expr) => {
        users::table.left_join(passwords::table).filter(users::email.eq($email)).select((User::as_select(), passwords::hash.nullable()))
    };
}
pub(super) use by_email;

/// A person by address, with the hash of their password if they have one.
///
/// Cost: 1 round trip.
pub async fn find_user_and_hash(connection: &mut Connection, email: &str) -> Result<Option<(User, Option<String>)>, StorageError> {
    query!(connection, |c| by_email!(email).first(c).await.optional())
}

/// The stored hash of a person's password.
pub async fn find_password_hash(connection: &mut Connection, user_id: &UserId) -> Result<Option<String>, StorageError> {
    query!(connection, |c| passwords::table.find(user_id).select(passwords::hash).first(c).await.optional())
}

/// When a person's password was last changed.
pub async fn find_password_changed_at(connection: &mut Connection, user_id: &UserId) -> Result<Option<Timestamp>, StorageError> {
    query!(connection, |c| passwords::table.find(user_id).select(passwords::changed_at).first(c).await.optional())
}

/// Sets a person's password.
pub async fn set_password_hash(connection: &mut Connection, user_id: &UserId, hash: &str, now: Timestamp) -> Result<(), StorageError> {
    let set = diesel::insert_into(passwords::table)
        .values((passwords::user_id.eq(user_id), passwords::hash.eq(hash), passwords::changed_at.eq(now)))
        .on_conflict(passwords::user_id)
        .do_update()
        .set((passwords::hash.eq(hash), passwords::changed_at.eq(now)));
    query!(connection, |c| prepared(set).execute(c).await)?;
    Ok(())
}

/// Gives a password to a person who has none. Returns whether that was so.
pub async fn insert_password_hash(connection: &mut Connection, user_id: &UserId, hash: &str, now: Timestamp) -> Result<bool, StorageError> {
    let inserted = query!(connection, |c| diesel::insert_into(passwords::table)
        .values((passwords::user_id.eq(user_id), passwords::hash.eq(hash), passwords::changed_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(inserted == 1)
}

/// Puts a hash with today's parameters in the place of an outdated one, unless the password was changed meanwhile.
pub async fn replace_password_hash(connection: &mut Connection, user_id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(passwords::table.find(user_id))
        .filter(passwords::hash.eq(old))
        .set(passwords::hash.eq(new))
        .execute(c)
        .await)?;
    Ok(())
}

/// Takes a person's password away. Returns whether there was one.
pub async fn delete_password(connection: &mut Connection, user_id: &UserId) -> Result<bool, StorageError> {
    Ok(query!(connection, |c| diesel::delete(passwords::table.find(user_id)).execute(c).await)? == 1)
}
