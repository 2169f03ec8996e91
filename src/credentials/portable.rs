//! The credentials of many people at once, to be moved in or out: what `ostiary import` writes and `ostiary export` reads.
//!
//! Here everything is in the clear that elsewhere is sealed: it is for the move and nothing else. Recovery codes are not part of it,
//! since only digests of them exist, under this installation's master key.
//!
//! Cost: one round trip a table, however many people.

use super::totp::TotpSecret;
use crate::clock::Timestamp;
use crate::sealing::Sealing;
use crate::storage::schema::{linked_identities, passkeys, passwords, phone_factors, totp_secrets};
use crate::storage::{Connection, StorageError, insert_many, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// What one person proves themselves with. Has no `Debug`: it is full of secrets.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PortableCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PortablePassword>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<PortableTotp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_factor: Option<PortablePhone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<PortableIdentity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<PortablePasskey>,
}

/// A hash in text that says how it was made.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PortablePassword {
    pub hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

/// What an authenticator app shares: SHA-1, six digits, thirty seconds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PortableTotp {
    /// Base 32 without padding.
    pub secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// The number that codes are sent to at sign-in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PortablePhone {
    pub phone_number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// An account elsewhere.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PortableIdentity {
    pub provider: String,
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// A passkey as this program keeps it; of use only under the same RP ID.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PortablePasskey {
    /// Base64url.
    pub credential_id: String,
    pub name: String,
    /// The public key and what else is checked, as webauthn-rs writes it.
    pub document: serde_json::Value,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    #[serde(default)]
    pub suspected_clone: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Its authenticator knows the person by a handle that is not kept here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foreign_handle: bool,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = passwords)]
struct PasswordRow {
    user_id: UserId,
    hash: String,
    changed_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = totp_secrets)]
struct TotpRow {
    user_id: UserId,
    sealed_secret: String,
    last_step: i64,
    created_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_factors)]
struct PhoneRow {
    user_id: UserId,
    phone_number: String,
    created_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = linked_identities)]
struct IdentityRow {
    provider: String,
    subject: String,
    user_id: UserId,
    email: Option<String>,
    created_at: Timestamp,
    last_used_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys)]
