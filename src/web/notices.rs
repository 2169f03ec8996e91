//! Notices of what was done to an account, written in the transaction in which it is done. Each has a link of its own that locks the account
//! down, good for seven days (see [`crate::credentials::lockdown`]).
//!
//! Specs: OWASP ASVS 6.3.5, 6.3.7.

use crate::app::App;
use crate::credentials::guesses::count_up_to;
use crate::credentials::mailed_proofs::{MailedProofId, NewProof, ProofPurpose, UNDO_LIFETIME, insert_proof};
use crate::language::{Language, Text};
use crate::mail::Posted;
use crate::mail::messages::Addressee;
use crate::mail::notices::{NewDevice, Notice};
use crate::paths;
use crate::sealing::DigestPurpose;
use crate::secret::Secret;
use crate::storage::{Connection, StorageError};
use crate::users::User;
use crate::web::browser::Browser;
use crate::web::mailing::may_tell_unproven;
use crate::web::sign_in::device_of;
use crate::web::speak::{absent_addressee, addressee};
use actix_web::HttpRequest;
use std::time::Duration;

/// Wrong codes of unknown browsers, in a day, that nobody is told of: people mistype on a new device, too.
const UNTOLD_WRONG_CODES: i64 = 2;
const DAY: Duration = Duration::from_secs(86_400);

/// Tells a person what they, or somebody else, did to their account. An address that nobody has proven is told so much and no more.
///
/// Cost: 2 round trips; where nobody has proven the address 2 to 4.
pub async fn tell(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    user: &User,
    notice: &Notice<'_>,
) -> Result<Posted, StorageError> {
    tell_at(app, connection, &addressee(app, http, user), user, notice).await
}

/// The same when the request is an application's, or there is none.
///
/// Cost: 2 round trips.
pub async fn tell_absent(app: &App, connection: &mut Connection, user: &User, notice: &Notice<'_>) -> Result<Posted, StorageError> {
    tell_at(app, connection, &absent_addressee(user), user, notice).await
}

async fn tell_at(
    app: &App,
    connection: &mut Connection,
    to: &Addressee<'_>,
    user: &User,
    notice: &Notice<'_>,
) -> Result<Posted, StorageError> {
    if !user.email_verified && !may_tell_unproven(app, connection, &user.email).await? {
        return Ok(Posted::nothing());
    }
    let link = lockdown_link(app, connection, user).await?;
    app.enqueue(connection, app.letters.notice(to, notice, link.as_deref())).await
}

/// A link by which the account is locked down. None for an address that nobody has proven: it may be a stranger's, by a slip of the
/// pen (security.md M7).
pub async fn lockdown_link(app: &App, connection: &mut Connection, user: &User) -> Result<Option<String>, StorageError> {
    if !user.email_verified {
        return Ok(None);
    }
    let (secret, now) = (Secret::new(app.random.token()), app.now());
    let new = NewProof {
        id: MailedProofId::generate(&app.random, now),
        purpose: ProofPurpose::Lockdown,
        user_id: &user.id,
        email: &user.email,
        secret: &secret,
        code: None,
        browser: None,
        expires_at: now + UNDO_LIFETIME,
    };
    insert_proof(connection, &app.sealing, &new, now).await?;
    Ok(Some(format!("{}?token={}", app.url(paths::ACCOUNT_LOCKDOWN), secret.expose())))
}

/// Tells a person of a sign-in with a browser that they have not signed in with before; nothing where they have.
///
/// Cost: 2 round trips with a new browser, else none.
pub async fn tell_of_new_browser(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    browser: &Browser,
    user: &User,
) -> Result<Posted, StorageError> {
    if browser.knows(app, user) {
        return Ok(Posted::nothing());
    }
    let to = addressee(app, http, user);
    let seen = Seen::of(app, http, to.language);
    tell_at(app, connection, &to, user, &Notice::NewDevice(seen.named(app))).await
}

/// Tells a person that somebody has the first factor of their account and gives wrong codes for the second: at the third wrong code within
/// a day, in however many sign-ins, and once in a day. Nothing of wrong codes in a browser that they have signed in with before: they
/// mistype, too.
///
/// Cost: 1 to 3 round trips, with the third wrong code 5 to 8; with a known browser none.
pub async fn tell_of_wrong_code(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    browser: &Browser,
    user: &User,
) -> Result<Posted, StorageError> {
    if browser.knows(app, user) {
        return Ok(Posted::nothing());
    }
    let (id, now) = (user.id.as_str(), app.now());
    let codes = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["wrong codes in unknown browsers", id]);
    let told = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["told of wrong codes", id]);
    let untold = count_up_to(connection, &codes, UNTOLD_WRONG_CODES, DAY, now).await?;
    if untold || !count_up_to(connection, &told, 1, DAY, now).await? {
        return Ok(Posted::nothing());
    }
    let to = addressee(app, http, user);
    let seen = Seen::of(app, http, to.language);
    tell_at(app, connection, &to, user, &Notice::WrongCodes(seen.named(app))).await
}

/// A sign-in as its person recognises it, in their language.
struct Seen {
    browser: String,
    device: String,
    address: String,
}

impl Seen {
    fn of(app: &App, http: &HttpRequest, language: Language) -> Self {
        let device = device_of(http);
        let known = device.user_agent.as_deref().and_then(|text| woothee::parser::Parser::new().parse(text));
        let word = |text: Option<&str>, other: &'static str| match text.filter(|text| !text.is_empty() && *text != "UNKNOWN") {
            Some(text) => text.to_owned(),
            None => app.texts.say(language, &Text::new(other)),
        };
        let mut address = word(device.address.as_deref(), "account-session-address");
        if let Some(place) = app.places.name(&app.texts, language, &address) {
            address.push_str(&format!(" ({place})"));
        }
        Self {
            browser: word(known.as_ref().map(|found| found.name), "account-session-browser"),
            device: word(known.as_ref().map(|found| found.os), "account-session-device"),
            address,
        }
    }

    fn named(&self, app: &App) -> NewDevice<'_> {
        NewDevice { browser: &self.browser, device: &self.device, address: &self.address, at: app.now() }
    }
}
