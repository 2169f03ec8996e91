//! `/forgot`: a forgotten password. Asks for the address; what follows is done after the answer, so that a known and an unknown address
//! cannot be told apart by words, size or time (security.md L1). The link leads to [`reset`]. The flow in which somebody forgot it waits in a
//! sealed cookie of this browser, so that the link leads on in it; one that has expired keeps nobody from a new password.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the address is one. After the answer: 3. the limits of sending; 4. the
//! account is there and enabled.
//!
//! Cost: none in the request; after it 5 to 9 round trips, 3 commits.
//!
//! Specs: OWASP ASVS 6.3.8, 6.4.3; security.md M1, M2, L1, M13.

pub mod page;
mod reset;

use crate::app::App;
use crate::credentials::mailed_proofs::{LINK_LIFETIME, MailedProofId, NewProof, ProofPurpose, insert_proof};
use crate::language::Language;
use crate::mail::Posted;
use crate::mail::messages::Addressee;
use crate::paths;
use crate::secret::Secret;
use crate::storage::StorageError;
use crate::users::{Email, find_user_by_email};
use crate::web::browser::{Browser, Known};
use crate::web::mailed_step::{LinkPurpose, MailedStep};
use crate::web::mailing::{Sender, may_send};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::problems::EmailProblem;
use crate::web::redirect::see_other;
use crate::web::speak::{language_of, language_of_account};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{ForgotErrors, ForgotPage, ForgotSentPage};

pub use reset::{get_reset, post_reset};

/// `GET /forgot`.
pub async fn get_forgot(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open_if_good(&app, &browser, params.get("ticket").unwrap_or(""));
    if params.get("sent").is_some() {
        let (again_url, sign_in_url) = (ticket.link(&app, paths::FORGOT), ticket.link(&app, paths::LOGIN));
        return Ok(Page::new(ForgotSentPage { layout: Layout::of(&app, &http), again_url, sign_in_url }).respond_to(&http));
    }
    Ok(forgot_page(&app, &http, &browser, &ticket, "", ForgotErrors::default()))
}

/// `POST /forgot`.
pub async fn post_forgot(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open_if_good(&app, &browser, params.get("ticket").unwrap_or(""));
    let typed = params.get("email").unwrap_or("");
    let Ok(email) = Email::parse(typed) else {
        return Ok(forgot_page(&app, &http, &browser, &ticket, typed, ForgotErrors { email: Some(EmailProblem::Invalid) }));
    };
    let (sender, language) = (Sender::of(&http), language_of(&http));
    let (known, digest, shared) = (browser.known(), browser.binding_digest(&app), app.clone());
    app.mailer.later(async move {
        if let Err(error) = mail_link(&shared, &email, &sender, (&known, &digest), language).await {
            tracing::error!(%error, "the link to a new password could not be sent");
        }
    });
    let step = MailedStep::Asked { purpose: LinkPurpose::ResetPassword, ticket: MailedStep::kept(&ticket.text) };
    let cookies = [Some(step.cookie(&app, &browser, LINK_LIFETIME)?), browser.new_binding_cookie(&app)];
    let mut query = vec![("sent", "1")];
    if !ticket.text.is_empty() {
        query.push(("ticket", ticket.text.as_str()));
    }
    with_cookies(see_other(&app, paths::FORGOT, &query), cookies)
}

/// Mails the link, if there is somebody to mail it to.
async fn mail_link(
    app: &App,
    email: &Email,
    sender: &Sender,
    (known, digest): (&Known, &str),
    language: Language,
) -> Result<(), StorageError> {
    let mut connection = app.storage.write().await?;
    let user = find_user_by_email(&mut connection, email).await?.filter(|user| user.enabled);
    let own = user.as_ref().filter(|user| known.knows(app, user)).map(|_| digest);
    if !may_send(app, &mut connection, email, sender, own).await? {
        return Ok(());
    }
    let Some(user) = user else { return Ok(()) };
    drop(connection);
    let now = app.now();
    let (secret, expires_at) = (Secret::new(app.random.token()), now + LINK_LIFETIME);
    // Made of the issuer alone: what a request says of its host is never in a mail (security.md M1).
    let url = format!("{}?token={}", app.url(paths::FORGOT_RESET), secret.expose());
    let to = Addressee { address: user.email.as_str(), language: language_of_account(&user).unwrap_or(language) };
    let letter = app.letters.reset_password(&to, &url);
    let posted = app
        .storage
        .transaction(async |connection| {
            let id = MailedProofId::generate(&app.random, now);
            let (purpose, browser) = (ProofPurpose::ResetPassword, Some(digest));
            let new = NewProof { id, purpose, user_id: &user.id, email: &user.email, secret: &secret, code: None, browser, expires_at };
            insert_proof(connection, &app.sealing, &new, now).await?;
            app.enqueue_until(connection, letter, expires_at).await
        })
        .await;
    posted.map(|_: Posted| ())
}

fn forgot_page(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, email: &str, errors: ForgotErrors) -> HttpResponse {
    let view = ForgotPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        email: email.to_owned(),
        errors,
        sign_in_url: ticket.link(app, paths::LOGIN),
    };
    with_cookies(Page::new(view).respond_to(http), [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}
