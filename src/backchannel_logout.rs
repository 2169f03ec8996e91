//! Tells applications that a session has ended, so that signing out in one signs out of all.
//!
//! Deliveries are rows that the end of the session wrote; every replica takes due ones, each by one conditional statement. Each goes out
//! by itself, within the five seconds of the outbound client, what was never tried first, and to one application a few at a time: one that
//! does not answer holds up nobody else. What fails is logged and tried again for an hour; a refusal of the application (4xx: it has no
//! such session) is final and harmless, but for those that say "not now". Why it failed is written down for `ostiary doctor`.
//!
//! Cost: a telling is 2 round trips, 2 commits, 1 signature, 1 request; one that fails up to 3 round trips more.
//!
//! Specs: OpenID Connect Back-Channel Logout 1.0; security.md S8.

use crate::app::App;
use crate::clients::logout_failures::{NotTold, note_logout_failure};
use crate::clients::{Client, ClientId};
use crate::outbound::OutboundError;
use crate::sessions::{LogoutDelivery, claim_logout, delete_logout, list_due_logouts};
use crate::storage::{StorageError, Topic, with_causes};
use actix_web::web;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};

/// The `typ` of a logout token (Back-Channel Logout §2.4).
const TYP: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const LIFETIME: Duration = Duration::from_secs(120);
/// Deliveries that one replica has under way.
const AT_ONCE: usize = 50;
/// Of those, to one client.
const AT_ONCE_TO_CLIENT: usize = 4;
/// More than can be under way: those are listed as well until they are claimed, and must not hide the others.
const LISTED: usize = 2 * AT_ONCE;
/// A replica that dies while it delivers is followed by another after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often due repetitions are looked for; news arrives at once.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Delivers until the task is aborted, and what it has under way with it.
pub async fn run(app: web::Data<App>) {
    let mut changes = app.storage.watch();
    let mut looks = tokio::time::interval(LOOK_INTERVAL);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = UnderWay::default();
    // Whether something due may wait for room.
    let mut is_more = false;
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            change = changes.next() => match change {
                Some(Topic::Logouts | Topic::All) => {}
                Some(_) => continue,
                None => return,
            },
            Some(ended) = under_way.next() => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "a logout could not be delivered yet");
                    // Whatever the database lacks, it has not got it back at once.
                    is_more = false;
                }
                if !is_more {
                    continue;
                }
            }
        }
        is_more = under_way.start_due(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "logouts could not be delivered yet");
            false
        });
    }
}

/// Delivers everything that is due.
pub async fn deliver_due(app: &web::Data<App>) -> Result<(), DeliveryError> {
    let mut under_way = UnderWay::default();
    loop {
        under_way.start_due(app).await?;
        match under_way.next().await {
            Some(ended) => ended?,
            None => return Ok(()),
        }
    }
}

/// Why a delivery, or the search for those that are due, came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the task of a delivery has ended before its time: {0}")]
    Ended(#[from] JoinError),
}

/// Deliveries of this replica, each in a task of its own; they end with it.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Result<(), StorageError>>,
    deliveries: HashMap<Id, LogoutDelivery>,
}

impl UnderWay {
    /// Starts what is due, as far as there is room. Returns whether there may be more.
    async fn start_due(&mut self, app: &web::Data<App>) -> Result<bool, StorageError> {
        loop {
            let full = self.full_clients();
            let limit = i64::try_from(LISTED).unwrap_or(i64::MAX);
            let due = list_due_logouts(&mut app.storage.read().await?, app.now(), &full, limit).await?;
            let is_all = due.len() < LISTED;
            let mut is_more = !full.is_empty();
            for delivery in due {
                if self.is_under_way(&delivery) {
                    continue;
                }
                if self.tasks.len() >= AT_ONCE {
                    return Ok(true);
                }
                if self.count_to(&delivery.client_id) >= AT_ONCE_TO_CLIENT {
                    is_more = true;
                    continue;
                }
                let (app, told) = (app.clone(), delivery.clone());
                let task = self.tasks.spawn(async move { deliver(&app, &told).await });
                self.deliveries.insert(task.id(), delivery);
            }
            // A longer list began with those of clients that have no room left now; who comes behind them has.
            if is_all {
                return Ok(is_more);
            }
        }
    }

