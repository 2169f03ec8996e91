//! The table `logout_failures`: why clients could not be told that a session has ended, so that `ostiary doctor` can say it.
//!
//! One row for each client and reason, however often it happens: a bounded number of them.

use super::ClientId;
use crate::clock::Timestamp;
use crate::storage::schema::logout_failures;
use crate::storage::{Connection, StorageError, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// Nobody looks for the cause of what failed last week.
const KEPT_FOR: Duration = Duration::from_secs(7 * 86_400);
/// Characters that are kept of what the network said.
const LONGEST_TEXT: usize = 300;
/// How the reason begins that a status follows.
const STATUS: &str = "status ";

/// Why a client was not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTold {
    /// It answered, with a status other than 2xx.
    Status(u16),
    /// It did not answer in time.
    TimedOut,
    /// Its address, or what the name in it resolves to, is not one that this server may call.
    Forbidden,
    /// No token could be signed for it.
    Unsigned,
    /// The network's words.
    Unreachable(String),
}

impl NotTold {
    /// What tells it from the others of a client.
    fn reason(&self) -> String {
        match self {
            Self::Status(status) => format!("{STATUS}{status}"),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Forbidden => "forbidden".to_owned(),
            Self::Unsigned => "unsigned".to_owned(),
            Self::Unreachable(_) => "unreachable".to_owned(),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Unreachable(text) => Some(text.chars().take(LONGEST_TEXT).collect()),
            _ => None,
        }
    }

    /// What a newer version has written and this one does not know is told as it stands.
    fn of_stored(reason: String, detail: Option<String>) -> Self {
        match reason.as_str() {
            "timed_out" => Self::TimedOut,
            "forbidden" => Self::Forbidden,
            "unsigned" => Self::Unsigned,
            _ => match reason.strip_prefix(STATUS).and_then(|status| status.parse().ok()) {
                Some(status) => Self::Status(status),
                None => Self::Unreachable(detail.unwrap_or(reason)),
            },
        }
    }
}

/// How often a client was not told for one reason, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutFailure {
    pub why: NotTold,
    /// Ended sessions that it will not be told of any more.
    pub given_up: i64,
    /// The first time.
    pub since: Timestamp,
    /// The last time.
    pub at: Timestamp,
}

/// Notes that a client could not be told, and whether that is given up.
///
/// Cost: 1 round trip.
pub async fn note_logout_failure(
    connection: &mut Connection,
    client_id: &ClientId,
    why: &NotTold,
    is_given_up: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    let (reason, detail, more) = (why.reason(), why.detail(), i64::from(is_given_up));
    query!(connection, |c| diesel::insert_into(logout_failures::table)
        .values((
            logout_failures::client_id.eq(client_id),
            logout_failures::reason.eq(&reason),
            logout_failures::detail.eq(&detail),
            logout_failures::given_up.eq(more),
            logout_failures::since.eq(now),
            logout_failures::at.eq(now),
        ))
        .on_conflict((logout_failures::client_id, logout_failures::reason))
        .do_update()
        .set((
            logout_failures::detail.eq(&detail),
            logout_failures::given_up.eq(logout_failures::given_up + more),
            logout_failures::at.eq(now),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Why a client could not be told, the newest reason first.
pub async fn list_logout_failures(connection: &mut Connection, client_id: &ClientId) -> Result<Vec<LogoutFailure>, StorageError> {
    let rows: Vec<(String, Option<String>, i64, Timestamp, Timestamp)> = query!(connection, |c| logout_failures::table
        .filter(logout_failures::client_id.eq(client_id))
        .order(logout_failures::at.desc())
        .select((logout_failures::reason, logout_failures::detail, logout_failures::given_up, logout_failures::since, logout_failures::at,))
        .load(c)
        .await)?;
    let failure = |(reason, detail, given_up, since, at)| LogoutFailure { why: NotTold::of_stored(reason, detail), given_up, since, at };
    Ok(rows.into_iter().map(failure).collect())
}

/// Removes those that nobody looks for any more.
pub async fn delete_old_logout_failures(connection: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(logout_failures::table.filter(logout_failures::at.le(now - KEPT_FOR))).execute(c).await)
        .map(|_| ())
}

/// Those of a client that is deleted.
pub(super) async fn delete_logout_failures_of(connection: &mut Connection, client_id: &ClientId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(logout_failures::table.filter(logout_failures::client_id.eq(client_id))).execute(c).await)
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_was_written() {
        let unreachable = NotTold::Unreachable("connection refused".to_owned());
        for why in [NotTold::Status(503), NotTold::TimedOut, NotTold::Forbidden, NotTold::Unsigned, unreachable] {
            assert_eq!(NotTold::of_stored(why.reason(), why.detail()), why);
        }
        assert_eq!(NotTold::of_stored("of_later".to_owned(), None), NotTold::Unreachable("of_later".to_owned()));
    }
}
