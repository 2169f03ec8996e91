//! The bearer token of a request to one of our own resources.
//!
//! Specs: RFC 6750 §2 and §3.1; the query form is refused as RFC 9700 §4.3.2 demands.

use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::params::Params;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

/// What a request carries.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    Token(String),
    /// Nothing: the challenge names no error (RFC 6750 §3.1).
    Nothing,
}

/// Reads the token from the header or, for POST, from the form body; from one of them only.
pub fn bearer_token(request: &HttpRequest, body: &Params) -> Result<Presented, OAuthError> {
    if request.query_string().split('&').any(|pair| pair.split('=').next() == Some("access_token")) {
        return Err(OAuthError::invalid_request("Send the access token in the Authorization header, not in the query."));
    }
    let headers: Vec<_> = request.headers().get_all(AUTHORIZATION).collect();
    let in_body = body.get("access_token");
    match (headers.as_slice(), in_body) {
        ([], None) => Ok(Presented::Nothing),
        ([], Some(token)) => Ok(Presented::Token(token.to_owned())),
        ([header], None) => {
            let text = header.to_str().unwrap_or("");
            match text.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => Ok(Presented::Token(token.trim().to_owned())),
                _ => Err(OAuthError::new(ErrorCode::InvalidToken, "The Authorization header is not of scheme Bearer.")),
            }
        }
        _ => Err(OAuthError::invalid_request("Send the access token once.")),
    }
}
