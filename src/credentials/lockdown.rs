//! "This wasn't me": what is taken from an account that somebody else was in.
//!
//! Whoever was in may have left a way back. What people are told of they can object to for seven days, so what was added within the
//! seven days before goes: passkeys, second factors, recovery codes, linked accounts, what apps were allowed. What is older stays, since
//! it is the owner's way back in; their own additions of these days go too, and they are told so. Where one was
//! put in the place of an older one, the older one comes back: it was the owner's, and an account with a second factor never opens to whoever
//! reads its mail alone, but for the seven days after its first one, when it does as it did before.

use super::factors::find_factors;
use super::mailed_proofs::{UNDO_LIFETIME, end_proofs_of};
use super::recovery_codes::delete_recovery_codes;
use super::replaced_factors::put_back;
use super::store::delete_password;
use super::trusted_devices::delete_trusted_devices_of;
use crate::clock::Timestamp;
use crate::grants::{EndReason, end_grants_of_user};
use crate::sessions::end_sessions_of;
use crate::storage::schema::{consents, linked_identities, passkeys, phone_factors, recovery_codes, totp_secrets, users};
use crate::storage::{Connection, StorageError, query};
use crate::users::{UserId, note_lockdown};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// How many were taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenAway {
    /// With security keys.
    pub passkeys: usize,
    /// The authenticator app and the telephone number.
    pub second_factors: usize,
    pub linked_identities: usize,
}

/// Ends every session and grant, the password, all trust in devices, what was mailed to let somebody in, half-finished sign-ins, and takes
/// away what was added of late. Call it in a transaction.
///
/// Cost: 16 round trips and more, two for each session, and what is put back.
pub async fn lock_down(connection: &mut Connection, user_id: &UserId, why: EndReason, now: Timestamp) -> Result<TakenAway, StorageError> {
    let since = now - UNDO_LIFETIME;
    note_lockdown(connection, user_id, now).await?;
    delete_password(connection, user_id).await?;
    let own = passkeys::table.filter(passkeys::user_id.eq(user_id)).filter(passkeys::created_at.ge(since));
    let passkeys = query!(connection, |c| diesel::delete(own).execute(c).await)?;
    let own = totp_secrets::table.filter(totp_secrets::user_id.eq(user_id)).filter(totp_secrets::created_at.ge(since));
    let totp = query!(connection, |c| diesel::delete(own).execute(c).await)?;
    let own = phone_factors::table.filter(phone_factors::user_id.eq(user_id)).filter(phone_factors::created_at.ge(since));
    let phone = query!(connection, |c| diesel::delete(own).execute(c).await)?;
    let own = recovery_codes::table.filter(recovery_codes::user_id.eq(user_id)).filter(recovery_codes::created_at.ge(since));
    query!(connection, |c| diesel::delete(own).execute(c).await)?;
    put_back(connection, user_id, since, now).await?;
    let own = linked_identities::table.filter(linked_identities::user_id.eq(user_id)).filter(linked_identities::created_at.ge(since));
    let linked_identities = query!(connection, |c| diesel::delete(own).execute(c).await)?;
    let own = consents::table.filter(consents::user_id.eq(user_id)).filter(consents::granted_at.ge(since));
    query!(connection, |c| diesel::delete(own).execute(c).await)?;
    let left = find_factors(connection, user_id).await?;
    if !left.has_second() {
        delete_recovery_codes(connection, user_id).await?;
    }
    if phone > 0 || left.phone_number.is_none() {
        // It may be the other's: apps must not take it for the owner's.
        let user = diesel::update(users::table.find(user_id)).set(users::phone_number_verified.eq(false));
        query!(connection, |c| user.execute(c).await)?;
    }
    delete_trusted_devices_of(connection, user_id).await?;
    end_proofs_of(connection, user_id).await?;
    end_sessions_of(connection, user_id, None, why, now).await?;
    end_grants_of_user(connection, user_id, None, why, now).await?;
    Ok(TakenAway { passkeys, second_factors: totp + phone, linked_identities })
}