    /// Waits until one has ended; `None` when there is none.
    async fn next(&mut self) -> Option<Result<(), DeliveryError>> {
        let ended = self.tasks.join_next_with_id().await?;
        self.deliveries.remove(&ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id));
        Some(ended.map_err(DeliveryError::from).and_then(|(_, outcome)| outcome.map_err(DeliveryError::from)))
    }

    fn is_under_way(&self, delivery: &LogoutDelivery) -> bool {
        self.deliveries.values().any(|other| other.session_id == delivery.session_id && other.client_id == delivery.client_id)
    }

    fn count_to(&self, client_id: &ClientId) -> usize {
        self.deliveries.values().filter(|delivery| delivery.client_id == *client_id).count()
    }

    /// Those that get no more for now.
    fn full_clients(&self) -> Vec<ClientId> {
        let clients: BTreeSet<&ClientId> = self.deliveries.values().map(|delivery| &delivery.client_id).collect();
        clients.into_iter().filter(|client_id| self.count_to(client_id) >= AT_ONCE_TO_CLIENT).cloned().collect()
    }
}

async fn deliver(app: &App, delivery: &LogoutDelivery) -> Result<(), StorageError> {
    let now = app.now();
    let pause = pause_after(delivery.attempts);
    if !claim_logout(&mut app.storage.write().await?, delivery, now + pause.max(LEASE)).await? {
        return Ok(());
    }
    let client = app.clients.find(delivery.client_id.as_str());
    let target = client.as_ref().and_then(|client| client.metadata.backchannel_logout_uri.as_deref().map(|uri| (client, uri)));
    let Some((client, uri)) = target else { return delete_logout(&mut app.storage.write().await?, delivery).await };
    let client_id = client.client_id.as_str();
    let given_up = now + pause >= delivery.expires_at;
    let told = match logout_token(app, client, delivery) {
        Ok(token) => app.outbound.post_form(uri, &[("logout_token", &token)]).await.map_err(|error| not_told(client_id, error, given_up)),
        Err(error) => {
            tracing::error!(client_id, %error, given_up, "a logout token could not be signed");
            Err((NotTold::Unsigned, given_up))
        }
    };
    let Err((why, is_final)) = told else { return delete_logout(&mut app.storage.write().await?, delivery).await };
    app.storage
        .transaction(async |connection| {
            note_logout_failure(connection, &delivery.client_id, &why, is_final, now).await?;
            if is_final { delete_logout(connection, delivery).await } else { Ok(()) }
        })
        .await
}

/// Why the application was not told, and whether nothing more is tried.
fn not_told(client_id: &str, error: OutboundError, given_up: bool) -> (NotTold, bool) {
    match error {
        OutboundError::Status(status) if is_refusal(status) => {
            tracing::info!(client_id, status, "the application refused a logout token");
            (NotTold::Status(status), true)
        }
        OutboundError::Forbidden => {
            tracing::warn!(client_id, "backchannel_logout_uri is an address that this server may not call");
            (NotTold::Forbidden, true)
        }
        error => {
            tracing::warn!(client_id, %error, given_up, "an application could not be told that a session has ended");
            let why = match error {
                OutboundError::Status(status) => NotTold::Status(status),
                error if error.is_timeout() => NotTold::TimedOut,
                error if error.is_forbidden() => NotTold::Forbidden,
                OutboundError::Transport(error) => NotTold::Unreachable(with_causes(&error)),
                error => NotTold::Unreachable(error.to_string()),
            };
            (why, given_up)
        }
    }
}

/// RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4: a timeout, too early, too many requests pass by; other errors of ours do not.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 425, 429].contains(&status)
}

/// Ten seconds, then ever longer, ten minutes at most.
fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(6);
    Duration::from_secs(10 << doublings).min(Duration::from_secs(600))
}

/// Back-Channel Logout §2.4. No `nonce`: it must not pass for an ID token.
fn logout_token(app: &App, client: &Client, delivery: &LogoutDelivery) -> Result<String, crate::keys::KeyError> {
    let now = app.now();
    let claims = json!({
        "iss": app.issuer().as_str(),
        "sub": delivery.user_id,
        "aud": client.client_id,
        "iat": now.unix_seconds(),
        "exp": (now + LIFETIME).unix_seconds(),
        "jti": app.random.uuid_v7(now).to_string(),
        "events": { EVENT: {} },
        "sid": delivery.session_id,
    });
    app.keys.sign(client.metadata.id_token_signed_response_alg, TYP, &claims, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        assert_eq!([0, 1, 2, 6, 7, 1000].map(|attempts| pause_after(attempts).as_secs()), [10, 20, 40, 600, 600, 600]);
    }
}
