//! Passkeys on their way through pages. What was asked of an authenticator travels as a sealed challenge in a hidden field: nothing is
//! stored for somebody who has not signed in, and any replica can take the answer. It is good for five minutes, for the browser it
//! was made for, for one ceremony, and for one answer: the first that holds consumes it, in the transaction that notes the use.
//!
//! Order of checks of an answer: 1. the challenge is this browser's, this ceremony's, and not too old; 2. it can be read; 3. the
//! credential is known, and the person's whose answer is wanted; 4. the user handle is the owner's; 5. what `credentials::passkeys`
//! checks; 6. no second device uses the key; 7. the account is enabled; 8. no other answer was first.
//!
//! Cost: of an answer that holds 1 round trip and 1 transaction of 2; of any other 1 round trip at most.
//!
//! Specs: Web Authentication Level 3 §7; security.md W1 to W8.

mod registration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::passkeys::{self, Assertion, AuthenticationState, MOST_PASSKEYS, PATIENCE, Passkey, Refusal};
use crate::events::{self, About, EventKind};
use crate::grants::consume_ticket;
use crate::language::Text;
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::sealing::Purpose;
use crate::storage::{Connection, StorageError};
use crate::users::{User, UserId};
use crate::web::browser::Browser;
use crate::web::notices::tell_absent;
use crate::web::page::Layout;
use crate::web::page_error::PageError;
use crate::web::sign_in::device_of;
use actix_web::HttpRequest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use registration::{NewKey, made_to_sign_up, register};

/// What a page needs to ask an authenticator: the options for the browser's API, and the challenge to send back with the answer.
#[derive(Debug, Clone)]
pub struct PasskeyForm {
    pub options: Value,
    pub challenge: String,
    /// What the browser may tell a passkey's keeper: JSON with `rpId` and `credentialId` of one that is not known here.
    pub unknown: Option<String>,
}

/// Who answered, and what that amounts to.
#[derive(Debug)]
pub struct Recognised {
    pub user: User,
    pub amr: Vec<Amr>,
}

/// Why an answer did not help, as the person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasskeyProblem {
    /// The page was open for too long, or the answer has come twice.
    Expired,
    /// By credential id.
    Unknown(String),
    NotVerified,
    SuspectedClone,
    Refused,
    /// The authenticator's key is registered.
    Registered,
    TooMany,
}

impl PasskeyProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::Expired => Text::new("passkeys-problem-expired"),
            Self::Unknown(_) => Text::new("passkeys-problem-unknown"),
            Self::NotVerified => Text::new("passkeys-problem-not-verified"),
            Self::SuspectedClone => Text::new("passkeys-problem-suspected-clone"),
            Self::Refused => Text::new("passkeys-problem-refused"),
            Self::Registered => Text::new("passkeys-problem-registered"),
            Self::TooMany => Text::new("passkeys-problem-too-many").with("count", MOST_PASSKEYS),
        }
    }
}

/// Why a key was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyProblem {
    Name,
    Passkey(PasskeyProblem),
}

impl KeyProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::Name => Text::new("passkeys-name-problem"),
            Self::Passkey(problem) => problem.text(),
        }
    }
}

const LONGEST_NAME: usize = 60;

