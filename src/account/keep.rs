//! `/account/keep`: the one page that an account which is to be deleted opens, to whoever has signed in to it, or by the link in the mail.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the proof of the link that this browser opened is there, or somebody is signed
//! in to an account that is to be deleted; 3. the proof is used up, and the account is still there: the row count decides.
//!
//! Cost: GET 1 or 2 round trips; POST 5 or 6 round trips, 1 commit. The owner is told by mail.
//!
//! Specs: security.md M4, P9.

use super::deletion_page::{DeletionDuePage, KeptPage};
use crate::app::App;
use crate::credentials::mailed_proofs::{LINK_LIFETIME, MailedProof, consume_proof, end_keep_links};
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::language::Text;
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::paths;
use crate::sessions::{SignedIn, end_session};
use crate::storage::StorageError;
use crate::users::{find_user, keep_user};
use crate::web::browser::{Browser, no_mailed_step_cookie, no_session_cookie};
use crate::web::mailed_pages::{LinkPage, dead_link};
use crate::web::mailed_step::{LinkPurpose, MailedStep};
use crate::web::notices::tell;
use crate::web::page::{Layout, Moment, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/keep`: with a token, takes it out of the address; without, the page.
pub async fn get_keep(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    if let Some(way) = LinkPurpose::KeepAccount.take(&app, &browser, &params, LINK_LIFETIME)? {
        return Ok(way);
    }
    if let Some(signed_in) = browser.leaving(&app).await? {
        let due = Moment::of(signed_in.user.deletion_due_at.unwrap_or_else(|| app.now()));
        let view = DeletionDuePage { layout: Layout::of(&app, &http), csrf: Some(browser.csrf(&app)), due };
        return Ok(Page::new(view).respond_to(&http));
    }
    let Some(proof) = LinkPurpose::KeepAccount.proof(&app, &browser).await? else { return Ok(gone(&app, &http, &browser)) };
    let view = LinkPage {
        layout: Layout::of(&app, &http),
        csrf: browser.csrf(&app),
        action: paths::ACCOUNT_KEEP,
        heading: Text::new("deletion-keep-title"),
        lead: "deletion-keep-lead",
        button: Text::new("deletion-keep"),
        email: proof.email.to_string(),
    };
    with_cookies(Page::new(view).respond_to(&http), [browser.new_binding_cookie(&app)])
}

/// `POST /account/keep`: with a session `decision` is `keep` or `sign_out`.
pub async fn post_keep(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    if let Some(signed_in) = browser.leaving(&app).await? {
        return match params.get("decision") {
            Some("keep") => {
                keep(&app, &http, Keeper::SignedIn(&signed_in)).await?;
                Ok(see_other(&app, paths::ACCOUNT, &[("done", "kept")]))
            }
            _ => {
                sign_out(&app, &http, &signed_in).await?;
                with_cookies(see_other(&app, paths::LOGIN, &[]), [Some(no_session_cookie(&app))])
            }
        };
    }
    let Some(proof) = LinkPurpose::KeepAccount.proof(&app, &browser).await? else { return Ok(gone(&app, &http, &browser)) };
    if !keep(&app, &http, Keeper::ByMail(&proof)).await? {
        return Ok(dead_link(&app, &http, paths::LOGIN));
    }
    let layout = Layout::of(&app, &http);
    let view = KeptPage { sign_in_url: layout.url(paths::LOGIN), layout };
    with_cookies(Page::new(view).respond_to(&http), [Some(no_mailed_step_cookie(&app))])
}

/// There is nothing to keep: a link that was used or is too old, or somebody who only happens to come by.
fn gone(app: &App, http: &HttpRequest, browser: &Browser) -> HttpResponse {
    match MailedStep::link(app, browser, LinkPurpose::KeepAccount) {
        Some(_) => dead_link(app, http, paths::LOGIN),
        None => see_other(app, paths::ACCOUNT, &[]),
    }
}

/// Who says that the account stays.
enum Keeper<'a> {
    SignedIn(&'a SignedIn),
    ByMail(&'a MailedProof),
}

async fn keep(app: &App, http: &HttpRequest, keeper: Keeper<'_>) -> Result<bool, StorageError> {
    let now = app.now();
    let (kept, _posted) = app
        .storage
        .transaction(async |connection| {
            let user = match keeper {
                Keeper::SignedIn(signed_in) => Some(signed_in.user.clone()),
                Keeper::ByMail(proof) => {
                    // Who reads the mail of an address that it had before has no say.
                    let user = find_user(connection, &proof.user_id).await?.filter(|user| user.email == proof.email);
                    let may = user.is_some() && consume_proof(connection, &proof.id, now).await?;
                    user.filter(|_| may)
                }
            };
            let Some(user) = user else { return Ok((false, Posted::nothing())) };
            end_keep_links(connection, &user.id).await?;
            if !keep_user(connection, &user.id, now).await? {
                return Ok((false, Posted::nothing()));
            }
            events::record(connection, app, EventKind::DeletionTakenBack, &About::user(&user.id).from(device_of(http))).await?;
            Ok::<_, StorageError>((true, tell(app, connection, http, &user, &Notice::DeletionTakenBack).await?))
        })
        .await?;
    Ok(kept)
}

async fn sign_out(app: &App, http: &HttpRequest, signed_in: &SignedIn) -> Result<(), StorageError> {
    let (user, session) = (&signed_in.user.id, &signed_in.session.id);
    app.storage
        .transaction(async |connection| {
            end_session(connection, user, session, EndReason::SignedOut, app.now()).await?;
            events::record(connection, app, EventKind::SignedOut, &About::user(user).in_session(session).from(device_of(http))).await
        })
        .await
}
