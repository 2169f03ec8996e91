//! `/account/delete`: the end of the account, with some days to change one's mind.
//!
//! From the first moment the account opens nothing but the page that keeps it (see [`super::keep`]): sessions, grants, trust in devices and
//! what was mailed end at once, and `grants/policy.rs` refuses what comes later. When the days are over, housekeeping deletes everything
//! about the person. The last administrator may go too, as by command: the command line makes another.
//!
//! Order of checks: 1. somebody is signed in; 2. of a POST: the form is from our page; 3. the proof is fresh; 4. nothing was cut off since,
//! by a lockdown say; 5. it was not asked for before.
//!
//! Cost: GET 2 round trips; POST 13 round trips and more, 1 commit.
//!
//! Specs: Regulation (EU) 2016/679 Article 17; OWASP ASVS 7.5.1, 7.4.2.

use super::deletion_page::{DeletePage, DeletionDuePage};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::mailed_proofs::{MailedProofId, NewProof, ProofPurpose, end_keep_links, end_proofs_of, insert_proof};
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::mail::Posted;
use crate::paths;
use crate::secret::Secret;
use crate::sessions::{SignedIn, end_sessions_of};
use crate::storage::{Connection, StorageError};
use crate::users::{User, ask_for_deletion, hold_account};
use crate::web::browser::no_session_cookie;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::lockdown_link;
use crate::web::page::{Layout, Moment, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::speak::addressee;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/delete`.
pub async fn get_delete(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Delete).await? {
        return Ok(way);
    }
    let days = app.config.accounts.deletion_grace.as_secs() / 86_400;
    let view = DeletePage {
        layout: layout(&app, &http, &signed_in),
        csrf: browser.csrf(&app),
        email: signed_in.user.email.to_string(),
        days: usize::try_from(days).unwrap_or(usize::MAX),
    };
    Ok(Page::new(view).respond_to(&http))
}

/// `POST /account/delete`.
pub async fn post_delete(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    read_form(&app, &http, &browser, &body)?;
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Delete).await? {
        return Ok(way);
    }
    let due = app.now() + app.config.accounts.deletion_grace;
    let Some(posted) = ask(&app, &http, &signed_in, due).await? else { return Ok(see_other(&app, paths::ACCOUNT_KEEP, &[])) };
    drop(posted);
    let view = DeletionDuePage { layout: Layout::of(&app, &http), csrf: None, due: Moment::of(due) };
    with_cookies(Page::new(view).respond_to(&http), [Some(no_session_cookie(&app))])
}

/// Closes the account and sets its day. `None` when that was done before.
async fn ask(app: &App, http: &HttpRequest, signed_in: &SignedIn, due: Timestamp) -> Result<Option<Posted>, PageError> {
    let (user, now) = (&signed_in.user, app.now());
    app.storage
        .transaction(async |connection| {
            if !hold_account(connection, user).await? {
                return Err(PageError::expired_ticket());
            }
            if !ask_for_deletion(connection, &user.id, due, now).await? {
                return Ok(None);
            }
            end_proofs_of(connection, &user.id).await?;
            end_keep_links(connection, &user.id).await?;
            delete_trusted_devices_of(connection, &user.id).await?;
            end_sessions_of(connection, &user.id, None, EndReason::AccountDeleted, now).await?;
            end_grants_of_user(connection, &user.id, None, EndReason::AccountDeleted, now).await?;
            let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(http));
            events::record(connection, app, EventKind::DeletionAskedFor, &about).await?;
            let (keep, lockdown) = (keep_link(app, connection, user, due).await?, lockdown_link(app, connection, user).await?);
            let letter = app.letters.deletion(&addressee(app, http, user), due, keep.as_deref(), lockdown.as_deref());
            Ok(Some(app.enqueue(connection, letter).await?))
        })
        .await
}

/// A link by which the account is kept. None for an address that nobody has proven: its reader may be a stranger.
async fn keep_link(app: &App, connection: &mut Connection, user: &User, due: Timestamp) -> Result<Option<String>, StorageError> {
    if !user.email_verified {
        return Ok(None);
    }
    let (secret, now) = (Secret::new(app.random.token()), app.now());
    let new = NewProof {
        id: MailedProofId::generate(&app.random, now),
        purpose: ProofPurpose::KeepAccount,
        user_id: &user.id,
        email: &user.email,
        secret: &secret,
        code: None,
        browser: None,
        expires_at: due,
    };
    insert_proof(connection, &app.sealing, &new, now).await?;
    Ok(Some(format!("{}?token={}", app.url(paths::ACCOUNT_KEEP), secret.expose())))
}
