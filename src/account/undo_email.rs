//! `/account/email/undo`: the link in the mail that told the old address of a change. Nobody needs to be signed in: whoever changed the
//! address may have changed everything else.
//!
//! Opening it changes nothing; its button restores the address, locks the account down (see [`super::lockdown`]), and goes on to a new
//! password.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. this browser opened a link; 3. the proof is there; 4. it is used up: the row
//! count decides; 5. the old address is free, but for an account that nobody has proven it for.
//!
//! Cost: GET 1 round trip; POST 21 round trips and more, 1 commit.
//!
//! Specs: security.md M4, M5, M7.

use super::lockdown::{is_taken, record, restore_email};
use crate::app::App;
use crate::credentials::lockdown::lock_down;
use crate::credentials::mailed_proofs::{LINK_LIFETIME, MailedProof, MailedProofId, NewProof, ProofPurpose, consume_proof, insert_proof};
use crate::events::EventKind;
use crate::grants::EndReason;
use crate::language::Text;
use crate::paths;
use crate::secret::Secret;
use crate::storage::StorageError;
use crate::users::find_user;
use crate::web::browser::Browser;
use crate::web::mailed_pages::{LinkPage, dead_link};
use crate::web::mailed_step::{LinkPurpose, MailedStep};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::see_other;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/email/undo`: with a token, takes it out of the address; without, the page with the button.
pub async fn get_undo(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    if let Some(way) = LinkPurpose::UndoEmailChange.take(&app, &browser, &params, LINK_LIFETIME)? {
        return Ok(way);
    }
    let Some(proof) = LinkPurpose::UndoEmailChange.proof(&app, &browser).await? else { return Ok(dead_link(&app, &http, paths::FORGOT)) };
    let view = LinkPage {
        layout: Layout::of(&app, &http),
        csrf: browser.csrf(&app),
        action: paths::ACCOUNT_EMAIL_UNDO,
        heading: Text::new("account-undo-title"),
        lead: "account-undo-lead",
        button: Text::new("account-undo-button"),
        email: proof.email.to_string(),
    };
    with_cookies(Page::new(view).respond_to(&http), [browser.new_binding_cookie(&app)])
}

/// `POST /account/email/undo`.
pub async fn post_undo(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    read_form(&app, &http, &browser, &body)?;
    let Some(proof) = LinkPurpose::UndoEmailChange.proof(&app, &browser).await? else { return Ok(dead_link(&app, &http, paths::FORGOT)) };
    match take_back(&app, &http, &proof).await {
        Ok(Some(secret)) => {
            let step = MailedStep::Link { purpose: LinkPurpose::ResetPassword, secret: secret.expose().clone(), ticket: String::new() };
            with_cookies(see_other(&app, paths::FORGOT_RESET, &[]), [Some(step.cookie(&app, &browser, LINK_LIFETIME)?)])
        }
        Ok(None) => Ok(dead_link(&app, &http, paths::FORGOT)),
        // The old address got an account of its own since.
        Err(error) if error.is_unique_violation() => Ok(dead_link(&app, &http, paths::FORGOT)),
        Err(error) => Err(error.into()),
    }
}

/// Restores the address and closes every way in but the one that it gives: the secret of a link to a new password.
async fn take_back(app: &App, http: &HttpRequest, proof: &MailedProof) -> Result<Option<Secret>, StorageError> {
    let (user_id, now) = (&proof.user_id, app.now());
    app.storage
        .transaction(async |connection| {
            if is_taken(connection, proof).await? || !consume_proof(connection, &proof.id, now).await? {
                return Ok(None);
            }
            restore_email(app, connection, proof).await?;
            let Some(user) = find_user(connection, user_id).await? else { return Ok(None) };
            let taken = lock_down(connection, user_id, EndReason::EmailChangeUndone, now).await?;
            record(app, connection, http, &user, EventKind::EmailChangeUndone, &taken, "notice").await?;
            let secret = Secret::new(app.random.token());
            let new = NewProof {
                id: MailedProofId::generate(&app.random, now),
                purpose: ProofPurpose::ResetPassword,
                user_id,
                email: &proof.email,
                secret: &secret,
                code: None,
                browser: None,
                expires_at: now + LINK_LIFETIME,
            };
            insert_proof(connection, &app.sealing, &new, now).await?;
            Ok(Some(secret))
        })
        .await
}
