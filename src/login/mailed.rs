//! Sign in with what is mailed: `/login/mail` asks for the address, `/login/code` for the code, `/login/link` is behind the mail's link.
//! There is none of it unless `login.email` is on. A mailbox is one factor; the second is asked for like after a password.
//!
//! Order of checks of a code: 1. the form is from our page; 2. the ticket opens; 3. this browser asked for a code; 4. the try is counted, by
//! code and by address; 5. the code, and that it is this browser's; 6. the account is enabled and its address still the one;
//! 7. it is used up: the row count decides. An unknown address ends at 5 like a wrong code.
//!
//! Cost: asking, none in the request (after it 5 to 10 round trips, 3 or 4 commits); a code 5 to 8 round trips, 3 commits, and those of
//! the session.
//!
//! Specs: OWASP ASVS 6.6; security.md L1, L5, M3, M4, M9, M10, S10.

use super::page::{MailMeErrors, MailMePage};
use crate::app::App;
use crate::credentials::mailed_proofs::{
    CODE_LIFETIME, MailedProof, MailedProofId, NewProof, ProofPurpose, consume_proof, find_proof_of_code, insert_proof,
};
use crate::credentials::take_over::take_over_clean;
use crate::events::{self, About, EventKind};
use crate::language::{Language, Text};
use crate::mail::messages::Addressee;
use crate::metrics::SignIn;
use crate::oauth::authentication::Amr;
use crate::paths;
use crate::secret::Secret;
use crate::storage::StorageError;
use crate::users::{Email, User, find_user, find_user_by_email};
use crate::web::browser::{Browser, Known, no_mailed_step_cookie};
use crate::web::mailed_pages::{CodePage, CodeProblem, LinkPage, dead_link};
use crate::web::mailed_step::{CodePurpose, LinkPurpose, MailedStep};
use crate::web::mailing::{Sender, forget_tries, may_send, may_try};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::problems::EmailProblem;
use crate::web::sign_in::device_of;
use crate::web::sign_in::{Proven, first_factor_proven};
use crate::web::speak::{language_of, language_of_account, sign_up_language};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// What was asked for, and by whom.
struct Asked {
    email: Email,
    id: MailedProofId,
    /// A code of this name was asked for before.
    again: bool,
    browser_digest: String,
    sender: Sender,
    language: Language,
}

/// `GET /login/mail`.
pub async fn get_mail(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let hint = ticket.request.as_ref().and_then(|request| request.login_hint.clone()).unwrap_or_default();
    Ok(mail_me_page(&app, &http, &browser, &ticket, &hint, MailMeErrors::default()))
}

/// `POST /login/mail`.
pub async fn post_mail(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let typed = params.get("email").unwrap_or("");
    match Email::parse(typed) {
        Ok(email) => {
            let waits_for = MailedStep::code(&app, &browser, CodePurpose::SignIn).filter(|(_, waiting)| *waiting == email);
            ask(&app, &http, &browser, &ticket, email, waits_for.map(|(id, _)| id))
        }
        Err(_) => {
            let errors = MailMeErrors { email: Some(EmailProblem::Invalid) };
            Ok(mail_me_page(&app, &http, &browser, &ticket, typed, errors))
        }
    }
}

/// Mails a code after the answer, and goes on to the page that asks for it. A new code keeps the name of the one before: whether it may be
/// sent is not known yet, and where it may not, the one before is still good.
fn ask(
    app: &web::Data<App>,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    email: Email,
    before: Option<MailedProofId>,
) -> Result<HttpResponse, PageError> {
    let (again, id) = (before.is_some(), before.unwrap_or_else(|| MailedProofId::new(app.random.token())));
    let kept = MailedStep::kept(&ticket.text);
    let step = MailedStep::Code { purpose: CodePurpose::SignIn, proof: id.clone(), email: email.to_string(), ticket: kept };
    let (sender, language) = (Sender::of(http), language_of(http));
    let asked = Asked { email, id, again, browser_digest: browser.binding_digest(app), sender, language };
    let known = browser.known();
    let shared = app.clone();
    app.mailer.later(async move {
        if let Err(error) = mail_code(&shared, &asked, &known).await {
            tracing::error!(%error, "the code of a sign-in could not be sent");
        }
    });
    with_cookies(ticket.to(app, paths::LOGIN_CODE), [Some(step.cookie(app, browser, CODE_LIFETIME)?), browser.new_binding_cookie(app)])
}

async fn mail_code(app: &App, asked: &Asked, known: &Known) -> Result<(), StorageError> {
    let mut connection = app.storage.write().await?;
    let user = find_user_by_email(&mut connection, &asked.email).await?.filter(|user| user.enabled);
    let own = user.as_ref().filter(|user| known.knows(app, user)).map(|_| asked.browser_digest.as_str());
    if !may_send(app, &mut connection, &asked.email, &asked.sender, own).await? {
        return Ok(());
    }
    // Also of an address that nobody has: it has to look the same. Not of a first code: this is done after the answer, and its tries may
    // have begun.
    if asked.again {
        forget_tries(app, &mut connection, asked.id.as_str()).await?;
    }
    let Some(user) = user else { return Ok(()) };
    drop(connection);
    let now = app.now();
    let (secret, code, expires_at) = (Secret::new(app.random.token()), app.random.six_digits(), now + CODE_LIFETIME);
    let url = format!("{}?token={}", app.url(paths::LOGIN_LINK), secret.expose());
    let to = Addressee { address: user.email.as_str(), language: language_of_account(&user).unwrap_or(asked.language) };
    let letter = app.letters.sign_in_code(&to, &code, &url);
    let posted = app
        .storage
        .transaction(async |connection| {
            let new = NewProof {
                id: asked.id.clone(),
                purpose: ProofPurpose::SignIn,
                user_id: &user.id,
                email: &user.email,
                secret: &secret,
                code: Some(&code),
                browser: Some(&asked.browser_digest),
                expires_at,
            };
            insert_proof(connection, &app.sealing, &new, now).await?;
            app.enqueue_until(connection, letter, expires_at).await
        })
        .await?;
    drop(posted);
    Ok(())
}

