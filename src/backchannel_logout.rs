//! Tells applications that a session has ended, so that signing out in one signs out of all.
//!
//! Deliveries are rows that the end of the session wrote; every replica takes due ones, each by one conditional statement. All that are
//! due go out at the same time, each within the five seconds of the outbound client, so that a slow application holds up nobody. What
//! fails is logged and tried again for an hour; a refusal of the application (4xx: it has no such session) is final and harmless, but for
//! those that say "not now".
//!
//! Cost: a telling is 2 round trips, 2 commits, 1 signature, 1 request.
//!
//! Specs: OpenID Connect Back-Channel Logout 1.0; security.md S8.

use crate::app::App;
use crate::clients::Client;
use crate::outbound::OutboundError;
use crate::sessions::{LogoutDelivery, claim_logout, delete_logout, list_due_logouts};
use crate::storage::{StorageError, Topic};
use actix_web::web;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;

/// The `typ` of a logout token (Back-Channel Logout §2.4).
const TYP: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const LIFETIME: Duration = Duration::from_secs(120);
const AT_ONCE: i64 = 50;
/// A replica that dies while it delivers is followed by another after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often due repetitions are looked for; news arrives at once.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Delivers until the task is aborted.
pub async fn run(app: web::Data<App>) {
    let mut changes = app.storage.watch();
    loop {
        if let Err(error) = deliver_due(&app).await {
            tracing::warn!(%error, "logouts could not be delivered yet");
        }
        loop {
            match tokio::time::timeout(LOOK_INTERVAL, changes.next()).await {
                Ok(Some(Topic::Logouts | Topic::All)) | Err(_) => break,
                Ok(Some(_)) => {}
                Ok(None) => return,
            }
        }
    }
}

/// Delivers everything that is due.
pub async fn deliver_due(app: &App) -> Result<(), StorageError> {
    loop {
        let due = list_due_logouts(&mut app.storage.read().await?, app.now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        for outcome in join_all(due.iter().map(|delivery| deliver(app, delivery))).await {
            outcome?;
        }
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
        Ok(token) => app.outbound.post_form(uri, &[("logout_token", &token)]).await,
        Err(error) => {
            tracing::error!(client_id, %error, given_up, "a logout token could not be signed");
            return if given_up { delete_logout(&mut app.storage.write().await?, delivery).await } else { Ok(()) };
        }
    };
    let is_final = match told {
        Ok(()) => true,
        Err(OutboundError::Status(status)) if is_refusal(status) => {
            tracing::info!(client_id, status, "the application refused a logout token");
            true
        }
        Err(OutboundError::Forbidden) => {
            tracing::warn!(client_id, "backchannel_logout_uri is an address that this server may not call");
            true
        }
        Err(error) => {
            tracing::warn!(client_id, %error, given_up, "an application could not be told that a session has ended");
            given_up
        }
    };
    if is_final { delete_logout(&mut app.storage.write().await?, delivery).await } else { Ok(()) }
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
