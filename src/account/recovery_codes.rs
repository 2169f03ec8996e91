//! `/account/recovery-codes`: ten new codes in the place of the old ones. They are shown in the answer to the form, once.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. fresh proof; 3. there is a second factor that they can stand in for.
//!
//! Cost: GET 2 round trips; POST 14 round trips, 2 more where they replace older ones, 1 commit.
//!
//! Specs: OWASP ASVS 6.5.1, 7.5.1; security.md O4, O5.

use super::factor_pages::{MakeRecoveryCodesPage, RecoveryCodesPage};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::credentials::factors::find_factors;
use crate::credentials::recovery_codes::make_recovery_codes;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::paths;
use crate::sessions::SignedIn;
use crate::users::hold_account;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::Page;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/recovery-codes`.
pub async fn get_recovery_codes(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::RecoveryCodes).await? {
        return Ok(way);
    }
    let factors = find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?;
    if !factors.has_second() {
        return Ok(see_other(&app, paths::ACCOUNT_SECURITY, &[]));
    }
    let left = usize::try_from(factors.recovery_codes).unwrap_or(0);
    Ok(Page::new(MakeRecoveryCodesPage { layout: layout(&app, &http, &signed_in), csrf: browser.csrf(&app), left }).respond_to(&http))
}

/// `POST /account/recovery-codes`.
pub async fn post_recovery_codes(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    read_form(&app, &http, &browser, &body)?;
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::RecoveryCodes).await? {
        return Ok(way);
    }
    let user = &signed_in.user.id;
    let (codes, posted) = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? {
                return Err(PageError::expired_ticket());
            }
            if !find_factors(connection, user).await?.has_second() {
                return Ok((Vec::new(), Posted::nothing()));
            }
            let codes = make_recovery_codes(connection, &app.random, user, app.now()).await?;
            let about = About::user(user).in_session(&signed_in.session.id).from(device_of(&http));
            events::record(connection, &app, EventKind::RecoveryCodesMade, &about).await?;
            let posted = tell(&app, connection, &http, &signed_in.user, &Notice::RecoveryCodesMade).await?;
            Ok::<_, PageError>((codes, posted))
        })
        .await?;
    drop(posted);
    Ok(show_or_go_on(&app, &http, &signed_in, &Ticket::of(String::new()), codes))
}

/// The page that shows new codes; without new ones, the way on.
pub(super) fn show_or_go_on(app: &App, http: &HttpRequest, signed_in: &SignedIn, ticket: &Ticket, codes: Vec<String>) -> HttpResponse {
    let in_a_flow = ticket.is_awaited();
    if codes.is_empty() {
        return if in_a_flow { ticket.way_on(app) } else { see_other(app, paths::ACCOUNT_SECURITY, &[("done", "saved")]) };
    }
    let (layout, brand) = (layout(app, http, signed_in), &app.config.brand.name);
    let way_on = if in_a_flow { ticket.link_on(app) } else { layout.url(paths::ACCOUNT_SECURITY) };
    let text = format!("{brand}\r\n{}\r\n\r\n{}\r\n", signed_in.user.email, codes.join("\r\n"));
    Page::new(RecoveryCodesPage { layout, codes, text, client_name: ticket.client_name(), way_on }).respond_to(http)
}
