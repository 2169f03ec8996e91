//! `/account/sessions`: where a person is signed in; end one, end all others.
//!
//! Cost: GET 2 round trips; POST 5 or more round trips, 1 commit.
//!
//! Specs: OWASP ASVS 7.5.2.

use super::page::{Ended, SessionLine, SessionsPage};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::sessions::{BrowserSession, SessionId, SignedIn, end_session, end_sessions_of, list_sessions};
use crate::web::browser::Browser;
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/sessions`.
pub async fn get_sessions(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => sessions_page(&app, &http, &browser, &signed_in, None).await,
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/sessions`: `end` names a session of one's own, or `others`.
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
                    let about = About::user(user).in_session(own).with("ended", "others");
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
                        events::record(connection, &app, EventKind::SessionEnded, &About::user(user).in_session(&id)).await?;
                    }
                    Ok::<_, PageError>(())
                })
                .await?;
            Some(Ended::One)
        }
        None => None,
    };
    sessions_page(&app, &http, &browser, &signed_in, ended).await
}

async fn sessions_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    ended: Option<Ended>,
) -> Result<HttpResponse, PageError> {
    let mut connection = app.storage.read().await?;
    let sessions = list_sessions(&mut connection, &signed_in.user.id, &app.sessions, app.now()).await?;
    let view = SessionsPage {
        layout: layout(app, signed_in),
        csrf: browser.csrf(app),
        sessions: sessions.iter().map(|session| line(session, &signed_in.session.id)).collect(),
        ended,
    };
    Ok(Page::new(view).respond_to(http))
}

fn line(session: &BrowserSession, own: &SessionId) -> SessionLine {
    let known = session.user_agent.as_deref().and_then(|text| woothee::parser::Parser::new().parse(text));
    let word = |text: Option<&str>, other: &str| text.filter(|text| *text != "UNKNOWN" && !text.is_empty()).unwrap_or(other).to_owned();
    SessionLine {
        id: session.id.to_string(),
        browser: word(known.as_ref().map(|found| found.name), "A browser"),
        device: word(known.as_ref().map(|found| found.os), "an unknown device"),
        address: session.address.clone().unwrap_or_else(|| "unknown address".into()),
        signed_in: Moment::of(session.authenticated_at),
        last_active: Moment::of(session.refreshed_at),
        current: session.id == *own,
    }
}
