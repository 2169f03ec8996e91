//! `/login/offer`: after a sign-in with a password, a passkey for the next time. Shown where the browser has said that it can make one,
//! to somebody who has none, while what they have proven is fresh; "Not now" is remembered by a cookie.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. somebody is signed in, whose proof is fresh;
//! 4. what `web/passkeys.rs` lists. Whatever becomes of it, the flow goes on; a key that was made too late is told of first.
//!
//! Cost: GET 3 round trips; POST 2 round trips, 1 transaction of 7 or 8.
//!
//! Specs: Web Authentication Level 3 §7.1; security.md W8.

use super::page::OfferPasskeyPage;
use crate::app::App;
use crate::credentials::passkeys::{Kind, list_passkeys};
use crate::sessions::SignedIn;
use crate::web::browser::{Browser, PasskeyOffer, passkey_offer_cookie};
use crate::web::fresh_proof::has_fresh_proof;
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{PasskeyForm, PasskeyProblem, id_in_answer, name_unasked, register, unknown_key};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /login/offer`.
pub async fn get_offer(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    match browser.signed_in(&app, "").await? {
        Some(signed_in) if browser.passkey_offer() != PasskeyOffer::Declined && has_fresh_proof(&app, &signed_in).await? => {
            offer_page(&app, &http, &browser, &ticket, &signed_in, None).await
        }
        _ => Ok(ticket.way_on(&app)),
    }
}

/// `POST /login/offer`.
pub async fn post_offer(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let answered = [Some(passkey_offer_cookie(&app, PasskeyOffer::Declined))];
    let signed_in = match browser.signed_in(&app, "").await? {
        Some(signed_in) if params.get("choice") != Some("later") => signed_in,
        _ => return with_cookies(ticket.way_on(&app), answered),
    };
    if !has_fresh_proof(&app, &signed_in).await? {
        return Ok(match params.get("credential").filter(|answer| !answer.is_empty()) {
            Some(answer) => too_late(&app, &http, &browser, &ticket, answer),
            None => ticket.way_on(&app),
        });
    }
    let name = name_unasked(&http, &Layout::of(&app, &http));
    match register(&app, &browser, &params, &signed_in, &name).await? {
        Ok(_) => with_cookies(ticket.way_on(&app), answered),
        Err(problem) => offer_page(&app, &http, &browser, &ticket, &signed_in, Some(problem)).await,
    }
}

/// The authenticator has made a key that is nothing here: its person is told, and so is its keeper. The next sign-in offers one again.
fn too_late(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, answer: &str) -> HttpResponse {
    let view = OfferPasskeyPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        form: None,
        unknown: id_in_answer(answer).and_then(|id| unknown_key(app, &id)),
        problem: Some(PasskeyProblem::Expired),
    };
    Page::new(view).form_action(&ticket.form_action).respond_to(http)
}

async fn offer_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    signed_in: &SignedIn,
    problem: Option<PasskeyProblem>,
) -> Result<HttpResponse, PageError> {
    let Some(passkeys) = &app.passkeys else { return Ok(ticket.way_on(app)) };
    let known = list_passkeys(&mut app.storage.read().await?, &signed_in.user.id).await?;
    if !known.is_empty() {
        return Ok(ticket.way_on(app));
    }
    let view = OfferPasskeyPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        form: Some(PasskeyForm::to_register(app, passkeys, browser, signed_in, Kind::Passkey, &known)?),
        unknown: None,
        problem,
    };
    Ok(Page::new(view).form_action(&ticket.form_action).respond_to(http))
}
