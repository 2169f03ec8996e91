//! `/signup/with/code`: the address of somebody who makes an account by way of a provider that does not vouch for it is proven by a mailed
//! code first, where an account begins with a proven address (`sign_up.email_verification`). Nothing is stored for it: the account
//! to be travels in the sealed arrival. For an address that has an account the page is the same; its owner is told by mail.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the arrival is this browser's, has not expired and waits for a code; 3. the try is
//! counted, by code and by address; 4. the code; then those of `/signup/with`.
//!
//! Cost: beginning, none in the request; POST 10 round trips, 4 commits.
//!
//! Specs: OWASP ASVS 6.3.8; security.md L1, M10, M13, U3.

use super::arrival::{Arrival, Opened, Proving};
use super::sign_up::{finish, may_make};
use crate::app::App;
use crate::credentials::mailed_proofs::{code_digest, is_code};
use crate::paths;
use crate::users::Email;
use crate::web::browser::Browser;
use crate::web::mailed_pages::{CodePage, CodeProblem};
use crate::web::mailing::{Sender, mail_sign_up_code, may_send, may_try};
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::speak::language_of;
use actix_web::{HttpRequest, HttpResponse, web};

/// Mails a code to the address, and shows the page that asks for it.
pub(super) async fn begin(
    app: &web::Data<App>,
    http: &HttpRequest,
    browser: &Browser,
    opened: &Opened,
    email: &Email,
    name: &str,
) -> Result<HttpResponse, PageError> {
    let (id, code) = (app.random.token(), app.random.six_digits());
    let code_digest = code_digest(&app.sealing, &id, &code);
    let may_mail = may_send(app, &mut app.storage.write().await?, email, &Sender::of(http), None).await?;
    if may_mail {
        let (shared, to, language) = (app.clone(), email.clone(), language_of(http));
        app.mailer.later(async move {
            if let Err(error) = mail_sign_up_code(&shared, &to, &code, language).await {
                tracing::error!(%error, "the code of a sign-up could not be sent");
            }
        });
    } else if opened.arrival.proving.as_ref().is_some_and(|proving| proving.email == email.as_str()) {
        // The code that was mailed last is still the one.
        return Ok(code_page(app, http, browser, opened, opened.text.clone(), email.as_str(), None));
    }
    let waiting = opened.arrival.waiting_for(app, Proving { id, email: email.to_string(), name: name.to_owned(), code_digest });
    let text = waiting.seal(app).map_err(PageError::internal)?;
    Ok(code_page(app, http, browser, opened, text, email.as_str(), None))
}

/// `POST /signup/with/code`: a code, or `again` for a new one. `ticket` is the arrival.
pub async fn post_code(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let opened = Arrival::open_text(&app, &browser, params.get("ticket").unwrap_or_default())?;
    if let Some(refused) = may_make(&app, &http, &opened) {
        return Ok(refused);
    }
    let proving = opened.arrival.proving.as_ref().ok_or_else(PageError::expired_ticket)?;
    let email = Email::parse(&proving.email).map_err(|_| PageError::expired_ticket())?;
    if params.get("again").is_some() {
        return begin(&app, &http, &browser, &opened, &email, &proving.name).await;
    }
    let again = |problem| Ok(code_page(&app, &http, &browser, &opened, opened.text.clone(), email.as_str(), Some(problem)));
    if !may_try(&app, &mut app.storage.write().await?, &proving.id, &email, None).await? {
        return again(CodeProblem::TooMany);
    }
    if !is_code(&app.sealing, &proving.id, params.get("code").unwrap_or(""), &proving.code_digest) {
        return again(CodeProblem::Wrong);
    }
    finish(&app, &http, &browser, &opened, email.clone(), &proving.name, true).await
}

fn code_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    opened: &Opened,
    arrival: String,
    email: &str,
    problem: Option<CodeProblem>,
) -> HttpResponse {
    let layout = Layout::of(app, http);
    let view = CodePage {
        back_url: format!("{}?arrival={}", layout.url(paths::SIGN_UP_WITH), arrival),
        layout,
        csrf: browser.csrf(app),
        ticket: arrival,
        action: paths::SIGN_UP_WITH_CODE,
        email: email.to_owned(),
        perhaps: false,
        problem,
    };
    Page::new(view).form_action(&opened.ticket.form_action).respond_to(http)
}