struct PasskeyRow {
    credential_id: String,
    user_id: UserId,
    name: String,
    passkey: String,
    user_verified: bool,
    backup_eligible: bool,
    backed_up: bool,
    suspected_clone: bool,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
    foreign_handle: bool,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PortableError {
    #[error("an authenticator app's secret is no base 32, or could not be sealed")]
    Totp,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Writes the credentials of people who have none of these kinds yet. Call it in the transaction that inserts the people.
///
/// Errors: a unique violation when an identity or a passkey is somebody's already.
pub async fn insert_credentials(
    connection: &mut Connection,
    sealing: &Sealing,
    people: &[(UserId, PortableCredentials)],
    now: Timestamp,
) -> Result<(), PortableError> {
    let (mut hashes, mut secrets, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut links, mut keys) = (Vec::new(), Vec::new());
    for (user_id, credentials) in people {
        let owner = || user_id.clone();
        if let Some(password) = &credentials.password {
            let changed_at = password.changed_at.unwrap_or(now);
            hashes.push(PasswordRow { user_id: owner(), hash: password.hash.clone(), changed_at });
        }
        if let Some(totp) = &credentials.totp {
            let sealed_secret = seal_totp(sealing, user_id, &totp.secret)?;
            secrets.push(TotpRow { user_id: owner(), sealed_secret, last_step: 0, created_at: totp.created_at.unwrap_or(now) });
        }
        if let Some(phone) = &credentials.phone_factor {
            let created_at = phone.created_at.unwrap_or(now);
            numbers.push(PhoneRow { user_id: owner(), phone_number: phone.phone_number.clone(), created_at });
        }
        links.extend(credentials.identities.iter().map(|identity| identity_row(user_id, identity, now)));
        keys.extend(credentials.passkeys.iter().map(|key| passkey_row(user_id, key, now)));
    }
    insert_many!(connection, passwords, hashes)?;
    insert_many!(connection, totp_secrets, secrets)?;
    insert_many!(connection, phone_factors, numbers)?;
    insert_many!(connection, linked_identities, links)?;
    insert_many!(connection, passkeys, keys)?;
    Ok(())
}

/// Something that rests here and cannot be read: under another master key, or damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    pub user_id: UserId,
    /// In words.
    pub what: &'static str,
}

/// What these people prove themselves with; who has nothing is not in it. What cannot be read is told, and keeps nothing else back.
pub async fn list_credentials(
    connection: &mut Connection,
    sealing: &Sealing,
    ids: &[UserId],
) -> Result<(HashMap<UserId, PortableCredentials>, Vec<Unreadable>), StorageError> {
    let mut unreadable = Vec::new();
    let mut found: HashMap<UserId, PortableCredentials> = HashMap::new();
    macro_rules! rows {
        ($table:ident, $row:ty, $order:expr) => {
            query!(connection, |c| $table::table
                .filter($table::user_id.eq_any(ids))
                .order($order)
                .select(<$row>::as_select())
                .load(c)
                .await)?
        };
    }
    for row in rows!(passwords, PasswordRow, passwords::user_id) {
        let PasswordRow { user_id, hash, changed_at } = row;
        found.entry(user_id).or_default().password = Some(PortablePassword { hash, changed_at: Some(changed_at) });
    }
    for row in rows!(totp_secrets, TotpRow, totp_secrets::user_id) {
        let Some(secret) = TotpSecret::open(sealing, &row.user_id, &row.sealed_secret) else {
            unreadable.push(Unreadable { user_id: row.user_id, what: "authenticator app" });
            continue;
        };
        let secret = data_encoding::BASE32_NOPAD.encode(secret.expose());
        found.entry(row.user_id).or_default().totp = Some(PortableTotp { secret, created_at: Some(row.created_at) });
    }
    for row in rows!(phone_factors, PhoneRow, phone_factors::user_id) {
        let phone = PortablePhone { phone_number: row.phone_number, created_at: Some(row.created_at) };
        found.entry(row.user_id).or_default().phone_factor = Some(phone);
    }
    for row in rows!(linked_identities, IdentityRow, (linked_identities::provider, linked_identities::subject)) {
        let IdentityRow { provider, subject, user_id, email, created_at, last_used_at } = row;
        let (created_at, last_used_at) = (Some(created_at), Some(last_used_at));
        found.entry(user_id).or_default().identities.push(PortableIdentity { provider, subject, email, created_at, last_used_at });
    }
    for row in rows!(passkeys, PasskeyRow, passkeys::credential_id) {
        let user_id = row.user_id.clone();
        match portable_passkey(row) {
            Some(passkey) => found.entry(user_id).or_default().passkeys.push(passkey),
            None => unreadable.push(Unreadable { user_id, what: "passkey" }),
        }
    }
    Ok((found, unreadable))
}

/// Whose these identities are, of those that are somebody's.
pub async fn list_owners_of_identities(
    connection: &mut Connection,
    subjects: &[String],
) -> Result<HashMap<(String, String), UserId>, StorageError> {
    let rows: Vec<(String, String, UserId)> = query!(connection, |c| linked_identities::table
        .filter(linked_identities::subject.eq_any(subjects))
        .select((linked_identities::provider, linked_identities::subject, linked_identities::user_id))
        .load(c)
        .await)?;
    Ok(rows.into_iter().map(|(provider, subject, owner)| ((provider, subject), owner)).collect())
}

/// Whose these passkeys are, of those that are somebody's.
pub async fn list_owners_of_passkeys(connection: &mut Connection, ids: &[String]) -> Result<HashMap<String, UserId>, StorageError> {
    let rows: Vec<(String, UserId)> = query!(connection, |c| passkeys::table
        .filter(passkeys::credential_id.eq_any(ids))
        .select((passkeys::credential_id, passkeys::user_id))
        .load(c)
        .await)?;
    Ok(rows.into_iter().collect())
}

/// Who of these people has a password.
pub async fn list_owners_of_passwords(connection: &mut Connection, people: &[UserId]) -> Result<HashSet<UserId>, StorageError> {
    let rows: Vec<UserId> =
        query!(connection, |c| passwords::table.filter(passwords::user_id.eq_any(people)).select(passwords::user_id).load(c).await)?;
    Ok(rows.into_iter().collect())
}

/// Who of these people has an authenticator app.
pub async fn list_owners_of_totp_secrets(connection: &mut Connection, people: &[UserId]) -> Result<HashSet<UserId>, StorageError> {
    let rows: Vec<UserId> = query!(connection, |c| totp_secrets::table
        .filter(totp_secrets::user_id.eq_any(people))
        .select(totp_secrets::user_id)
        .load(c)
        .await)?;
    Ok(rows.into_iter().collect())
}

fn seal_totp(sealing: &Sealing, user_id: &UserId, secret: &str) -> Result<String, PortableError> {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).map_err(|_| PortableError::Totp)?;
    TotpSecret::from_bytes(bytes).seal(sealing, user_id).map_err(|_| PortableError::Totp)
}

fn identity_row(user_id: &UserId, identity: &PortableIdentity, now: Timestamp) -> IdentityRow {
    IdentityRow {
        provider: identity.provider.clone(),
        subject: identity.subject.clone(),
        user_id: user_id.clone(),
        email: identity.email.clone(),
        created_at: identity.created_at.unwrap_or(now),
        last_used_at: identity.last_used_at.or(identity.created_at).unwrap_or(now),
    }
}

fn passkey_row(user_id: &UserId, key: &PortablePasskey, now: Timestamp) -> PasskeyRow {
    PasskeyRow {
        credential_id: key.credential_id.clone(),
        user_id: user_id.clone(),
        name: key.name.clone(),
        passkey: key.document.to_string(),
        user_verified: key.user_verified,
        backup_eligible: key.backup_eligible,
        backed_up: key.backed_up,
        suspected_clone: key.suspected_clone,
        created_at: key.created_at.unwrap_or(now),
        last_used_at: key.last_used_at,
        foreign_handle: key.foreign_handle,
    }
}

fn portable_passkey(row: PasskeyRow) -> Option<PortablePasskey> {
    Some(PortablePasskey {
        credential_id: row.credential_id,
        name: row.name,
        document: serde_json::from_str(&row.passkey).ok()?,
        user_verified: row.user_verified,
        backup_eligible: row.backup_eligible,
        backed_up: row.backed_up,
        suspected_clone: row.suspected_clone,
        created_at: Some(row.created_at),
        last_used_at: row.last_used_at,
        foreign_handle: row.foreign_handle,
    })
}