/// A name for a key, if it can be one.
pub fn read_name(typed: &str) -> Option<String> {
    let name = typed.trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

/// What to call a key that is made with this browser; empty when the browser does not say what it is.
pub fn default_name(http: &HttpRequest, layout: &Layout) -> String {
    let user_agent = device_of(http).user_agent.unwrap_or_default();
    match woothee::parser::Parser::new().parse(&user_agent) {
        Some(found) if ![found.name, found.os].contains(&"UNKNOWN") => {
            layout.say(Text::new("passkeys-default-name").with("browser", found.name).with("device", found.os))
        }
        _ => String::new(),
    }
}

/// The same where nobody is asked for a name.
pub fn name_unasked(http: &HttpRequest, layout: &Layout) -> String {
    let name = default_name(http, layout);
    if name.is_empty() { layout.t("passkeys-unnamed") } else { name }
}

/// A challenge as it travels.
#[derive(Serialize, Deserialize)]
struct Challenge<S> {
    id: String,
    /// Digest of the browser's binding cookie.
    browser: String,
    /// Which ceremony of whom.
    ceremony: String,
    state: S,
    expires_at: Timestamp,
}

const SIGN_IN: &str = "sign-in";

/// The ceremony of a half-finished sign-in.
fn second_factor(user_id: &UserId, flow: &str) -> String {
    format!("second factor {user_id} {flow}")
}

impl PasskeyForm {
    /// For signing in without saying who one is. `None` where there are no passkeys.
    pub fn to_sign_in(app: &App, browser: &Browser) -> Result<Option<Self>, PageError> {
        let Some(passkeys) = &app.passkeys else { return Ok(None) };
        let (options, state) = passkeys.begin_sign_in().map_err(refused)?;
        Self::asking(app, browser, Purpose::PasskeyAuthentication, SIGN_IN.to_owned(), options, state).map(Some)
    }

    /// For the second factor of a half-finished sign-in, by one of `keys`. `None` when there is none that could answer.
    pub fn for_second_factor(app: &App, browser: &Browser, flow: &str, keys: &[Passkey]) -> Result<Option<Self>, PageError> {
        let usable: Vec<Passkey> = keys.iter().filter(|key| !key.suspected_clone).cloned().collect();
        let (Some(passkeys), Some(first)) = (&app.passkeys, usable.first()) else { return Ok(None) };
        let (options, state) = passkeys.begin_second_factor(&usable).map_err(refused)?;
        Self::asking(app, browser, Purpose::PasskeyAuthentication, second_factor(&first.user_id, flow), options, state).map(Some)
    }

    fn asking<S: Serialize>(
        app: &App,
        browser: &Browser,
        purpose: Purpose,
        ceremony: String,
        options: Value,
        state: S,
    ) -> Result<Self, PageError> {
        let challenge =
            Challenge { id: app.random.token(), browser: browser.binding_digest(app), ceremony, state, expires_at: app.now() + PATIENCE };
        let challenge = app.sealing.seal(purpose, &challenge).map_err(PageError::internal)?;
        Ok(Self { options, challenge, unknown: None })
    }

    /// After an answer with a passkey that is not known here.
    pub fn after(mut self, app: &App, problem: Option<&PasskeyProblem>) -> Self {
        if let Some(PasskeyProblem::Unknown(credential_id)) = problem {
            self.unknown = unknown_key(app, credential_id);
        }
        self
    }
}

/// What the browser may tell the keeper of a passkey that opens nothing here (Web Authentication §5.1.10.1).
pub fn unknown_key(app: &App, credential_id: &str) -> Option<String> {
    app.passkeys.as_ref().map(|passkeys| json!({ "rpId": passkeys.rp_id(), "credentialId": credential_id }).to_string())
}

/// The credential id that an answer names, for [`unknown_key`] only: nothing of the answer is checked.
pub fn id_in_answer(credential: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(credential).ok()?;
    answer.get("id")?.as_str().map(str::to_owned)
}

impl<S: DeserializeOwned> Challenge<S> {
    /// The challenge of a form, if it is this browser's and this ceremony's.
    fn open(app: &App, browser: &Browser, params: &Params, purpose: Purpose, ceremony: &str) -> Option<Self> {
        let challenge: Self = app.sealing.open(purpose, params.get("challenge")?)?;
        let ours = browser.is_bound_by(app, &challenge.browser) && challenge.ceremony == ceremony;
        (ours && challenge.expires_at > app.now()).then_some(challenge)
    }

    async fn consume(&self, connection: &mut Connection) -> Result<bool, StorageError> {
        consume_ticket(connection, &self.id, "passkey", self.expires_at).await
    }
}

/// Whose passkey answered the sign-in page.
pub async fn recognise(app: &App, browser: &Browser, params: &Params) -> Result<Result<Recognised, PasskeyProblem>, PageError> {
    check(app, browser, params, SIGN_IN, None).await
}

/// Whether a key of this person answered the page that asks for the second factor.
pub async fn check_second_factor(
    app: &App,
    browser: &Browser,
    params: &Params,
    user_id: &UserId,
    flow: &str,
) -> Result<Result<Recognised, PasskeyProblem>, PageError> {
    check(app, browser, params, &second_factor(user_id, flow), Some(user_id)).await
}

async fn check(
    app: &App,
    browser: &Browser,
    params: &Params,
    ceremony: &str,
    wanted: Option<&UserId>,
) -> Result<Result<Recognised, PasskeyProblem>, PageError> {
    let Some(passkeys) = &app.passkeys else { return Err(PageError::not_found()) };
    let challenge: Option<Challenge<AuthenticationState>> = Challenge::open(app, browser, params, Purpose::PasskeyAuthentication, ceremony);
    let Some(challenge) = challenge else { return Ok(Err(PasskeyProblem::Expired)) };
    let answer = Assertion::parse(params.get("credential").unwrap_or("")).map_err(refused)?;
    let credential_id = answer.credential_id();
    let found = passkeys::find_passkey(&mut app.storage.read().await?, &credential_id).await?;
    let Some((key, user)) = found else { return Ok(Err(PasskeyProblem::Unknown(credential_id.into_string()))) };
    // W3C Web Authentication §7.2 step 6: the person is the one that was asked, or the one that the handle names.
    if wanted.is_some_and(|wanted| *wanted != key.user_id) || !answer.names_owner_of(&key, wanted.is_some()) {
        tracing::info!("a passkey named somebody who does not own it");
        return Ok(Err(PasskeyProblem::Refused));
    }
    let proven = match passkeys.finish_authentication(&challenge.state, &answer, &key) {
        Ok(proven) if !key.suspected_clone => proven,
        Ok(_) => return Ok(Err(PasskeyProblem::SuspectedClone)),
        Err(Refusal::Cloned) => return suspect_clone(app, &challenge, &key, &user).await.map(Err),
        Err(why) => return problem_of(why).map(Err),
    };
    if !user.enabled {
        return Ok(Err(PasskeyProblem::Refused));
    }
    let first = app
        .storage
        .transaction(async |connection| {
            let first = challenge.consume(connection).await? && passkeys::note_use(connection, &key, &proven, app.now()).await?;
            Ok::<_, StorageError>(first)
        })
        .await?;
    Ok(if first { Ok(Recognised { user, amr: amr_of(&key, proven.user_verified) }) } else { Err(PasskeyProblem::Expired) })
}

/// RFC 8176 §2: `hwk` for a key that never leaves its device, `swk` for one that is copied; two factors only if the device made
/// sure who holds it (security.md W7).
fn amr_of(key: &Passkey, user_verified: bool) -> Vec<Amr> {
    let own = if key.backup_eligible { Amr::SoftwareKey } else { Amr::HardwareKey };
    let mut amr = vec![own, Amr::UserPresent];
    if user_verified {
        amr.push(Amr::MultiFactor);
    }
    amr
}

/// §7.2 step 22: a counter that went back tells of two devices with one key. From now on the key opens nothing, until its person
/// has removed it.
async fn suspect_clone(
    app: &App,
    challenge: &Challenge<AuthenticationState>,
    key: &Passkey,
    user: &User,
) -> Result<PasskeyProblem, PageError> {
    let _posted = app
        .storage
        .transaction(async |connection| {
            if !challenge.consume(connection).await? || !passkeys::flag_suspected_clone(connection, &key.credential_id).await? {
                return Ok(Posted::nothing());
            }
            let about = About::user(&user.id).with("passkey", key.name.as_str());
            events::record(connection, app, EventKind::PasskeyCloneSuspected, &about).await?;
            tell_absent(app, connection, user, &Notice::PasskeyCopied).await
        })
        .await?;
    Ok(PasskeyProblem::SuspectedClone)
}

/// What the person is told; what no authenticator sends is told as a broken request.
fn problem_of(why: Refusal) -> Result<PasskeyProblem, PageError> {
    match why {
        Refusal::Malformed(_) => Err(refused(why)),
        Refusal::NotVerified => Ok(PasskeyProblem::NotVerified),
        Refusal::Cloned => Ok(PasskeyProblem::SuspectedClone),
        Refusal::Wrong(why) => {
            tracing::info!(why, "a passkey was refused");
            Ok(PasskeyProblem::Refused)
        }
    }
}

fn refused(why: Refusal) -> PageError {
    match why {
        Refusal::Malformed(why) => PageError::bad_form(&why),
        other => PageError::internal(format!("{other:?}")),
    }
}
