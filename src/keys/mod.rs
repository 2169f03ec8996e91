//! Signing keys: next, current, retired. Private keys are sealed at rest; signers are built once and kept, since building
//! one costs twenty times a signature.
//!
//! A rotation inserts the *next* key, published at once and used from `active_at` on, so that every replica and every
//! cache of the key set knows it before the first token signed with it. The key it follows is *retired* then: it signs
//! nothing more and stays published until the last token it signed has ended, and the last session that an ID token it signed may name
//! in an `id_token_hint` (security.md K1, K2).
//!
//! Specs: RFC 7515, RFC 7517, RFC 8725, OpenID Connect Core §10.1.1.

pub mod jose;
mod master_key_check;
mod store;
mod verified;

use crate::clock::Timestamp;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::random::Random;
use crate::sealing::{Purpose, Sealing};
use crate::secret::SecretDigest;
use crate::storage::{Storage, StorageError};
use actix_web::web::Bytes;
use arc_swap::ArcSwap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

pub use jose::{JoseFault, Jws};
pub use master_key_check::{has_master_key, is_right_master_key, move_master_key_check};
pub use store::{KeyListing, StoredKey, delete_expired};
use verified::VerifiedTokens;

/// One key with its signer and verifier at hand.
struct LoadedKey {
    kid: String,
    algorithm: SignatureAlgorithm,
    active_at: Timestamp,
    pair: jose::SigningPair,
    public_jwk: Value,
}

/// The keys of one moment; replaced as a whole.
#[derive(Default)]
struct KeySet {
    keys: Vec<LoadedKey>,
    document: JwksDocument,
    verified: VerifiedTokens,
}

/// The JWK Set as it is served.
#[derive(Debug, Clone, Default)]
pub struct JwksDocument {
    pub body: Bytes,
    pub etag: String,
}

/// The entity tag of a public document (RFC 9110 §8.8.3).
pub fn etag_of(body: &str) -> String {
    format!("\"{}\"", SecretDigest::of(body).as_str())
}

/// How long keys live and are published.
#[derive(Debug, Clone, Copy)]
pub struct KeyPolicy {
    pub rotation_interval: Duration,
    /// From publication to first use; at least as long as caches keep the key set.
    pub publish_ahead: Duration,
    /// The longest life of a token.
    pub longest_token: Duration,
    /// From retirement to removal: the longest life of a token, or of a session: an ID token comes back as a hint for as long. Of a session
    /// that was prolonged see [`delete_expired`].
    pub kept_for: Duration,
}

/// The signing keys of this installation, in memory.
pub struct KeyRing {
    set: ArcSwap<KeySet>,
    reloading: Mutex<()>,
}

/// Why keys are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("signing key {0} cannot be opened with the configured master key")]
    Sealed(String),
    #[error("no active signing key for {}", .0.as_str())]
    NoActiveKey(SignatureAlgorithm),
    #[error("key material: {0}")]
    Jose(#[from] JoseFault),
    #[error("a private key could not be sealed")]
    Sealing,
}

impl KeyRing {
    /// Loads the keys; on a new installation makes one for each algorithm first.
    ///
    /// Cost: 1 round trip; at the first start one transaction.
    pub async fn open(storage: &Storage, sealing: &Sealing, random: &Random, now: Timestamp) -> Result<Self, KeyError> {
        let ring = Self::as_stored(storage, sealing, now).await?;
        let missing: Vec<_> = SignatureAlgorithm::ALL.into_iter().filter(|algorithm| !ring.signs(*algorithm, now)).collect();
        if !missing.is_empty() {
            for algorithm in missing {
                store::insert_first(storage, &new_key(algorithm, sealing, random, now, now).await?).await?;
            }
            ring.reload(storage, sealing, now).await?;
        }
        Ok(ring)
    }

    /// Loads the keys that there are.
    ///
    /// Cost: 1 round trip.
    pub async fn as_stored(storage: &Storage, sealing: &Sealing, now: Timestamp) -> Result<Self, KeyError> {
        let ring = Self { set: ArcSwap::default(), reloading: Mutex::default() };
        ring.reload(storage, sealing, now).await?;
        Ok(ring)
    }

