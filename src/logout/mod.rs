//! `/logout`: sign out, by the person or asked for by an application (RP-Initiated Logout).
//!
//! Order of checks:
//! 1. each parameter once;
//! 2. `id_token_hint`, if any, is an ID token of ours, expired or not; the client is its `aud` (and `client_id` agrees);
//! 3. `post_logout_redirect_uri` is registered by that client, to the letter; else nobody is sent anywhere;
//! 4. the hint's session is the browser's: then it ends at once. Otherwise a page asks the person, so that no image tag
//!    signs anybody out (security.md S7).
//!
//! Cost: 1 round trip; ending a session 3 more, 1 commit.
//!
//! Specs: OpenID Connect RP-Initiated Logout 1.0.

pub mod page;

use crate::app::App;
use crate::clients::{Client, ClientId};
use crate::clock::Timestamp;
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::Purpose;
use crate::sessions::{self, SignedIn};
use crate::storage::StorageError;
use crate::web::browser::{Browser, no_session_cookie};
use crate::web::page::{Layout, Page, onward_source, with_cookies};
use crate::web::page_error::{PageError, UnknownAsker};
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::{see_other, see_other_at};
use crate::web::refusals::{name_client, note_refusal};
use crate::web::sign_in::device_of;
use crate::web::speak::{LONGEST_UI_LOCALES, as_the_application_asks};
use actix_web::{HttpRequest, HttpResponse, web};
use page::{ConfirmLogoutPage, LoggedOutPage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long the page that asks the person leads on to the application.
const LIFETIME: Duration = Duration::from_secs(3600);
/// How long a posted request may take to come back by its redirect.
const POSTED_LIFETIME: Duration = Duration::from_secs(60);
/// What a logout request may hold that counts here.
const PARAMETERS: [&str; 5] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

/// A posted request on its way back to us by a redirect, sealed: who posts it keeps the ID token out of addresses, and so out of logs.
#[derive(Serialize, Deserialize)]
struct PostedLogout {
    /// As a form's.
    parameters: String,
    expires_at: Timestamp,
}

/// What the page that asks the person keeps of the request; where it may lead is looked up again once they have decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LogoutRequest {
    client_id: Option<ClientId>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
    /// Languages for the pages, best first.
    ui_locales: Option<String>,
    /// From then on the page signs out and leads nowhere.
    expires_at: Timestamp,
}

impl LogoutRequest {
    /// Where to go on to: a URI that the client has registered, with `state`.
    fn location(&self, client: &Client) -> Option<String> {
        let sent = self.post_logout_redirect_uri.as_deref()?;
        let mut registered = client.metadata.post_logout_redirect_uris.iter();
        registered.find(|uri| uri.matches(sent, client.metadata.application_type))?;
        Some(match &self.state {
            Some(state) => {
                let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
                format!("{sent}{}state={state}", if sent.contains('?') { '&' } else { '?' })
            }
            None => sent.to_owned(),
        })
    }
}

/// `GET /logout`.
pub async fn get_logout(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let params = read_query(&http)?;
    let Some(sealed) = params.get("posted") else { return logout(&app, &http, &params).await };
    let posted = app.sealing.open(Purpose::PostedLogout, sealed).filter(|posted: &PostedLogout| posted.expires_at > app.now());
    let posted = posted.and_then(|posted| Params::parse(&posted.parameters).ok()).ok_or_else(PageError::expired_ticket)?;
    logout(&app, &http, &posted).await
}

/// `POST /logout`: from an application (RP-Initiated Logout §2), or the person's decision on our page. Posted by another
/// site the browser sends no cookies along, and nobody would seem to be signed in; so the request goes on by a redirect,
/// which carries them.
pub async fn post_logout(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let params = Params::parse_both(http.query_string(), &body.0).map_err(|why| PageError::bad_form(&why.to_string()))?;
    if params.get("decision").is_some() {
        return decided(&app, &http, &body).await;
    }
    let sent = PARAMETERS.into_iter().filter_map(|name| params.get(name).map(|value| (name, value)));
    let parameters = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish();
    let posted = PostedLogout { parameters, expires_at: app.now() + POSTED_LIFETIME };
    let sealed = app.sealing.seal(Purpose::PostedLogout, &posted).map_err(PageError::internal)?;
    Ok(see_other(&app, paths::LOGOUT, &[("posted", &sealed)]))
}

