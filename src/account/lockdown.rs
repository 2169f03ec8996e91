//! `/account/lockdown`: "This wasn't me", from the link in a notice, by which nobody needs to be signed in, or from the security page.
//!
//! Opening it changes nothing; its button ends every session and grant, the password, all trust in devices, what was mailed and half-finished
//! sign-ins, and takes away what was added of late (see [`crate::credentials::lockdown`]). The way back in is a link to a new password,
//! mailed to an address that was proven: the one that the notice went to, which becomes the account's again if somebody has changed it
//! since. A notice lives for seven days in a mailbox; whoever finds it there gets no further than by a forgotten password, but for a first
//! second factor that is younger than that.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the proof of the link that this browser opened is there, or somebody is signed
//! in, with a proven address; 3. the proof is used up, or the session ended: the row count decides.
//!
//! Cost: GET 1 or 2 round trips; POST 22 round trips and more, 1 commit.
//!
//! Specs: OWASP ASVS 6.3.7, 7.4; security.md M4, M5, M7, S6.

use super::lockdown_page::{LockdownPage, LockedDownPage};
use crate::app::App;
use crate::credentials::lockdown::{TakenAway, lock_down};
use crate::credentials::mailed_proofs::{
    LINK_LIFETIME, MailedProof, MailedProofId, NewProof, ProofPurpose, consume_proof, end_proofs_to_later_addresses, find_taken_email,
    insert_proof,
};
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::mail::Posted;
use crate::paths;
use crate::secret::Secret;
use crate::sessions::{SignedIn, end_session};
use crate::storage::{Connection, StorageError};
use crate::users::{User, claim_unproven, find_user, find_user_by_email, set_email, set_enabled};
use crate::web::browser::{Browser, no_mailed_step_cookie, no_pending_sign_in_cookie, no_session_cookie};
use crate::web::deletion::delete_account;
use crate::web::mailed_pages::dead_link;
use crate::web::mailed_step::{LinkPurpose, MailedStep};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::sign_in::device_of;
use crate::web::speak::present_addressee;
use actix_web::{HttpRequest, HttpResponse, web};

/// Who says that it was not them.
enum Alarm {
    /// Whoever reads the mail of an address that was proven.
    Link(MailedProof),
    /// `taken`: the address that the account had before somebody changed it, not longer than seven days ago. The way back is mailed
    /// there: whoever was in may read the new one.
    SignedIn { own: Box<SignedIn>, taken: Option<MailedProof> },
}

/// What the page speaks of, and its form says again.
const BY_LINK: &str = "link";
pub(super) const BY_SESSION: &str = "session";

/// What came of it.
enum Locked {
    Down {
        user: Box<User>,
        restored: bool,
        posted: Posted,
    },
    /// The address belongs to another account by now: nobody is left to mail to.
    Shut(Box<User>),
    /// The link, or the session, was used up by another request.
    Before,
}

/// `GET /account/lockdown`: with a token, takes it out of the address; without, the page with the button.
pub async fn get_lockdown(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    if let Some(way) = LinkPurpose::Lockdown.take(&app, &browser, &params, LINK_LIFETIME)? {
        return Ok(way);
    }
    let is_link = MailedStep::link(&app, &browser, LinkPurpose::Lockdown).is_some();
    let by = if is_link { BY_LINK } else { BY_SESSION };
    let (email, proven, restores) = match alarm_of(&app, &browser, by).await? {
        Some(Alarm::Link(proof)) => {
            let user = find_user(&mut app.storage.read().await?, &proof.user_id).await?;
            let restores = user.is_some_and(|user| user.email != proof.email);
            (proof.email.to_string(), true, restores)
        }
        Some(Alarm::SignedIn { own, taken }) => {
            let email = taken.as_ref().map_or(&own.user.email, |proof| &proof.email);
            (email.to_string(), own.user.email_verified, taken.is_some())
        }
        None => return with_cookies(dead_link(&app, &http, paths::FORGOT), [Some(no_mailed_step_cookie(&app))]),
    };
    let view = LockdownPage { layout: Layout::of(&app, &http), csrf: browser.csrf(&app), by, email, proven, restores };
    with_cookies(Page::new(view).respond_to(&http), [browser.new_binding_cookie(&app)])
}

/// `POST /account/lockdown`.
pub async fn post_lockdown(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    // What the page said is what is done: a link that is dead by now must not lock whoever happens to be signed in.
    let alarm = alarm_of(&app, &browser, params.get("by").unwrap_or_default()).await?;
    let Some(alarm) = alarm else { return Ok(dead_link(&app, &http, paths::FORGOT)) };
    let here = browser.anyone(&app, "").await?;
    let locked = match lock(&app, &http, &alarm).await {
        // Somebody got the address that was about to go back, or proved it, in between: look again.
        Err(error) if error.is_unique_violation() => lock(&app, &http, &alarm).await?,
        locked => locked?,
    };
    let (user, restored, shut) = match locked {
        Locked::Down { user, restored, posted } => {
            drop(posted);
            (user, restored, false)
        }
        Locked::Shut(user) => (user, false, true),
        Locked::Before => return Ok(dead_link(&app, &http, paths::FORGOT)),
    };
    // Where somebody else is signed in, their session stands, and so does its cookie.
    let is_anothers = here.is_some_and(|here| here.user.id != user.id);
    let layout = Layout::of(&app, &http);
    let view = LockedDownPage { again_url: layout.url(paths::FORGOT), layout, email: user.email.to_string(), restored, shut };
    with_cookies(
        Page::new(view).respond_to(&http),
        [
            (!is_anothers).then(|| no_session_cookie(&app)),
            Some(no_mailed_step_cookie(&app)),
            browser.pending_sign_in().map(|_| no_pending_sign_in_cookie(&app)),
        ],
    )
}

