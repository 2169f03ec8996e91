//! `/auth/verify`: a gateway asks whether a request may pass, and for whom it is.
//!
//! Any method, any suffix, any query. Answers 200 with identity headers, 401 or 403, as nginx's `auth_request`, Traefik's ForwardAuth,
//! Caddy's `forward_auth` and Envoy's `ext_authz` read them; never 429, and never a redirect except at a place with `browser = true`.
//!
//! Order of checks:
//! 1. where places are configured, a trusted gateway tells which one the request is for (deny by default);
//! 2. one bearer token in the header (RFC 6750 §2.1), else, at a place for browsers, its cookie ([`browser`]);
//! 3. the token is alive and meant for the place's API;
//! 4. scope and groups.
//!
//! Cost: 1 signature check, 1 round trip. A database that does not answer is 503, which every gateway takes for a refusal.

mod browser;
mod original;
mod place;

use crate::app::App;
use crate::config::ProtectedPlace;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::params::Params;
use crate::storage::StorageError;
use crate::users::User;
use crate::web::bearer_token::{Presented, bearer_token};
use crate::web::live_token::{DeadToken, LiveToken, live_token};
use crate::web::oauth_error::bearer_challenge;
use actix_web::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use original::Original;
use place::place_of;

pub use browser::get_start;

/// Every method of `/auth/verify`.
pub async fn verify(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, OAuthError> {
    let original = Original::of(&app, &http);
    let places = &app.config.protected;
    let place = original.as_ref().and_then(|original| place_of(places, original));
    if place.is_none() && !places.is_empty() {
        tracing::info!(from_a_trusted_gateway = original.is_some(), "no protected place is for this request");
        return Ok(HttpResponse::Forbidden().insert_header((CACHE_CONTROL, "no-store")).finish());
    }
    match bearer_token(&http, &Params::default()) {
        Ok(Presented::Token(token)) => Ok(by_token(&app, &token, place).await?),
        Ok(Presented::Nothing) => match (original, place) {
            (Some(original), Some(place)) if place.browser => browser::by_cookie(&app, &http, &original, place).await,
            _ => Ok(unauthorized(None)),
        },
        Err(error) => Ok(unauthorized(Some(&error))),
    }
}

async fn by_token(app: &App, token: &str, place: Option<&ProtectedPlace>) -> Result<HttpResponse, StorageError> {
    let invalid = |why: &str| {
        let error = OAuthError::new(ErrorCode::InvalidToken, "The access token is expired, revoked or meant for another API.").because(why);
        crate::web::oauth_error::log(&error);
        unauthorized(Some(&error))
    };
    let token = match live_token(app, token).await {
        Ok(token) => token,
        Err(DeadToken::Storage(error)) => return Err(error),
        Err(dead) => return Ok(invalid(&dead.to_string())),
    };
    let Some(place) = place else { return Ok(pass(&token)) };
    if place.resource.as_ref().is_some_and(|resource| !token.claims.aud.iter().any(|aud| aud == resource.as_str())) {
        return Ok(invalid("the audience is another"));
    }
    if !place.scope.is_subset_of(&token.claims.scope) {
        let challenge = format!("Bearer realm=\"ostiary\", error=\"insufficient_scope\", scope=\"{}\"", place.scope);
        return Ok(HttpResponse::Forbidden()
            .insert_header((WWW_AUTHENTICATE, challenge))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish());
    }
    let user = token.state.as_ref().and_then(|state| state.standing.as_ref()).map(|standing| &standing.user);
    if !is_in_group(place, user) {
        return Ok(HttpResponse::Forbidden().insert_header((CACHE_CONTROL, "no-store")).finish());
    }
    Ok(pass(&token))
}

fn is_in_group(place: &ProtectedPlace, user: Option<&User>) -> bool {
    place.groups.is_empty() || user.is_some_and(|user| user.groups.0.iter().any(|group| place.groups.contains(group)))
}

fn unauthorized(error: Option<&OAuthError>) -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, bearer_challenge(error)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn pass(token: &LiveToken) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    let claims = &token.claims;
    identity(&mut answer, "x-auth-subject", [claims.sub.as_str()]);
    identity(&mut answer, "x-auth-client", [claims.client_id.as_str()]);
    identity(&mut answer, "x-auth-scope", [claims.scope.to_string().as_str()]);
    let user = token.state.as_ref().and_then(|state| state.standing.as_ref()).map(|standing| &standing.user);
    if let Some(user) = user.filter(|_| claims.scope.contains("email")) {
        identity(&mut answer, "x-auth-email", [user.email.as_str()]);
    }
    identity(&mut answer, "x-auth-groups", claims.groups.iter().flatten().map(String::as_str));
    identity(&mut answer, "x-auth-roles", claims.roles.iter().flatten().map(String::as_str));
    if let Some(act) = &claims.act {
        identity(&mut answer, "x-auth-actor", [act.sub.as_str()]);
    }
    answer.insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// One line of ASCII, whatever a group is called: what is not plain is percent-encoded, values are separated by commas.
fn identity<'a>(answer: &mut HttpResponseBuilder, name: &'static str, values: impl IntoIterator<Item = &'a str>) {
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b',').add(b'%').add(b'"');
    let values: Vec<String> = values.into_iter().map(|value| percent_encoding::utf8_percent_encode(value, ENCODED).to_string()).collect();
    answer.insert_header((name, values.join(",")));
}
