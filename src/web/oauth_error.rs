//! [`OAuthError`] as an answer: JSON, the one status table, and `WWW-Authenticate`, written here alone.
//!
//! Specs: RFC 6749 §5.2, RFC 6750 §3, RFC 9110 §15.5.6 (405).

use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::scope::Scope;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

/// Seconds until a client should try again after 503.
pub const RETRY_AFTER_SECONDS: &str = "5";

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::BAD_REQUEST)
    }

    fn error_response(&self) -> HttpResponse {
        log(self);
        let mut answer = HttpResponse::build(self.status_code());
        answer.extensions_mut().insert(self.clone());
        answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
        match self.code {
            ErrorCode::InvalidClient => {
                answer.insert_header((WWW_AUTHENTICATE, "Basic realm=\"ostiary\", charset=\"UTF-8\""));
            }
            ErrorCode::InvalidToken | ErrorCode::InsufficientScope => {
                answer.insert_header((WWW_AUTHENTICATE, bearer_challenge(Some(self), None)));
            }
            ErrorCode::TemporarilyUnavailable => {
                answer.insert_header((RETRY_AFTER, RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        answer.json(json!({ "error": self.code.as_str(), "error_description": self.description() }))
    }
}

/// 405 at an endpoint for machines: in the form that a client reads there. The method is HTTP's affair and in no table of OAuth's,
/// so the status is not that of the code; `methods` are those that work, for `Allow`.
pub fn wrong_method(methods: &'static str) -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, methods))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "error": ErrorCode::InvalidRequest.as_str(), "error_description": format!("This endpoint takes {methods}.") }))
}

/// The challenge of RFC 6750 §3; without `error` when no token was sent, with the scope that would do when it is known.
pub fn bearer_challenge(error: Option<&OAuthError>, scope: Option<&Scope>) -> String {
    let Some(error) = error else { return "Bearer realm=\"ostiary\"".into() };
    let scope = scope.map(|scope| format!("scope=\"{scope}\", ")).unwrap_or_default();
    // RFC 6750 §3: a description has neither quotes nor backslashes; `OAuthError` sees to it, and `Scope` to its own.
    format!("Bearer realm=\"ostiary\", error=\"{}\", {scope}error_description=\"{}\"", error.code, error.description())
}

/// The answer of an endpoint that takes bearer tokens: with a challenge whatever is wrong with the request (RFC 6750 §3).
pub fn challenged(error: &OAuthError) -> HttpResponse {
    let mut answer = error.error_response();
    if error.code == ErrorCode::InvalidRequest
        && let Ok(challenge) = HeaderValue::from_str(&bearer_challenge(Some(error), None))
    {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// Writes the full reason under the request's id.
pub fn log(error: &OAuthError) {
    let cause = error.cause.as_deref().unwrap_or("");
    match error.code {
        ErrorCode::ServerError => tracing::error!(error = error.code.as_str(), description = error.description(), cause, "refused"),
        ErrorCode::TemporarilyUnavailable => {
            tracing::warn!(error = error.code.as_str(), description = error.description(), cause, "refused")
        }
        _ => tracing::info!(error = error.code.as_str(), description = error.description(), cause, "refused"),
    }
}
