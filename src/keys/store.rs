//! The table `signing_keys`.

use super::{KeyError, KeyPolicy};
use crate::clock::Timestamp;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::sessions::last_end_of_sessions_begun_by;
use crate::storage::schema::signing_keys;
use crate::storage::{Connection, Storage, StorageError, Topic, announce, lock, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use std::time::Duration;

/// Serialises changes to the keys.
const LOCK: &str = "signing_keys_lock";

/// A row of `signing_keys`.
#[derive(Debug, Clone)]
pub struct StoredKey {
    pub kid: String,
    pub algorithm: SignatureAlgorithm,
    pub sealed_private_jwk: String,
    pub public_jwk: String,
    pub created_at: Timestamp,
    /// From when on it signs.
    pub active_at: Timestamp,
    /// When it was succeeded.
    pub retired_at: Option<Timestamp>,
    /// When it leaves the published set.
    pub expires_at: Option<Timestamp>,
}

/// A key as an operator sees it.
#[derive(Debug, Clone, Serialize)]
pub struct KeyListing {
    pub kid: String,
    pub algorithm: SignatureAlgorithm,
    /// `next`, `current`, `retired` or `expired`.
    pub state: &'static str,
    pub created_at: Timestamp,
    pub active_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// The key that signs now.
pub(super) fn current(all: &[StoredKey], algorithm: SignatureAlgorithm, now: Timestamp) -> Option<&StoredKey> {
    all.iter().filter(|key| key.algorithm == algorithm && key.active_at <= now).max_by_key(|key| key.active_at)
}

impl KeyListing {
    pub(super) fn of(row: &StoredKey, all: &[StoredKey], now: Timestamp) -> Self {
        let current = current(all, row.algorithm, now);
        let state = if row.expires_at.is_some_and(|end| end <= now) {
            "expired"
        } else if row.active_at > now {
            "next"
        } else if current.is_some_and(|key| key.kid == row.kid) {
            "current"
        } else {
            "retired"
        };
        Self {
            kid: row.kid.clone(),
            algorithm: row.algorithm,
            state,
            created_at: row.created_at,
            active_at: row.active_at,
            expires_at: row.expires_at,
        }
    }
}

type Row = (String, String, String, String, Timestamp, Timestamp, Option<Timestamp>, Option<Timestamp>);

fn stored(row: Row) -> Option<StoredKey> {
    let (kid, algorithm, sealed_private_jwk, public_jwk, created_at, active_at, retired_at, expires_at) = row;
    let algorithm = SignatureAlgorithm::parse(&algorithm)?;
    Some(StoredKey { kid, algorithm, sealed_private_jwk, public_jwk, created_at, active_at, retired_at, expires_at })
}

const COLUMNS: (
    signing_keys::kid,
    signing_keys::algorithm,
    signing_keys::sealed_private_jwk,
    signing_keys::public_jwk,
    signing_keys::created_at,
    signing_keys::active_at,
    signing_keys::retired_at,
    signing_keys::expires_at,
) = (
    signing_keys::kid,
    signing_keys::algorithm,
    signing_keys::sealed_private_jwk,
    signing_keys::public_jwk,
    signing_keys::created_at,
    signing_keys::active_at,
    signing_keys::retired_at,
    signing_keys::expires_at,
);

/// Keys that have not expired, next ones included.
pub(super) async fn list_published(connection: &mut Connection, now: Timestamp) -> Result<Vec<StoredKey>, StorageError> {
    let rows: Vec<Row> = query!(connection, |c| signing_keys::table
        .filter(signing_keys::expires_at.is_null().or(signing_keys::expires_at.gt(now)))
        .order((signing_keys::active_at.desc(), signing_keys::kid))
        .select(COLUMNS)
        .load(c)
        .await)?;
    Ok(rows.into_iter().filter_map(stored).collect())
}

pub(super) async fn list_all(connection: &mut Connection) -> Result<Vec<StoredKey>, StorageError> {
    let rows: Vec<Row> = query!(connection, |c| signing_keys::table
        .order((signing_keys::active_at.desc(), signing_keys::kid))
        .select(COLUMNS)
        .load(c)
        .await)?;
    Ok(rows.into_iter().filter_map(stored).collect())
}

/// Whether the newest key of the algorithm is in use and old enough (or `force`).
pub(super) fn is_rotation_due(rows: &[StoredKey], algorithm: SignatureAlgorithm, policy: &KeyPolicy, now: Timestamp, force: bool) -> bool {
    match rows.iter().filter(|row| row.algorithm == algorithm).max_by_key(|row| row.active_at) {
        Some(newest) => newest.active_at <= now && (force || newest.active_at + policy.rotation_interval <= now + policy.publish_ahead),
        None => true,
    }
}

async fn insert(connection: &mut Connection, key: &StoredKey) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::algorithm.eq(key.algorithm.as_str()),
            signing_keys::sealed_private_jwk.eq(&key.sealed_private_jwk),
            signing_keys::public_jwk.eq(&key.public_jwk),
            signing_keys::created_at.eq(key.created_at),
            signing_keys::active_at.eq(key.active_at),
            signing_keys::retired_at.eq(key.retired_at),
            signing_keys::expires_at.eq(key.expires_at),
        ))
        .execute(c)
        .await)?;
    announce(connection, Topic::Keys).await
}

