//! What is mailed to prove an address: a link with 256 random bits, a code of six digits, or both.
//!
//! A proof is a row that names its purpose, account and address. It holds digests only: of the link's secret, and a keyed one of the
//! code, since a million codes are tried in no time by whoever has a copy of the table. A code is good in the browser that asked for
//! it. One statement takes the proof out, and whether it did decides (security.md M3, M10); a newer proof takes the place of an older one of
//! the same purpose, and a new password or address ends those that were sent before it. Not so what takes something back: each notice
//! tells of another event, and a thief who causes a second one must not thereby end the link of the first; so each of these links is
//! good for its seven days, whatever is mailed after it.
//!
//! Specs: OWASP ASVS 6.5, 6.6; security.md M3, M10, M11.

use crate::clock::Timestamp;
use crate::digits;
use crate::sealing::{DigestPurpose, Sealing};
use crate::secret::{Secret, SecretDigest};
use crate::storage::columns::id_newtype;
use crate::storage::schema::mailed_proofs;
use crate::storage::{Connection, StorageError, query};
use crate::users::{Email, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// How long a code is good.
pub const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long a link is good that lets somebody in.
pub const LINK_LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long a link is good that takes something back.
pub const UNDO_LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// Tries of one code.
pub const MOST_TRIES: i64 = 5;

id_newtype! {
    /// Names a mailed proof.
    pub struct MailedProofId;
}

/// What a proof is for; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofPurpose {
    ResetPassword,
    SignIn,
    /// The address of the account is the person's.
    VerifyEmail,
    /// The new address is the person's.
    ChangeEmail,
    /// Takes back a change of address. Each change has its own.
    UndoEmailChange,
    /// "This wasn't me". Each notice has its own.
    Lockdown,
    /// The account is not to be deleted after all.
    KeepAccount,
}

impl ProofPurpose {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::SignIn => "sign_in",
            Self::VerifyEmail => "verify_email",
            Self::ChangeEmail => "change_email",
            Self::UndoEmailChange => "undo_email_change",
            Self::Lockdown => "lockdown",
            Self::KeepAccount => "keep_account",
        }
    }

    /// Whether it takes back what somebody else did: then a later mail, a new password or a new address must not end it.
    fn outlives_changes(self) -> bool {
        matches!(self, Self::UndoEmailChange | Self::Lockdown | Self::KeepAccount)
    }
}

/// A proof to be mailed.
pub struct NewProof<'a> {
    pub id: MailedProofId,
    pub purpose: ProofPurpose,
    pub user_id: &'a UserId,
    /// The address that is proven by it: the one it is sent to.
    pub email: &'a Email,
    /// For the link.
    pub secret: &'a Secret,
    pub code: Option<&'a str>,
    /// The digest of the browser that asked for it, where the code is good or the link leads on to an application there alone.
    pub browser: Option<&'a str>,
    pub expires_at: Timestamp,
}

