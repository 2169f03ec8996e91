//! `/account/password`: change the password. Asks for the current one; ends every other session and every grant that
//! does not live by this session (security.md R6).
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the current password, counted like a sign-in; 3. the new one.
//!
//! Cost: POST 8 round trips, 3 commits, 2 argon2 hashes.
//!
//! Specs: OWASP ASVS 6.2.2, 6.2.3, 7.4.3.

use super::page::{CurrentPasswordProblem, PasswordErrors, PasswordPage, PasswordProblem};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::credentials::guesses::{self, Attempt};
use crate::credentials::password::{Checked, Password, WeakPassword};
use crate::credentials::{find_password_hash, set_password_hash};
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::oauth::params::Params;
use crate::sealing::DigestPurpose;
use crate::sessions::{SignedIn, end_sessions_of};
use crate::web::browser::Browser;
use crate::web::page::Page;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/password`.
pub async fn get_password(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => Ok(password_page(&app, &http, &browser, &signed_in, PasswordErrors::default(), false)),
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
    let mut errors = PasswordErrors::default();
    let new = new_password(&app, &params, &mut errors);
    if new.is_some() {
        errors.current_password = check_current(&app, &signed_in, params.get("current_password").unwrap_or("")).await?;
    }
    let Some(new) = new.filter(|_| errors.is_empty()) else {
        return Ok(password_page(&app, &http, &browser, &signed_in, errors, false));
    };
    let hash = app.passwords.hash(&new).await.map_err(PageError::unavailable)?;
    let (user, session, now) = (&signed_in.user.id, &signed_in.session.id, app.now());
    app.storage
        .transaction(async |connection| {
            set_password_hash(connection, user, &hash, now).await?;
            end_sessions_of(connection, user, Some(session), EndReason::PasswordChanged, now).await?;
            end_grants_of_user(connection, user, Some(session), EndReason::PasswordChanged, now).await?;
            events::record(connection, &app, EventKind::PasswordChanged, &About::user(user).in_session(session)).await
        })
        .await?;
    app.send(app.letters.password_changed(signed_in.user.email.as_str()));
    Ok(password_page(&app, &http, &browser, &signed_in, errors, true))
}

fn new_password(app: &App, params: &Params, errors: &mut PasswordErrors) -> Option<Password> {
    let minimum = app.config.password.minimum_length;
    let new = Password::new(params.get("new_password").unwrap_or(""), minimum);
    new.map_err(|why| {
        errors.new_password = Some(match why {
            WeakPassword::TooShort => PasswordProblem::TooShort { minimum },
            WeakPassword::TooLong => PasswordProblem::TooLong,
        });
    })
    .ok()
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
    let checked = app.passwords.check(&Password::typed(typed), stored.as_deref()).await.map_err(PageError::unavailable)?;
    if checked == Checked::Wrong {
        return Ok(Some(CurrentPasswordProblem::Wrong));
    }
    guesses::forget_failures(&mut app.storage.write().await?, &[&key]).await?;
    Ok(None)
}

fn password_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    errors: PasswordErrors,
    changed: bool,
) -> HttpResponse {
    let view = PasswordPage {
        layout: layout(app, signed_in),
        csrf: browser.csrf(app),
        email: signed_in.user.email.to_string(),
        errors,
        changed,
        minimum_length: app.config.password.minimum_length,
    };
    Page::new(view).respond_to(http)
}
