//! Notes why a client's request was refused, under the request's id: what `ostiary doctor client` tells its developer.
//!
//! Whoever reads the client's name out of a request says so by [`name_client`]; a refusal of a client that exists is noted then.
//!
//! Cost: none; see [`crate::clients::refusals`].

use crate::app::App;
use crate::clients::refusals::Refusal;
use crate::oauth::error::OAuthError;
use crate::web::request_log::request_id_of;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, web};

/// The client that a request names.
struct Named(String);

/// Says which client a request names; it need not be proven.
pub fn name_client(request: &HttpRequest, client_id: &str) {
    request.extensions_mut().insert(Named(client_id.to_owned()));
}

/// Notes a refusal. `sent`: what was sent where something else is registered.
pub fn note_refusal(app: &App, request: &HttpRequest, error: &OAuthError, sent: Option<&str>) {
    let named = request.extensions().get::<Named>().and_then(|named| app.clients.directory().client(&named.0).cloned());
    let Some(client) = named else { return };
    app.clients.refusals.note(Refusal {
        client_id: client.client_id.clone(),
        request_id: request_id_of(request).to_string(),
        at: app.now(),
        endpoint: format!("{} {}", request.method(), request.match_pattern().unwrap_or_default()),
        error: error.code.to_string(),
        description: error.description().to_owned(),
        cause: error.cause.clone(),
        sent: sent.map(str::to_owned).or_else(|| error.sent.clone()),
    });
}

/// Notes errors that are answered as JSON.
pub async fn note_refusals(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let error = response.response().extensions().get::<OAuthError>().cloned();
    if let (Some(error), Some(app)) = (error, response.request().app_data::<web::Data<App>>()) {
        note_refusal(app, response.request(), &error, None);
    }
    Ok(response)
}
