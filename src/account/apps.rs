//! `/account/apps`: the applications that a person lets use their account; take it back.
//!
//! Cost: GET 2 round trips; POST 6 round trips, 1 commit.
//!
//! Specs: OWASP ASVS 10.4.9, 10.7.3.

use super::page::{AppLine, AppsPage};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::clients::ClientId;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, delete_consent, end_grants_of_user_and_client, list_consents};
use crate::sessions::SignedIn;
use crate::web::browser::Browser;
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::permissions::permissions;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /account/apps`.
pub async fn get_apps(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => apps_page(&app, &http, &browser, &signed_in, None).await,
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/apps`: takes back what `client_id` was allowed; its tokens end with it.
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
            let removed = delete_consent(connection, user, &client_id).await?;
            if removed {
                end_grants_of_user_and_client(connection, user, &client_id, EndReason::ConsentWithdrawn, app.now()).await?;
                let about = About::user(user).with_client(&client_id).in_session(&signed_in.session.id);
                events::record(connection, &app, EventKind::ConsentWithdrawn, &about).await?;
            }
            Ok::<_, PageError>(removed)
        })
        .await?;
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
    let consents = list_consents(&mut app.storage.read().await?, &signed_in.user.id).await?;
    let apps = consents
        .iter()
        .map(|consent| AppLine {
            client_id: consent.client_id.to_string(),
            name: name_of(app, &consent.client_id),
            permissions: permissions(app, &consent.scope),
            since: Moment::of(consent.granted_at),
            last_used: None,
        })
        .collect();
    let view = AppsPage { layout: layout(app, signed_in), csrf: browser.csrf(app), apps, removed };
    Ok(Page::new(view).respond_to(http))
}

fn name_of(app: &App, client_id: &ClientId) -> String {
    let directory = app.clients.directory();
    directory.client(client_id.as_str()).map_or_else(|| client_id.to_string(), |client| client.metadata.client_name.clone())
}