/// Inserts the first key of an algorithm unless another replica was faster.
pub(super) async fn insert_first(storage: &Storage, key: &StoredKey) -> Result<(), KeyError> {
    storage
        .transaction(async |connection| {
            lock(connection, LOCK).await?;
            if !list_all(connection).await?.iter().any(|row| row.algorithm == key.algorithm) {
                insert(connection, key).await?;
            }
            Ok::<_, KeyError>(())
        })
        .await
}

/// Inserts the next key and sets the end of the one before it, unless another replica was faster.
pub(super) async fn insert_next(
    storage: &Storage,
    key: &StoredKey,
    policy: &KeyPolicy,
    now: Timestamp,
    force: bool,
) -> Result<bool, KeyError> {
    storage
        .transaction(async |connection| {
            lock(connection, LOCK).await?;
            let rows = list_all(connection).await?;
            if !is_rotation_due(&rows, key.algorithm, policy, now, force) {
                return Ok(false);
            }
            insert(connection, key).await?;
            query!(connection, |c| diesel::update(signing_keys::table)
                .filter(signing_keys::algorithm.eq(key.algorithm.as_str()))
                .filter(signing_keys::kid.ne(&key.kid))
                .filter(signing_keys::retired_at.is_null())
                .set((signing_keys::retired_at.eq(key.active_at), signing_keys::expires_at.eq(key.active_at + policy.kept_for),))
                .execute(c)
                .await)?;
            Ok::<_, KeyError>(true)
        })
        .await
}

/// Deletes a key and puts another in its place, until the next one signs where that is published already.
pub(super) async fn replace(
    storage: &Storage,
    kid: &str,
    replacement: &StoredKey,
    policy: &KeyPolicy,
    now: Timestamp,
) -> Result<(), KeyError> {
    storage
        .transaction(async |connection| {
            lock(connection, LOCK).await?;
            query!(connection, |c| diesel::delete(signing_keys::table.find(kid)).execute(c).await)?;
            let rows = list_all(connection).await?;
            let next = rows.iter().filter(|row| row.algorithm == replacement.algorithm && row.active_at > now);
            let retired_at = next.map(|row| row.active_at).min();
            let expires_at = retired_at.map(|at| at + policy.kept_for);
            insert(connection, &StoredKey { retired_at, expires_at, ..replacement.clone() }).await?;
            Ok::<_, KeyError>(())
        })
        .await
}

/// Deletes a key that was to sign next and puts another in its place; the one before it signs until that one does.
pub(super) async fn replace_next(storage: &Storage, next: &StoredKey, replacement: &StoredKey, policy: &KeyPolicy) -> Result<(), KeyError> {
    storage
        .transaction(async |connection| {
            lock(connection, LOCK).await?;
            query!(connection, |c| diesel::delete(signing_keys::table.find(&next.kid)).execute(c).await)?;
            query!(connection, |c| diesel::update(signing_keys::table)
                .filter(signing_keys::algorithm.eq(next.algorithm.as_str()))
                .filter(signing_keys::retired_at.eq(next.active_at))
                .set((
                    signing_keys::retired_at.eq(replacement.active_at),
                    signing_keys::expires_at.eq(replacement.active_at + policy.kept_for),
                ))
                .execute(c)
                .await)?;
            insert(connection, replacement).await?;
            Ok::<_, KeyError>(())
        })
        .await
}

/// Deletes a key that signs nothing any more.
pub(super) async fn delete(storage: &Storage, kid: &str) -> Result<(), KeyError> {
    storage
        .transaction(async |connection| {
            query!(connection, |c| diesel::delete(signing_keys::table.find(kid)).execute(c).await)?;
            Ok(announce(connection, Topic::Keys).await?)
        })
        .await
}

pub(super) async fn update_sealed(storage: &Storage, kid: &str, sealed: &str) -> Result<(), StorageError> {
    let mut connection = storage.write().await?;
    query!(&mut connection, |c| diesel::update(signing_keys::table.find(kid))
        .set(signing_keys::sealed_private_jwk.eq(sealed))
        .execute(c)
        .await)?;
    Ok(())
}

/// Keys are looked at this long before their end: none may be missed by whoever reads them just then.
const LOOKED_AT_AHEAD: Duration = Duration::from_secs(600);

/// Removes keys whose end has passed. Who proves themselves anew goes on in their session, which then lives for longer than was reckoned
/// with; a key whose ID tokens name such a session stays as long as that may last.
///
/// Cost: 2 round trips, 1 commit; for each key that is near its end up to 2 more.
pub async fn delete_expired(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    let near = signing_keys::table.filter(signing_keys::expires_at.le(now + LOOKED_AT_AHEAD));
    let near: Vec<(String, Option<Timestamp>, Option<Timestamp>)> =
        query!(connection, |c| near.select((signing_keys::kid, signing_keys::retired_at, signing_keys::expires_at)).load(c).await)?;
    for (kid, retired_at, expires_at) in near {
        let Some((retired_at, expires_at)) = retired_at.zip(expires_at) else { continue };
        let last = last_end_of_sessions_begun_by(connection, retired_at).await?;
        if let Some(last) = last.filter(|last| *last > expires_at.max(now)) {
            query!(connection, |c| diesel::update(signing_keys::table.find(&kid)).set(signing_keys::expires_at.eq(last)).execute(c).await)?;
            announce(connection, Topic::Keys).await?;
        }
    }
    query!(connection, |c| diesel::delete(signing_keys::table.filter(signing_keys::expires_at.le(now))).execute(c).await)
}
