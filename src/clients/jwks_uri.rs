//! What others publish, above all the key sets of clients at their `jwks_uri`: fetched by the guarded client and kept for a while.
//!
//! Specs: RFC 7591 §2, OpenID Connect Core §10.1.1, Discovery §4.

use crate::clock::Timestamp;
use crate::outbound::Outbound;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

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

/// Key sets by URI.
#[derive(Default)]
pub struct JwksCache {
    // One lock over the fetch: concurrent requests for the same keys wait for one answer.
    entries: Mutex<HashMap<String, Arc<Mutex<Option<Entry>>>>>,
}

impl JwksCache {
    /// The key set at `uri`, from memory while it is young.
    pub async fn get(&self, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        self.younger_than(KEPT_FOR, outbound, uri, now).await
    }

    /// The key set at `uri`, fetched again unless that was done a moment ago.
    pub async fn refetch(&self, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        self.younger_than(PAUSE, outbound, uri, now).await
    }

    async fn younger_than(&self, age: Duration, outbound: &Outbound, uri: &str, now: Timestamp) -> Option<Arc<Value>> {
        let slot = {
            let mut entries = self.entries.lock().await;
            if entries.len() >= MOST_URIS && !entries.contains_key(uri) {
                entries.clear();
            }
            entries.entry(uri.to_owned()).or_default().clone()
        };
        let mut entry = slot.lock().await;
        if let Some(known) = entry.as_ref() {
            let kept_for = if known.is_fresh { age } else { PAUSE };
            if now.since(known.tried_at) < kept_for {
                return known.jwks(now);
            }
        }
        let (is_fresh, read) = match outbound.get_json(uri).await {
            Ok(document) => (true, Some((now, Arc::new(document)))),
            Err(error) => {
                tracing::warn!(%error, uri, "a published document could not be read");
                (false, entry.take().and_then(|known| known.read))
            }
        };
        let next = Entry { tried_at: now, is_fresh, read };
        let jwks = next.jwks(now);
        *entry = Some(next);
        jwks
    }
}
