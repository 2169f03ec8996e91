//! `/login/factor/key`: the second factor by a security key or a passkey; the page of [`super::factor`] is for codes.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. somebody is asked, in this browser and this flow;
//! 4. the key is theirs, and answers this asking (`web/passkeys.rs`); 5. the sign-in was not finished before. Nothing is counted: a
//! signature cannot be guessed.
//!
//! Cost: GET 3 round trips; POST 7 to 10 round trips, 2 commits.
//!
//! Specs: Web Authentication Level 3 §7.2, RFC 9470; security.md W2, W4, W7, S5, O6.

use super::factor_page::KeyFactorPage;
use crate::app::App;
use crate::credentials::factors::find_factors;
use crate::credentials::passkeys::list_passkeys;
use crate::metrics::SignIn;
use crate::paths;
use crate::web::browser::Browser;
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{PasskeyForm, PasskeyProblem, check_second_factor};
use crate::web::second_factor::Waiting;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /login/factor/key`.
pub async fn get_key_factor(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some(waiting) = Waiting::of(&app, &browser, &ticket).await? else { return Ok(ticket.to(&app, paths::LOGIN)) };
    key_page(&app, &http, &browser, &ticket, &waiting, None).await
}

/// `POST /login/factor/key`.
pub async fn post_key_factor(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some(waiting) = Waiting::of(&app, &browser, &ticket).await? else { return Ok(ticket.to(&app, paths::LOGIN)) };
    let problem = match check_second_factor(&app, &browser, &params, &waiting.user().id, waiting.flow()).await? {
        Ok(person) => {
            let trust = waiting.may_trust(&ticket) && params.get("trust").is_some();
            match waiting.proven(&app, &http, &browser, &ticket, &person.amr, trust).await? {
                Some(way_on) => return Ok(way_on),
                None => return Ok(ticket.to(&app, paths::LOGIN)),
            }
        }
        Err(problem) => problem,
    };
    app.metrics.sign_in(SignIn::Refused);
    key_page(&app, &http, &browser, &ticket, &waiting, Some(problem)).await
}

async fn key_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    waiting: &Waiting,
    problem: Option<PasskeyProblem>,
) -> Result<HttpResponse, PageError> {
    let user = waiting.user();
    let mut connection = app.storage.read().await?;
    let keys = list_passkeys(&mut connection, &user.id).await?;
    let factors = find_factors(&mut connection, &user.id).await?;
    drop(connection);
    let needed = waiting.needed(ticket, &factors);
    if matches!(waiting, Waiting::StepUp(signed_in) if signed_in.session.reached() >= needed) {
        return Ok(ticket.way_on(app));
    }
    if keys.is_empty() {
        // What was asked for a moment ago has been taken away.
        return Ok(ticket.to(app, paths::LOGIN));
    }
    let form = PasskeyForm::for_second_factor(app, browser, waiting.flow(), &keys)?;
    let problem = if form.is_none() { Some(PasskeyProblem::SuspectedClone) } else { problem };
    let codes = super::factor::Method::of(app, &factors, needed);
    let url = |method: &str| ticket.link_with(app, paths::LOGIN_FACTOR, ("method", method));
    let view = KeyFactorPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: user.email.to_string(),
        form: form.map(|form| form.after(app, problem.as_ref())),
        problem,
        others: codes.into_iter().map(|method| (method, url(method.as_str()))).collect(),
        may_trust: waiting.may_trust(ticket),
        start_again_url: ticket.link(app, paths::LOGIN),
    };
    Ok(Page::new(view).form_action(&ticket.form_action).respond_to(http))
}