    /// Reads the keys again; called when another replica or the command line has changed them.
    pub async fn reload(&self, storage: &Storage, sealing: &Sealing, now: Timestamp) -> Result<(), KeyError> {
        // One at a time: what was read earlier must not be kept later, or a key that was revoked would be back.
        let _alone = self.reloading.lock().await;
        let mut connection = storage.read().await?;
        let stored = store::list_published(&mut connection, now).await?;
        drop(connection);
        let known = self.set.load();
        let unchanged = known.keys.len() == stored.len()
            && known.keys.iter().zip(&stored).all(|(known, stored)| known.kid == stored.kid && known.active_at == stored.active_at);
        if unchanged && !stored.is_empty() {
            return Ok(());
        }
        let mut keys = Vec::with_capacity(stored.len());
        for row in stored {
            let private: Value =
                sealing.open(Purpose::SigningKey, &row.sealed_private_jwk).ok_or_else(|| KeyError::Sealed(row.kid.clone()))?;
            let pair = jose::SigningPair::from_jwk(row.algorithm, &private)?;
            keys.push(LoadedKey {
                public_jwk: jose::public_part(&private)?,
                kid: row.kid,
                algorithm: row.algorithm,
                active_at: row.active_at,
                pair,
            });
        }
        let body = serde_json::json!({ "keys": keys.iter().map(|key| &key.public_jwk).collect::<Vec<_>>() }).to_string();
        let etag = etag_of(&body);
        self.set.store(Arc::new(KeySet { keys, document: JwksDocument { body: body.into(), etag }, verified: VerifiedTokens::default() }));
        Ok(())
    }

    fn signs(&self, algorithm: SignatureAlgorithm, now: Timestamp) -> bool {
        self.set.load().keys.iter().any(|key| key.algorithm == algorithm && key.active_at <= now)
    }

    /// Signs `claims` as a JWS of this `typ` with the current key of the algorithm.
    ///
    /// Cost: 1 signature.
    pub fn sign(&self, algorithm: SignatureAlgorithm, typ: &str, claims: &impl Serialize, now: Timestamp) -> Result<String, KeyError> {
        let set = self.set.load();
        let of_algorithm = || set.keys.iter().filter(|key| key.algorithm == algorithm);
        let key = of_algorithm()
            .filter(|key| key.active_at <= now)
            .max_by_key(|key| key.active_at)
            // Where the clock was set back behind the first key, that one goes on (security.md K8).
            .or_else(|| of_algorithm().min_by_key(|key| key.active_at))
            .ok_or(KeyError::NoActiveKey(algorithm))?;
        Ok(key.pair.sign(typ, &key.kid, claims)?)
    }

    /// Verifies a JWS that this server signed and that has this `typ` (RFC 8725 §3.11); `None` for anything else.
    /// Says nothing about expiry.
    ///
    /// Cost: 1 signature check; a digest when the same token was verified shortly before.
    pub fn verify<T: DeserializeOwned>(&self, token: &str, typ: &str) -> Option<T> {
        let set = self.set.load();
        let digest = VerifiedTokens::digest(token, typ);
        if let Some(payload) = set.verified.get(&digest) {
            return serde_json::from_slice(&payload).ok();
        }
        let payload = set.verify(token, typ)?;
        let claims = serde_json::from_slice(&payload).ok()?;
        set.verified.insert(digest, &payload);
        Some(claims)
    }

    /// The JWK Set document, public parts only.
    pub fn document(&self) -> JwksDocument {
        self.set.load().document.clone()
    }

    /// How many keys are published.
    pub fn published(&self) -> usize {
        self.set.load().keys.len()
    }
}

impl KeySet {
    fn verify(&self, token: &str, typ: &str) -> Option<Vec<u8>> {
        let jws = Jws::parse(token)?;
        if !jws.typ().is_some_and(|found| found.eq_ignore_ascii_case(typ)) {
            return None;
        }
        let key = self.keys.iter().find(|key| Some(key.kid.as_str()) == jws.kid() && key.algorithm.as_str() == jws.alg())?;
        key.pair.verify(token)
    }
}