/// The link that this browser opened, if it is good still; or whoever is signed in, with as many factors as they have given.
async fn alarm_of(app: &App, browser: &Browser, by: &str) -> Result<Option<Alarm>, PageError> {
    match by {
        BY_LINK => Ok(LinkPurpose::Lockdown.proof(app, browser).await?.map(Alarm::Link)),
        BY_SESSION => {
            let Some(own) = browser.signed_in(app, "").await? else { return Ok(None) };
            let taken = find_taken_email(&mut app.storage.read().await?, &own.user.id, app.now()).await?;
            let taken = taken.filter(|proof| proof.email != own.user.email);
            Ok(Some(Alarm::SignedIn { own: Box::new(own), taken }))
        }
        _ => Ok(None),
    }
}

async fn lock(app: &App, http: &HttpRequest, alarm: &Alarm) -> Result<Locked, StorageError> {
    let now = app.now();
    app.storage
        .transaction(async |connection| {
            let (user_id, by) = match alarm {
                Alarm::Link(proof) if consume_proof(connection, &proof.id, now).await? => (&proof.user_id, "notice"),
                Alarm::SignedIn { own, .. }
                    if own.user.email_verified
                        && end_session(connection, &own.user.id, &own.session.id, EndReason::LockedDown, now).await? =>
                {
                    (&own.user.id, "session")
                }
                _ => return Ok(Locked::Before),
            };
            let Some(mut user) = find_user(connection, user_id).await? else { return Ok(Locked::Before) };
            let (mut restored, mut shut) = (false, false);
            let sent_to = match alarm {
                Alarm::Link(proof) => Some(proof),
                Alarm::SignedIn { taken, .. } => taken.as_ref(),
            };
            if let Some(proof) = sent_to.filter(|proof| proof.email != user.email) {
                shut = is_taken(connection, proof).await?;
                restored = !shut;
                if restored {
                    restore_email(app, connection, proof).await?;
                } else {
                    set_enabled(connection, user_id, false, now).await?;
                    events::record(connection, app, EventKind::UserDisabled, &About::user(user_id).with("by", "lockdown")).await?;
                }
                user.email = proof.email.clone();
            }
            let taken = lock_down(connection, user_id, EndReason::LockedDown, now).await?;
            record(app, connection, http, &user, EventKind::LockedDown, &taken, by).await?;
            if shut {
                return Ok(Locked::Shut(Box::new(user)));
            }
            let posted = mail_way_back(app, connection, http, &user).await?;
            Ok(Locked::Down { user: Box::new(user), restored, posted })
        })
        .await
}

/// Writes down what was done.
pub(super) async fn record(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    user: &User,
    kind: EventKind,
    taken: &TakenAway,
    by: &str,
) -> Result<(), StorageError> {
    let about = About::user(&user.id)
        .from(device_of(http))
        .with("by", by)
        .with("passkeys", taken.passkeys)
        .with("second_factors", taken.second_factors)
        .with("linked_identities", taken.linked_identities);
    events::record(connection, app, kind, &about).await
}

/// Whether somebody has proven the address of `proof` for another account since it was taken from this one.
pub(super) async fn is_taken(connection: &mut Connection, proof: &MailedProof) -> Result<bool, StorageError> {
    let owner = find_user_by_email(connection, &proof.email).await?;
    Ok(owner.is_some_and(|owner| owner.id != proof.user_id && !may_give_way(&owner)))
}

/// An account that nobody has proven the address of, and that no operator has given anything to.
fn may_give_way(owner: &User) -> bool {
    !owner.email_verified && owner.roles.0.is_empty() && owner.groups.0.is_empty()
}

/// Gives the account the address back that `proof` was mailed to, and ends what was mailed to those it had meanwhile. An account that
/// somebody made with the address without proving it gives way: else whoever took the address could keep it from going back.
///
/// Cost: 3 round trips, 5 when an account gives way.
pub(super) async fn restore_email(app: &App, connection: &mut Connection, proof: &MailedProof) -> Result<bool, StorageError> {
    let squatter = find_user_by_email(connection, &proof.email).await?.filter(|other| other.id != proof.user_id && may_give_way(other));
    if let Some(squatter) = squatter
        && claim_unproven(connection, &squatter.id).await?
    {
        delete_account(app, connection, &squatter.id, "address_restored").await?;
    }
    end_proofs_to_later_addresses(connection, proof).await?;
    set_email(connection, &proof.user_id, &proof.email, true, app.now()).await
}

/// The link to a new password.
async fn mail_way_back(app: &App, connection: &mut Connection, http: &HttpRequest, user: &User) -> Result<Posted, StorageError> {
    let (secret, now) = (Secret::new(app.random.token()), app.now());
    let new = NewProof {
        id: MailedProofId::generate(&app.random, now),
        purpose: ProofPurpose::ResetPassword,
        user_id: &user.id,
        email: &user.email,
        secret: &secret,
        code: None,
        browser: None,
        expires_at: now + LINK_LIFETIME,
    };
    insert_proof(connection, &app.sealing, &new, now).await?;
    let url = format!("{}?token={}", app.url(paths::FORGOT_RESET), secret.expose());
    app.enqueue(connection, app.letters.locked_down(&present_addressee(http, user), &url)).await
}
