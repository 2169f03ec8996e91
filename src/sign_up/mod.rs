//! `/signup`: make an account, with a password or, by `way=passkey`, with a passkey ([`passkey`]).
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. sign-up is enabled; 4. address, name
//! and password; 5. the address is free: the insert decides.
//!
//! Cost: POST 6 round trips, 1 commit, 1 argon2 hash; 1 round trip more with a session.
//!
//! Specs: Initiating User Registration via OpenID Connect 1.0, OWASP ASVS 6.2.

mod account;
pub mod page;
pub mod passkey;
mod pending;

use crate::app::App;
use crate::config::EmailVerification;
use crate::mail::messages::Addressee;
use crate::paths;
use crate::users::{self, Email};
use crate::web::browser::{Browser, session_cookie};
use crate::web::mailed_step::FirstProof;
use crate::web::mailing::{Sender, may_send};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{PasskeyProblem, unknown_key};
use crate::web::speak::{addressee, language_of};
use crate::web::ticket::Ticket;
use crate::web::upstream_buttons::UpstreamButton;
use actix_web::{HttpRequest, HttpResponse, web};
pub use pending::{get_code, post_code};

use account::{Newcomer, NotMade};
use page::{EmailProblem, NameProblem, PasswordProblem, SignUpErrors, SignUpPage};
use passkey::Asked;

/// `GET /signup`.
pub async fn get_sign_up(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
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
    let email = check_person(typed_email, typed_name, &mut errors);
    if app.passkeys.is_some() && params.get("way") == Some("passkey") {
        return match email {
            Some(email) => passkey::ask(&app, &http, &browser, &ticket, Asked { email: &email, name: typed_name, problem: None }),
            None => Ok(sign_up_page(&app, &http, &browser, &ticket, typed_email, typed_name, errors)),
        };
    }
    let password = app.password_rules.accept(params.get("password").unwrap_or(""), &[typed_email, typed_name]).await;
    let password = password.map_err(|why| errors.password = Some(PasswordProblem::of(why, app.password_rules.minimum_length))).ok();
    let Some((email, password)) = email.zip(password) else {
        return Ok(sign_up_page(&app, &http, &browser, &ticket, typed_email, typed_name, errors));
    };
    let hash = app.passwords.hash(&password).await.map_err(|error| PageError::busy(&app, error))?;
    go_on(&app, &http, &browser, &ticket, Newcomer { email, name: typed_name.to_owned(), proof: FirstProof::Password { hash } }).await
}

/// Address and name if they can be an account's, else the problems beside their fields.
fn check_person(email: &str, name: &str, errors: &mut SignUpErrors) -> Option<Email> {
    let email = Email::parse(email).map_err(|_| errors.email = Some(EmailProblem::Invalid)).ok();
    errors.name = NameProblem::of(name);
    email.filter(|_| errors.is_empty())
}

/// The form is filled in: proves the address first, or makes the account at once, as the operator wants it.
async fn go_on(
    app: &web::Data<App>,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    newcomer: Newcomer,
) -> Result<HttpResponse, PageError> {
    if app.config.sign_up.email_verification == EmailVerification::BeforeSignIn {
        return pending::begin(app, browser, ticket, newcomer).await;
    }
    make(app, http, browser, ticket, &newcomer).await
}

/// Makes the account at once: the address is proven later, or never.
async fn make(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, newcomer: &Newcomer) -> Result<HttpResponse, PageError> {
    let user = newcomer.user(app, http, false);
    let before = browser.anyone(app, "").await?;
    let begun = app.storage.transaction(async |connection| newcomer.begin(app, connection, http, before.as_ref(), &user).await).await;
    let problem = match begun {
        Ok((secret, _posted)) => {
            return with_cookies(
                ticket.way_on(app),
                [Some(session_cookie(app, &secret)), Some(browser.known_cookie(app, &user)), browser.new_binding_cookie(app)],
            );
        }
        Err(NotMade::EmailTaken) => return taken_page(app, http, browser, ticket, newcomer).await,
        Err(NotMade::Used) => PasskeyProblem::Expired,
        Err(NotMade::KeyTaken) => PasskeyProblem::Registered,
        Err(NotMade::Storage(error)) => return Err(error.into()),
    };
    passkey::ask(app, http, browser, ticket, Asked { email: &newcomer.email, name: &newcomer.name, problem: Some(problem) })
}

/// The address has an account: its owner is told by mail.
async fn taken_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    newcomer: &Newcomer,
) -> Result<HttpResponse, PageError> {
    let email = &newcomer.email;
    let mut connection = app.storage.write().await?;
    let owner = users::find_user_by_email(&mut connection, email).await?;
    if may_send(app, &mut connection, email, &Sender::of(http), None).await? {
        // The letter speaks the owner's language, not that of whoever tried.
        let language = owner.as_ref().map_or_else(|| language_of(http), |owner| addressee(app, http, owner).language);
        let letter = app.letters.account_exists(&Addressee { address: email.as_str(), language });
        drop(app.enqueue(&mut connection, letter).await?);
    }
    drop(connection);
    let errors = SignUpErrors { email: Some(EmailProblem::Taken), ..SignUpErrors::default() };
    let mut view = view(app, http, browser, ticket, email.as_str(), &newcomer.name, errors);
    if let FirstProof::Passkey(new) = &newcomer.proof {
        view.unknown_passkey = unknown_key(app, new.key.credential_id.as_str());
    }
    Ok(respond(app, http, browser, ticket, view))
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
    respond(app, http, browser, ticket, view(app, http, browser, ticket, email, name, errors))
}

fn view(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, email: &str, name: &str, errors: SignUpErrors) -> SignUpPage {
    SignUpPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: email.to_owned(),
        name: name.to_owned(),
        errors,
        sign_in_url: ticket.link(app, paths::LOGIN),
        minimum_length: app.config.password.minimum_length,
        passkeys: app.passkeys.is_some(),
        unknown_passkey: None,
        upstreams: UpstreamButton::offered(app, ticket.client.as_deref()),
    }
}

fn respond(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, view: SignUpPage) -> HttpResponse {
    let page = Page::new(view).fetches().form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}
