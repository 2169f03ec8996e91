//! `/account`: what people see and change of their account.
//!
//! Every page asks for a live session first; without one it goes to `/login` and comes back.
//!
//! Cost: overview 5 round trips.
//!
//! Specs: OWASP ASVS 7.5, 10.7.

pub mod apps;
pub mod page;
pub mod password;
pub mod profile;
pub mod sessions;

use crate::app::App;
use crate::credentials::find_password_changed_at;
use crate::paths;
use crate::sessions::{SignedIn, list_sessions, refresh_session};
use crate::web::browser::Browser;
use crate::web::page::{Layout, Moment, Page};
use crate::web::page_error::PageError;
use crate::web::redirect::see_other;
use actix_web::{HttpRequest, HttpResponse, web};
use page::AccountPage;

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
    let apps = apps::connected_apps(&app, &user.id).await?;
    let view = AccountPage {
        layout: layout(&app, &signed_in),
        person: user.person(),
        since: Moment::of(user.created_at),
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

async fn visitor(app: &App, http: &HttpRequest) -> Result<Visitor, PageError> {
    let browser = Browser::of(app, http);
    Ok(match browser.signed_in(app, "").await? {
        Some(signed_in) => {
            if signed_in.session.is_refresh_due(&app.sessions, app.now()) {
                refresh_session(&mut app.storage.write().await?, &signed_in.session.id, app.now()).await?;
            }
            Visitor::SignedIn(browser, Box::new(signed_in))
        }
        None => Visitor::Stranger(see_other(app, paths::LOGIN, &[])),
    })
}

fn layout(app: &App, signed_in: &SignedIn) -> Layout {
    Layout::of(app).signed_in_as(signed_in.user.email.as_str())
}
