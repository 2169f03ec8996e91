//! `/auth/verify`: a gateway asks whether a request may pass, and for whom it is.
//!
//! Any method, any suffix, any query. Answers 200 with identity headers, 401 or 403, as nginx's `auth_request`, Traefik's ForwardAuth,
//! Caddy's `forward_auth` and Envoy's `ext_authz` read them; never 429, and never a redirect except at a place with `browser = true`.
//!
//! Order of checks:
//! 1. where places are configured, a trusted gateway tells which one the request is for (deny by default);
//! 2. one bearer token in the header (RFC 6750 §2.1), else, at a place for browsers, its cookie ([`browser`]), and nothing but the cookie
//!    where the place names no API: a token that was made for another is not for it (RFC 9700 §2.3);
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
use crate::oauth::scope::Scope;
use crate::storage::StorageError;
use crate::users::User;
use crate::web::bearer_token::{Presented, token_of_header};
use crate::web::live_token::{DeadToken, LiveToken, live_token};
use crate::web::oauth_error::bearer_challenge;
use actix_web::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use original::Original;
use place::{browser_place_of, place_of};

pub use browser::get_start;

/// Every method of `/auth/verify`.
pub async fn verify(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, OAuthError> {
    let places = &app.config.protected;
    // The query is the original's: what it holds is no affair of ours.
    let presented = token_of_header(&http);
    if places.is_empty() {
        return Ok(by_header(&app, presented, None).await?);
    }
    let original = match Original::of(&app, &http) {
        Ok(original) => original,
        Err(why) => {
            tracing::info!(why, "what a gateway asks about is not known");
            return Ok(forbidden());
        }
    };
    if original.path() == browser::CALLBACK
        && let Some(place) = browser_place_of(places, &original)
    {
        return browser::callback(&app, &http, &original, place).await;
    }
    let Some(place) = place_of(places, &original) else {
        tracing::info!("no protected place is for this request");
        return Ok(forbidden());
    };
    let is_tokenless = presented == Ok(Presented::Nothing);
    if place.browser && (is_tokenless || place.resource.is_none()) {
        return browser::by_cookie(&app, &http, &original, place, is_tokenless).await;
    }
    Ok(by_header(&app, presented, Some(place)).await?)
}

async fn by_header(
    app: &App,
    presented: Result<Presented, OAuthError>,
    place: Option<&ProtectedPlace>,
) -> Result<HttpResponse, StorageError> {
    match presented {
        Ok(Presented::Token(token)) => by_token(app, &token, place).await,
        Ok(Presented::Nothing) => Ok(unauthorized(None)),
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
    if place.resource.as_ref().is_none_or(|resource| !token.claims.aud.iter().any(|aud| aud == resource.as_str())) {
        return Ok(invalid("the audience is another"));
    }
    if !place.scope.is_subset_of(&token.claims.scope) {
        let error = OAuthError::new(ErrorCode::InsufficientScope, "The access token was not granted the scope that this place asks for.");
        return Ok(refusal(&error, &place.scope));
    }
    let user = token.state.as_ref().and_then(|state| state.standing.as_ref()).map(|standing| &standing.user);
    if !is_in_group(place, user) {
        return Ok(forbidden());
    }
    Ok(pass(&token))
}

fn is_in_group(place: &ProtectedPlace, user: Option<&User>) -> bool {
    place.groups.is_empty() || user.is_some_and(|user| user.groups.0.iter().any(|group| place.groups.contains(group)))
}

fn forbidden() -> HttpResponse {
    HttpResponse::Forbidden().insert_header((CACHE_CONTROL, "no-store")).finish()
}

/// 403, and what would do.
fn refusal(error: &OAuthError, scope: &Scope) -> HttpResponse {
    HttpResponse::Forbidden()
        .insert_header((WWW_AUTHENTICATE, bearer_challenge(Some(error), Some(scope))))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

fn unauthorized(error: Option<&OAuthError>) -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, bearer_challenge(error, None)))
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
    answer.insert_header((name, encoded(values)));
}

/// No value reads as another: services trim what stands between commas, and an empty one says nothing.
fn encoded<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b',').add(b'%').add(b'"');
    let each = values.into_iter().filter(|value| !value.is_empty()).map(|value| {
        let within = value.trim_start_matches(' ');
        let before = "%20".repeat(value.len() - within.len());
        let inner = within.trim_end_matches(' ');
        let after = "%20".repeat(within.len() - inner.len());
        format!("{before}{}{after}", percent_encoding::utf8_percent_encode(inner, ENCODED))
    });
    each.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::encoded;

    // security.md H1
    #[test]
    fn no_group_reads_as_another() {
        assert_eq!(encoded(["admins", "team leads"]), "admins,team leads");
        assert_eq!(
            encoded([" admins", "admins ", "\tadmins", "a,admins", "", "  ", "é%"]),
            "%20admins,admins%20,%09admins,a%2Cadmins,%20%20,%C3%A9%25"
        );
    }
}
