//! `/account/apps`: the applications that a person lets use their account; take it back.
//!
//! Cost: GET 2 round trips; POST 5 round trips, 1 commit.
//!
//! Specs: OWASP ASVS 10.4.9, 10.7.3.

use super::page::{AppLine, AppsPage};
use super::security_page::SecurityNotice;
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, delete_consent, end_grants_of_user_and_client, list_consents, list_live_access};
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::paths;
use crate::sessions::SignedIn;
use crate::users::UserId;
use crate::web::browser::Browser;
use crate::web::page::{Layout, Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::permissions::permissions;
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/apps`.
pub async fn get_apps(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => apps_page(&app, &http, &browser, &signed_in, None).await,
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/apps`: takes back what `client_id` was allowed; its tokens end with it; `from=security` comes back to
/// that page.
pub async fn post_apps(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let client_id = ClientId::new(params.get("client_id").unwrap_or(""));
    let user = &signed_in.user.id;
    let removed = app
        .storage
        .transaction(async |connection| {
            let consent = delete_consent(connection, user, &client_id).await?;
            let ended = end_grants_of_user_and_client(connection, user, &client_id, EndReason::ConsentWithdrawn, app.now()).await?;
            let removed = consent || ended > 0;
            if removed {
                let about = About::user(user).with_client(&client_id).in_session(&signed_in.session.id).from(device_of(&http));
                events::record(connection, &app, EventKind::ConsentWithdrawn, &about).await?;
            }
            Ok::<_, PageError>(removed)
        })
        .await?;
    if removed && params.get("from") == Some("security") {
        return Ok(see_other(&app, paths::ACCOUNT_SECURITY, &[("done", SecurityNotice::AppRemoved.as_str())]));
    }
    let name = removed.then(|| name_of(&app, &client_id));
    apps_page(&app, &http, &browser, &signed_in, name).await
}

async fn apps_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    removed: Option<String>,
) -> Result<HttpResponse, PageError> {
    let layout = layout(app, http, signed_in);
    let apps = connected_apps(app, &layout, &signed_in.user.id).await?;
    let view = AppsPage { layout, csrf: browser.csrf(app), apps, removed };
    Ok(Page::new(view).respond_to(http))
}

/// What was consented to and what is in use, by client: what was used last comes first.
pub(super) async fn connected_apps(app: &App, layout: &Layout, user_id: &UserId) -> Result<Vec<AppLine>, PageError> {
    let mut connection = app.storage.read().await?;
    let consents = list_consents(&mut connection, user_id).await?;
    let mut live = list_live_access(&mut connection, user_id, &app.sessions, app.now()).await?;
    drop(connection);
    let line = |client_id: &ClientId, scope: &Scope, targets: &[ResourceIndicator], since: Timestamp, last_used: Option<Timestamp>| {
        let (client_id, name) = (client_id.to_string(), name_of(app, client_id));
        let line = AppLine {
            client_id,
            name,
            permissions: permissions(app, layout, scope, targets),
            since: Moment::of(since),
            last_used: last_used.map(Moment::of),
        };
        (last_used.unwrap_or(since), line)
    };
    let mut apps: Vec<(Timestamp, AppLine)> = Vec::new();
    for consent in &consents {
        let used = live.extract_if(.., |access| access.client_id == consent.client_id).map(|access| access.last_used).max();
        apps.push(line(&consent.client_id, &consent.scope, &consent.resources.0, consent.granted_at, used));
    }
    apps.extend(live.iter().map(|access| line(&access.client_id, &access.scope, &access.resources, access.since, Some(access.last_used))));
    apps.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(apps.into_iter().map(|(_, line)| line).collect())
}

pub(super) fn name_of(app: &App, client_id: &ClientId) -> String {
    let directory = app.clients.directory();
    directory.client(client_id.as_str()).map_or_else(|| client_id.to_string(), |client| client.metadata.client_name.clone())
}
