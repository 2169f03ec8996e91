//! `/consent`: what an application asks for, in words, and the person's decision.
//!
//! The page's ticket is the request itself, sealed: what is recorded is what was shown, whatever fields were edited, and
//! two tabs with two applications do not mix (security.md A40). The form's `csrf` changes with the session, so the
//! decision is of the person who saw the page.
//!
//! Cost: GET 1 round trip; POST 6 round trips, 1 commit.
//!
//! Specs: OpenID Connect Core §3.1.2.4, RFC 6749 §10.2, OWASP ASVS 10.7.

use super::next_step::NextStep;
use super::page::{ConsentPage, Destination};
use super::response;
use super::{decide, ticket_text};
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::grants::record_consent;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::web::authorization_request::AuthorizationRequest;
use crate::web::browser::Browser;
use crate::web::page::onward_source;
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::permissions::permissions;
use crate::web::sign_in::device_of;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /consent`.
pub async fn get_consent(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let text = ticket_text(http.query_string())?;
    let request = AuthorizationRequest::open(&app, &browser, &text).ok_or_else(PageError::expired_ticket)?;
    let (client, target) = request.target(&app).map_err(|why| PageError::unanswerable(&app, &why))?;
    let ticket = request.seal(&app).map_err(PageError::internal)?;
    // Whoever comes here before it is time goes back to the step that is missing (security.md A45).
    let signed_in = browser.signed_in(&app, client.client_id.as_str()).await?;
    let step = decide(&app, &request, &client, &target, signed_in.as_ref()).await?;
    let Some(signed_in) = signed_in.filter(|_| step == NextStep::Consent) else {
        return Ok(Ticket::of(ticket).way_on(&app));
    };
    let layout = Layout::of(&app, &http);
    let view = ConsentPage {
        csrf: browser.csrf(&app),
        ticket,
        client_name: client.metadata.client_name.clone(),
        account: signed_in.user.person(),
        permissions: permissions(&app, &layout, &request.consent_scope(&app, &client), &request.resources),
        destination: target.host().map_or(Destination::ThisDevice, Destination::Website),
        policy_url: client.metadata.policy_uri.clone(),
        terms_url: client.metadata.tos_uri.clone(),
        layout,
    };
    Ok(Page::new(view).form_action(&[onward_source(&target.uri)]).respond_to(&http))
}

/// `POST /consent`.
pub async fn post_consent(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let text = params.get("ticket").unwrap_or("");
    let request = AuthorizationRequest::open(&app, &browser, text).ok_or_else(PageError::expired_ticket)?;
    let (client, target) = request.target(&app).map_err(|why| PageError::unanswerable(&app, &why))?;
    let ticket = Ticket::of(text.to_owned());
    let Some(signed_in) = browser.signed_in(&app, client.client_id.as_str()).await? else { return Ok(ticket.way_on(&app)) };
    if params.get("decision") != Some("allow") {
        let denied = OAuthError::new(ErrorCode::AccessDenied, "The person did not allow it.");
        return Ok(response::send_error(&target, &app, &http, &denied));
    }
    // Pressed twice, the second finds the consent given.
    if !matches!(decide(&app, &request, &client, &target, Some(&signed_in)).await?, NextStep::Consent | NextStep::Answer) {
        return Ok(ticket.way_on(&app));
    }
    let scope = request.consent_scope(&app, &client);
    app.storage
        .transaction(async |connection| {
            record_consent(connection, &signed_in.user.id, &client.client_id, &scope, &request.resources, app.now()).await?;
            let about =
                About::user(&signed_in.user.id).with_client(&client.client_id).in_session(&signed_in.session.id).from(device_of(&http));
            events::record(connection, &app, EventKind::ConsentGiven, &about.with("scope", scope.to_string())).await
        })
        .await?;
    Ok(ticket.way_on(&app))
}
