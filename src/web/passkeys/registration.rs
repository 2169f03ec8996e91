//! Making keys: for whoever is signed in, and for an account that is to be.
//!
//! Nothing signs what a new key says of itself, since no attestation is asked for; neither does anything sign what a key of that device
//! says later. So a sign-up with a key amounts to what a sign-in with it does.
//!
//! Specs: Web Authentication Level 3 §7.1; security.md W2, W3, W4, W7, W8.

use super::{Challenge, PasskeyForm, PasskeyProblem, amr_of, name_unasked, problem_of, refused};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::passkeys::{self, Kind, MOST_PASSKEYS, Passkey, Passkeys, Registered, RegistrationState};
use crate::events::{self, About, EventKind};
use crate::grants::consume_ticket;
use crate::mail::notices::Notice;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::sealing::Purpose;
use crate::sessions::SignedIn;
use crate::storage::{Connection, StorageError};
use crate::users::{Email, User, UserId, hold_account};
use crate::web::browser::Browser;
use crate::web::notices::tell;
use crate::web::page::Layout;
use crate::web::page_error::PageError;
use crate::web::sign_in::device_of;
use serde::{Deserialize, Serialize};

const SIGN_UP: &str = "sign-up";

/// The ceremony of adding a key: the session's own, so that none is finished in another's (security.md W8).
fn registration(signed_in: &SignedIn) -> String {
    format!("registration {} {}", signed_in.user.id, signed_in.session.id)
}

/// Somebody whose account begins with a key, as they are sealed into its challenge.
#[derive(Debug, Serialize, Deserialize)]
struct Newcomer {
    id: UserId,
    email: String,
    name: String,
    key: RegistrationState,
}

/// The key of an account that is to be, checked. It is the account's once its challenge is consumed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewKey {
    pub key: Passkey,
    challenge: String,
}

impl PasskeyForm {
    /// For making a key.
    pub fn to_register(
        app: &App,
        passkeys: &Passkeys,
        browser: &Browser,
        signed_in: &SignedIn,
        kind: Kind,
        known: &[Passkey],
    ) -> Result<Self, PageError> {
        let (options, state) = passkeys.begin_registration(&signed_in.user, kind, known).map_err(refused)?;
        Self::asking(app, browser, Purpose::PasskeyRegistration, registration(signed_in), options, state)
    }

    /// For making the key that an account begins with. What people say of themselves is sealed in, so that the key is made for no other
    /// address; whether that one is taken does not show. `None` where there are no passkeys.
    pub fn to_sign_up(app: &App, browser: &Browser, email: &Email, name: &str) -> Result<Option<Self>, PageError> {
        let Some(passkeys) = &app.passkeys else { return Ok(None) };
        let (now, email) = (app.now(), email.clone());
        let user = User::new(UserId::generate(&app.random, now), email, Some(name).filter(|name| !name.is_empty()), now);
        let (options, key) = passkeys.begin_registration(&user, Kind::Passkey, &[]).map_err(refused)?;
        let newcomer = Newcomer { id: user.id, email: user.email.to_string(), name: name.to_owned(), key };
        Self::asking(app, browser, Purpose::PasskeyRegistration, SIGN_UP.to_owned(), options, newcomer).map(Some)
    }
}

/// Registers the key that an authenticator made for whoever is signed in.
///
/// Cost: 1 transaction of 7 or 8 round trips.
pub async fn register(
    app: &App,
    browser: &Browser,
    params: &Params,
    signed_in: &SignedIn,
    name: &str,
) -> Result<Result<Passkey, PasskeyProblem>, PageError> {
    let Some(passkeys) = &app.passkeys else { return Err(PageError::not_found()) };
    let ceremony = registration(signed_in);
    let challenge: Option<Challenge<RegistrationState>> = Challenge::open(app, browser, params, Purpose::PasskeyRegistration, &ceremony);
    let Some(challenge) = challenge else { return Ok(Err(PasskeyProblem::Expired)) };
    let registered = match passkeys.finish_registration(&challenge.state, params.get("credential").unwrap_or("")) {
        Ok(registered) => registered,
        Err(why) => return problem_of(why).map(Err),
    };
    let passkey = made(app, &signed_in.user.id, name, registered);
    let inserted = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? || !challenge.consume(connection).await? {
                return Ok(Err(PasskeyProblem::Expired));
            }
            if passkeys::list_passkeys(connection, &passkey.user_id).await?.len() >= MOST_PASSKEYS {
                return Ok(Err(PasskeyProblem::TooMany));
            }
            passkeys::insert_passkey(connection, &passkey).await?;
            let about = About::user(&passkey.user_id).in_session(&signed_in.session.id).from(device_of(browser.http()));
            let about = about.with("passkey", passkey.name.as_str());
            events::record(connection, app, EventKind::PasskeyAdded, &about).await?;
            let notice = if passkey.stands_alone { Notice::PasskeyAdded } else { Notice::FactorAdded };
            Ok::<_, StorageError>(Ok(tell(app, connection, browser.http(), &signed_in.user, &notice).await?))
        })
        .await;
    match inserted {
        Ok(Ok(_posted)) => Ok(Ok(passkey)),
        Ok(Err(problem)) => Ok(Err(problem)),
        // §7.1 step 26: a credential id belongs to one account.
        Err(error) if error.is_unique_violation() => Ok(Err(PasskeyProblem::Registered)),
        Err(error) => Err(PageError::from(error)),
    }
}

/// The key that an authenticator made for an account that is to be, with its address and the name of its person. Nothing is written: the
/// challenge is consumed with the account's beginning, by [`NewKey::consume`].
///
/// Order of checks: as of any registration (`web/passkeys.rs`), whether the address is free excepted.
pub fn made_to_sign_up(
    app: &App,
    browser: &Browser,
    params: &Params,
) -> Result<Result<(Email, String, NewKey), PasskeyProblem>, PageError> {
    let Some(passkeys) = &app.passkeys else { return Err(PageError::not_found()) };
    let challenge: Option<Challenge<Newcomer>> = Challenge::open(app, browser, params, Purpose::PasskeyRegistration, SIGN_UP);
    let Some(Challenge { id, state, .. }) = challenge else { return Ok(Err(PasskeyProblem::Expired)) };
    let registered = match passkeys.finish_registration(&state.key, params.get("credential").unwrap_or("")) {
        Ok(registered) => registered,
        Err(why) => return problem_of(why).map(Err),
    };
    let name = name_unasked(browser.http(), &Layout::of(app, browser.http()));
    let key = made(app, &state.id, &name, registered);
    let email = Email::parse(&state.email).map_err(PageError::internal)?;
    Ok(Ok((email, state.name, NewKey { key, challenge: id })))
}

impl NewKey {
    /// What beginning an account with it amounts to: it was made just now, and its device made sure who holds it.
    pub fn amr(&self) -> Vec<Amr> {
        amr_of(&self.key, true)
    }

    /// Uses the challenge up, until when it must stay known. Returns whether this was the first time.
    pub async fn consume(&self, connection: &mut Connection, until: Timestamp) -> Result<bool, StorageError> {
        consume_ticket(connection, &self.challenge, "passkey", until).await
    }
}

fn made(app: &App, user_id: &UserId, name: &str, registered: Registered) -> Passkey {
    Passkey {
        credential_id: registered.credential_id,
        user_id: user_id.clone(),
        name: name.to_owned(),
        document: registered.document,
        stands_alone: registered.stands_alone,
        backup_eligible: registered.backup_eligible,
        backed_up: registered.backed_up,
        suspected_clone: false,
        created_at: app.now(),
        last_used_at: None,
        foreign_handle: false,
    }
}
