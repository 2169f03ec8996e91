//! `/signup/passkey`: an account that begins with a passkey, and has no password. The sign-up page leads here; without a script that
//! asks an authenticator it offers the password alone.
//!
//! Nothing is stored before the authenticator has answered: who wants the account travels in the sealed challenge. Whether the address
//! is taken shows as it does to somebody who chose a password, and no sooner.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. sign-up is enabled; 4. what `web/passkeys.rs` lists, with
//! the verification of its person; 5. as of any sign-up: the mailed code where the address is proven first, the challenge is used once, the
//! address and the key are nobody's: the inserts decide.
//!
//! Cost: asking none; POST as of `/signup`, without the argon2 hash and with 1 round trip more.
//!
//! Specs: Web Authentication Level 3 §7.1; security.md W1 to W7, L1.

use super::account::Newcomer;
use super::page::{SignUpErrors, SignUpPasskeyPage};
use super::{check_person, go_on, sign_up_page};
use crate::app::App;
use crate::paths;
use crate::users::Email;
use crate::web::browser::Browser;
use crate::web::mailed_step::FirstProof;
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{PasskeyForm, PasskeyProblem, made_to_sign_up};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// Who is asked for a key.
pub(super) struct Asked<'a> {
    pub email: &'a Email,
    pub name: &'a str,
    pub problem: Option<PasskeyProblem>,
}

/// `GET /signup/passkey`: reloaded; the form is where it begins.
pub async fn get_passkey(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    Ok(Ticket::open(&app, &browser, &params)?.to(&app, paths::SIGN_UP))
}

/// `POST /signup/passkey`.
pub async fn post_passkey(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if !app.config.sign_up.enabled {
        return Err(PageError::sign_up_disabled());
    }
    match made_to_sign_up(&app, &browser, &params)? {
        Ok((email, name, key)) => {
            let newcomer = Newcomer { email, name, proof: FirstProof::Passkey(Box::new(key)) };
            go_on(&app, &http, &browser, &ticket, newcomer).await
        }
        Err(problem) => {
            let (email, name) = (params.get("email").unwrap_or(""), params.get("name").unwrap_or(""));
            let mut errors = SignUpErrors::default();
            match check_person(email, name, &mut errors) {
                Some(email) => ask(&app, &http, &browser, &ticket, Asked { email: &email, name, problem: Some(problem) }),
                None => Ok(sign_up_page(&app, &http, &browser, &ticket, email, name, errors)),
            }
        }
    }
}

/// The page that asks for a key.
pub(super) fn ask(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, asked: Asked<'_>) -> Result<HttpResponse, PageError> {
    let Asked { email, name, problem } = asked;
    let Some(form) = PasskeyForm::to_sign_up(app, browser, email, name)? else { return Err(PageError::not_found()) };
    let view = SignUpPasskeyPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        form,
        email: email.to_string(),
        name: name.to_owned(),
        problem,
        password_url: ticket.link(app, paths::SIGN_UP),
    };
    with_cookies(Page::new(view).form_action(&ticket.form_action).respond_to(http), [browser.new_binding_cookie(app)])
}
