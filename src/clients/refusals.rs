//! The table `refusals`: the last requests of each client that were refused, so that `ostiary doctor client` can say why.
//!
//! Anybody can send a request that names a client, and what anybody sends writes nothing. So a refusal is noted in memory, where the
//! newest push out the oldest, and whoever keeps house writes down what is there: one transaction a second at most, however many
//! requests come, and a bounded number of rows for each client.
//!
//! Cost: none for the request; 1 commit a second at most while clients are refused.

use super::ClientId;
use crate::clock::Timestamp;
use crate::storage::schema::refusals;
use crate::storage::{Connection, StorageError, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Refusals that wait to be written down, of all clients together.
const NOTED: usize = 64;
/// Refusals that are kept of each client.
const KEPT: i64 = 20;
/// Nobody looks for the cause of what failed last week.
const KEPT_FOR: Duration = Duration::from_secs(7 * 86_400);
/// Characters that are kept of a text that came with the request.
const LONGEST_TEXT: usize = 300;

/// A request that was refused. Nothing secret is in it: no code, token, verifier, secret or password.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals)]
pub struct Refusal {
    pub client_id: ClientId,
    /// Ordered by time.
    pub request_id: String,
    pub at: Timestamp,
    /// Method and route.
    pub endpoint: String,
    /// The code of the error.
    pub error: String,
    /// What the client was told.
    pub description: String,
    /// What only the log says.
    pub cause: Option<String>,
    /// What was sent where something else is registered.
    pub sent: Option<String>,
}

/// What is noted and not written down yet.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<VecDeque<Refusal>>);

impl Refusals {
    /// Notes a refusal.
    pub fn note(&self, mut refusal: Refusal) {
        refusal.sent = refusal.sent.as_deref().map(without_values);
        for text in [&mut refusal.cause, &mut refusal.sent].into_iter().flatten() {
            *text = text.chars().take(LONGEST_TEXT).collect();
        }
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= NOTED {
            noted.pop_front();
        }
        noted.push_back(refusal);
    }

    /// Takes out what is noted.
    pub fn take(&self) -> Vec<Refusal> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

/// How the cause of a refused token exchange begins that asked for more than a rule gives; the rule's `subject_client` and a colon follow.
pub const EXCHANGED: &str = "by the rule for ";

/// An address as it was sent, with the names in its query and not what they hold: a code or a token has lost its way here before.
pub fn without_values(uri: &str) -> String {
    let (uri, has_fragment) = uri.split_once('#').map_or((uri, false), |(before, _)| (before, true));
    let fragment = if has_fragment { "#…" } else { "" };
    let (before, query) = uri.split_once('?').map_or((uri, None), |(before, query)| (before, Some(query)));
    // Whoever names a user in an address may name a password.
    let (scheme, rest) = before.split_at(before.find("://").map_or(0, |at| at + 3));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority.to_owned(), |(_, host)| format!("…@{host}"));
    let names = query.map(|query| {
        // What has no name may be anything.
        let kept = query.split('&').map(|pair| pair.split_once('=').map_or("…".to_owned(), |(name, _)| format!("{name}=…")));
        format!("?{}", kept.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}{host}{path}{}{fragment}", names.unwrap_or_default())
}

/// The same with something in the place of what was left out: an address of the form that was sent.
pub fn with_some_values(kept: &str) -> String {
    kept.replace('…', "x")
}

/// Writes refusals down and drops the oldest of their clients beyond the bound. Call it in a transaction.
pub async fn write_refusals(connection: &mut Connection, noted: &[Refusal]) -> Result<(), StorageError> {
    for refusal in noted {
        query!(connection, |c| diesel::insert_into(refusals::table).values(refusal).on_conflict_do_nothing().execute(c).await)?;
    }
    for client_id in noted.iter().map(|refusal| refusal.client_id.as_str()).collect::<BTreeSet<_>>() {
        let oldest_kept: Option<String> = query!(connection, |c| refusals::table
            .filter(refusals::client_id.eq(client_id))
            .order(refusals::request_id.desc())
            .offset(KEPT - 1)
            .limit(1)
            .select(refusals::request_id)
            .first(c)
            .await
            .optional())?;
        if let Some(oldest_kept) = oldest_kept {
            query!(connection, |c| diesel::delete(refusals::table)
                .filter(refusals::client_id.eq(client_id).and(refusals::request_id.lt(&oldest_kept)))
                .execute(c)
                .await)?;
        }
    }
    Ok(())
}

/// The refusals of a client, the newest first.
pub async fn list_refusals(connection: &mut Connection, client_id: &ClientId, limit: i64) -> Result<Vec<Refusal>, StorageError> {
    query!(connection, |c| refusals::table
        .filter(refusals::client_id.eq(client_id))
        .order(refusals::request_id.desc())
        .limit(limit)
        .select(Refusal::as_select())
        .load(c)
        .await)
}

/// Removes those that nobody looks for any more.
pub async fn delete_old_refusals(connection: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(refusals::table.filter(refusals::at.le(now - KEPT_FOR))).execute(c).await).map(|_| ())
}

/// Those of a client that is deleted.
pub(super) async fn delete_refusals_of(connection: &mut Connection, client_id: &ClientId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(refusals::table.filter(refusals::client_id.eq(client_id))).execute(c).await).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_what_it_holds() {
        for (sent, kept) in [
            ("https://a.example/cb", "https://a.example/cb"),
            ("https://a.example/cb?x=SECRET&y=", "https://a.example/cb?x=…&y=…"),
            ("https://a.example/cb?SECRET", "https://a.example/cb?…"),
            ("https://a.example/cb#SECRET", "https://a.example/cb#…"),
            ("https://a.example?x=SECRET#SECRET", "https://a.example?x=…#…"),
            ("https://u:SECRET@a.example:8443/@x", "https://…@a.example:8443/@x"),
            ("https://u:SE@CRET@a.example", "https://…@a.example"),
            ("com.example.app:/cb?code=SECRET", "com.example.app:/cb?code=…"),
            ("SECRET@", "…@"),
            ("", ""),
        ] {
            assert_eq!(without_values(sent), kept);
        }
        assert_eq!(with_some_values("https://a.example/cb?x=…&…#…"), "https://a.example/cb?x=x&x#x");
    }

    #[test]
    fn the_newest_push_out_the_oldest() {
        let refusals = Refusals::default();
        for n in 0..NOTED + 3 {
            refusals.note(Refusal {
                client_id: ClientId::new("c"),
                request_id: n.to_string(),
                at: Timestamp::from_unix_seconds(0),
                endpoint: String::new(),
                error: String::new(),
                description: String::new(),
                cause: Some("ü".repeat(LONGEST_TEXT + 1)),
                sent: None,
            });
        }
        let taken = refusals.take();
        assert_eq!((taken.len(), taken[0].request_id.as_str()), (NOTED, "3"));
        assert_eq!(taken[0].cause.as_ref().unwrap().chars().count(), LONGEST_TEXT);
        assert!(refusals.take().is_empty());
    }
}
