//! The bearer token of a request to one of our own resources.
//!
//! Specs: RFC 6750 §2 and §3.1; the query form is refused as RFC 9700 §4.3.2 demands.

use crate::oauth::error::OAuthError;
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
    match (token_of_header(request)?, body.get("access_token")) {
        (presented, None) => Ok(presented),
        (Presented::Nothing, Some(token)) => Ok(Presented::Token(token.to_owned())),
        (Presented::Token(_), Some(_)) => Err(sent_twice()),
    }
}

/// Reads the token from the header alone, for whom neither query nor body of the request is its own. A header of another scheme holds no
/// token, and is told what does as if it were absent (RFC 6750 §3.1).
pub fn token_of_header(request: &HttpRequest) -> Result<Presented, OAuthError> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let Some(header) = headers.next() else { return Ok(Presented::Nothing) };
    if headers.next().is_some() {
        return Err(sent_twice());
    }
    let text = header.to_str().map_err(|_| OAuthError::invalid_request("The Authorization header is not ASCII."))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    match (scheme.eq_ignore_ascii_case("Bearer"), token.trim()) {
        (false, _) => Ok(Presented::Nothing),
        (true, "") => Err(OAuthError::invalid_request("The Authorization header holds no access token.")),
        (true, token) => Ok(Presented::Token(token.to_owned())),
    }
}

fn sent_twice() -> OAuthError {
    OAuthError::invalid_request("Send the access token once.")
}
