//! `/account/password`: change the password. Asks for the current one; ends every other session and every grant that
//! does not live by this session (security.md R6). An account that has none, since it began with a passkey or a provider, gets one here;
//! nothing ends then, as nothing of before is worth less.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. fresh proof, with all factors; 3. the current password where there is one,
//! counted like a sign-in; 4. the new one; where there was none that this is still so: the insert decides.
//!
//! Cost: GET 2 round trips; POST 9 round trips, 3 commits, 2 argon2 hashes.
//!
//! Specs: OWASP ASVS 6.2.2, 6.2.3, 7.4.3.

use super::page::{CurrentPasswordProblem, PasswordDone, PasswordErrors, PasswordPage, PasswordProblem};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::guesses::{self, Attempt};
use crate::credentials::mailed_proofs::end_proofs_of;
use crate::credentials::password::{Checked, Password};
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::credentials::{find_password_changed_at, find_password_hash, insert_password_hash, set_password_hash};
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::mail::notices::Notice;
use crate::oauth::params::Params;
use crate::sealing::DigestPurpose;
use crate::sessions::{SignedIn, end_sessions_of};
use crate::users::{User, cut_off, hold_account};
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::{Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::sign_in::device_of;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/password`.
pub async fn get_password(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => match ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Password).await? {
            Some(way) => Ok(way),
            None => {
                let exists = has_password(&app, &signed_in).await?;
                Ok(password_page(&app, &http, &browser, &signed_in, Shown { exists, errors: PasswordErrors::default(), done: None }))
            }
        },
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/password`.
pub async fn post_password(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Password).await? {
        return Ok(way);
    }
    let exists = has_password(&app, &signed_in).await?;
    let mut errors = PasswordErrors::default();
    let new = new_password(&app, &signed_in, &params, &mut errors).await;
    if new.is_some() && exists {
        errors.current_password = check_current(&app, &signed_in, params.get("current_password").unwrap_or("")).await?;
    }
    let Some(new) = new.filter(|_| errors.is_empty()) else {
        return Ok(password_page(&app, &http, &browser, &signed_in, Shown { exists, errors, done: None }));
    };
    let hash = app.passwords.hash(&new).await.map_err(|error| PageError::busy(&app, error))?;
    if !exists {
        let done = add(&app, &http, &signed_in, &hash).await?;
        return Ok(password_page(&app, &http, &browser, &signed_in, Shown { exists: true, errors, done }));
    }
    let now = app.now();
    change(&app, &http, &signed_in, &hash, now).await?;
    let page = password_page(&app, &http, &browser, &signed_in, Shown { exists: true, errors, done: Some(PasswordDone::Changed) });
    // Every browser that knew the person is a new one now, but for this.
    let user = User { cut_off_at: Some(now), ..signed_in.user };
    with_cookies(page, [Some(browser.known_cookie(&app, &user))])
}

async fn has_password(app: &App, signed_in: &SignedIn) -> Result<bool, PageError> {
    Ok(find_password_changed_at(&mut app.storage.read().await?, &signed_in.user.id).await?.is_some())
}

async fn change(app: &App, http: &HttpRequest, signed_in: &SignedIn, hash: &str, now: Timestamp) -> Result<(), PageError> {
    let (user, session) = (&signed_in.user.id, &signed_in.session.id);
    let posted = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? {
                return Err(PageError::expired_ticket());
            }
            set_password_hash(connection, user, hash, now).await?;
            cut_off(connection, user, now).await?;
            end_proofs_of(connection, user).await?;
            delete_trusted_devices_of(connection, user).await?;
            end_sessions_of(connection, user, Some(session), EndReason::PasswordChanged, now).await?;
            end_grants_of_user(connection, user, Some(session), EndReason::PasswordChanged, now).await?;
            let about = About::user(user).in_session(session).from(device_of(http));
            events::record(connection, app, EventKind::PasswordChanged, &about).await?;
            Ok(tell(app, connection, http, &signed_in.user, &Notice::PasswordChanged).await?)
        })
        .await?;
    drop(posted);
    Ok(())
}

/// The first password of an account. `None` when there is one meanwhile, which nobody has given here.
async fn add(app: &App, http: &HttpRequest, signed_in: &SignedIn, hash: &str) -> Result<Option<PasswordDone>, PageError> {
    let (user, session, now) = (&signed_in.user.id, &signed_in.session.id, app.now());
    let posted = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? {
                return Err(PageError::expired_ticket());
            }
            if !insert_password_hash(connection, user, hash, now).await? {
                return Ok(None);
            }
            end_proofs_of(connection, user).await?;
            let about = About::user(user).in_session(session).from(device_of(http)).with("first", true);
            events::record(connection, app, EventKind::PasswordChanged, &about).await?;
            Ok(Some(tell(app, connection, http, &signed_in.user, &Notice::PasswordAdded).await?))
        })
        .await?;
    Ok(posted.map(|_posted| PasswordDone::Added))
}

async fn new_password(app: &App, signed_in: &SignedIn, params: &Params, errors: &mut PasswordErrors) -> Option<Password> {
    let about = [signed_in.user.email.as_str(), signed_in.user.display_name()];
    let new = app.password_rules.accept(params.get("new_password").unwrap_or(""), &about).await;
    new.map_err(|why| errors.new_password = Some(PasswordProblem::of(why, app.password_rules.minimum_length))).ok()
}

async fn check_current(app: &App, signed_in: &SignedIn, typed: &str) -> Result<Option<CurrentPasswordProblem>, PageError> {
    let user = &signed_in.user.id;
    let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["current password", user.as_str()]);
    let mut connection = app.storage.write().await?;
    let attempt = guesses::count_attempt(&mut connection, &key, 0, app.now()).await?;
    let stored = find_password_hash(&mut connection, user).await?;
    drop(connection);
    if let Attempt::Wait(wait) = attempt {
        return Ok(Some(CurrentPasswordProblem::TooManyAttempts { wait }));
    }
    let checked = app.passwords.check(&Password::typed(typed), stored.as_deref()).await.map_err(|error| PageError::busy(app, error))?;
    if checked == Checked::Wrong {
        return Ok(Some(CurrentPasswordProblem::Wrong));
    }
    guesses::forget_failures(&mut app.storage.write().await?, std::slice::from_ref(&key)).await?;
    Ok(None)
}

/// What the page shows.
struct Shown {
    exists: bool,
    errors: PasswordErrors,
    done: Option<PasswordDone>,
}

fn password_page(app: &App, http: &HttpRequest, browser: &Browser, signed_in: &SignedIn, shown: Shown) -> HttpResponse {
    let Shown { exists, errors, done } = shown;
    let view = PasswordPage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        email: signed_in.user.email.to_string(),
        errors,
        exists,
        done,
        minimum_length: app.config.password.minimum_length,
    };
    Page::new(view).fetches().respond_to(http)
}
