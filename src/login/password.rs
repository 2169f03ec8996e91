//! Checking an address and a password.
//!
//! Order of checks: 1. the attempt is counted, by account and network, and for browsers that do not know the person by account (nothing
//! is evaluated past the limit); 2. one hash, of the person's password or of nobody's; 3. the account is enabled.
//! Every refusal reads the same and takes the same time (security.md L1).
//!
//! Cost: 1 round trip, 1 commit, and 1 argon2 hash; 1 round trip more in a browser that knows nobody; 1 and 1 commit more in one that
//! knows others only; 1 of each more when the hash's parameters have changed; 2 round trips and 1 commit more for each counter that counts
//! failures already.

use crate::app::App;
use crate::credentials;
use crate::credentials::guesses::{self, Attempt};
use crate::credentials::password::{Checked, HashError, Password};
use crate::events::{self, About, EventKind};
use crate::metrics::SignIn;
use crate::sealing::DigestPurpose;
use crate::storage::StorageError;
use crate::users::{Email, User, UserId};
use crate::web::browser::Browser;
use crate::web::client_address::ClientAddress;
use crate::web::page_error::PageError;
use actix_web::HttpRequest;
use std::time::Duration;

/// Failures per account, over all networks, before unknown browsers must wait.
const WIDE_SLACK: i64 = 45;

/// What became of it.
pub(super) enum Outcome {
    Right { user: Box<User>, counted: Vec<String> },
    Refused,
    Wait(Duration),
}

pub(super) async fn check(app: &App, http: &HttpRequest, browser: &Browser, email: &str, typed: &str) -> Result<Outcome, PageError> {
    let now = app.now();
    let email = Email::parse(email).ok();
    // An unreadable address is nobody's; it is counted and hashed like an unknown one.
    let name = email.as_ref().map_or("", Email::as_str);
    let network = format!("{:?}", ClientAddress::of(http).limit_key());
    let narrow = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["network", name, &network]);
    let wide = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["account", name]);

    let mut connection = app.storage.write().await?;
    let (narrow_counter, wide_counter) = ((narrow.as_str(), 0), (wide.as_str(), WIDE_SLACK));
    let mut counters = vec![narrow_counter];
    let (found, attempt) = if browser.knows_anybody() {
        // Most likely whoever signs in: one counter.
        let (found, mut attempt) = guesses::find_user_and_count_attempt(&mut connection, name, narrow_counter, now).await?;
        let knows_them = found.as_ref().is_some_and(|(user, _)| browser.knows(app, user));
        if attempt == Attempt::Allowed && !knows_them {
            counters.push(wide_counter);
            attempt = guesses::count_attempts(&mut connection, &[wide_counter], now).await?;
        }
        (found, attempt)
    } else {
        counters.push(wide_counter);
        let found = credentials::find_user_and_hash(&mut connection, name).await?;
        (found, guesses::count_attempts(&mut connection, &counters, now).await?)
    };
    drop(connection);
    let about = found.as_ref().map(|(user, _)| About::user(&user.id)).unwrap_or_default();
    if let Attempt::Wait(wait) = attempt {
        events::note(EventKind::SignInFailed, &about);
        app.metrics.sign_in(SignIn::Throttled);
        return Ok(Outcome::Wait(wait));
    }

    let typed = Password::typed(typed);
    let stored = found.as_ref().and_then(|(_, hash)| hash.clone());
    let checked = app.passwords.check(&typed, stored.as_deref()).await;
    let checked = checked.map_err(|error| PageError::busy(app, error))?;
    let right = found.filter(|_| checked != Checked::Wrong);
    match right {
        Some((user, hash)) if user.enabled => {
            if let (Checked::RightButOutdated, Some(old)) = (checked, hash)
                && let Err(error) = renew_hash(app, &user.id, &typed, &old).await
            {
                // Whoever has typed the right password is let in; the next time will do as well.
                tracing::warn!(%error, user_id = %user.id, "a password's hash could not be renewed with the parameters of today");
            }
            Ok(Outcome::Right { user: Box::new(user), counted: counters.iter().map(|(key, _)| (*key).to_owned()).collect() })
        }
        refused => {
            events::note(EventKind::SignInFailed, &about);
            app.metrics.sign_in(if refused.is_some() { SignIn::Disabled } else { SignIn::Refused });
            Ok(Outcome::Refused)
        }
    }
}

async fn renew_hash(app: &App, id: &UserId, typed: &Password, old: &str) -> Result<(), RenewError> {
    let new = app.passwords.hash(typed).await?;
    credentials::replace_password_hash(&mut app.storage.write().await?, id, old, &new).await?;
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum RenewError {
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}