/// `GET /login/code`.
pub async fn get_code(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    match MailedStep::code(&app, &browser, CodePurpose::SignIn) {
        Some((_, email)) => Ok(code_page(&app, &http, &browser, &ticket, &email, None)),
        None => Ok(ticket.to(&app, paths::LOGIN_MAIL)),
    }
}

/// `POST /login/code`: a code, or `again` for a new one.
pub async fn post_code(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some((id, email)) = MailedStep::code(&app, &browser, CodePurpose::SignIn) else { return Ok(ticket.to(&app, paths::LOGIN_MAIL)) };
    if params.get("again").is_some() {
        return ask(&app, &http, &browser, &ticket, email, Some(id));
    }
    let mut connection = app.storage.write().await?;
    let proof = find_proof_of_code(&mut connection, ProofPurpose::SignIn, &id, app.now()).await?;
    let user = match &proof {
        Some(proof) => find_user(&mut connection, &proof.user_id).await?,
        None => None,
    };
    let own = user.filter(|user| browser.knows(&app, user)).map(|_| browser.binding_digest(&app));
    let may = may_try(&app, &mut connection, id.as_str(), &email, own.as_deref()).await?;
    drop(connection);
    if !may {
        app.metrics.sign_in(SignIn::Throttled);
        return Ok(code_page(&app, &http, &browser, &ticket, &email, Some(CodeProblem::TooMany)));
    }
    let typed = params.get("code").unwrap_or("");
    let right = proof.filter(|proof| {
        let asked_here = proof.browser_digest.as_deref().is_some_and(|digest| browser.is_bound_by(&app, digest));
        proof.is_code(&app.sealing, typed) && asked_here
    });
    let Some(user) = used_up(&app, &http, right).await? else {
        app.metrics.sign_in(SignIn::Refused);
        return Ok(code_page(&app, &http, &browser, &ticket, &email, Some(CodeProblem::Wrong)));
    };
    signed_in(&app, &http, &browser, &ticket, &user).await
}

/// `GET /login/link`: with a token, takes it out of the address; without, the page with the button.
pub async fn get_link(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    if let Some(way) = LinkPurpose::SignIn.take(&app, &browser, &params, CODE_LIFETIME)? {
        return Ok(way);
    }
    let Some(proof) = LinkPurpose::SignIn.proof(&app, &browser).await? else { return Ok(dead_link(&app, &http, paths::LOGIN_MAIL)) };
    let view = LinkPage {
        layout: Layout::of(&app, &http),
        csrf: browser.csrf(&app),
        action: paths::LOGIN_LINK,
        heading: Text::new("common-sign-in"),
        lead: "login-link-lead",
        button: Text::new("common-sign-in"),
        email: proof.email.to_string(),
    };
    let ticket = LinkPurpose::SignIn.flow(&app, &browser, &proof);
    with_cookies(Page::new(view).form_action(&ticket.form_action).respond_to(&http), [browser.new_binding_cookie(&app)])
}

/// `POST /login/link`.
pub async fn post_link(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    read_form(&app, &http, &browser, &body)?;
    let proof = LinkPurpose::SignIn.proof(&app, &browser).await?;
    let ticket = proof.as_ref().map_or_else(|| Ticket::of(String::new()), |proof| LinkPurpose::SignIn.flow(&app, &browser, proof));
    match used_up(&app, &http, proof).await? {
        Some(user) => signed_in(&app, &http, &browser, &ticket, &user).await,
        None => {
            app.metrics.sign_in(SignIn::Refused);
            Ok(dead_link(&app, &http, paths::LOGIN_MAIL))
        }
    }
}

/// Uses a proof up. Gives whom it proves, if it was there to be used.
async fn used_up(app: &App, http: &HttpRequest, proof: Option<MailedProof>) -> Result<Option<User>, PageError> {
    let Some(proof) = proof else { return Ok(None) };
    let now = app.now();
    let user = app
        .storage
        .transaction(async |connection| {
            let Some(mut user) = find_user(connection, &proof.user_id).await? else { return Ok(None) };
            if !user.enabled || user.email != proof.email || !consume_proof(connection, &proof.id, now).await? {
                return Ok::<_, StorageError>(None);
            }
            if !user.email_verified {
                take_over_clean(connection, &mut user, sign_up_language(http), now).await?;
                events::record(connection, app, EventKind::AccountTakenOver, &About::user(&user.id).from(device_of(http))).await?;
            }
            Ok(Some(user))
        })
        .await?;
    Ok(user)
}

async fn signed_in(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, user: &User) -> Result<HttpResponse, PageError> {
    let answer = first_factor_proven(app, http, browser, ticket, user, Proven::by(vec![Amr::MailedCode])).await?;
    with_cookies(answer, [Some(no_mailed_step_cookie(app))])
}

fn mail_me_page(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, email: &str, errors: MailMeErrors) -> HttpResponse {
    let view = MailMePage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: email.to_owned(),
        errors,
        password_url: ticket.link(app, paths::LOGIN),
    };
    let page = Page::new(view).form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}

fn code_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    email: &Email,
    problem: Option<CodeProblem>,
) -> HttpResponse {
    let view = CodePage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        action: paths::LOGIN_CODE,
        email: email.to_string(),
        perhaps: true,
        problem,
        back_url: ticket.link(app, paths::LOGIN_MAIL),
    };
    let page = Page::new(view).form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}
