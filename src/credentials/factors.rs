//! What an account can prove itself with: which of the credentials it has, counted in one question.
//!
//! *Second factors* are those that sign-in asks for once they are there: an authenticator app, a telephone number, a security key.
//! A passkey that verifies its person is two factors by itself; having one does not make the password ask for more.

use super::recovery_codes::delete_recovery_codes;
use super::replaced_factors::delete_replaced_of;
use super::trusted_devices::delete_trusted_devices_of;
use crate::storage::schema::{linked_identities, passkeys, passwords, phone_factors, recovery_codes, totp_secrets, users};
use crate::storage::{Connection, StorageError, query, together};
use crate::users::{User, UserId, holding};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// The credentials of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    pub password: bool,
    pub linked_identities: i64,
    /// All of them, security keys included.
    pub passkeys: i64,
    /// Passkeys that do not verify their person: good as a second factor only.
    pub security_keys: i64,
    pub totp: bool,
    /// The number that codes are sent to.
    pub phone_number: Option<String>,
    /// Unused ones.
    pub recovery_codes: i64,
}

impl Factors {
    /// Whether sign-in asks for more than a first factor. Recovery codes alone ask for nothing: they stand in for the others.
    pub fn has_second(&self) -> bool {
        has_second(self.totp, self.phone_number.is_some(), self.security_keys > 0)
    }
}

/// The rule of [`Factors::has_second`].
fn has_second(totp: bool, phone: bool, security_keys: bool) -> bool {
    totp || phone || security_keys
}

/// Cost: 1 round trip.
pub async fn find_factors(connection: &mut Connection, user_id: &UserId) -> Result<Factors, StorageError> {
    type Row = (Option<UserId>, Option<UserId>, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let row: Option<Row> = query!(connection, |c| {
        let own = passkeys::table.filter(passkeys::user_id.eq(user_id));
        let unused = recovery_codes::table.filter(recovery_codes::user_id.eq(user_id)).filter(recovery_codes::used_at.is_null());
        users::table
            .left_join(passwords::table)
            .left_join(totp_secrets::table)
            .left_join(phone_factors::table)
            .filter(users::id.eq(user_id))
            .select((
                passwords::user_id.nullable(),
                totp_secrets::user_id.nullable(),
                phone_factors::phone_number.nullable(),
                own.count().single_value(),
                own.filter(passkeys::user_verified.eq(false)).count().single_value(),
                unused.count().single_value(),
                linked_identities::table.filter(linked_identities::user_id.eq(user_id)).count().single_value(),
            ))
            .first(c)
            .await
            .optional()
    })?;
    Ok(row.map_or_else(Factors::default, |(password, totp, phone_number, passkeys, security_keys, recovery_codes, linked)| Factors {
        password: password.is_some(),
        linked_identities: linked.unwrap_or(0),
        passkeys: passkeys.unwrap_or(0),
        security_keys: security_keys.unwrap_or(0),
        totp: totp.is_some(),
        phone_number,
        recovery_codes: recovery_codes.unwrap_or(0),
    }))
}

/// What an account has while it is held.
pub struct HeldAccount {
    /// As [`Factors::has_second`] tells: people who add one hold their account too.
    pub has_second: bool,
    /// Browser sessions.
    pub sessions: i64,
}

/// What `holding_counts!` gives: authenticator apps, telephones, security keys, sessions.
pub type HeldCounts = (Option<i64>, Option<i64>, Option<i64>, Option<i64>);

impl HeldAccount {
    /// Of what `holding!` and `holding_counts!` gave. `None` when something was cut off since the person was looked for.
    pub fn of((held, counts): &(Vec<UserId>, Vec<HeldCounts>)) -> Option<Self> {
        let (totp, phone, security_keys, sessions) = *counts.as_slice().first()?;
        let has_second = has_second(totp > Some(0), phone > Some(0), security_keys > Some(0));
        (!held.is_empty()).then(|| Self { has_second, sessions: sessions.unwrap_or(0) })
    }
}

/// The statement that counts what a held account has. One of its own, after that which holds: PostgreSQL looks again at the row that it
/// waited for, and at nothing else that its statement reads.
macro_rules! holding_counts {
    ($id:expr) => {{
        use diesel::prelude::*;
        use $crate::storage::schema::{passkeys, phone_factors, sessions, totp_secrets, users};
        let keys = passkeys::table.filter(passkeys::user_id.eq($id)).filter(passkeys::user_verified.eq(false));
        users::table.find($id).select((
            totp_secrets::table.filter(totp_secrets::user_id.eq($id)).count().single_value(),
            phone_factors::table.filter(phone_factors::user_id.eq($id)).count().single_value(),
            keys.count().single_value(),
            sessions::table.filter(sessions::user_id.eq($id)).count().single_value(),
        ))
    }};
}
pub(crate) use holding_counts;

/// Holds the account until the transaction ends, as [`crate::users::hold_account`] does, and tells what it has, which stays so as long.
/// `None` when something was cut off since `user` was read.
///
/// Cost: 1 round trip.
pub async fn hold_account_to_sign_in(connection: &mut Connection, user: &User) -> Result<Option<HeldAccount>, StorageError> {
    let (id, cut_off_at) = (user.id.clone(), user.cut_off_at);
    let held = together!(connection, load(holding!(&id, cut_off_at)), load(holding_counts!(&id)))?;
    Ok(HeldAccount::of(&held))
}

/// Takes every second factor away, with the recovery codes and trusted devices that go with them: for somebody who has lost them, and
/// for an account that changes hands. Call it in a transaction. Returns whether there was one.
pub async fn delete_second_factors(connection: &mut Connection, user_id: &UserId) -> Result<bool, StorageError> {
    let apps = query!(connection, |c| diesel::delete(totp_secrets::table.find(user_id)).execute(c).await)?;
    let numbers = query!(connection, |c| diesel::delete(phone_factors::table.find(user_id)).execute(c).await)?;
    let keys = passkeys::table.filter(passkeys::user_id.eq(user_id)).filter(passkeys::user_verified.eq(false));
    let keys = query!(connection, |c| diesel::delete(keys).execute(c).await)?;
    delete_recovery_codes(connection, user_id).await?;
    delete_replaced_of(connection, user_id).await?;
    delete_trusted_devices_of(connection, user_id).await?;
    Ok(apps + numbers + keys > 0)
}
