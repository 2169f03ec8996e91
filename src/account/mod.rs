//! `/account`: what people see and change of their account.
//!
//! Every page asks for a live session first; without one it goes to `/login` and comes back.
//!
//! Cost: overview 5 round trips.
//!
//! Specs: OWASP ASVS 7.5, 10.7.

pub mod activity;
pub mod activity_page;
pub mod apps;
pub mod data;
pub mod data_page;
pub mod delete;
pub mod deletion_page;
pub mod email;
pub mod email_page;
pub mod factor_pages;
mod factor_removal;
pub mod keep;
pub mod links;
pub mod lockdown;
pub mod lockdown_page;
pub mod page;
pub mod passkeys;
pub mod passkeys_page;
pub mod password;
pub mod phone;
pub mod phone_page;
pub mod profile;
pub mod qr_code;
pub mod recovery_codes;
pub mod security;
pub mod security_page;
pub mod sessions;
pub mod totp;
pub mod undo_email;
mod ways_in;

use crate::app::App;
use crate::credentials::find_password_changed_at;
use crate::oauth::params::Params;
use crate::paths;
use crate::sessions::{SignedIn, list_sessions, refresh_session};
use crate::web::browser::Browser;
use crate::web::fresh_proof;
use crate::web::page::{Layout, Moment, Page};
use crate::web::page_error::PageError;
use crate::web::redirect::see_other;
use crate::web::second_factor::ask_for_demanded_factor;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::AccountPage;

/// What the query says when the account is not deleted after all.
const KEPT: &str = "done=kept";

/// `GET /account`.
pub async fn get_account(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let signed_in = match visitor(&app, &http).await? {
        Visitor::SignedIn(_, signed_in) => signed_in,
        Visitor::Stranger(way) => return Ok(way),
    };
    let user = &signed_in.user;
    let mut connection = app.storage.read().await?;
    let sessions = list_sessions(&mut connection, &user.id, &app.sessions, app.now()).await?;
    let changed = find_password_changed_at(&mut connection, &user.id).await?;
    drop(connection);
    let layout = layout(&app, &http, &signed_in);
    let apps = apps::connected_apps(&app, &layout, &user.id).await?;
    let view = AccountPage {
        layout,
        person: user.person(),
        kept: http.query_string() == KEPT,
        remind_of_email: !user.email_verified,
        since: Moment::of(user.created_at),
        has_password: changed.is_some(),
        password_changed: changed.filter(|at| *at > user.created_at).map(Moment::of),
        sessions: sessions.len(),
        apps: apps.len(),
    };
    Ok(Page::new(view).respond_to(&http))
}

/// Who asks for an account page.
enum Visitor {
    SignedIn(Browser, Box<SignedIn>),
    /// Nobody: this is the way to sign in.
    Stranger(HttpResponse),
}

/// Somebody who may see and change the account: with the second factor that is demanded of them. Who has not given it is asked for
/// it, who has none adds one first (security.md S5).
async fn visitor(app: &App, http: &HttpRequest) -> Result<Visitor, PageError> {
    let visitor = anyone_signed_in(app, http).await?;
    let Visitor::SignedIn(browser, signed_in) = &visitor else { return Ok(visitor) };
    let page = fresh_proof::AccountPage::of_request(app, http).unwrap_or(fresh_proof::AccountPage::Overview);
    let way = ask_for_demanded_factor(app, browser, signed_in, page).await?;
    Ok(way.map_or(visitor, Visitor::Stranger))
}

/// Somebody who is signed in, with as many factors as they have given.
async fn anyone_signed_in(app: &App, http: &HttpRequest) -> Result<Visitor, PageError> {
    let browser = Browser::of(app, http);
    Ok(match browser.signed_in(app, "").await? {
        Some(signed_in) => {
            if signed_in.session.is_refresh_due(&app.sessions, app.now()) {
                refresh_session(&mut app.storage.write().await?, &signed_in.session.id, app.now()).await?;
            }
            Visitor::SignedIn(browser, Box::new(signed_in))
        }
        None if browser.leaving(app).await?.is_some() => Visitor::Stranger(see_other(app, paths::ACCOUNT_KEEP, &[])),
        None => {
            // A page that somebody is sent to on the way elsewhere has the ticket of that.
            let sent = Params::parse(http.query_string()).unwrap_or_default();
            let sent = Ticket::open_if_good(app, &browser, sent.get("ticket").unwrap_or("")).text;
            let page = || fresh_proof::AccountPage::of_request(app, http).map(fresh_proof::AccountPage::ticket).unwrap_or_default();
            let ticket = if sent.is_empty() { page() } else { sent };
            Visitor::Stranger(Ticket::of(ticket).to(app, paths::LOGIN))
        }
    })
}

fn layout(app: &App, http: &HttpRequest, signed_in: &SignedIn) -> Layout {
    Layout::of(app, http).signed_in_as(signed_in.user.email.as_str())
}
