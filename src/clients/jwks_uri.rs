//! What others publish, above all the key sets of clients at their `jwks_uri`: fetched by the guarded client and kept for a while.
//!
//! Specs: RFC 7591 §2, OpenID Connect Core §10.1.1, Discovery §4.

use crate::clock::Timestamp;
use crate::outbound::Outbound;
use arc_swap::ArcSwapOption;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// A key set is fetched again after this long.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// Unknown keys make a new fetch at most this often per URI (security.md A37); a failure is remembered as long.
const PAUSE: Duration = Duration::from_secs(30);
/// What was read is good for so long while it cannot be read again: a publisher that is away for an hour locks nobody out, and one that
/// took a key out of its set is heard in the end.
const OUTLASTS: Duration = Duration::from_secs(86_400);
const MOST_URIS: usize = 1000;

struct Entry {
    tried_at: Timestamp,
    /// Whether that try read it.
    is_fresh: bool,
    /// What was read last, and when.
    read: Option<(Timestamp, Arc<Value>)>,
}

impl Entry {
    fn jwks(&self, now: Timestamp) -> Option<Arc<Value>> {
        self.read.as_ref().filter(|(at, _)| now.since(*at) < OUTLASTS).map(|(_, jwks)| jwks.clone())
    }
}

/// What is known of one URI.
#[derive(Default)]
struct Slot {
    entry: ArcSwapOption<Entry>,
    /// Held over a fetch: concurrent requests that need one wait for one answer.
    fetching: Mutex<()>,
}

/// Key sets by URI.
#[derive(Default)]
pub struct JwksCache {
    slots: std::sync::Mutex<HashMap<String, Arc<Slot>>>,
}

impl JwksCache {
    /// The key set at `uri`, from memory while it is young, or while somebody else reads it anew.
    pub async fn get(&self, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        let slot = self.slot(uri);
        if let Some(entry) = slot.younger_than(KEPT_FOR, now) {
            return entry.jwks(now);
        }
        match (slot.fetching.try_lock(), slot.entry.load_full().and_then(|entry| entry.jwks(now))) {
            // A publisher that is slow keeps nobody waiting whose key is known (security.md A35).
            (Err(_), Some(known)) => Some(known),
            (Ok(turn), _) => slot.fetch(turn, outbound, uri, now).await,
            (Err(_), None) => self.refetch(outbound, uri, now).await,
        }
    }

    /// The key set at `uri`, fetched again unless that was done a moment ago.
    pub async fn refetch(&self, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        let slot = self.slot(uri);
        let turn = slot.fetching.lock().await;
        match slot.younger_than(PAUSE, now) {
            Some(entry) => entry.jwks(now),
            None => slot.fetch(turn, outbound, uri, now).await,
        }
    }

    fn slot(&self, uri: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_URIS && !slots.contains_key(uri) {
            slots.clear();
        }
        slots.entry(uri.to_owned()).or_default().clone()
    }
}

impl Slot {
    /// What was tried less than `age` ago; a failure is tried again after a pause.
    fn younger_than(&self, age: Duration, now: Timestamp) -> Option<Arc<Entry>> {
        self.entry.load_full().filter(|entry| now.since(entry.tried_at) < if entry.is_fresh { age } else { PAUSE })
    }

    async fn fetch(&self, _turn: MutexGuard<'_, ()>, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        let (is_fresh, read) = match outbound.get_json(uri).await {
            Ok(document) => (true, Some((now, Arc::new(document)))),
            Err(error) => {
                tracing::warn!(%error, uri, "a published document could not be read");
                (false, self.entry.load_full().and_then(|known| known.read.clone()))
            }
        };
        let next = Arc::new(Entry { tried_at: now, is_fresh, read });
        self.entry.store(Some(next.clone()));
        next.jwks(now)
    }
}
