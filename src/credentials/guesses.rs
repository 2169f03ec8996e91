//! Failed guesses, counted in the database: the one thing that anonymous traffic writes, into a bounded, expiring table
//! keyed by a keyed hash of what was typed, for known and unknown accounts alike.
//!
//! The delay grows with every failure and belongs to the pair of account and client network, so that a stranger cannot
//! lock the owner out; a second, wider counter per account slows guesses that come from many networks (security.md L2, L5).
//! A guess is counted *before* it is evaluated, so that parallel guesses cannot outrun the limit (L4).
//!
//! Specs: OWASP ASVS 6.3.1.

use super::store::by_email;
use crate::clock::Timestamp;
use crate::storage::schema::{failed_guesses, passwords, users};
use crate::storage::{Connection, StorageError, insert_new, prepared, query, together};
use crate::users::User;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// Failures that cost no wait: a person mistypes.
const FREE: i64 = 5;
/// Tries against others who count at the same time.
const ROUNDS: usize = 8;
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 3600);

/// How long the key must wait after its `failures`-th failure in a row.
fn delay(failures: i64) -> Duration {
    match failures {
        ..FREE => Duration::ZERO,
        _ => {
            let doublings = u32::try_from(failures - FREE).unwrap_or(u32::MAX).min(16);
            Duration::from_secs(1 << doublings).min(LONGEST_DELAY)
        }
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The guess may be evaluated; it counts as failed until [`forget_failures`].
    Allowed,
    /// Not before this long.
    Wait(Duration),
}

/// Counts an attempt against one key before it is evaluated: [`count_attempts`].
pub async fn count_attempt(connection: &mut Connection, key_digest: &str, slack: i64, now: Timestamp) -> Result<Attempt, StorageError> {
    count_attempts(connection, &[(key_digest, slack)], now).await
}

/// Counts an attempt against each key before it is evaluated. A key's `slack` is how many failures more than usual are free (for the wide,
/// per-account counter). A key that must wait keeps those after it from being counted, unless they had no failure yet.
///
/// Cost: 1 round trip, 1 commit, where nothing failed before, which is how nearly everybody signs in; 2 and 1 more for each key that
/// failed; 1 and none more when it must wait; more when guesses arrive at the same time.
pub async fn count_attempts(connection: &mut Connection, keys: &[(&str, i64)], now: Timestamp) -> Result<Attempt, StorageError> {
    let counters: Vec<_> = keys.iter().map(|(key_digest, slack)| Counter::first(key_digest, *slack, now)).collect();
    let first: Vec<String> = insert_new!(connection, failed_guesses, counters, key_digest)?;
    count_others(connection, keys, &first, now).await
}

/// Counts an attempt against those keys that had failures already; the `first` were counted.
async fn count_others(
    connection: &mut Connection,
    keys: &[(&str, i64)],
    first: &[String],
    now: Timestamp,
) -> Result<Attempt, StorageError> {
    for (key_digest, slack) in keys.iter().filter(|(key_digest, _)| !first.iter().any(|first| first == key_digest)) {
        let attempt = count_again(connection, key_digest, *slack, now).await?;
        if attempt != Attempt::Allowed {
            return Ok(attempt);
        }
    }
    Ok(Attempt::Allowed)
}

/// A person by the address that was typed, with the hash of their password if they have one; and the attempt, counted as by
/// [`count_attempt`] before that is known. A power cut may forget that one guess.
///
/// Cost: 1 round trip, 1 commit, where nothing failed before; 2 and 1 more where something did.
pub async fn find_user_and_count_attempt(
    connection: &mut Connection,
    typed_email: &str,
    counter: (&str, i64),
    now: Timestamp,
) -> Result<(Option<(User, Option<String>)>, Attempt), StorageError> {
    let email = typed_email.to_owned();
    let first = Counter::first(counter.0, counter.1, now);
    let (found, counted): (Vec<(User, Option<String>)>, usize) = together!(
        connection.lightly(),
        load(by_email!(email)),
        execute(prepared(diesel::insert_into(failed_guesses::table).values(first).on_conflict_do_nothing()))
    )?;
    let attempt = if counted == 1 { Attempt::Allowed } else { count_again(connection, counter.0, counter.1, now).await? };
    Ok((found.into_iter().next(), attempt))
}

#[derive(Insertable)]
// With defaults for what is not there, diesel would prepare it each time.
#[diesel(treat_none_as_default_value = false, table_name = failed_guesses)]
struct Counter {
    key_digest: String,
    failures: i64,
    last_failed_at: Timestamp,
    blocked_until: Timestamp,
    expires_at: Timestamp,
}

impl Counter {
    fn first(key_digest: &str, slack: i64, now: Timestamp) -> Self {
        Self {
            key_digest: key_digest.to_owned(),
            failures: 1,
            last_failed_at: now,
            blocked_until: now + delay(1 - slack),
            expires_at: now + REMEMBERED_FOR,
        }
    }
}

/// Counts an attempt against a key that was there a moment ago.
async fn count_again(connection: &mut Connection, key_digest: &str, slack: i64, now: Timestamp) -> Result<Attempt, StorageError> {
    for _ in 0..ROUNDS {
        let known: Option<(i64, Timestamp)> = query!(connection, |c| failed_guesses::table
            .find(key_digest)
            .select((failed_guesses::failures, failed_guesses::blocked_until))
            .first(c)
            .await
            .optional())?;
        let Some((failures, blocked_until)) = known else {
            // Forgotten in between.
            let first: Vec<String> = insert_new!(connection, failed_guesses, vec![Counter::first(key_digest, slack, now)], key_digest)?;
            if first.is_empty() { continue } else { return Ok(Attempt::Allowed) }
        };
        if blocked_until > now {
            return Ok(Attempt::Wait(blocked_until.since(now)));
        }
        // Only if nobody counted in between: parallel guesses pass one by one, each with its own delay.
        let counted = query!(connection, |c| diesel::update(failed_guesses::table.find(key_digest))
            .filter(failed_guesses::failures.eq(failures))
            .set((
                failed_guesses::failures.eq(failures + 1),
                failed_guesses::last_failed_at.eq(now),
                failed_guesses::blocked_until.eq(now + delay(failures + 1 - slack)),
                failed_guesses::expires_at.eq(now + REMEMBERED_FOR),
            ))
            .execute(c)
            .await)?;
        if counted == 1 {
            return Ok(Attempt::Allowed);
        }
    }
    Ok(Attempt::Wait(Duration::from_secs(1)))
}

/// Counts an attempt against a key that allows `most` in `kept_for` and no more. Returns whether this one is among them.
///
/// Cost: 1 to 3 round trips, 1 commit.
pub async fn count_up_to(
    connection: &mut Connection,
    key_digest: &str,
    most: i64,
    kept_for: Duration,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let first = query!(connection, |c| diesel::insert_into(failed_guesses::table)
        .values((
            failed_guesses::key_digest.eq(key_digest),
            failed_guesses::failures.eq(1i64),
            failed_guesses::last_failed_at.eq(now),
            failed_guesses::blocked_until.eq(now),
            failed_guesses::expires_at.eq(now + kept_for),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    if first == 1 {
        return Ok(true);
    }
    let counted = query!(connection, |c| diesel::update(failed_guesses::table.find(key_digest))
        .filter(failed_guesses::failures.lt(most))
        .filter(failed_guesses::expires_at.gt(now))
        .set((failed_guesses::failures.eq(failed_guesses::failures + 1), failed_guesses::last_failed_at.eq(now)))
        .execute(c)
        .await)?;
    if counted == 1 {
        return Ok(true);
    }
    let begun_anew = query!(connection, |c| diesel::update(failed_guesses::table.find(key_digest))
        .filter(failed_guesses::expires_at.le(now))
        .set((failed_guesses::failures.eq(1i64), failed_guesses::last_failed_at.eq(now), failed_guesses::expires_at.eq(now + kept_for),))
        .execute(c)
        .await)?;
    Ok(begun_anew == 1)
}

/// Forgets the failures of a key: after full success only.
pub async fn forget_failures(connection: &mut Connection, key_digests: &[String]) -> Result<(), StorageError> {
    query!(connection, |c| prepared(forgetting(key_digests.to_vec())).execute(c).await)?;
    Ok(())
}

/// The statement of [`forget_failures`], to be `prepared`: of two keys at most, so that SQLite, where each number of them is a text of its
/// own, keeps few.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn forgetting(key_digests: Vec<String>) -> _ {
    diesel::dsl::delete(failed_guesses::table.filter(failed_guesses::key_digest.eq_any(key_digests)))
}

/// The statement of [`forget_failures`] for one key, which need not be `prepared`.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn forgetting_one(key_digest: String) -> _ {
    diesel::dsl::delete(failed_guesses::table.filter(failed_guesses::key_digest.eq(key_digest)))
}

/// Removes counters that have gone quiet.
pub async fn delete_expired_guesses(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let ended = failed_guesses::table.filter(failed_guesses::expires_at.le(now)).limit(limit).select(failed_guesses::key_digest);
    let keys: Vec<String> = query!(connection, |c| ended.load(c).await)?;
    // A guess since then makes a row live again: it stays.
    let chosen = failed_guesses::table.filter(failed_guesses::expires_at.le(now)).filter(failed_guesses::key_digest.eq_any(&keys));
    query!(connection, |c| diesel::delete(chosen).execute(c).await)?;
    Ok(keys.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_stays_bounded() {
        let seconds: Vec<_> = [1, 4, 5, 6, 7, 14, 15, 1000].into_iter().map(|failures| delay(failures).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 1, 2, 4, 512, 900, 900]);
    }
}