/// Makes the next key of each algorithm whose current one is old enough, and retires nothing before the next is in use.
/// Two replicas that rotate at once make one key: the check and the insert are one serialised transaction.
///
/// Returns the ids of the new keys. `force` rotates whatever the age (`ostiary keys rotate`).
pub async fn rotate(
    storage: &Storage,
    sealing: &Sealing,
    random: &Random,
    policy: &KeyPolicy,
    now: Timestamp,
    force: bool,
) -> Result<Vec<String>, KeyError> {
    let mut made = Vec::new();
    for algorithm in SignatureAlgorithm::ALL {
        let due = store::list_all(&mut storage.read().await?).await?;
        if !store::is_rotation_due(&due, algorithm, policy, now, force) {
            continue;
        }
        let key = new_key(algorithm, sealing, random, now, now + policy.publish_ahead).await?;
        if store::insert_next(storage, &key, policy, now, force).await? {
            made.push(key.kid);
        }
    }
    Ok(made)
}

/// Every key with its state, newest first.
pub async fn list(storage: &Storage, now: Timestamp) -> Result<Vec<KeyListing>, KeyError> {
    let rows = store::list_all(&mut storage.read().await?).await?;
    Ok(rows.iter().map(|row| KeyListing::of(row, &rows, now)).collect())
}

/// What became of a key that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// Another signs in its place from now on.
    Replaced,
    /// It was to sign next: another is published in its place, and what signs now goes on.
    ReplacedNext,
    /// It signed nothing any more.
    Retired,
    Unknown,
}

/// Takes a key away at once (it leaked): tokens that it signed no longer verify. One that signs is replaced by a new one that signs from
/// now on. One that is to sign next is replaced by a new one that is published as long before its first token as any: nothing is wrong
/// with the key that signs now.
pub async fn revoke(
    storage: &Storage,
    sealing: &Sealing,
    random: &Random,
    policy: &KeyPolicy,
    kid: &str,
    now: Timestamp,
) -> Result<Revoked, KeyError> {
    let rows = store::list_all(&mut storage.read().await?).await?;
    let Some(row) = rows.iter().find(|row| row.kid == kid) else { return Ok(Revoked::Unknown) };
    let is_next = row.active_at > now;
    // By what signs, not by the row's own end, which tells only when it was to be.
    if !is_next && store::current(&rows, row.algorithm, now).is_some_and(|current| current.kid != kid) {
        store::delete(storage, kid).await?;
        return Ok(Revoked::Retired);
    }
    if is_next {
        let active_at = row.active_at.max(now + policy.publish_ahead);
        let replacement = new_key(row.algorithm, sealing, random, now, active_at).await?;
        store::replace_next(storage, row, &replacement, policy).await?;
        return Ok(Revoked::ReplacedNext);
    }
    let replacement = new_key(row.algorithm, sealing, random, now, now).await?;
    store::replace(storage, kid, &replacement, policy, now).await?;
    Ok(Revoked::Replaced)
}

/// Seals every private key under the current master key. Returns how many were sealed anew.
pub async fn reseal(storage: &Storage, sealing: &Sealing) -> Result<usize, KeyError> {
    let rows = store::list_all(&mut storage.read().await?).await?;
    let mut resealed = 0;
    for row in rows.iter().filter(|row| !sealing.is_current(&row.sealed_private_jwk)) {
        let private: Value = sealing.open(Purpose::SigningKey, &row.sealed_private_jwk).ok_or_else(|| KeyError::Sealed(row.kid.clone()))?;
        let sealed = sealing.seal(Purpose::SigningKey, &private).map_err(|_| KeyError::Sealing)?;
        store::update_sealed(storage, &row.kid, &sealed).await?;
        resealed += 1;
    }
    Ok(resealed)
}

async fn new_key(
    algorithm: SignatureAlgorithm,
    sealing: &Sealing,
    random: &Random,
    now: Timestamp,
    active_at: Timestamp,
) -> Result<StoredKey, KeyError> {
    // Not with a dash in front, where a command line would read an option.
    let kid = random.token().trim_start_matches('-').chars().take(16).collect::<String>();
    // An RSA key takes up to a second to find: not on a thread that answers requests.
    let wanted = kid.clone();
    let private = tokio::task::spawn_blocking(move || jose::generate(algorithm, &wanted))
        .await
        .map_err(|_| JoseFault("key generation was cancelled".into()))??;
    let sealed_private_jwk = sealing.seal(Purpose::SigningKey, &private).map_err(|_| KeyError::Sealing)?;
    let public_jwk = jose::public_part(&private)?.to_string();
    Ok(StoredKey { kid, algorithm, sealed_private_jwk, public_jwk, created_at: now, active_at, retired_at: None, expires_at: None })
}