async fn logout(app: &App, http: &HttpRequest, params: &Params) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(app, http);
    as_the_application_asks(http, params.get("ui_locales"));
    let signed_in = browser.anyone(app, "").await?;
    let hint = params.get("id_token_hint").and_then(|hint| app.keys.verify::<Value>(hint, "JWT"));
    let asking = Asking::of(app, params, hint.as_ref());
    let text = |name: &str| params.get(name).map(str::to_owned);
    let mut request = LogoutRequest {
        client_id: None,
        post_logout_redirect_uri: text("post_logout_redirect_uri"),
        state: text("state"),
        ui_locales: text("ui_locales").filter(|locales| locales.len() <= LONGEST_UI_LOCALES),
        expires_at: app.now() + LIFETIME,
    };
    let (client, location) = match (asking, &request.post_logout_redirect_uri) {
        (Asking::Client(client), Some(sent)) => {
            let location = request.location(&client).ok_or_else(|| unregistered(app, http, &client, sent))?;
            (Some(client), Some(location))
        }
        (Asking::Nobody(why), Some(sent)) => return Err(PageError::unknown_asker(why, sent)),
        (Asking::Client(client), None) => (Some(client), None),
        (Asking::Nobody(_), None) => (None, None),
    };
    let Some(signed_in) = signed_in else { return Ok(signed_out(app, http, location)) };
    let proven = hint.as_ref().and_then(|claims| claims.get("sid")).and_then(Value::as_str) == Some(signed_in.session.id.as_str());
    if proven {
        end(app, http, &signed_in).await?;
        return with_cookies(signed_out(app, http, location), [Some(no_session_cookie(app))]);
    }
    request.client_id = client.as_ref().map(|client| client.client_id.clone());
    let ticket = app.sealing.seal(Purpose::LogoutRequest, &request).map_err(PageError::internal)?;
    let onward: Vec<String> = location.as_deref().map(onward_source).into_iter().collect();
    let view = ConfirmLogoutPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket,
        client_name: client.map(|client| client.metadata.client_name.clone()),
        account: Some(signed_in.user.person()),
    };
    let page = Page::new(view).form_action(&onward).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)])
}

/// A page for the person, and a note for the client's developer.
fn unregistered(app: &App, http: &HttpRequest, client: &Client, sent: &str) -> PageError {
    name_client(http, client.client_id.as_str());
    let error = OAuthError::invalid_request("post_logout_redirect_uri is not one of those that are registered.");
    note_refusal(app, http, &error, Some(sent));
    PageError::unregistered_logout_uri(client, sent)
}

/// The person's decision on our page.
async fn decided(app: &App, http: &HttpRequest, body: &PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(app, http);
    let params = read_form(app, http, &browser, body)?;
    let request = params.get("ticket").and_then(|ticket| app.sealing.open::<LogoutRequest>(Purpose::LogoutRequest, ticket));
    as_the_application_asks(http, request.as_ref().and_then(|request| request.ui_locales.as_deref()));
    let signed_in = browser.anyone(app, "").await?;
    if params.get("decision") != Some("sign_out") {
        return Ok(Page::new(LoggedOutPage { layout: Layout::of(app, http), still_signed_in: true }).respond_to(http));
    }
    if let Some(signed_in) = signed_in {
        end(app, http, &signed_in).await?;
    }
    let location = request.filter(|request| request.expires_at > app.now()).and_then(|request| {
        let client = app.clients.find(request.client_id.as_ref()?.as_str())?;
        request.location(&client)
    });
    with_cookies(signed_out(app, http, location), [Some(no_session_cookie(app))])
}

async fn end(app: &App, http: &HttpRequest, signed_in: &SignedIn) -> Result<(), StorageError> {
    let (user, session) = (&signed_in.user.id, &signed_in.session.id);
    app.storage
        .transaction(async |connection| {
            sessions::end_session(connection, user, session, EndReason::SignedOut, app.now()).await?;
            events::record(connection, app, EventKind::SignedOut, &About::user(user).in_session(session).from(device_of(http))).await
        })
        .await
}

fn signed_out(app: &App, http: &HttpRequest, location: Option<String>) -> HttpResponse {
    match location {
        Some(location) => see_other_at(location),
        None => Page::new(LoggedOutPage { layout: Layout::of(app, http), still_signed_in: false }).respond_to(http),
    }
}

/// Who asks for the sign-out.
enum Asking {
    Client(Arc<Client>),
    /// Nobody who could name an address to go on to.
    Nobody(UnknownAsker),
}

impl Asking {
    /// The client of the hint; without one, of `client_id` (RP-Initiated Logout §2). When both are there they must agree.
    fn of(app: &App, params: &Params, hint: Option<&Value>) -> Self {
        let of_hint = hint.and_then(|claims| claims.get("aud")).and_then(Value::as_str);
        let id = match (of_hint, params.get("client_id")) {
            (Some(of_hint), Some(sent)) if of_hint != sent => return Self::Nobody(UnknownAsker::Disagreeing),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) if params.get("id_token_hint").is_some() => return Self::Nobody(UnknownAsker::UnreadableHint),
            (None, None) => return Self::Nobody(UnknownAsker::Unnamed),
        };
        app.clients.find(id).map_or(Self::Nobody(UnknownAsker::NoClient), Self::Client)
    }
}
