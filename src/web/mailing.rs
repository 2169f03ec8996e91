//! How much mail strangers may cause, and how often a mailed code may be tried.
//!
//! All counters are of an hour by the clock, in the bounded table of failed guesses. A browser that the owner of an account has signed in
//! with before has counters of its own there: strangers cannot use up its owner's (security.md L5).
//!
//! Specs: security.md L1, L5, M10, M13.

use crate::app::App;
use crate::credentials::guesses::{count_up_to, forget_failures};
use crate::credentials::mailed_proofs::{CODE_LIFETIME, MOST_TRIES};
use crate::language::Language;
use crate::mail::messages::Addressee;
use crate::sealing::DigestPurpose;
use crate::storage::{Connection, StorageError};
use crate::users::{Email, find_user_by_email};
use crate::web::client_address::ClientAddress;
use crate::web::speak::{language_of_account, language_of_sign_up};
use actix_web::HttpRequest;
use std::time::Duration;

/// Mails to one address in an hour that somebody asked for who has proven nothing.
const MOST_TO_ADDRESS: i64 = 5;
/// Mails in an hour that one network asked for.
const MOST_FROM_SENDER: i64 = 30;
/// Notices in an hour to an address that nobody has proven: whoever made the account may have made it for a stranger.
const MOST_NOTICES_TO_UNPROVEN: i64 = 10;
/// Tries of codes that were sent to one address, in an hour.
const MOST_TRIES_OF_ADDRESS: i64 = 20;
const HOUR: Duration = Duration::from_secs(3600);

/// Who asks, as it is counted.
#[derive(Debug, Clone)]
pub struct Sender(String);

impl Sender {
    pub fn of(http: &HttpRequest) -> Self {
        Self(format!("{:?}", ClientAddress::of(http).limit_key()))
    }
}

/// Counts a mail to an address and returns whether it may be sent. `known`: the digest of a browser that the account's owner has
/// signed in with before.
///
/// Cost: 2 to 4 round trips, 2 commits.
pub async fn may_send(
    app: &App,
    connection: &mut Connection,
    to: &Email,
    from: &Sender,
    known: Option<&str>,
) -> Result<bool, StorageError> {
    Ok(within(app, connection, &["mail from", &from.0], MOST_FROM_SENDER).await?
        && within(app, connection, &["mail to", to.as_str(), known.unwrap_or("")], MOST_TO_ADDRESS).await?)
}

/// Counts a letter of welcome to an address that nobody has proven, and returns whether it may be sent.
///
/// Cost: 1 to 3 round trips.
pub async fn may_welcome(app: &App, connection: &mut Connection, from: &Sender) -> Result<bool, StorageError> {
    within(app, connection, &["welcome from", &from.0], MOST_FROM_SENDER).await
}

/// Counts a notice to an address that nobody has proven, and returns whether it may be sent. Those to a proven one are not counted: whoever is
/// told must not be made deaf by many.
///
/// Cost: 1 to 3 round trips.
pub async fn may_tell_unproven(app: &App, connection: &mut Connection, to: &Email) -> Result<bool, StorageError> {
    within(app, connection, &["notice to", to.as_str()], MOST_NOTICES_TO_UNPROVEN).await
}

/// Counts a code before it is looked at, by what it belongs to and by address. Returns whether it may be looked at.
///
/// Cost: 2 to 4 round trips, 2 commits.
pub async fn may_try(app: &App, connection: &mut Connection, proof: &str, to: &Email, known: Option<&str>) -> Result<bool, StorageError> {
    let code = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["mailed code", proof]);
    Ok(count_up_to(connection, &code, MOST_TRIES, CODE_LIFETIME, app.now()).await?
        && within(app, connection, &["mailed code to", to.as_str(), known.unwrap_or("")], MOST_TRIES_OF_ADDRESS).await?)
}

/// Forgets the tries of a code that another takes the place of.
pub async fn forget_tries(app: &App, connection: &mut Connection, proof: &str) -> Result<(), StorageError> {
    let code = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["mailed code", proof]);
    forget_failures(connection, std::slice::from_ref(&code)).await
}

async fn within(app: &App, connection: &mut Connection, key: &[&str], most: i64) -> Result<bool, StorageError> {
    let now = app.now();
    let hour = now.unix_seconds().div_euclid(3600).to_string();
    let digest = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &[key, &[&hour]].concat());
    count_up_to(connection, &digest, most, HOUR, now).await
}

/// Mails the code of an account that is to be, or to somebody who has one that they have it. Count it before ([`may_send`]), and do it after
/// the answer: how long it takes says who has an account.
///
/// Cost: 2 to 3 round trips, 1 commit.
pub async fn mail_sign_up_code(app: &App, email: &Email, code: &str, language: Language) -> Result<(), StorageError> {
    let mut connection = app.storage.write().await?;
    let expires_at = app.now() + CODE_LIFETIME;
    let posted = match find_user_by_email(&mut connection, email).await? {
        // The letter speaks the owner's language, not that of whoever tried.
        Some(owner) => {
            let theirs = language_of_account(&owner).or_else(|| language_of_sign_up(&owner));
            let to = Addressee { address: owner.email.as_str(), language: theirs.unwrap_or(language) };
            app.enqueue(&mut connection, app.letters.account_exists(&to)).await?
        }
        None => {
            let letter = app.letters.sign_up_code(&Addressee { address: email.as_str(), language }, code);
            app.enqueue_until(&mut connection, letter, expires_at).await?
        }
    };
    drop(posted);
    Ok(())
}
