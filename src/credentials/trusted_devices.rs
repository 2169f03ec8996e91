//! Trusted devices: browsers in which a person is not asked for the second factor for a while. The browser holds 256 random bits,
//! the table their digest and whose they are: the cookie of another person or another browser is worth nothing (security.md O6).
//!
//! Specs: OWASP ASVS 7.4.1.

use crate::clock::Timestamp;
use crate::secret::SecretDigest;
use crate::sessions::Device;
use crate::storage::columns::id_newtype;
use crate::storage::schema::trusted_devices;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// How long a browser is trusted.
pub const TRUSTED_FOR: Duration = Duration::from_secs(30 * 86_400);
/// Browsers that one account trusts; the oldest is forgotten.
const MOST: i64 = 20;

id_newtype! {
    /// Names a trusted device.
    pub struct TrustedDeviceId;
}

/// A browser in which no second factor is asked for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted_devices)]
pub struct TrustedDevice {
    pub id: TrustedDeviceId,
    pub user_agent: Option<String>,
    pub address: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Trusts a browser. Call it in a transaction.
pub async fn insert_trusted_device(
    connection: &mut Connection,
    id: &TrustedDeviceId,
    secret: &str,
    user_id: &UserId,
    device: &Device,
    now: Timestamp,
) -> Result<(), StorageError> {
    let digest = SecretDigest::of(secret);
    query!(connection, |c| diesel::insert_into(trusted_devices::table)
        .values((
            trusted_devices::id.eq(id),
            trusted_devices::secret_digest.eq(digest.as_str()),
            trusted_devices::user_id.eq(user_id),
            trusted_devices::user_agent.eq(&device.user_agent),
            trusted_devices::address.eq(&device.address),
            trusted_devices::created_at.eq(now),
            trusted_devices::last_used_at.eq(now),
            trusted_devices::expires_at.eq(now + TRUSTED_FOR),
        ))
        .execute(c)
        .await)?;
    let surplus: Vec<TrustedDeviceId> = query!(connection, |c| trusted_devices::table
        .filter(trusted_devices::user_id.eq(user_id))
        .order(trusted_devices::id.desc())
        .offset(MOST)
        .limit(10)
        .select(trusted_devices::id)
        .load(c)
        .await)?;
    if !surplus.is_empty() {
        query!(connection, |c| diesel::delete(trusted_devices::table.filter(trusted_devices::id.eq_any(&surplus))).execute(c).await)?;
    }
    Ok(())
}

/// Whether one of these secrets is of a browser that this person trusts; notes that it was used.
///
/// Cost: 1 round trip; none without secrets.
pub async fn use_trusted_device(
    connection: &mut Connection,
    secrets: &[String],
    user_id: &UserId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if secrets.is_empty() {
        return Ok(false);
    }
    let digests: Vec<String> = secrets.iter().map(|secret| SecretDigest::of(secret).as_str().to_owned()).collect();
    let used = query!(connection, |c| diesel::update(trusted_devices::table)
        .filter(trusted_devices::secret_digest.eq_any(&digests))
        .filter(trusted_devices::user_id.eq(user_id))
        .filter(trusted_devices::expires_at.gt(now))
        .set(trusted_devices::last_used_at.eq(now))
        .execute(c)
        .await)?;
    Ok(used > 0)
}

/// A person's trusted devices, newest first.
pub async fn list_trusted_devices(
    connection: &mut Connection,
    user_id: &UserId,
    now: Timestamp,
) -> Result<Vec<TrustedDevice>, StorageError> {
    query!(connection, |c| trusted_devices::table
        .filter(trusted_devices::user_id.eq(user_id))
        .filter(trusted_devices::expires_at.gt(now))
        .order(trusted_devices::id.desc())
        .limit(MOST)
        .select(TrustedDevice::as_select())
        .load(c)
        .await)
}

/// Trusts one device of a person no longer. Returns whether it was trusted.
pub async fn delete_trusted_device(connection: &mut Connection, user_id: &UserId, id: &TrustedDeviceId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(trusted_devices::table.find(id))
        .filter(trusted_devices::user_id.eq(user_id))
        .execute(c)
        .await)?;
    Ok(deleted == 1)
}

/// Trusts no device of a person any longer: after a change of password or factors, and when the account is locked down.
pub async fn delete_trusted_devices_of(connection: &mut Connection, user_id: &UserId) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(trusted_devices::table.filter(trusted_devices::user_id.eq(user_id))).execute(c).await)
}

pub async fn delete_expired_trusted_devices(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(trusted_devices::table.filter(trusted_devices::expires_at.le(now))).execute(c).await)
}
