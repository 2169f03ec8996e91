//! The table `passkeys`.

use super::{CredentialId, Passkey, Proven};
use crate::clock::Timestamp;
use crate::storage::schema::{passkeys, users};
use crate::storage::{Connection, StorageError, query};
use crate::users::{User, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// A passkey with the person it belongs to.
///
/// Cost: 1 round trip.
pub async fn find_passkey(connection: &mut Connection, id: &CredentialId) -> Result<Option<(Passkey, User)>, StorageError> {
    query!(connection, |c| passkeys::table
        .inner_join(users::table)
        .filter(passkeys::credential_id.eq(id))
        .select((Passkey::as_select(), User::as_select()))
        .first(c)
        .await
        .optional())
}

/// The passkeys of a person, the oldest first.
pub async fn list_passkeys(connection: &mut Connection, user_id: &UserId) -> Result<Vec<Passkey>, StorageError> {
    query!(connection, |c| passkeys::table
        .filter(passkeys::user_id.eq(user_id))
        .order((passkeys::created_at, passkeys::credential_id))
        .select(Passkey::as_select())
        .load(c)
        .await)
}

/// Inserts a passkey. Errors: a unique violation when the credential id is registered, to whomever (security.md W4).
pub async fn insert_passkey(connection: &mut Connection, passkey: &Passkey) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(passkeys::table)
        .values((
            passkeys::credential_id.eq(&passkey.credential_id),
            passkeys::user_id.eq(&passkey.user_id),
            passkeys::name.eq(&passkey.name),
            passkeys::passkey.eq(&passkey.document),
            passkeys::user_verified.eq(passkey.stands_alone),
            passkeys::backup_eligible.eq(passkey.backup_eligible),
            passkeys::backed_up.eq(passkey.backed_up),
            passkeys::suspected_clone.eq(passkey.suspected_clone),
            passkeys::created_at.eq(passkey.created_at),
            passkeys::last_used_at.eq(passkey.last_used_at),
            passkeys::foreign_handle.eq(passkey.foreign_handle),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Notes that a passkey was used, with its new counter. Returns whether the row was still the one that the answer was held
/// against: of two answers with the same counter one counts.
pub async fn note_use(connection: &mut Connection, before: &Passkey, proven: &Proven, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(passkeys::table.find(&before.credential_id))
        .filter(passkeys::passkey.eq(&before.document))
        .filter(passkeys::suspected_clone.eq(false))
        .set((passkeys::passkey.eq(&proven.document), passkeys::backed_up.eq(proven.backed_up), passkeys::last_used_at.eq(now),))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Marks a passkey whose counter went back. Returns whether it was not marked before.
pub async fn flag_suspected_clone(connection: &mut Connection, id: &CredentialId) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(passkeys::table.find(id))
        .filter(passkeys::suspected_clone.eq(false))
        .set(passkeys::suspected_clone.eq(true))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Renames a passkey of this person. Returns whether it is theirs.
pub async fn rename_passkey(connection: &mut Connection, user_id: &UserId, id: &CredentialId, name: &str) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(passkeys::table.find(id).filter(passkeys::user_id.eq(user_id)))
        .set(passkeys::name.eq(name))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Removes a passkey of this person. Returns whether it was there.
pub async fn delete_passkey(connection: &mut Connection, user_id: &UserId, id: &CredentialId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(passkeys::table.find(id).filter(passkeys::user_id.eq(user_id))).execute(c).await)?;
    Ok(deleted == 1)
}
