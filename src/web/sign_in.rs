//! Beginning a browser session: after a password, after sign-up, for the first administrator; one way for all.
//!
//! Every way of signing in calls [`first_factor_proven`] once its factor holds. Nothing but [`begin_session`] and
//! [`hold_and_begin_session`] makes sessions: nothing calls the one for an account with a second factor before that one holds too, and the
//! other makes none for it, unless what holds is two factors already.
//!
//! A new secret whenever assurance rises: the same person's session goes on under its id, anybody else's ends
//! (security.md S1, S2).

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::factors::{HeldAccount, hold_account_to_sign_in, holding_counts};
use crate::credentials::guesses;
use crate::credentials::trusted_devices::use_trusted_device;
use crate::events::{self, About, EventKind, NewEvent};
use crate::grants::EndReason;
use crate::mail::Posted;
use crate::metrics::SignIn;
use crate::oauth::authentication::{Acr, Amr};
use crate::paths;
use crate::sessions::{self, BrowserSession, Device, MOST_SESSIONS, SessionSecret, SignedIn};
use crate::storage::{Connection, StorageError, prepared, together, together_if};
use crate::users::{User, holding};
use crate::web::browser::{
    Browser, PasskeyOffer, no_mailed_step_cookie, no_pending_sign_in_cookie, passkey_offer_cookie, pending_sign_in_cookie, session_cookie,
};
use crate::web::client_address::ClientAddress;
use crate::web::fresh_proof::FRESH_FOR;
use crate::web::mailed_step::MailedStep;
use crate::web::notices::tell_of_new_browser;
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::pending_sign_in::{self, PendingSignIn};
use crate::web::redirect::see_other;
use crate::web::ticket::Ticket;
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse};

const LONGEST_USER_AGENT: usize = 400;

/// A first factor holds, proven by `amr`. Asks for the second one where the account has one; else the session begins.
///
/// Order of checks: 1. nothing was cut off since the person was looked for; 2. a passkey that verified its person is two factors already;
/// 3. the account has a second factor; 4. this browser is trusted, which does not count for an errand that asks for fresh proof.
///
/// Cost: 3 round trips and 1 commit; with a session before 2 more, or 4 and more when it is another person's; with a trusted device 1 more,
/// in a new browser 2. When the second factor is asked for 2 or 3, and no commit.
pub async fn first_factor_proven(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    user: &User,
    proven: Proven<'_>,
) -> Result<HttpResponse, PageError> {
    let before = browser.anyone(app, "").await?;
    let (mut amr, counted, at) = (proven.amr.clone(), proven.counted, proven.at);
    let begun = app
        .storage
        .transaction(async |connection| {
            let (account, begun) = match counted {
                [] | [_] if before.is_none() && browser.knows(app, user) => {
                    hold_and_begin_session(app, connection, http, user, &proven).await?
                }
                _ => (hold_account_to_sign_in(connection, user).await?, None),
            };
            if let Some(secret) = begun {
                return Ok((secret, Posted::nothing()));
            }
            let account = account.ok_or(NotYet::CutOff)?;
            if Acr::of(&amr) < Acr::TwoFactors && account.has_second {
                let secrets = if ticket.errand.is_some() { &[] } else { browser.trusted_secrets() };
                if !use_trusted_device(connection, secrets, &user.id, app.now()).await? {
                    return Err(NotYet::SecondFactor);
                }
                amr.push(Amr::TrustedDevice);
            }
            let posted = tell_of_new_browser(app, connection, http, browser, user).await?;
            let proven = Proven { amr: amr.clone(), counted, at };
            let secret = begin_session(app, connection, http, before.as_ref(), user, proven).await?;
            Ok((secret, posted))
        })
        .await;
    let secret = match begun {
        Ok((secret, _posted)) => secret,
        Err(NotYet::SecondFactor) => return ask_for_second(app, browser, ticket, user, &proven),
        Err(NotYet::CutOff) => return Err(PageError::expired_ticket()),
        Err(NotYet::Storage(error)) => return Err(error.into()),
    };
    app.metrics.sign_in(SignIn::Success);
    // A trusted device is no fresh proof, which adding a passkey asks for (security.md O4).
    let is_fresh = !amr.contains(&Amr::TrustedDevice) && proven.is_recent(app);
    signed_in(app, browser, ticket, user, &secret, is_fresh)
}

/// Why no session begins.
enum NotYet {
    SecondFactor,
    /// What was begun before ends here.
    CutOff,
    Storage(StorageError),
}

