//! `/setup`: the first administrator, by a one-time link that the server prints at its start. There is no default
//! password anywhere (OWASP ASVS 6.3.2).
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the link opens and has not expired; 3. address and password;
//! 4. no administrator was made by a link since this one was printed, and there is none: decided in one transaction.
//!
//! Cost: POST 8 round trips, 1 commit, 1 argon2 hash.

pub mod page;

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::set_password_hash;
use crate::events::{self, About, EventKind};
use crate::oauth::authentication::Amr;
use crate::paths;
use crate::sealing::Purpose;
use crate::storage::StorageError;
use crate::storage::columns::Json;
use crate::users::{self, ADMINISTRATOR, Email, User, UserId};
use crate::web::browser::{Browser, session_cookie};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::sign_in::{Proven, begin_session};
use crate::web::speak::sign_up_language;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{EmailProblem, NameProblem, PasswordProblem, SetupErrors, SetupLinkPage, SetupLinkProblem, SetupPage};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A link is good for this long; a restart prints a new one.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What the link says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SetupTicket {
    /// Whom a link made the administrator last before this one was printed: makes the link good once, and void with every other
    /// link of its time as soon as one of them was used, also when that administrator is deleted later.
    after: String,
    expires_at: Timestamp,
}

/// The link to print at the start, as long as there is no administrator.
pub async fn first_administrator_link(app: &App) -> Result<Option<String>, StorageError> {
    if users::exists_with_role(&mut app.storage.read().await?, ADMINISTRATOR).await? {
        return Ok(None);
    }
    let after = users::last_first_administrator(&mut app.storage.write().await?).await?;
    let ticket = SetupTicket { after, expires_at: app.now() + LIFETIME };
    let ticket = app.sealing.seal(Purpose::FirstAdministrator, &ticket).ok();
    Ok(ticket.map(|ticket| format!("{}?ticket={ticket}", app.url(paths::SETUP))))
}

/// `GET /setup`.
pub async fn get_setup(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let text = params.get("ticket").unwrap_or("");
    if let Err(problem) = open(&app, text).await? {
        return Ok(link_page(&app, &http, problem));
    }
    setup_page(&app, &http, &browser, text, "", "", SetupErrors::default())
}

/// `POST /setup`.
pub async fn post_setup(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let text = params.get("ticket").unwrap_or("");
    let ticket = match open(&app, text).await? {
        Ok(ticket) => ticket,
        Err(problem) => return Ok(link_page(&app, &http, problem)),
    };
    let (typed_email, name) = (params.get("email").unwrap_or(""), params.get("name").unwrap_or("").trim());
    let mut errors = SetupErrors::default();
    let email = Email::parse(typed_email).map_err(|_| errors.email = Some(EmailProblem::Invalid)).ok();
    let password = app.password_rules.accept(params.get("password").unwrap_or(""), &[typed_email, name]).await;
    let password = password.map_err(|why| errors.password = Some(PasswordProblem::of(why, app.password_rules.minimum_length))).ok();
    errors.name = NameProblem::of(name);
    let Some((email, password)) = email.zip(password).filter(|_| errors.is_empty()) else {
        return setup_page(&app, &http, &browser, text, typed_email, name, errors);
    };
    let hash = app.passwords.hash(&password).await.map_err(|error| PageError::busy(&app, error))?;
    let before = browser.anyone(&app, "").await?;
    let now = app.now();
    let mut user = User::new(UserId::generate(&app.random, now), email, Some(name).filter(|name| !name.is_empty()), now);
    user.roles = Json(vec![ADMINISTRATOR.to_owned()]);
    user.sign_up_language = sign_up_language(&http);
    let made = app
        .storage
        .transaction(async |connection| {
            // One statement decides between links that are used at once, on any replica; the row stays locked until the commit, so
            // that the look for another administrator (made by command) sees what came before.
            let first = users::become_first_administrator(connection, &ticket.after, &user.id).await?;
            if !first || users::exists_with_role(connection, ADMINISTRATOR).await? {
                return Err(Refused::Used);
            }
            users::insert_user(connection, &user).await?;
            set_password_hash(connection, &user.id, &hash, now).await?;
            events::record(connection, &app, EventKind::AdministratorCreated, &About::user(&user.id).from(device_of(&http))).await?;
            Ok(begin_session(&app, connection, &http, before.as_ref(), &user, Proven::by(vec![Amr::Password])).await?)
        })
        .await;
    match made {
        Ok(secret) => with_cookies(
            see_other(&app, paths::ACCOUNT, &[]),
            [Some(session_cookie(&app, &secret)), Some(browser.known_cookie(&app, &user)), browser.new_binding_cookie(&app)],
        ),
        Err(Refused::Used) => Ok(link_page(&app, &http, SetupLinkProblem::Used)),
        Err(Refused::Storage(error)) if error.is_unique_violation() => {
            errors.email = Some(EmailProblem::Taken);
            setup_page(&app, &http, &browser, text, typed_email, name, errors)
        }
        Err(Refused::Storage(error)) => Err(error.into()),
    }
}

/// Why no administrator was made; as an error, so that the transaction leaves nothing behind.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("there is an administrator, or the link was used")]
    Used,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

async fn open(app: &App, text: &str) -> Result<Result<SetupTicket, SetupLinkProblem>, StorageError> {
    let Some(ticket) = app.sealing.open::<SetupTicket>(Purpose::FirstAdministrator, text) else {
        return Ok(Err(SetupLinkProblem::Unknown));
    };
    let mut connection = app.storage.read().await?;
    // In this order: whoever finds the link void because another made an administrator just now also finds that one.
    let of_today = users::is_last_first_administrator(&mut connection, &ticket.after).await?;
    if users::exists_with_role(&mut connection, ADMINISTRATOR).await? {
        return Ok(Err(SetupLinkProblem::Used));
    }
    Ok(if of_today && ticket.expires_at > app.now() { Ok(ticket) } else { Err(SetupLinkProblem::Expired) })
}

fn link_page(app: &App, http: &HttpRequest, problem: SetupLinkProblem) -> HttpResponse {
    Page::new(SetupLinkPage { layout: Layout::of(app, http), problem }).respond_to(http)
}

fn setup_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &str,
    email: &str,
    name: &str,
    errors: SetupErrors,
) -> Result<HttpResponse, PageError> {
    let view = SetupPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.to_owned(),
        email: email.to_owned(),
        name: name.to_owned(),
        errors,
        minimum_length: app.config.password.minimum_length,
    };
    with_cookies(Page::new(view).fetches().respond_to(http), [browser.new_binding_cookie(app)])
}
