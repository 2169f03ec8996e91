//! Recovery codes: ten, each of 80 random bits, for the day when every other second factor is lost. Stored as digests, shown once,
//! each works once: one conditional UPDATE decides (security.md O5). 80 random bits are found by nobody who has the digest, so it needs no
//! key, and a new master key leaves the codes on people's paper as good as they were.
//!
//! Specs: OWASP ASVS 6.5.1, 6.5.2.

use super::replaced_factors::{Replaced, forget_replaced, keep_replaced};
use crate::clock::Timestamp;
use crate::digits;
use crate::random::Random;
use crate::secret::SecretDigest;
use crate::storage::schema::recovery_codes;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// How many there are.
pub const COUNT: usize = 10;
const GROUPS: usize = 4;
/// Letters and digits that are not mistaken for one another (Crockford's base 32), five bits each.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new code, as in `k3jw-9p0a-77qd-x2mz`.
fn code(random: &Random) -> String {
    let bytes: [u8; 4 * GROUPS] = random.bytes();
    // 256 is a multiple of 32: every character is as likely as every other.
    let characters = bytes.map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from));
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// What was typed, as it was made: case, hyphens and spaces do not matter, nor letters that look like digits, nor
/// whose digits they are.
fn normalised(typed: &str) -> String {
    let kept = typed.chars().map(digits::in_ascii).filter(char::is_ascii_alphanumeric);
    let read = kept.map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    read.collect()
}

/// What stands for a code of this person.
fn digest(user_id: &UserId, code: &str) -> String {
    SecretDigest::of(&format!("{user_id}.{}", normalised(code))).as_str().to_owned()
}

/// Replaces a person's codes by ten new ones; the old ones are dead. Call it in a transaction. The codes are for the page that shows
/// them, and nothing else.
pub async fn make_recovery_codes(
    connection: &mut Connection,
    random: &Random,
    user_id: &UserId,
    now: Timestamp,
) -> Result<Vec<String>, StorageError> {
    let unused = recovery_codes::table.filter(recovery_codes::user_id.eq(user_id)).filter(recovery_codes::used_at.is_null());
    let before: Vec<(String, Timestamp)> =
        query!(connection, |c| unused.select((recovery_codes::code_digest, recovery_codes::created_at)).load(c).await)?;
    if let Some(created_at) = before.iter().map(|(_, created_at)| *created_at).max() {
        let digests: Vec<String> = before.into_iter().map(|(digest, _)| digest).collect();
        let kept = serde_json::Value::from(digests).to_string();
        keep_replaced(connection, user_id, Replaced::RecoveryCodes, (&kept, created_at), now).await?;
    }
    query!(connection, |c| diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(c).await)?;
    let codes: Vec<String> = (0..COUNT).map(|_| code(random)).collect();
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            (recovery_codes::user_id.eq(user_id), recovery_codes::code_digest.eq(digest(user_id, code)), recovery_codes::created_at.eq(now))
        })
        .collect();
    for row in rows {
        query!(connection, |c| diesel::insert_into(recovery_codes::table).values(row.clone()).execute(c).await)?;
    }
    Ok(codes)
}

/// Whether the code is one of the person's and was not used before; it is used now.
///
/// Cost: 1 round trip, 1 commit.
pub async fn use_recovery_code(connection: &mut Connection, user_id: &UserId, typed: &str, now: Timestamp) -> Result<bool, StorageError> {
    let digest = digest(user_id, typed);
    let used = query!(connection, |c| diesel::update(recovery_codes::table)
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::code_digest.eq(&digest))
        .filter(recovery_codes::used_at.is_null())
        .set(recovery_codes::used_at.eq(now))
        .execute(c)
        .await)?;
    Ok(used == 1)
}

/// Removes a person's codes: when the last second factor goes, there is nothing left for them to stand in for.
pub async fn delete_recovery_codes(connection: &mut Connection, user_id: &UserId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user_id))).execute(c).await)?;
    forget_replaced(connection, user_id, Replaced::RecoveryCodes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    // security.md O5
    #[test]
    fn a_code_has_80_bits_and_may_be_typed_in_any_way() {
        let random = Random::seeded(1);
        let made = code(&random);
        assert_eq!(normalised(&made).len() * 5, 80);
        assert_ne!(made, code(&random));
        assert_eq!(normalised(&made), normalised(&made.to_uppercase().replace('-', " ")));
        assert_eq!(normalised("O0-iLl1"), "001111");
        assert_eq!(normalised("k٣jw-۹p٠a"), "k3jw9p0a");
    }
}
