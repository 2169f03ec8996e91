//! `/setup`: the first administrator, by a one-time link that the server prints at its start. There is no default
//! password anywhere (OWASP ASVS 6.3.2).
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the link opens and has not expired; 3. address and password;
//! 4. there is no administrator yet and the link was not used: decided in one transaction.
//!
//! Cost: POST 6 round trips, 1 commit, 1 argon2 hash.

pub mod page;

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::password::{Password, WeakPassword};
use crate::credentials::set_password_hash;
use crate::events::{self, About, EventKind};
use crate::grants::consume_ticket;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::Purpose;
use crate::storage::StorageError;
use crate::storage::columns::Json;
use crate::users::{self, ADMINISTRATOR, Email, User, UserId};
use crate::web::browser::{Browser, session_cookie};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::begin_session;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{EmailProblem, PasswordProblem, SetupErrors, SetupLinkPage, SetupLinkProblem, SetupPage};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A link is good for this long; a restart prints a new one.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What the link says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SetupTicket {
    id: String,
    expires_at: Timestamp,
}

/// The link to print at the start, as long as there is no administrator.
pub async fn first_administrator_link(app: &App) -> Result<Option<String>, StorageError> {
    if users::exists_with_role(&mut app.storage.read().await?, ADMINISTRATOR).await? {
        return Ok(None);
    }
    let now = app.now();
    let ticket = SetupTicket { id: app.random.token(), expires_at: now + LIFETIME };
    let ticket = app.sealing.seal(Purpose::FirstAdministrator, &ticket).ok();
    Ok(ticket.map(|ticket| format!("{}?ticket={ticket}", app.url(paths::SETUP))))
}

/// `GET /setup`.
pub async fn get_setup(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|why| PageError::bad_form(&why.to_string()))?;
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
    let minimum = app.config.password.minimum_length;
    let mut errors = SetupErrors::default();
    let email = Email::parse(typed_email).map_err(|_| errors.email = Some(EmailProblem::Invalid)).ok();
    let password = Password::new(params.get("password").unwrap_or(""), minimum)
        .map_err(|why| {
            errors.password = Some(match why {
                WeakPassword::TooShort => PasswordProblem::TooShort { minimum },
                WeakPassword::TooLong => PasswordProblem::TooLong,
            });
        })
        .ok();
    let Some((email, password)) = email.zip(password) else {
        return setup_page(&app, &http, &browser, text, typed_email, name, errors);
    };
    let hash = app.passwords.hash(&password).await.map_err(PageError::unavailable)?;
    let now = app.now();
    let mut user = User::new(UserId::generate(&app.random, now), email, Some(name).filter(|name| !name.is_empty()), now);
    user.roles = Json(vec![ADMINISTRATOR.to_owned()]);
    let made = app
        .storage
        .transaction(async |connection| {
            // The ticket of the whole installation: whoever inserts it first is the first administrator, on any replica.
            let first =
                consume_ticket(connection, "first-administrator", "setup", Timestamp::from_unix_seconds(i64::from(i32::MAX))).await?;
            if !first || !consume_ticket(connection, &ticket.id, "setup", ticket.expires_at).await? {
                return Ok(None);
            }
            users::insert_user(connection, &user).await?;
            set_password_hash(connection, &user.id, &hash, now).await?;
            events::record(connection, &app, EventKind::AdministratorCreated, &About::user(&user.id)).await?;
            Ok::<_, StorageError>(Some(begin_session(&app, connection, &http, None, &user, vec![Amr::Password]).await?))
        })
        .await;
    match made {
        Ok(Some(secret)) => {
            with_cookies(see_other(&app, paths::ACCOUNT, &[]), [Some(session_cookie(&app, &secret)), browser.new_binding_cookie(&app)])
        }
        Ok(None) => Ok(link_page(&app, &http, SetupLinkProblem::Used)),
        Err(error) if error.is_unique_violation() => {
            errors.email = Some(EmailProblem::Taken);
            setup_page(&app, &http, &browser, text, typed_email, name, errors)
        }
        Err(error) => Err(error.into()),
    }
}

async fn open(app: &App, text: &str) -> Result<Result<SetupTicket, SetupLinkProblem>, StorageError> {
    let Some(ticket) = app.sealing.open::<SetupTicket>(Purpose::FirstAdministrator, text) else {
        return Ok(Err(SetupLinkProblem::Unknown));
    };
    if users::exists_with_role(&mut app.storage.read().await?, ADMINISTRATOR).await? {
        return Ok(Err(SetupLinkProblem::Used));
    }
    Ok(if ticket.expires_at > app.now() { Ok(ticket) } else { Err(SetupLinkProblem::Expired) })
}

fn link_page(app: &App, http: &HttpRequest, problem: SetupLinkProblem) -> HttpResponse {
    Page::new(SetupLinkPage { layout: Layout::of(app), problem }).respond_to(http)
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
        layout: Layout::of(app),
        csrf: browser.csrf(app),
        ticket: ticket.to_owned(),
        email: email.to_owned(),
        name: name.to_owned(),
        errors,
        minimum_length: app.config.password.minimum_length,
    };
    with_cookies(Page::new(view).respond_to(http), [browser.new_binding_cookie(app)])
}