/// A proof that is out.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mailed_proofs)]
pub struct MailedProof {
    pub id: MailedProofId,
    pub user_id: UserId,
    pub email: Email,
    code_digest: Option<String>,
    pub browser_digest: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A code as a person types it: spaces and dashes do not count, nor whose digits they are.
pub fn typed_code(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(digits::in_ascii).take(16).collect()
}

/// The keyed digest that stands for a code.
pub fn code_digest(sealing: &Sealing, proof: &str, code: &str) -> String {
    sealing.keyed_digest(DigestPurpose::MailedCode, &[proof, code])
}

/// Whether a typed code is the one of this digest.
pub fn is_code(sealing: &Sealing, proof: &str, typed: &str, digest: &str) -> bool {
    sealing.matches_keyed_digest(DigestPurpose::MailedCode, &[proof, &typed_code(typed)], digest)
}

impl MailedProof {
    /// Whether this is the code that was mailed with it.
    pub fn is_code(&self, sealing: &Sealing, typed: &str) -> bool {
        self.code_digest.as_deref().is_some_and(|digest| is_code(sealing, self.id.as_str(), typed, digest))
    }
}

/// Writes a proof down, in the place of an older one of the same purpose. Call it in a transaction, with the mail.
///
/// Cost: 2 round trips.
pub async fn insert_proof(connection: &mut Connection, sealing: &Sealing, new: &NewProof<'_>, now: Timestamp) -> Result<(), StorageError> {
    if !new.purpose.outlives_changes() {
        query!(connection, |c| diesel::delete(mailed_proofs::table)
            .filter(mailed_proofs::user_id.eq(new.user_id))
            .filter(mailed_proofs::purpose.eq(new.purpose.as_str()))
            .execute(c)
            .await)?;
    }
    let secret = SecretDigest::of(new.secret.expose());
    let code = new.code.map(|code| code_digest(sealing, new.id.as_str(), code));
    query!(connection, |c| diesel::insert_into(mailed_proofs::table)
        .values((
            mailed_proofs::id.eq(&new.id),
            mailed_proofs::purpose.eq(new.purpose.as_str()),
            mailed_proofs::user_id.eq(new.user_id),
            mailed_proofs::email.eq(new.email),
            mailed_proofs::secret_digest.eq(secret.as_str()),
            mailed_proofs::code_digest.eq(&code),
            mailed_proofs::browser_digest.eq(new.browser),
            mailed_proofs::created_at.eq(now),
            mailed_proofs::expires_at.eq(new.expires_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The proof behind a link's secret. Changes nothing: mail scanners open links (security.md M4).
///
/// Cost: 1 round trip.
pub async fn find_proof(
    connection: &mut Connection,
    purpose: ProofPurpose,
    secret: &Secret,
    now: Timestamp,
) -> Result<Option<MailedProof>, StorageError> {
    let digest = SecretDigest::of(secret.expose());
    query!(connection, |c| mailed_proofs::table
        .filter(mailed_proofs::secret_digest.eq(digest.as_str()))
        .filter(mailed_proofs::purpose.eq(purpose.as_str()))
        .filter(mailed_proofs::expires_at.gt(now))
        .select(MailedProof::as_select())
        .first(c)
        .await
        .optional())
}

/// The proof of a code that was asked for.
///
/// Cost: 1 round trip.
pub async fn find_proof_of_code(
    connection: &mut Connection,
    purpose: ProofPurpose,
    id: &MailedProofId,
    now: Timestamp,
) -> Result<Option<MailedProof>, StorageError> {
    query!(connection, |c| mailed_proofs::table
        .find(id)
        .filter(mailed_proofs::purpose.eq(purpose.as_str()))
        .filter(mailed_proofs::expires_at.gt(now))
        .select(MailedProof::as_select())
        .first(c)
        .await
        .optional())
}

/// Uses a proof up. Returns whether this call was the first; only then may what it proves be done, in the same transaction.
///
/// Cost: 1 round trip.
pub async fn consume_proof(connection: &mut Connection, id: &MailedProofId, now: Timestamp) -> Result<bool, StorageError> {
    let consumed =
        query!(connection, |c| diesel::delete(mailed_proofs::table.find(id)).filter(mailed_proofs::expires_at.gt(now)).execute(c).await)?;
    Ok(consumed == 1)
}

/// Ends what was mailed to a person before their password or address changed, but for what takes changes back.
///
/// Cost: 1 round trip.
pub async fn end_proofs_of(connection: &mut Connection, user_id: &UserId) -> Result<(), StorageError> {
    let kept = [ProofPurpose::UndoEmailChange, ProofPurpose::Lockdown, ProofPurpose::KeepAccount].map(ProofPurpose::as_str);
    query!(connection, |c| diesel::delete(mailed_proofs::table)
        .filter(mailed_proofs::user_id.eq(user_id))
        .filter(mailed_proofs::purpose.ne_all(kept))
        .execute(c)
        .await)?;
    Ok(())
}

/// Ends the links by which an account could have been kept: it is kept, or its deletion is asked for anew.
pub async fn end_keep_links(connection: &mut Connection, user_id: &UserId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(mailed_proofs::table)
        .filter(mailed_proofs::user_id.eq(user_id))
        .filter(mailed_proofs::purpose.eq(ProofPurpose::KeepAccount.as_str()))
        .execute(c)
        .await)?;
    Ok(())
}

/// The address that somebody took from the account, if it can still be given back: the first one, where several were.
pub async fn find_taken_email(connection: &mut Connection, user_id: &UserId, now: Timestamp) -> Result<Option<MailedProof>, StorageError> {
    Ok(list_taken_emails(connection, user_id, now).await?.into_iter().next())
}

/// The addresses that an account had before and can have back, by the links that were mailed to them; the first one first.
///
/// Cost: 1 round trip.
pub async fn list_taken_emails(connection: &mut Connection, user_id: &UserId, now: Timestamp) -> Result<Vec<MailedProof>, StorageError> {
    query!(connection, |c| mailed_proofs::table
        .filter(mailed_proofs::user_id.eq(user_id))
        .filter(mailed_proofs::purpose.eq(ProofPurpose::UndoEmailChange.as_str()))
        .filter(mailed_proofs::expires_at.gt(now))
        .order(mailed_proofs::created_at)
        .select(MailedProof::as_select())
        .load(c)
        .await)
}

/// Ends what was mailed after `proof` to other addresses than its own: they became the account's after this one was taken from it, and
/// whoever reads mail there must not take back what `proof` restores.
///
/// Cost: 1 round trip.
pub async fn end_proofs_to_later_addresses(connection: &mut Connection, proof: &MailedProof) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(mailed_proofs::table)
        .filter(mailed_proofs::user_id.eq(&proof.user_id))
        .filter(mailed_proofs::email.ne(&proof.email))
        .filter(mailed_proofs::created_at.gt(proof.created_at))
        .execute(c)
        .await)?;
    Ok(())
}

/// Ends every proof of a person: the account has changed hands.
pub async fn delete_proofs_of(connection: &mut Connection, user_id: &UserId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(mailed_proofs::table.filter(mailed_proofs::user_id.eq(user_id))).execute(c).await)?;
    Ok(())
}

pub async fn delete_expired_proofs(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(mailed_proofs::table.filter(mailed_proofs::expires_at.le(now))).execute(c).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    // security.md M10
    #[test]
    fn codes_are_typed_with_or_without_spaces() {
        assert_eq!(typed_code(" 123 4-56\n"), "123456");
        assert_eq!(typed_code("١٢٣ ٤٥٦"), "123456");
    }
}
