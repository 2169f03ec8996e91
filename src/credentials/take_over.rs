//! An account changes hands: somebody proves that its address is theirs, and nobody had proven that before. Whoever made the account
//! may have been another, and may have left a way in (security.md M9): nothing of before stays that opens it.

use super::delete_password;
use super::mailed_proofs::delete_proofs_of;
use super::phone_factors::delete_phone_factor;
use super::totp::delete_totp;
use super::trusted_devices::delete_trusted_devices_of;
use crate::clock::Timestamp;
use crate::grants::{EndReason, end_grants_of_user};
use crate::sessions::end_sessions_of;
use crate::storage::schema::{consents, linked_identities, passkeys, recovery_codes};
use crate::storage::{Connection, StorageError, query};
use crate::users::{User, take_over};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Takes away everything that opens the account: password, passkeys, second factors, linked accounts, sessions, grants, consents, links
/// that are out, sign-ins that are under way. Marks the address as proven. Call it before what the new owner sets.
///
/// Cost: 12 round trips and more, one for each session.
pub async fn take_over_clean(
    connection: &mut Connection,
    user: &mut User,
    language: Option<String>,
    now: Timestamp,
) -> Result<(), StorageError> {
    take_over(connection, user, language, now).await?;
    let user_id = &user.id;
    delete_password(connection, user_id).await?;
    query!(connection, |c| diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user_id))).execute(c).await)?;
    delete_totp(connection, user_id).await?;
    delete_phone_factor(connection, user_id).await?;
    query!(connection, |c| diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(c).await)?;
    query!(connection, |c| diesel::delete(linked_identities::table.filter(linked_identities::user_id.eq(user_id))).execute(c).await)?;
    query!(connection, |c| diesel::delete(consents::table.filter(consents::user_id.eq(user_id))).execute(c).await)?;
    delete_trusted_devices_of(connection, user_id).await?;
    delete_proofs_of(connection, user_id).await?;
    end_sessions_of(connection, user_id, None, EndReason::TakenOver, now).await?;
    end_grants_of_user(connection, user_id, None, EndReason::TakenOver, now).await?;
    Ok(())
}
