//! Beginning a browser session: after a password, after sign-up, for the first administrator; one way for all.
//!
//! A new secret whenever assurance rises: the same person's session goes on under its id, anybody else's ends
//! (security.md S1, S2).

use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::oauth::authentication::Amr;
use crate::sessions::{self, BrowserSession, Device, SessionSecret, SignedIn};
use crate::storage::{Connection, StorageError};
use crate::users::User;
use crate::web::client_address::ClientAddress;
use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

const LONGEST_USER_AGENT: usize = 400;

/// Begins or renews the session of `user` in the caller's transaction; the secret is for the cookie.
///
/// `before`: who was signed in with this browser until now.
///
/// Cost: 3 round trips, 5 when another person's session ends.
pub async fn begin_session(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    before: Option<&SignedIn>,
    user: &User,
    amr: Vec<Amr>,
) -> Result<SessionSecret, StorageError> {
    let now = app.now();
    let device = device_of(http);
    let address = device.address.clone();
    let (mut session, secret) = BrowserSession::begin(user.id.clone(), amr, device, &app.sessions, &app.random, now);
    let mut renewed = false;
    if let Some(before) = before {
        if before.user.id == user.id {
            renewed = sessions::renew_session(connection, &before.session.id, &session, &secret).await?;
            if renewed {
                session.id = before.session.id.clone();
            }
        } else {
            sessions::end_session(connection, &before.user.id, &before.session.id, EndReason::SignedOut, now).await?;
        }
    }
    if !renewed {
        sessions::insert_session(connection, &session, &secret).await?;
        sessions::end_oldest_sessions(connection, &user.id, now).await?;
    }
    let about = About::user(&user.id).in_session(&session.id).from(address);
    events::record(connection, app, EventKind::SignedIn, &about).await?;
    Ok(secret)
}

/// What a request tells of the device, as people recognise it.
pub fn device_of(http: &HttpRequest) -> Device {
    let user_agent = http.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    Device {
        user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
        address: ClientAddress::of(http).0.map(|address| address.to_string()),
    }
}
