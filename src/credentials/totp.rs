//! Codes of an authenticator app: the only file that names totp-rs.
//!
//! SHA-1, six digits, thirty seconds, as every app knows them; the secret has 160 bits and rests sealed, bound to its person. The step
//! before and the one after count too, by this server's clock. A step is accepted once: one conditional UPDATE decides, so that a code
//! that was watched or typed twice is worth nothing, in parallel and across sign-in and step-up (security.md O1, O3).
//!
//! Specs: RFC 6238, RFC 4226 §4, OWASP ASVS 6.5.

use super::replaced_factors::{Replaced, forget_replaced, keep_replaced};
use crate::clock::Timestamp;
use crate::digits;
use crate::random::Random;
use crate::sealing::{Purpose, Sealing, SealingError};
use crate::secret::Secret;
use crate::storage::schema::{replaced_factors, totp_secrets};
use crate::storage::{Connection, Storage, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder, Totp};

const DIGITS: u8 = 6;
const RESEALED_AT_ONCE: i64 = 500;
const STEP_SECONDS: u64 = 30;
/// Steps before and after the current one whose codes count.
const SKEW: u16 = 1;

/// What an authenticator app and this server share.
#[derive(Clone)]
pub struct TotpSecret(Secret<Vec<u8>>);

/// As it rests in the database: with whose it is, so that one person's row is nothing in the place of another's.
#[derive(Serialize, Deserialize)]
struct Sealed {
    user_id: UserId,
    secret: Vec<u8>,
}

/// When an authenticator app was added and used.
#[derive(Debug, Clone, Copy)]
pub struct TotpUse {
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl TotpSecret {
    /// 160 bits (RFC 4226 §4).
    pub fn generate(random: &Random) -> Self {
        let bytes: [u8; 20] = random.bytes();
        Self(Secret::new(bytes.to_vec()))
    }

    /// Of what [`TotpSecret::expose`] gave.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    /// As it rests in the database, bound to its person.
    pub(super) fn seal(&self, sealing: &Sealing, user_id: &UserId) -> Result<String, SealingError> {
        sealing.seal(Purpose::TotpSecret, &Sealed { user_id: user_id.clone(), secret: self.expose().to_vec() })
    }

    /// What rests in the database as this person's.
    pub(super) fn open(sealing: &Sealing, user_id: &UserId, sealed: &str) -> Option<Self> {
        let opened: Sealed = sealing.open(Purpose::TotpSecret, sealed)?;
        (opened.user_id == *user_id).then(|| Self::from_bytes(opened.secret))
    }

    /// For a sealed ticket, and for moving out.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The address that the QR code stands for (`otpauth:`); `None` when it would be too long.
    pub fn uri(&self, issuer: &str, account: &str) -> Option<String> {
        // A colon separates the two in the label; neither may hold one.
        let plain = |text: &str| text.replace(':', " ");
        self.totp(&plain(issuer), &plain(account)).to_url().ok()
    }

    /// The secret to be typed, in groups of four.
    pub fn text(&self) -> String {
        let text = self.totp("", "").secret().to_base32();
        let groups: Vec<String> = text.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
        groups.join(" ")
    }

    /// The step whose code this is, if it is one of now.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).map(digits::in_ascii).collect();
        let seconds = u64::try_from(now.unix_seconds()).ok()?;
        let step = self.totp("", "").check(&code, seconds)?;
        i64::try_from(step).ok()
    }

    fn totp(&self, issuer: &str, account: &str) -> Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS)
            .with_skew(SKEW)
            .with_secret(self.0.expose().clone())
            .with_issuer(Some(issuer))
            .with_account_name(account)
            .build_noncompliant()
    }
}