impl From<StorageError> for NotYet {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// The first factor is kept under seal, and the page of the second one comes.
fn ask_for_second(app: &App, browser: &Browser, ticket: &Ticket, user: &User, proven: &Proven<'_>) -> Result<HttpResponse, PageError> {
    let pending = PendingSignIn::begin(app, browser, ticket, user, proven);
    let sealed = pending.seal(app).map_err(PageError::internal)?;
    let cookie = pending_sign_in_cookie(app, sealed, pending_sign_in::LIFETIME);
    let offer = (browser.passkey_offer() == PasskeyOffer::Possible).then(|| passkey_offer_cookie(app, PasskeyOffer::Possible));
    with_cookies(ticket.to(app, paths::LOGIN_FACTOR), [Some(cookie), offer, browser.new_binding_cookie(app)])
}

/// The session has begun or grown stronger: its cookie, and the way on, by the offer of a passkey where what was proven is fresh.
pub(super) fn signed_in(
    app: &App,
    browser: &Browser,
    ticket: &Ticket,
    user: &User,
    secret: &SessionSecret,
    is_fresh: bool,
) -> Result<HttpResponse, PageError> {
    // The flow in which a link to a new password was asked for goes on now; opened later, the link must not begin it anew.
    let asked = matches!(MailedStep::of(app, browser), Some(MailedStep::Asked { .. })).then(|| no_mailed_step_cookie(app));
    if user.deletion_due_at.is_some() {
        // Nothing opens but the page that takes it back.
        return with_cookies(
            see_other(app, paths::ACCOUNT_KEEP, &[]),
            [
                Some(session_cookie(app, secret)),
                Some(browser.known_cookie(app, user)),
                browser.new_binding_cookie(app),
                browser.pending_sign_in().map(|_| no_pending_sign_in_cookie(app)),
                asked,
            ],
        );
    }
    let offers = is_fresh && browser.passkey_offer() == PasskeyOffer::Possible && ticket.errand.is_none();
    with_cookies(
        if offers { ticket.to(app, paths::LOGIN_OFFER) } else { ticket.way_on(app) },
        [
            Some(session_cookie(app, secret)),
            offers.then(|| passkey_offer_cookie(app, PasskeyOffer::Impossible)),
            Some(browser.known_cookie(app, user)),
            browser.new_binding_cookie(app),
            browser.pending_sign_in().map(|_| no_pending_sign_in_cookie(app)),
            asked,
        ],
    )
}

/// How a person proved who they are.
pub struct Proven<'a> {
    pub amr: Vec<Amr>,
    /// The counters of failed guesses that a full success forgets.
    pub counted: &'a [String],
    /// When they proved the first factor, where that was not now: a provider may tell (`auth_time`, OpenID Connect Core §2).
    pub at: Option<Timestamp>,
}

impl Proven<'_> {
    /// Nothing having been counted.
    pub fn by(amr: Vec<Amr>) -> Self {
        Self { amr, counted: &[], at: None }
    }

    fn authenticated_at(&self, now: Timestamp) -> Timestamp {
        self.at.unwrap_or(now).min(now)
    }

    /// Whether it is fresh proof.
    pub(super) fn is_recent(&self, app: &App) -> bool {
        app.now().since(self.authenticated_at(app.now())) <= FRESH_FOR
    }
}

/// Begins or renews the session of `user` in the caller's transaction; the secret is for the cookie.
///
/// `before`: who was signed in with this browser until now.
///
/// Cost: 1 round trip; 2 when the same person's goes on, 4 and more when another person's session ends.
pub async fn begin_session(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    before: Option<&SignedIn>,
    user: &User,
    proven: Proven<'_>,
) -> Result<SessionSecret, StorageError> {
    let now = app.now();
    let authenticated_at = proven.authenticated_at(now);
    let Proven { amr, counted, .. } = proven;
    let device = device_of(http);
    let (mut session, secret) = BrowserSession::begin(user.id.clone(), amr, device.clone(), &app.sessions, &app.random, now);
    session.authenticated_at = authenticated_at;
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
    let event = NewEvent::note(app, EventKind::SignedIn, About::user(&user.id).in_session(&session.id).from(device));
    let counted = counted.to_vec();
    if renewed {
        together!(connection, execute(events::insertion(event)), execute(prepared(guesses::forgetting(counted))))?;
    } else {
        let (id, digest) = (session.id.clone(), secret.digest().as_str().to_owned());
        let (before, _, _): (Option<i64>, usize, usize) = together!(
            connection,
            get_result(sessions::counting_insertion!(session, digest)),
            execute(events::insertion(event)),
            execute(prepared(guesses::forgetting(counted))),
        )?;
        sessions::end_surplus_sessions(connection, before, &user.id, &id, now).await?;
    }
    Ok(secret)
}

/// Holds the account and, where nothing stands against it, begins a session at once and commits: how nearly everybody signs in, in a browser
/// that knows them and in which nobody is signed in. Tells what the account has, for whom something more is to be done first.
///
/// Cost: 3 round trips and 1 commit; 1 and none when no session begins.
async fn hold_and_begin_session(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    user: &User,
    proven: &Proven<'_>,
) -> Result<(Option<HeldAccount>, Option<SessionSecret>), StorageError> {
    let proves_two = Acr::of(&proven.amr) >= Acr::TwoFactors;
    let (id, cut_off_at, counted) = (user.id.clone(), user.cut_off_at, proven.counted.first().cloned().unwrap_or_default());
    let device = device_of(http);
    let (mut session, secret) =
        BrowserSession::begin(id.clone(), proven.amr.clone(), device.clone(), &app.sessions, &app.random, app.now());
    session.authenticated_at = proven.authenticated_at(app.now());
    let about = About::user(&user.id).in_session(&session.id).from(device);
    let event = NewEvent::of(app, EventKind::SignedIn, about.clone());
    let digest = secret.digest().as_str().to_owned();
    let (held, begun) = together_if!(
        connection,
        (load(holding!(&id, cut_off_at)), load(holding_counts!(&id))),
        |held| HeldAccount::of(held).is_some_and(|account| (proves_two || !account.has_second) && account.sessions < MOST_SESSIONS),
        (execute(sessions::insertion!(session, digest)), execute(events::insertion(event)), execute(guesses::forgetting_one(counted)),)
    )?;
    Ok((
        HeldAccount::of(&held),
        begun.map(|_: (usize, usize, usize)| {
            events::note(EventKind::SignedIn, &about);
            secret
        }),
    ))
}

/// What a request tells of the device, as people recognise it.
pub fn device_of(http: &HttpRequest) -> Device {
    let user_agent = http.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    Device {
        user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
        address: ClientAddress::of(http).0.map(|address| address.to_string()),
    }
}
