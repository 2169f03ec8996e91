//! `/signup/code`: an account before its address is proven. Nothing is stored: the account to be travels in a sealed cookie of
//! the browser that asked for it, with what it begins with and a keyed digest of the code that was mailed. For an address that has an account the page is the same; its
//! owner is told by mail, and nobody has the code.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. this browser waits for a code; 4. the try is counted, by
//! code and by address; 5. the code; 6. it is used up once; 7. the address is still free: the insert decides.
//!
//! Cost: beginning, 2 to 4 round trips and 2 commits (after the answer 2 to 3 round trips, 1 commit); POST 7 round trips, 3 commits.
//!
//! Specs: OWASP ASVS 6.3.8; security.md L1, M2, M10, M13, S10.

use super::account::{Newcomer, NotMade};
use crate::app::App;
use crate::credentials::mailed_proofs::{CODE_LIFETIME, code_digest, is_code};
use crate::grants::consume_ticket;
use crate::paths;
use crate::users::Email;
use crate::web::browser::{Browser, no_mailed_step_cookie, session_cookie};
use crate::web::mailed_pages::{CodePage, CodeProblem};
use crate::web::mailed_step::{MailedStep, PendingSignUp};
use crate::web::mailing::{Sender, mail_sign_up_code, may_send, may_try};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::speak::language_of;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// The form was filled in: mails a code and goes on to the page that asks for it.
pub(super) async fn begin(app: &web::Data<App>, browser: &Browser, ticket: &Ticket, newcomer: Newcomer) -> Result<HttpResponse, PageError> {
    let may = may_mail(app, browser, &newcomer.email).await?;
    send(app, browser, ticket, newcomer, may)
}

/// Whether a code may be mailed to this address, whoever has it: that says nothing of it.
async fn may_mail(app: &App, browser: &Browser, email: &Email) -> Result<bool, PageError> {
    Ok(may_send(app, &mut app.storage.write().await?, email, &Sender::of(browser.http()), None).await?)
}

fn send(app: &web::Data<App>, browser: &Browser, ticket: &Ticket, newcomer: Newcomer, may_mail: bool) -> Result<HttpResponse, PageError> {
    let Newcomer { email, name, proof } = newcomer;
    let (id, code) = (app.random.token(), app.random.six_digits());
    let digest = code_digest(&app.sealing, &id, &code);
    let pending = PendingSignUp { id, email: email.to_string(), name, proof, code_digest: digest };
    let (shared, language) = (app.clone(), language_of(browser.http()));
    if may_mail {
        app.mailer.later(async move {
            if let Err(error) = mail_sign_up_code(&shared, &email, &code, language).await {
                tracing::error!(%error, "the code of a sign-up could not be sent");
            }
        });
    }
    let cookie = MailedStep::SignUp(pending).cookie(app, browser, CODE_LIFETIME)?;
    with_cookies(ticket.to(app, paths::SIGN_UP_CODE), [Some(cookie), browser.new_binding_cookie(app)])
}

/// `GET /signup/code`.
pub async fn get_code(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    match MailedStep::of(&app, &browser) {
        Some(MailedStep::SignUp(pending)) => Ok(code_page(&app, &http, &browser, &ticket, &pending, None)),
        _ => Ok(ticket.to(&app, paths::SIGN_UP)),
    }
}

/// `POST /signup/code`: a code, or `again` for a new one.
pub async fn post_code(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if !app.config.sign_up.enabled {
        return Err(PageError::sign_up_disabled());
    }
    let Some(MailedStep::SignUp(pending)) = MailedStep::of(&app, &browser) else { return Ok(ticket.to(&app, paths::SIGN_UP)) };
    let Ok(email) = Email::parse(&pending.email) else { return Ok(ticket.to(&app, paths::SIGN_UP)) };
    if params.get("again").is_some() {
        if !may_mail(&app, &browser, &email).await? {
            // The code that was mailed last is still the one.
            return Ok(ticket.to(&app, paths::SIGN_UP_CODE));
        }
        return send(&app, &browser, &ticket, Newcomer { email, name: pending.name, proof: pending.proof }, true);
    }
    let may = may_try(&app, &mut app.storage.write().await?, &pending.id, &email, None).await?;
    if !may {
        return Ok(code_page(&app, &http, &browser, &ticket, &pending, Some(CodeProblem::TooMany)));
    }
    if !is_code(&app.sealing, &pending.id, params.get("code").unwrap_or(""), &pending.code_digest) {
        return Ok(code_page(&app, &http, &browser, &ticket, &pending, Some(CodeProblem::Wrong)));
    }
    let newcomer = Newcomer { email, name: pending.name, proof: pending.proof };
    finish(&app, &http, &browser, &ticket, &pending.id, &newcomer).await
}

/// The address is proven: the account begins.
async fn finish(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    code: &str,
    newcomer: &Newcomer,
) -> Result<HttpResponse, PageError> {
    let user = newcomer.user(app, http, true);
    let before = browser.anyone(app, "").await?;
    let begun = app
        .storage
        .transaction(async |connection| {
            if !consume_ticket(connection, code, "sign_up", app.now() + CODE_LIFETIME).await? {
                return Err(NotMade::Used);
            }
            newcomer.begin(app, connection, http, before.as_ref(), &user).await
        })
        .await;
    match begun {
        Ok((secret, _posted)) => with_cookies(
            ticket.way_on(app),
            [
                Some(session_cookie(app, &secret)),
                Some(browser.known_cookie(app, &user)),
                browser.new_binding_cookie(app),
                Some(no_mailed_step_cookie(app)),
            ],
        ),
        Err(NotMade::Used | NotMade::KeyTaken) => Ok(ticket.to(app, paths::SIGN_UP)),
        // Only whoever has the code learns that the address got an account meanwhile.
        Err(NotMade::EmailTaken) => with_cookies(ticket.to(app, paths::LOGIN), [Some(no_mailed_step_cookie(app))]),
        Err(NotMade::Storage(error)) => Err(error.into()),
    }
}

fn code_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    pending: &PendingSignUp,
    problem: Option<CodeProblem>,
) -> HttpResponse {
    let view = CodePage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        action: paths::SIGN_UP_CODE,
        email: pending.email.clone(),
        perhaps: false,
        problem,
        back_url: ticket.link(app, paths::SIGN_UP),
    };
    let page = Page::new(view).form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}
