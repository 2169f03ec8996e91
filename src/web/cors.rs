//! CORS: which browser code may read which answer. Never with credentials, so that cookies play no part; never on the
//! authorization endpoint (RFC 9700 §2.6).

use crate::app::App;
use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

/// What a page may read of an answer's headers: why it was refused, what to name in a report, when to ask again.
const EXPOSED: &str = "www-authenticate, x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-after";

/// Who may read an endpoint's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorsRule {
    /// Anybody: the answer is public (discovery, keys).
    Anyone,
    /// Pages at the origin of a registered redirect URI.
    Applications,
}

/// Answers preflights and adds the headers, by the rule of the route.
pub async fn cors(
    rule: CorsRule,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let allowed = allowed_origin(rule, request.request());
    if request.method() == Method::OPTIONS {
        let mut preflight = HttpResponse::NoContent().finish();
        if let Some(origin) = allowed {
            let headers = preflight.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
        if rule == CorsRule::Applications {
            preflight.headers_mut().insert(VARY, HeaderValue::from_static("Origin"));
        }
        return Ok(request.into_response(preflight).map_into_right_body());
    }
    let mut response = next.call(request).await?.map_into_left_body();
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    if rule == CorsRule::Applications {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    Ok(response)
}

fn allowed_origin(rule: CorsRule, request: &HttpRequest) -> Option<HeaderValue> {
    match rule {
        // Asked across origins or not: what a shared cache has kept of one answer must do for the other.
        CorsRule::Anyone => Some(HeaderValue::from_static("*")),
        CorsRule::Applications => {
            let origin = request.headers().get(ORIGIN)?;
            let app = request.app_data::<web::Data<App>>()?;
            app.clients.directory().is_web_origin(origin.to_str().ok()?).then(|| origin.clone())
        }
    }
}
