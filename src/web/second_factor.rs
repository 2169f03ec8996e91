//! Who is asked for a second factor, and what follows once it holds: somebody whose first factor holds (a pending sign-in), or
//! somebody who is signed in with one factor and is asked for more (step-up).
//!
//! Specs: RFC 9470; security.md S1, S5, O1, O2.

use crate::app::App;
use crate::credentials::factors::{Factors, find_factors};
use crate::credentials::trusted_devices::{TRUSTED_FOR, TrustedDeviceId, insert_trusted_device};
use crate::events::{self, About, EventKind};
use crate::grants::policy::SecondFactorPolicy;
use crate::mail::Posted;
use crate::metrics::SignIn;
use crate::oauth::authentication::{Acr, Amr};
use crate::paths;
use crate::sessions::{self, SessionSecret, SignedIn};
use crate::storage::StorageError;
use crate::users::{User, find_user, hold_account};
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountPage, errand};
use crate::web::notices::{tell_of_new_browser, tell_of_wrong_code};
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::pending_sign_in::PendingSignIn;
use crate::web::redirect::see_other;
use crate::web::sign_in::{self, Proven, begin_session, device_of};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse};

/// Somebody who is asked for a second factor.
pub enum Waiting {
    /// Nobody yet: the first factor holds.
    Pending { pending: Box<PendingSignIn>, user: Box<User> },
    /// Signed in, and asked for more.
    StepUp(Box<SignedIn>),
}

impl Waiting {
    /// Whom this browser's page is about; a pending sign-in goes before a session, which may be another person's.
    ///
    /// Cost: 1 round trip.
    pub async fn of(app: &App, browser: &Browser, ticket: &Ticket) -> Result<Option<Self>, PageError> {
        if let Some(pending) = PendingSignIn::of(app, browser, ticket) {
            let user = find_user(&mut app.storage.read().await?, &pending.user_id).await?;
            let user = user.filter(|user| user.enabled && !pending.is_cut_off(user));
            return Ok(user.map(|user| Self::Pending { pending: Box::new(pending), user: Box::new(user) }));
        }
        Ok(browser.signed_in(app, "").await?.map(|signed_in| Self::StepUp(Box::new(signed_in))))
    }

    pub fn user(&self) -> &User {
        match self {
            Self::Pending { user, .. } => user,
            Self::StepUp(signed_in) => &signed_in.user,
        }
    }

    /// Names this asking: what is answered in it counts in no other.
    pub fn flow(&self) -> &str {
        match self {
            Self::Pending { pending, .. } => pending.id(),
            Self::StepUp(signed_in) => signed_in.session.id.as_str(),
        }
    }

    /// How much has to be proven. Whoever signs in gives what they have; whether that reaches what the application asks for is decided
    /// afterwards.
    pub fn needed(&self, ticket: &Ticket, factors: &Factors) -> Acr {
        match self {
            Self::Pending { .. } => Acr::TwoFactors,
            Self::StepUp(_) => ticket.needed_acr(factors),
        }
    }

    /// A browser is trusted when somebody signs in, never for an errand that asked for fresh proof.
    pub fn may_trust(&self, ticket: &Ticket) -> bool {
        matches!(self, Self::Pending { .. }) && ticket.errand.is_none()
    }

    /// Counts a code before it is looked at. Returns whether it may be: five wrong ones end a pending sign-in.
    pub async fn count_code(&self, app: &App) -> Result<bool, PageError> {
        match self {
            Self::Pending { pending, .. } => Ok(pending.count_code(app, &mut app.storage.write().await?).await?),
            Self::StepUp(_) => Ok(true),
        }
    }

    /// Notes the first wrong code of a pending sign-in: whoever gives it has the first factor, and its owner should see that. The others
    /// tell nothing more, and whoever guesses does not fill the log. The owner gets a notice when it goes on ([`tell_of_wrong_code`]).
    ///
    /// Cost: 1 to 4 round trips and those of [`tell_of_wrong_code`], 1 commit.
    pub async fn note_wrong_code(&self, app: &App, http: &HttpRequest, browser: &Browser, about: &About) -> Result<(), StorageError> {
        let Self::Pending { pending, user } = self else { return Ok(()) };
        let posted = app
            .storage
            .transaction(async |connection| {
                if pending.is_first_wrong_code(app, connection).await? {
                    events::record(connection, app, EventKind::SecondFactorFailed, about).await?;
                }
                tell_of_wrong_code(app, connection, http, browser, user).await
            })
            .await?;
        drop(posted);
        Ok(())
    }

