//! `/forgot/reset`: the link of the mail. It changes nothing when it is opened: the secret moves from the address into a sealed
//! cookie, and the page asks for the new password.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. this browser opened a link; 3. the new password; 4. the proof is there, its
//! account enabled and its address still the account's; 5. it is used up: the row count decides. Then everything of before ends, and the
//! second factor is asked for like after every first one; the flow goes on where the link was asked for in this browser, else to the account.
//!
//! Cost: GET 1 round trip; POST 13 round trips and more, 2 commits, 1 argon2 hash.
//!
//! Specs: OWASP ASVS 6.4.3, 6.3.7; security.md M2 to M6, M9.

use super::page::{PasswordProblem, ResetErrors, ResetPage};
use crate::app::App;
use crate::credentials::mailed_proofs::{LINK_LIFETIME, MailedProof, consume_proof, end_proofs_of};
use crate::credentials::set_password_hash;
use crate::credentials::take_over::take_over_clean;
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::mail::notices::Notice;
use crate::oauth::authentication::Amr;
use crate::paths;
use crate::sessions::end_sessions_of;
use crate::storage::StorageError;
use crate::users::{User, cut_off, find_user};
use crate::web::browser::{Browser, no_mailed_step_cookie};
use crate::web::mailed_pages::dead_link;
use crate::web::mailed_step::{LinkPurpose, MailedStep};
use crate::web::notices::tell;
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::sign_in::device_of;
use crate::web::sign_in::{Proven, first_factor_proven};
use crate::web::speak::sign_up_language;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /forgot/reset`: with a token, takes it out of the address; without, the page.
pub async fn get_reset(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    if let Some(way) = LinkPurpose::ResetPassword.take(&app, &browser, &params, LINK_LIFETIME)? {
        return Ok(way);
    }
    match LinkPurpose::ResetPassword.proof(&app, &browser).await? {
        Some(proof) => Ok(reset_page(&app, &http, &browser, &proof, ResetErrors::default())),
        None => Ok(dead(&app, &http, &browser)),
    }
}

/// `POST /forgot/reset`.
pub async fn post_reset(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let Some(proof) = LinkPurpose::ResetPassword.proof(&app, &browser).await? else { return Ok(dead(&app, &http, &browser)) };
    let typed = params.get("password").unwrap_or("");
    let Some(user) = find_user(&mut app.storage.read().await?, &proof.user_id).await? else { return Ok(dead(&app, &http, &browser)) };
    let password = match app.password_rules.accept(typed, &[proof.email.as_str(), user.display_name()]).await {
        Ok(password) => password,
        Err(why) => {
            let problem = PasswordProblem::of(why, app.password_rules.minimum_length);
            return Ok(reset_page(&app, &http, &browser, &proof, ResetErrors { password: Some(problem) }));
        }
    };
    let hash = app.passwords.hash(&password).await.map_err(|error| PageError::busy(&app, error))?;
    let Some(user) = set_anew(&app, &http, &proof, &hash).await? else { return Ok(dead(&app, &http, &browser)) };
    let ticket = LinkPurpose::ResetPassword.flow(&app, &browser, &proof);
    let answer = first_factor_proven(&app, &http, &browser, &ticket, &user, Proven::by(vec![Amr::MailedCode])).await?;
    with_cookies(answer, [Some(no_mailed_step_cookie(&app))])
}

/// The page about a link that is no good any more; another one leads to where this one would have.
fn dead(app: &App, http: &HttpRequest, browser: &Browser) -> HttpResponse {
    let kept = MailedStep::ticket(app, browser, LinkPurpose::ResetPassword).unwrap_or_default();
    let ticket = Ticket::open_if_good(app, browser, &kept);
    let query = if ticket.text.is_empty() { String::new() } else { format!("?ticket={}", ticket.text) };
    dead_link(app, http, &format!("{}{query}", paths::FORGOT))
}

/// Uses the proof up and sets the password, all or nothing. `None` when the proof was used, replaced, or is not this account's any more.
async fn set_anew(app: &App, http: &HttpRequest, proof: &MailedProof, hash: &str) -> Result<Option<User>, StorageError> {
    let now = app.now();
    app.storage
        .transaction(async |connection| {
            let Some(mut user) = find_user(connection, &proof.user_id).await? else { return Ok(None) };
            if !user.enabled || user.email != proof.email || !consume_proof(connection, &proof.id, now).await? {
                return Ok(None);
            }
            if !user.email_verified {
                take_over_clean(connection, &mut user, sign_up_language(http), now).await?;
                events::record(connection, app, EventKind::AccountTakenOver, &About::user(&user.id).from(device_of(http))).await?;
            }
            set_password_hash(connection, &user.id, hash, now).await?;
            cut_off(connection, &user.id, now).await?;
            user.cut_off_at = Some(now);
            end_sessions_of(connection, &user.id, None, EndReason::PasswordChanged, now).await?;
            end_grants_of_user(connection, &user.id, None, EndReason::PasswordChanged, now).await?;
            delete_trusted_devices_of(connection, &user.id).await?;
            end_proofs_of(connection, &user.id).await?;
            events::record(connection, app, EventKind::PasswordReset, &About::user(&user.id).from(device_of(http))).await?;
            let posted = tell(app, connection, http, &user, &Notice::PasswordChanged).await?;
            Ok(Some((user, posted)))
        })
        .await
        .map(|done| done.map(|(user, _posted)| user))
}

fn reset_page(app: &App, http: &HttpRequest, browser: &Browser, proof: &MailedProof, errors: ResetErrors) -> HttpResponse {
    // Opened before the page is written: the application may have asked for a language.
    let ticket = LinkPurpose::ResetPassword.flow(app, browser, proof);
    let view = ResetPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        email: proof.email.to_string(),
        errors,
        minimum_length: app.config.password.minimum_length,
    };
    with_cookies(Page::new(view).form_action(&ticket.form_action).fetches().respond_to(http), [browser.new_binding_cookie(app)])
        .unwrap_or_else(|error| error.into_response())
}