/// Makes an authenticator app the account's, in the place of one it had before. `step` is the one whose code confirmed it: it is used
/// up. Call it in a transaction.
///
/// Cost: 2 round trips; 4 when it replaces one.
pub async fn set_totp_secret(
    connection: &mut Connection,
    sealing: &Sealing,
    user_id: &UserId,
    secret: &TotpSecret,
    step: i64,
    now: Timestamp,
) -> Result<(), TotpError> {
    let sealed = secret.seal(sealing, user_id)?;
    let before: Option<(String, Timestamp)> = query!(connection, |c| totp_secrets::table
        .find(user_id)
        .select((totp_secrets::sealed_secret, totp_secrets::created_at))
        .first(c)
        .await
        .optional())?;
    if let Some((before, created_at)) = before {
        keep_replaced(connection, user_id, Replaced::Totp, (&before, created_at), now).await?;
    }
    query!(connection, |c| diesel::insert_into(totp_secrets::table)
        .values((
            totp_secrets::user_id.eq(user_id),
            totp_secrets::sealed_secret.eq(&sealed),
            totp_secrets::last_step.eq(step),
            totp_secrets::created_at.eq(now),
            totp_secrets::last_used_at.eq(None::<Timestamp>),
        ))
        .on_conflict(totp_secrets::user_id)
        .do_update()
        .set((
            totp_secrets::sealed_secret.eq(&sealed),
            totp_secrets::last_step.eq(step),
            totp_secrets::created_at.eq(now),
            totp_secrets::last_used_at.eq(None::<Timestamp>),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The step of this moment.
pub(super) fn step_at(now: Timestamp) -> i64 {
    now.unix_seconds().div_euclid(STEP_SECONDS.cast_signed())
}

/// Whether the code is right and was not used before; it is used now.
///
/// Cost: 1 round trip; 2 and 1 commit when it is right.
pub async fn use_totp_code(
    connection: &mut Connection,
    sealing: &Sealing,
    user_id: &UserId,
    code: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sealed: Option<String> =
        query!(connection, |c| totp_secrets::table.find(user_id).select(totp_secrets::sealed_secret).first(c).await.optional())?;
    let secret = sealed.as_deref().and_then(|sealed| TotpSecret::open(sealing, user_id, sealed));
    let Some(step) = secret.and_then(|secret| secret.step_of(code, now)) else { return Ok(false) };
    // Only of the secret that was read, and only if no code of this step or a later one was accepted.
    let used = query!(connection, |c| diesel::update(totp_secrets::table.find(user_id))
        .filter(totp_secrets::last_step.lt(step))
        .filter(totp_secrets::sealed_secret.eq(sealed.as_deref().unwrap_or_default()))
        .set((totp_secrets::last_step.eq(step), totp_secrets::last_used_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(used == 1)
}

/// Seals the secrets anew that were sealed under a master key of before. Returns how many.
///
/// Errors: whose secret opens with none of the keys, when all others are sealed anew.
pub async fn reseal_totp_secrets(storage: &Storage, sealing: &Sealing) -> Result<usize, TotpError> {
    let (mut after, mut resealed, mut unreadable) = (UserId::new(String::new()), 0, Vec::new());
    loop {
        let rows: Vec<(UserId, String)> = query!(&mut storage.read().await?, |c| totp_secrets::table
            .filter(totp_secrets::user_id.gt(&after))
            .order(totp_secrets::user_id)
            .limit(RESEALED_AT_ONCE)
            .select((totp_secrets::user_id, totp_secrets::sealed_secret))
            .load(c)
            .await)?;
        let Some((last, _)) = rows.last() else {
            resealed += reseal_replaced(storage, sealing).await?;
            return if unreadable.is_empty() { Ok(resealed) } else { Err(TotpError::Unreadable(unreadable)) };
        };
        after.clone_from(last);
        for (user_id, sealed) in rows.iter().filter(|(_, sealed)| !sealing.is_current(sealed)) {
            let Some(secret) = TotpSecret::open(sealing, user_id, sealed) else {
                unreadable.push(user_id.clone());
                continue;
            };
            let anew = secret.seal(sealing, user_id)?;
            // Not over one that was set meanwhile.
            resealed += query!(&mut storage.write().await?, |c| diesel::update(totp_secrets::table.find(user_id))
                .filter(totp_secrets::sealed_secret.eq(sealed))
                .set(totp_secrets::sealed_secret.eq(&anew))
                .execute(c)
                .await)?;
        }
    }
}

/// The same for those that were replaced of late. What opens with no key any more is forgotten: nobody could use it.
async fn reseal_replaced(storage: &Storage, sealing: &Sealing) -> Result<usize, TotpError> {
    let mut connection = storage.write().await?;
    let kind = Replaced::Totp.as_str();
    let rows: Vec<(UserId, String)> = query!(&mut connection, |c| replaced_factors::table
        .filter(replaced_factors::kind.eq(kind))
        .select((replaced_factors::user_id, replaced_factors::value))
        .load(c)
        .await)?;
    let mut resealed = 0;
    for (user_id, sealed) in rows.iter().filter(|(_, sealed)| !sealing.is_current(sealed)) {
        let row = replaced_factors::table.find((user_id, kind)).filter(replaced_factors::value.eq(sealed));
        let Some(secret) = TotpSecret::open(sealing, user_id, sealed) else {
            query!(&mut connection, |c| diesel::delete(row).execute(c).await)?;
            continue;
        };
        let anew = secret.seal(sealing, user_id)?;
        resealed += query!(&mut connection, |c| diesel::update(row).set(replaced_factors::value.eq(&anew)).execute(c).await)?;
    }
    Ok(resealed)
}

/// When a person's authenticator app was added and used.
pub async fn find_totp(connection: &mut Connection, user_id: &UserId) -> Result<Option<TotpUse>, StorageError> {
    let row: Option<(Timestamp, Option<Timestamp>)> = query!(connection, |c| totp_secrets::table
        .find(user_id)
        .select((totp_secrets::created_at, totp_secrets::last_used_at))
        .first(c)
        .await
        .optional())?;
    Ok(row.map(|(created_at, last_used_at)| TotpUse { created_at, last_used_at }))
}

/// Takes a person's authenticator app away. Returns whether there was one.
pub async fn delete_totp(connection: &mut Connection, user_id: &UserId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(totp_secrets::table.find(user_id)).execute(c).await)?;
    forget_replaced(connection, user_id, Replaced::Totp).await?;
    Ok(deleted == 1)
}

fn ids(people: &[UserId]) -> String {
    people.iter().map(UserId::as_str).collect::<Vec<_>>().join(", ")
}

/// An authenticator app could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum TotpError {
    /// Names the people, so that the operator can take the app away from them.
    #[error(
        "the authenticator app of {} opens with none of the master keys; give the key that it was sealed under, or take it away: ostiary user remove-second-factors",
        ids(.0)
    )]
    Unreadable(Vec<UserId>),
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    // RFC 6238 Appendix B (its codes have eight digits; ours are the last six).
    #[test]
    fn the_vectors_of_the_specification_hold() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30), "{code}");
        }
    }

    // security.md O1
    #[test]
    fn one_step_before_and_after_counts_and_two_do_not() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        let (code, made_at) = ("005924", 1_234_567_890);
        for (later, counts) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(secret.step_of(code, at(made_at + later)).is_some(), counts, "{later}");
        }
        assert!(secret.step_of("005 924", at(made_at)).is_some(), "people type the gap that the app shows");
        for typed in ["٠٠٥٩٢٤", "۰۰۵ ۹۲۴"] {
            assert!(secret.step_of(typed, at(made_at)).is_some(), "{typed}");
        }
        for nonsense in ["", "00592", "0059244", "००५९२४", "00592a"] {
            assert!(secret.step_of(nonsense, at(made_at)).is_none(), "{nonsense}");
        }
    }

    // security.md O3
    #[test]
    fn a_secret_has_160_bits_and_is_told_in_groups_and_in_an_address() {
        let secret = TotpSecret::generate(&Random::seeded(1));
        assert_eq!(secret.expose().len() * 8, 160);
        assert_eq!(secret.text().split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
        let uri = secret.uri("Ostiary: Inc", "ann@example.org").unwrap();
        let text = secret.text().replace(' ', "");
        assert!(uri.starts_with("otpauth://totp/Ostiary") && uri.contains(&format!("secret={text}")) && uri.contains("issuer="), "{uri}");
    }
}
