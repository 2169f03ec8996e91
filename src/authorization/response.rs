//! The authorization response: a code or an error, on its way to a validated target.
//!
//! Specs: RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode.

use super::page::{FormPostField, FormPostPage};
use crate::app::App;
use crate::oauth::error::OAuthError;
use crate::oauth::response_mode::ResponseMode;
use crate::web::page::{Layout, Page};
use crate::web::redirect::see_other_at;
use crate::web::refusals::note_refusal;
use crate::web::request_log::request_id_of;
use crate::web::response_target::ResponseTarget;
use actix_web::{HttpRequest, HttpResponse};

/// RFC 6749 §4.1.2.
pub(super) fn send_code(target: &ResponseTarget, app: &App, request: &HttpRequest, code: String) -> HttpResponse {
    send(target, app, request, vec![("code", code)])
}

/// RFC 6749 §4.1.2.1.
pub(super) fn send_error(target: &ResponseTarget, app: &App, request: &HttpRequest, error: &OAuthError) -> HttpResponse {
    crate::web::oauth_error::log(error);
    note_refusal(app, request, error, None);
    // The header of this answer ends in the browser: the application's developer reads what arrives at their own address.
    let description = format!("{} Request id: {}", error.description(), request_id_of(request));
    send(target, app, request, vec![("error", error.code.to_string()), ("error_description", description)])
}

/// `state` goes back as it came; `iss` is in every answer (RFC 9207 §2).
fn send(target: &ResponseTarget, app: &App, request: &HttpRequest, mut fields: Vec<(&'static str, String)>) -> HttpResponse {
    fields.extend(target.state.clone().map(|state| ("state", state)));
    fields.push(("iss", app.issuer().as_str().to_owned()));
    match target.mode {
        ResponseMode::Query => {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            let separator = if target.uri.contains('?') { '&' } else { '?' };
            see_other_at(format!("{}{separator}{query}", target.uri))
        }
        ResponseMode::FormPost => {
            let fields = fields.into_iter().map(|(name, value)| FormPostField { name: name.into(), value }).collect();
            let view = FormPostPage {
                layout: Layout::of(app, request),
                client_name: target.client_name.clone(),
                action: target.uri.clone(),
                fields,
            };
            Page::new(view).form_action(&[target.form_post_source()]).respond_to(request)
        }
    }
}
