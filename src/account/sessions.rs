//! `/account/sessions`: where a person is signed in; end one, end all others.
//!
//! Cost: GET 2 round trips; POST 4 or more round trips, 1 commit.
//!
//! Specs: OWASP ASVS 7.5.2.

use super::page::{Ended, SessionLine, SessionsPage};
use super::security::name_of;
use super::security_page::SecurityNotice;
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::paths;
use crate::sessions::{BrowserSession, SessionId, SignedIn, end_session, end_sessions_of, list_sessions};
use crate::web::browser::Browser;
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::whereabouts::Whereabouts;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/sessions`.
pub async fn get_sessions(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => sessions_page(&app, &http, &browser, &signed_in, None).await,
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/sessions`: `end` names a session of one's own, or `others`; `from=security` comes back to that page.
pub async fn post_sessions(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let (user, own, now) = (&signed_in.user.id, &signed_in.session.id, app.now());
    let ended = match params.get("end") {
        Some("others") => {
            app.storage
                .transaction(async |connection| {
                    end_sessions_of(connection, user, Some(own), EndReason::SessionEnded, now).await?;
                    let about = About::user(user).in_session(own).from(device_of(&http)).with("ended", "others");
                    events::record(connection, &app, EventKind::SessionEnded, &about).await
                })
                .await?;
            Some(Ended::Others)
        }
        Some(id) => {
            let id = SessionId::new(id);
            app.storage
                .transaction(async |connection| {
                    // Only one's own: the statement names the person too (security.md P2).
                    if end_session(connection, user, &id, EndReason::SessionEnded, now).await? {
                        let about = About::user(user).in_session(&id).from(device_of(&http));
                        events::record(connection, &app, EventKind::SessionEnded, &about).await?;
                    }
                    Ok::<_, PageError>(())
                })
                .await?;
            Some(Ended::One)
        }
        None => None,
    };
    if ended.is_some() && params.get("from") == Some("security") {
        return Ok(see_other(&app, paths::ACCOUNT_SECURITY, &[("done", SecurityNotice::SessionEnded.as_str())]));
    }
    sessions_page(&app, &http, &browser, &signed_in, ended).await
}

async fn sessions_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    ended: Option<Ended>,
) -> Result<HttpResponse, PageError> {
    let sessions = lines(app, http, signed_in, usize::MAX).await?;
    let view = SessionsPage { layout: layout(app, http, signed_in), csrf: browser.csrf(app), sessions, ended };
    Ok(Page::new(view).respond_to(http))
}

/// This session, and the newest of the others.
///
/// Cost: 1 round trip.
pub(super) async fn lines(app: &App, http: &HttpRequest, signed_in: &SignedIn, most: usize) -> Result<Vec<SessionLine>, PageError> {
    let (user, own) = (&signed_in.user.id, &signed_in.session.id);
    let mut sessions = list_sessions(&mut app.storage.read().await?, user, &app.sessions, app.now()).await?;
    sessions.sort_by_key(|session| session.id != *own);
    sessions.truncate(most);
    Ok(sessions.iter().map(|session| line(app, http, session, own)).collect())
}

fn line(app: &App, http: &HttpRequest, session: &BrowserSession, own: &SessionId) -> SessionLine {
    SessionLine {
        id: session.id.to_string(),
        name: name_of(session.user_agent.as_deref()),
        seen: session.address.as_deref().map(|address| Whereabouts::of(app, http, address)),
        // A provider may have asked them long before.
        signed_in: Moment::of(session.authenticated_at.max(session.created_at)),
        last_active: Moment::of(session.refreshed_at),
        current: session.id == *own,
    }
}
