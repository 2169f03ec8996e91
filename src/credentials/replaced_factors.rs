//! Second factors and recovery codes that others took the place of. Whoever was in somebody's account may have put their own in the place of
//! the owner's: for as long as a change can be objected to, a lockdown puts the owner's back.

use super::mailed_proofs::UNDO_LIFETIME;
use crate::clock::Timestamp;
use crate::storage::schema::{phone_factors, recovery_codes, replaced_factors, totp_secrets};
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// What was replaced, and how it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The sealed secret.
    Totp,
    PhoneNumber,
    /// The digests of those that were not used, a JSON array.
    RecoveryCodes,
}

impl Replaced {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::PhoneNumber => "phone_number",
            Self::RecoveryCodes => "recovery_codes",
        }
    }
}

/// Keeps what is about to be replaced. What is so young that a lockdown would remove it is not kept, nor does it push out what it replaced
/// itself: whoever replaces twice must not make the owner's disappear. Call it in the transaction that replaces.
///
/// Cost: none, or 2 round trips.
pub(super) async fn keep_replaced(
    connection: &mut Connection,
    user_id: &UserId,
    kind: Replaced,
    (value, created_at): (&str, Timestamp),
    now: Timestamp,
) -> Result<(), StorageError> {
    let since = now - UNDO_LIFETIME;
    if created_at >= since {
        return Ok(());
    }
    let row = replaced_factors::table.find((user_id, kind.as_str()));
    query!(connection, |c| diesel::delete(row.filter(replaced_factors::replaced_at.lt(since))).execute(c).await)?;
    query!(connection, |c| diesel::insert_into(replaced_factors::table)
        .values((
            replaced_factors::user_id.eq(user_id),
            replaced_factors::kind.eq(kind.as_str()),
            replaced_factors::value.eq(value),
            replaced_factors::created_at.eq(created_at),
            replaced_factors::replaced_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(())
}

/// Forgets what was replaced: its kind has been removed, which a lockdown does not undo.
pub(super) async fn forget_replaced(connection: &mut Connection, user_id: &UserId, kind: Replaced) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(replaced_factors::table.find((user_id, kind.as_str()))).execute(c).await)?;
    Ok(())
}

/// Puts back what was replaced since, in the place of what a lockdown has removed. Call it in its transaction.
///
/// Cost: 1 round trip; 1 more for each factor and each recovery code, and 1.
pub(super) async fn put_back(connection: &mut Connection, user_id: &UserId, since: Timestamp, now: Timestamp) -> Result<(), StorageError> {
    let rows: Vec<(String, String, Timestamp)> = query!(connection, |c| replaced_factors::table
        .filter(replaced_factors::user_id.eq(user_id))
        .filter(replaced_factors::replaced_at.ge(since))
        .select((replaced_factors::kind, replaced_factors::value, replaced_factors::created_at))
        .load(c)
        .await)?;
    for (kind, value, created_at) in rows {
        if kind == Replaced::Totp.as_str() {
            // Its last code may have been watched: none counts that could have been shown until now.
            let step = super::totp::step_at(now);
            query!(connection, |c| diesel::insert_into(totp_secrets::table)
                .values((
                    totp_secrets::user_id.eq(user_id),
                    totp_secrets::sealed_secret.eq(&value),
                    totp_secrets::last_step.eq(step),
                    totp_secrets::created_at.eq(created_at),
                ))
                .on_conflict_do_nothing()
                .execute(c)
                .await)?;
        } else if kind == Replaced::PhoneNumber.as_str() {
            query!(connection, |c| diesel::insert_into(phone_factors::table)
                .values((
                    phone_factors::user_id.eq(user_id),
                    phone_factors::phone_number.eq(&value),
                    phone_factors::created_at.eq(created_at),
                ))
                .on_conflict_do_nothing()
                .execute(c)
                .await)?;
        } else {
            let digests: Vec<String> = serde_json::from_str(&value).unwrap_or_default();
            for digest in digests {
                query!(connection, |c| diesel::insert_into(recovery_codes::table)
                    .values((
                        recovery_codes::user_id.eq(user_id),
                        recovery_codes::code_digest.eq(&digest),
                        recovery_codes::created_at.eq(created_at),
                    ))
                    .on_conflict_do_nothing()
                    .execute(c)
                    .await)?;
            }
        }
    }
    delete_replaced_of(connection, user_id).await
}

/// Forgets everything that a person has replaced.
pub(super) async fn delete_replaced_of(connection: &mut Connection, user_id: &UserId) -> Result<(), StorageError> {
    let own = replaced_factors::table.filter(replaced_factors::user_id.eq(user_id));
    query!(connection, |c| diesel::delete(own).execute(c).await)?;
    Ok(())
}

/// Removes what no lockdown puts back any more.
pub async fn delete_expired_replaced_factors(connection: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
    let old = replaced_factors::table.filter(replaced_factors::replaced_at.lt(now - UNDO_LIFETIME));
    query!(connection, |c| diesel::delete(old).execute(c).await)?;
    Ok(())
}