    /// The second factor holds too, proven by `methods`: the session begins or grows stronger under a new secret, and the flow goes on.
    /// `trust`: no second factor is asked for in this browser for a while. `None` when the pending sign-in was used before.
    ///
    /// Cost: 4 to 12 round trips, 1 commit.
    pub async fn proven(
        &self,
        app: &App,
        http: &HttpRequest,
        browser: &Browser,
        ticket: &Ticket,
        methods: &[Amr],
        trust: bool,
    ) -> Result<Option<HttpResponse>, PageError> {
        let trusted_secret = trust.then(|| app.random.token());
        let before = match self {
            Self::Pending { .. } => browser.anyone(app, "").await?,
            Self::StepUp(_) => None,
        };
        let (mut posted, mut is_fresh) = (Posted::nothing(), true);
        let secret = app
            .storage
            .transaction(async |connection| {
                let user = self.user();
                if !hold_account(connection, user).await? {
                    return Ok(None);
                }
                let secret = match self {
                    Self::Pending { pending, .. } => {
                        if !pending.consume(connection).await? {
                            return Ok(None);
                        }
                        let amr = Amr::combined(&pending.amr, methods);
                        posted = tell_of_new_browser(app, connection, http, browser, user).await?;
                        let proven = Proven { amr, counted: &pending.counted, at: pending.at };
                        is_fresh = proven.is_recent(app);
                        begin_session(app, connection, http, before.as_ref(), user, proven).await?
                    }
                    Self::StepUp(signed_in) => match raise_session(app, connection, http, signed_in, methods).await? {
                        Some(secret) => secret,
                        None => return Ok(None),
                    },
                };
                if let Some(trusted) = &trusted_secret {
                    let id = TrustedDeviceId::generate(&app.random, app.now());
                    insert_trusted_device(connection, &id, trusted, &user.id, &device_of(http), app.now()).await?;
                    events::record(connection, app, EventKind::DeviceTrusted, &About::user(&user.id).from(device_of(http))).await?;
                }
                Ok::<_, StorageError>(Some(secret))
            })
            .await?;
        drop(posted);
        let Some(secret) = secret else { return Ok(None) };
        app.metrics.sign_in(SignIn::Success);
        let answer = sign_in::signed_in(app, browser, ticket, self.user(), &secret, is_fresh)?;
        let trusted = trusted_secret.map(|secret| browser.trusted_cookie(app, &secret, TRUSTED_FOR));
        with_cookies(answer, [trusted]).map(Some)
    }
}

/// Whether a second factor is demanded of whoever is signed in that this session has not given (security.md S5, O6).
pub fn lacks_demanded_factor(app: &App, signed_in: &SignedIn) -> bool {
    app.second_factor.demands_of(&signed_in.user) && !SecondFactorPolicy::is_met_by(&signed_in.session.amr.0)
}

/// `None` when they have given it; else the way: who has one is asked for it and comes back to `page`, who has none adds one first.
/// Whatever shows or changes an account asks here: fresh proof alone is no more than the account asks for by itself, and a passkey beside
/// a password is not in it.
///
/// Cost: 1 round trip where it is missing.
pub async fn ask_for_demanded_factor(
    app: &App,
    browser: &Browser,
    signed_in: &SignedIn,
    page: AccountPage,
) -> Result<Option<HttpResponse>, PageError> {
    if !lacks_demanded_factor(app, signed_in) {
        return Ok(None);
    }
    let factors = find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?;
    if factors.has_second() || factors.passkeys > 0 {
        return errand(app, browser, signed_in, page, paths::LOGIN_FACTOR).map(Some);
    }
    Ok(Some(see_other(app, paths::ACCOUNT_TOTP, &[])))
}

/// Raises what a session has proven, in the caller's transaction: a new secret, the old one is dead. When the person proved the
/// first factor stays as it was, so that a second factor alone never counts as a fresh sign-in. `None` when the session has ended.
///
/// Cost: 2 round trips.
pub async fn raise_session(
    app: &App,
    connection: &mut crate::storage::Connection,
    http: &HttpRequest,
    signed_in: &SignedIn,
    methods: &[Amr],
) -> Result<Option<SessionSecret>, StorageError> {
    let secret = SessionSecret::new(&app.random);
    let amr = Amr::combined(&signed_in.session.amr.0, methods);
    let now = app.now();
    if !sessions::raise_session(connection, &signed_in.session.id, &amr, &secret, now).await? {
        return Ok(None);
    }
    let about = About::user(&signed_in.user.id).in_session(&signed_in.session.id).from(device_of(http));
    events::record(connection, app, EventKind::SecondFactorProven, &about).await?;
    Ok(Some(secret))
}
