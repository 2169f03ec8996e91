//! `/account/totp`: adds an authenticator app, or puts a new one in the place of the old.
//!
//! The secret is not kept before a code has confirmed it: until then it travels in the form as a sealed ticket, bound to the person
//! and the session. A flow that waits for the second factor comes by here, and goes on afterwards.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. fresh proof, with a passkey where the account has one and a second factor
//! is demanded; 3. the pending secret opens and is this session's; 4. the
//! code is right; 5. the pending secret was not used before.
//!
//! Cost: GET 2 round trips; POST 5 round trips, 2 more where it replaces one, 12 more for the first recovery codes, 1 commit.
//!
//! Specs: RFC 6238, OWASP ASVS 6.4, 7.5.1; security.md O3, O4.

use super::factor_pages::TotpPage;
use super::{Visitor, anyone_signed_in, layout, qr_code, recovery_codes};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::factors::find_factors;
use crate::credentials::recovery_codes::make_recovery_codes;
use crate::credentials::totp::{TotpSecret, set_totp_secret};
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::grants::consume_ticket;
use crate::mail::notices::Notice;
use crate::oauth::authentication::Amr;
use crate::paths;
use crate::sealing::Purpose;
use crate::sessions::{SessionId, SignedIn};
use crate::users::{UserId, hold_account};
use crate::web::authorization_request::AuthorizationRequest;
use crate::web::browser::{Browser, session_cookie};
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof_for, errand};
use crate::web::notices::tell;
use crate::web::page::{Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::second_factor::{lacks_demanded_factor, raise_session};
use crate::web::sign_in::device_of;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the QR code may be looked at.
const LIFETIME: Duration = Duration::from_secs(1800);

/// A secret that no code has confirmed yet.
#[derive(Serialize, Deserialize)]
struct PendingTotp {
    id: String,
    user_id: UserId,
    session_id: SessionId,
    secret: Vec<u8>,
    expires_at: Timestamp,
}

/// `GET /account/totp`.
pub async fn get_totp(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match anyone_signed_in(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if let Some(way) = proof_missing(&app, &browser, &signed_in, &ticket).await? {
        return Ok(way);
    }
    let secret = TotpSecret::generate(&app.random);
    totp_page(&app, &http, &browser, &signed_in, &ticket, &secret, false).await
}

/// `POST /account/totp`.
pub async fn post_totp(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match anyone_signed_in(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if let Some(way) = proof_missing(&app, &browser, &signed_in, &ticket).await? {
        return Ok(way);
    }
    let pending = params.get("pending").and_then(|sealed| app.sealing.open::<PendingTotp>(Purpose::PendingTotp, sealed));
    let ours = |pending: &PendingTotp| {
        pending.user_id == signed_in.user.id && pending.session_id == signed_in.session.id && pending.expires_at > app.now()
    };
    let pending = pending.filter(ours).ok_or_else(PageError::expired_ticket)?;
    let secret = TotpSecret::from_bytes(pending.secret.clone());
    let Some(step) = secret.step_of(params.get("code").unwrap_or(""), app.now()) else {
        return totp_page(&app, &http, &browser, &signed_in, &ticket, &secret, true).await;
    };
    confirm(&app, &http, &browser, &signed_in, &ticket, &pending, step).await
}

/// Fresh proof, and where a second factor is demanded, by the operator or the application, the one that the account has: whoever knows the
/// password alone must not put an app of their own in the place of a passkey.
async fn proof_missing(app: &App, browser: &Browser, signed_in: &SignedIn, ticket: &Ticket) -> Result<Option<HttpResponse>, PageError> {
    if let Some(way) = ask_for_fresh_proof_for(app, browser, signed_in, AccountPage::Totp, ticket).await? {
        return Ok(Some(way));
    }
    let asked = ticket.request.as_ref().and_then(AuthorizationRequest::needed_acr);
    let is_demanded = lacks_demanded_factor(app, signed_in) || asked.is_some_and(|needed| signed_in.session.reached() < needed);
    if !is_demanded || find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?.passkeys == 0 {
        return Ok(None);
    }
    if ticket.is_awaited() {
        return Ok(Some(ticket.to(app, paths::LOGIN_FACTOR)));
    }
    errand(app, browser, signed_in, AccountPage::Totp, paths::LOGIN_FACTOR).map(Some)
}

/// The code was right: the app is the account's second factor, and the session has proven it.
async fn confirm(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    ticket: &Ticket,
    pending: &PendingTotp,
    step: i64,
) -> Result<HttpResponse, PageError> {
    let user = &signed_in.user;
    let secret = TotpSecret::from_bytes(pending.secret.clone());
    let done = app
        .storage
        .transaction(async |connection| {
            let is_open = hold_account(connection, user).await?;
            if !is_open || !consume_ticket(connection, &pending.id, "pending_totp", pending.expires_at).await? {
                return Err(PageError::expired_ticket());
            }
            let factors = find_factors(connection, &user.id).await?;
            set_totp_secret(connection, &app.sealing, &user.id, &secret, step, app.now()).await.map_err(PageError::internal)?;
            if factors.totp {
                delete_trusted_devices_of(connection, &user.id).await?;
            }
            let codes = match factors.recovery_codes {
                0 => make_recovery_codes(connection, &app.random, &user.id, app.now()).await?,
                _ => Vec::new(),
            };
            let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(http)).with("factor", "totp");
            events::record(connection, app, EventKind::SecondFactorAdded, &about).await?;
            // Without its session nothing of this stays.
            let raised = raise_session(app, connection, http, signed_in, &[Amr::Otp]).await?.ok_or_else(PageError::expired_ticket)?;
            let posted = tell(app, connection, http, user, &Notice::FactorAdded).await?;
            Ok::<_, PageError>((raised, codes, posted))
        })
        .await?;
    let (session, codes, _posted) = done;
    let answer = recovery_codes::show_or_go_on(app, http, signed_in, ticket, codes);
    with_cookies(answer, [Some(session_cookie(app, &session)), browser.new_binding_cookie(app)])
}

async fn totp_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    ticket: &Ticket,
    secret: &TotpSecret,
    wrong: bool,
) -> Result<HttpResponse, PageError> {
    let user = &signed_in.user;
    let pending = PendingTotp {
        id: app.random.token(),
        user_id: user.id.clone(),
        session_id: signed_in.session.id.clone(),
        secret: secret.expose().to_vec(),
        expires_at: app.now() + LIFETIME,
    };
    let replaces = find_factors(&mut app.storage.read().await?, &user.id).await?.totp;
    let view = TotpPage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        pending: app.sealing.seal(Purpose::PendingTotp, &pending).map_err(PageError::internal)?,
        qr_code: secret.uri(&app.config.brand.name, user.email.as_str()).and_then(|uri| qr_code::drawing_of(&uri)),
        secret: secret.text(),
        demanded: lacks_demanded_factor(app, signed_in),
        replaces,
        wrong,
    };
    Ok(Page::new(view).respond_to(http))
}
