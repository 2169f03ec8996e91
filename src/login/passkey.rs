//! `/login/passkey`: sign in with a passkey, without saying who one is.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. the passkey ([`recognise`]).
//!
//! Cost: GET none; POST see `web/passkeys.rs`, and [`first_factor_proven`].
//!
//! Specs: Web Authentication Level 3 §7.2; security.md W1 to W7, S1.

use super::{Shown, login_page_after};
use crate::app::App;
use crate::metrics::SignIn;
use crate::web::browser::Browser;
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::passkeys::{PasskeyForm, recognise};
use crate::web::sign_in::{Proven, first_factor_proven};
use crate::web::ticket::Ticket;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// `GET /login/passkey`: a new challenge for a page that has been open for long.
pub async fn get_options(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let Some(form) = PasskeyForm::to_sign_in(&app, &browser)? else { return Err(PageError::not_found()) };
    let answer = HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .json(json!({ "options": form.options, "challenge": form.challenge }));
    with_cookies(answer, [browser.new_binding_cookie(&app)])
}

/// `POST /login/passkey`.
pub async fn post_passkey(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    match recognise(&app, &browser, &params).await? {
        Ok(person) => first_factor_proven(&app, &http, &browser, &ticket, &person.user, Proven::by(person.amr)).await,
        Err(problem) => {
            app.metrics.sign_in(SignIn::Refused);
            let before = browser.signed_in(&app, "").await?;
            let confirms = before.as_ref().filter(|_| !ticket.text.is_empty());
            login_page_after(&app, &http, &browser, &ticket, Shown { confirms, email: "", error: None, passkey_problem: Some(problem) })
                .await
        }
    }
}
