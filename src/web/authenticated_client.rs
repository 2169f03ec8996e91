//! Reads how a request proves its client, one method only, and has it proven.
//!
//! Specs: RFC 6749 §2.3, RFC 7521 §4.2.

use crate::app::App;
use crate::clients::Client;
use crate::clients::authentication::{self, PresentedCredentials};
use crate::keys::Jws;
use crate::oauth::client_metadata::ClientAuthenticationMethod as Method;
use crate::oauth::error::OAuthError;
use crate::oauth::params::{self, Params};
use crate::secret::Secret;
use crate::web::refusals::name_client;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Arc;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Proves the client of a request to the token, introspection or revocation endpoint.
///
/// Cost: see [`authentication::authenticate`].
pub async fn authenticated_client(app: &App, request: &HttpRequest, params: &Params) -> Result<Arc<Client>, OAuthError> {
    let outcome = match presented(request, params) {
        Ok(presented) => authentication::authenticate(&app.authentication_context(), presented).await,
        Err(error) => Err(error),
    };
    match &outcome {
        Ok(client) => name_client(request, client.client_id.as_str()),
        Err(_) => name_unproven_client(request, params),
    }
    outcome
}

/// Names the client that a request claims to come from, for the note of a refusal; nothing is proven.
pub fn name_unproven_client(request: &HttpRequest, params: &Params) {
    let presented = presented(request, params).ok();
    let claimed = presented.as_ref().and_then(PresentedCredentials::client_id).or(params.get("client_id")).map(str::to_owned);
    // RFC 7521 §4.2: beside an assertion client_id is optional; its subject is the client.
    let of_assertion = || Jws::parse(params.get("client_assertion")?)?.unverified("sub").map(str::to_owned);
    claimed.or_else(of_assertion).inspect(|client_id| name_client(request, client_id));
}

/// Order of checks: 1. at most one method (RFC 6749 §2.3); 2. its parts are readable; 3. `client_id` in the body agrees.
fn presented(request: &HttpRequest, params: &Params) -> Result<PresentedCredentials, OAuthError> {
    let body_id = params.get("client_id").map(str::to_owned);
    let basic = match request.headers().get_all(AUTHORIZATION).collect::<Vec<_>>().as_slice() {
        [] => None,
        [one] => Some(basic_credentials(one.to_str().unwrap_or(""))?),
        _ => return Err(OAuthError::invalid_request("Send one Authorization header.")),
    };
    let secret = params.get("client_secret");
    let assertion = params.get("client_assertion");
    let methods = usize::from(basic.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some());
    if methods > 1 {
        return Err(OAuthError::invalid_request("The client authenticates in more than one way; use one (RFC 6749, section 2.3)."));
    }
    if let Some((client_id, secret)) = basic {
        if body_id.is_some_and(|sent| sent != client_id) {
            return Err(OAuthError::invalid_client("client_id in the body differs from the one in Authorization"));
        }
        return Ok(PresentedCredentials::Secret { client_id, secret, method: Method::ClientSecretBasic });
    }
    if let Some(assertion) = assertion {
        if params.get("client_assertion_type") != Some(JWT_BEARER) {
            return Err(OAuthError::invalid_client("client_assertion_type is missing or unknown"));
        }
        return Ok(PresentedCredentials::Assertion { client_id: body_id, assertion: assertion.to_owned() });
    }
    let client_id = body_id.ok_or_else(|| OAuthError::invalid_client("no client_id and no credentials"))?;
    Ok(match secret {
        Some(secret) => PresentedCredentials::Secret { client_id, secret: Secret::from(secret), method: Method::ClientSecretPost },
        None => PresentedCredentials::None { client_id },
    })
}

/// RFC 6749 §2.3.1: id and secret are form-urlencoded before they are joined and base64-encoded.
fn basic_credentials(header: &str) -> Result<(String, Secret), OAuthError> {
    let unreadable = |why: &str| OAuthError::invalid_client(format!("Authorization: {why}"));
    let (scheme, encoded) = header.split_once(' ').ok_or_else(|| unreadable("has no credentials"))?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(unreadable("is not of scheme Basic"));
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| unreadable("is not base64"))?;
    let text = String::from_utf8(decoded).map_err(|_| unreadable("is not UTF-8"))?;
    let (id, secret) = text.split_once(':').ok_or_else(|| unreadable("has no colon"))?;
    let part = |part| params::decode(part).map_err(|_| unreadable("is not form-urlencoded (RFC 6749 §2.3.1)"));
    let (id, secret) = (part(id)?, Secret::new(part(secret)?));
    if id.is_empty() { Err(unreadable("has no client_id")) } else { Ok((id, secret)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn outcome(header: Option<&str>, body: &str) -> String {
        let mut request = TestRequest::post();
        if let Some(header) = header {
            request = request.insert_header((AUTHORIZATION, header));
        }
        match presented(&request.to_http_request(), &Params::parse(body).unwrap()) {
            Ok(PresentedCredentials::Secret { client_id, secret, method }) => {
                format!("{} {client_id} {}", method.as_str(), secret.expose())
            }
            Ok(PresentedCredentials::None { client_id }) => format!("none {client_id}"),
            Ok(PresentedCredentials::Assertion { .. }) => "assertion".into(),
            Err(error) => error.code.to_string(),
        }
    }

    // security.md T1, T3
    #[test]
    fn one_method_is_read_and_two_are_refused() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(outcome(Some(&basic("a%3Ab:s%2Bp+c%F0%9F%9A%AA")), ""), "client_secret_basic a:b s+p c🚪");
        assert_eq!(outcome(None, "client_id=a&client_secret=s"), "client_secret_post a s");
        assert_eq!(outcome(None, "client_id=a"), "none a");
        assert_eq!(outcome(Some(&basic("a:s")), "client_secret=s"), "invalid_request");
        assert_eq!(outcome(Some(&basic("a:s")), "client_id=b"), "invalid_client");
        for bad in ["Basic", "Basic !!!", "Bearer x", &basic("nocolon"), &basic(":s"), &basic("a:%zz")] {
            assert_eq!(outcome(Some(bad), ""), "invalid_client", "{bad}");
        }
        assert_eq!(outcome(None, ""), "invalid_client");
    }
}
