//! `/verify`: a person who is signed in proves that the account's address is theirs, with a code. On the way to an app where
//! `sign_up.email_verification` is `before_token`; from the account's page otherwise.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. somebody is signed in; 4. the limits of sending, or the
//! try is counted; 5. the code, this browser's and this person's; 6. the address is still the account's; 7. it is used up.
//!
//! Cost: sending 7 round trips, 3 commits; a code 8 round trips, 3 commits.
//!
//! Specs: OpenID Connect Core §5.1 (`email_verified`), OWASP ASVS 6.6; security.md M8, M10, S10.

pub mod page;

use crate::app::App;
use crate::credentials::mailed_proofs::{
    CODE_LIFETIME, MailedProofId, NewProof, ProofPurpose, consume_proof, find_proof_of_code, insert_proof,
};
use crate::events::{self, About, EventKind};
use crate::paths;
use crate::secret::Secret;
use crate::sessions::SignedIn;
use crate::storage::StorageError;
use crate::users::{find_user, set_email};
use crate::web::browser::{Browser, no_mailed_step_cookie};
use crate::web::mailed_pages::{CodePage, CodeProblem};
use crate::web::mailed_step::{CodePurpose, MailedStep};
use crate::web::mailing::{Sender, may_send, may_try};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::speak::addressee;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::VerifyPage;

/// `GET /verify`.
pub async fn get_verify(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some(signed_in) = browser.signed_in(&app, "").await? else { return Ok(ticket.to(&app, paths::LOGIN)) };
    if signed_in.user.email_verified {
        return Ok(ticket.way_on(&app));
    }
    Ok(match waiting_for(&app, &browser, &signed_in) {
        Some(_) => code_page(&app, &http, &browser, &ticket, &signed_in, None),
        None => start_page(&app, &http, &browser, &ticket, &signed_in),
    })
}

/// `POST /verify`: `again` sends a code, else it is one.
pub async fn post_verify(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some(signed_in) = browser.signed_in(&app, "").await? else { return Ok(ticket.to(&app, paths::LOGIN)) };
    if signed_in.user.email_verified {
        return Ok(ticket.way_on(&app));
    }
    if params.get("again").is_some() {
        return send(&app, &http, &browser, &ticket, &signed_in).await;
    }
    let Some(id) = waiting_for(&app, &browser, &signed_in) else { return Ok(see_other(&app, paths::VERIFY, &[("ticket", &ticket.text)])) };
    let mut connection = app.storage.write().await?;
    let may = may_try(&app, &mut connection, id.as_str(), &signed_in.user.email, Some(signed_in.user.id.as_str())).await?;
    let proof = find_proof_of_code(&mut connection, ProofPurpose::VerifyEmail, &id, app.now()).await?;
    drop(connection);
    if !may {
        return Ok(code_page(&app, &http, &browser, &ticket, &signed_in, Some(CodeProblem::TooMany)));
    }
    let typed = params.get("code").unwrap_or("");
    let right = proof.filter(|proof| proof.user_id == signed_in.user.id && proof.is_code(&app.sealing, typed));
    let Some(proof) = right else { return Ok(code_page(&app, &http, &browser, &ticket, &signed_in, Some(CodeProblem::Wrong))) };
    let now = app.now();
    let proven = app
        .storage
        .transaction(async |connection| {
            let user = find_user(connection, &proof.user_id).await?.filter(|user| user.email == proof.email);
            if user.is_none() || !consume_proof(connection, &proof.id, now).await? {
                return Ok::<_, StorageError>(false);
            }
            set_email(connection, &proof.user_id, &proof.email, true, now).await?;
            let about = About::user(&proof.user_id).in_session(&signed_in.session.id).from(device_of(&http));
            events::record(connection, &app, EventKind::EmailVerified, &about).await?;
            Ok(true)
        })
        .await?;
    if !proven {
        return Ok(code_page(&app, &http, &browser, &ticket, &signed_in, Some(CodeProblem::Wrong)));
    }
    with_cookies(ticket.way_on(&app), [Some(no_mailed_step_cookie(&app))])
}

/// The proof of the code that this browser waits for, if it is about the address of whoever is signed in.
fn waiting_for(app: &App, browser: &Browser, signed_in: &SignedIn) -> Option<MailedProofId> {
    let (id, email) = MailedStep::code(app, browser, CodePurpose::VerifyEmail)?;
    (email == signed_in.user.email).then_some(id)
}

async fn send(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, signed_in: &SignedIn) -> Result<HttpResponse, PageError> {
    let (user, now) = (&signed_in.user, app.now());
    let id = MailedProofId::generate(&app.random, now);
    let (secret, code, expires_at) = (Secret::new(app.random.token()), app.random.six_digits(), now + CODE_LIFETIME);
    let digest = browser.binding_digest(app);
    let mut connection = app.storage.write().await?;
    let may = may_send(app, &mut connection, &user.email, &Sender::of(http), Some(user.id.as_str())).await?;
    drop(connection);
    if may {
        let letter = app.letters.verify_email(&addressee(app, http, user), &code);
        let posted = app
            .storage
            .transaction(async |connection| {
                let (id, purpose, code, browser) = (id.clone(), ProofPurpose::VerifyEmail, Some(code.as_str()), Some(digest.as_str()));
                let new = NewProof { id, purpose, user_id: &user.id, email: &user.email, secret: &secret, code, browser, expires_at };
                insert_proof(connection, &app.sealing, &new, now).await?;
                app.enqueue_until(connection, letter, expires_at).await
            })
            .await?;
        drop(posted);
    } else if waiting_for(app, browser, signed_in).is_some() {
        // The code that was mailed last is still the one.
        return Ok(ticket.to(app, paths::VERIFY));
    }
    let step = MailedStep::Code { purpose: CodePurpose::VerifyEmail, proof: id, email: user.email.to_string(), ticket: String::new() };
    with_cookies(ticket.to(app, paths::VERIFY), [Some(step.cookie(app, browser, CODE_LIFETIME)?), browser.new_binding_cookie(app)])
}

fn start_page(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, signed_in: &SignedIn) -> HttpResponse {
    let view = VerifyPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: signed_in.user.email.to_string(),
    };
    Page::new(view).form_action(&ticket.form_action).respond_to(http)
}

fn code_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    signed_in: &SignedIn,
    problem: Option<CodeProblem>,
) -> HttpResponse {
    let layout = Layout::of(app, http);
    let view = CodePage {
        back_url: layout.url(paths::ACCOUNT_EMAIL),
        layout,
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        action: paths::VERIFY,
        email: signed_in.user.email.to_string(),
        perhaps: false,
        problem,
    };
    Page::new(view).form_action(&ticket.form_action).respond_to(http)
}
