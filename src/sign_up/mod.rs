//! `/signup`: make an account.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. sign-up is enabled; 4. address, name
//! and password; 5. the address is free: the insert decides.
//!
//! Cost: POST 4 round trips, 1 commit, 1 argon2 hash.
//!
//! Specs: Initiating User Registration via OpenID Connect 1.0, OWASP ASVS 6.2.

pub mod page;

use crate::app::App;
use crate::credentials::password::{Password, WeakPassword};
use crate::credentials::set_password_hash;
use crate::events::{self, About, EventKind};
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::paths;
use crate::users::{self, Email, User, UserId};
use crate::web::browser::{Browser, session_cookie};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::sign_in::begin_session;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{EmailProblem, NameProblem, PasswordProblem, SignUpErrors, SignUpPage};

/// `GET /signup`.
pub async fn get_sign_up(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|why| PageError::bad_form(&why.to_string()))?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if !app.config.sign_up.enabled {
        return Err(PageError::sign_up_disabled());
    }
    let hint = ticket.request.as_ref().and_then(|request| request.login_hint.clone()).unwrap_or_default();
    Ok(sign_up_page(&app, &http, &browser, &ticket, &hint, "", SignUpErrors::default()))
}

/// `POST /signup`.
pub async fn post_sign_up(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if !app.config.sign_up.enabled {
        return Err(PageError::sign_up_disabled());
    }
    let typed_email = params.get("email").unwrap_or("");
    let typed_name = params.get("name").unwrap_or("").trim();
    let mut errors = SignUpErrors::default();
    let checked = check(&app, typed_email, typed_name, params.get("password").unwrap_or(""), &mut errors);
    let Some((email, password)) = checked else {
        return Ok(sign_up_page(&app, &http, &browser, &ticket, typed_email, typed_name, errors));
    };
    let hash = app.passwords.hash(&password).await.map_err(PageError::unavailable)?;
    let now = app.now();
    let user = User::new(UserId::generate(&app.random, now), email, Some(typed_name).filter(|name| !name.is_empty()), now);
    let before = browser.signed_in(&app, "").await?;
    let begun = app
        .storage
        .transaction(async |connection| {
            users::insert_user(connection, &user).await?;
            set_password_hash(connection, &user.id, &hash, now).await?;
            events::record(connection, &app, EventKind::SignedUp, &About::user(&user.id)).await?;
            begin_session(&app, connection, &http, before.as_ref(), &user, vec![Amr::Password]).await
        })
        .await;
    match begun {
        Ok(secret) => {
            app.send(app.letters.welcome(user.email.as_str()));
            with_cookies(
                ticket.way_on(&app),
                [Some(session_cookie(&app, &secret)), Some(browser.known_cookie(&app, &user.id)), browser.new_binding_cookie(&app)],
            )
        }
        Err(error) if error.is_unique_violation() => {
            app.send(app.letters.account_exists(user.email.as_str()));
            errors.email = Some(EmailProblem::Taken);
            Ok(sign_up_page(&app, &http, &browser, &ticket, typed_email, typed_name, errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// Address and password if all is well, else the problems beside their fields.
fn check(app: &App, email: &str, name: &str, password: &str, errors: &mut SignUpErrors) -> Option<(Email, Password)> {
    let email = Email::parse(email).map_err(|_| errors.email = Some(EmailProblem::Invalid)).ok();
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        errors.name = Some(NameProblem::TooLong);
    }
    let minimum = app.config.password.minimum_length;
    let password = Password::new(password, minimum)
        .map_err(|why| {
            errors.password = Some(match why {
                WeakPassword::TooShort => PasswordProblem::TooShort { minimum },
                WeakPassword::TooLong => PasswordProblem::TooLong,
            });
        })
        .ok();
    if errors.name.is_some() { None } else { email.zip(password) }
}

fn sign_up_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    email: &str,
    name: &str,
    errors: SignUpErrors,
) -> HttpResponse {
    let view = SignUpPage {
        layout: Layout::of(app),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: email.to_owned(),
        name: name.to_owned(),
        errors,
        sign_in_url: ticket.link(app, paths::LOGIN),
        minimum_length: app.config.password.minimum_length,
    };
    let page = Page::new(view).form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}
