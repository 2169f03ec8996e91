//! `GET` and `POST /userinfo`: claims about the person whose access token this is.
//!
//! Order of checks: 1. one bearer token, not in the query (RFC 6750 §2); 2. it is ours, for us, unexpired; 3. its grant,
//! person, session and client are alive, and it has not been revoked; 4. it has `openid`.
//!
//! Cost: 1 round trip; 1 signature check for a token that was not seen shortly before.
//!
//! Specs: OpenID Connect Core §5.3, RFC 6750.

use crate::app::App;
use crate::oauth::claims::Claims;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::params::Params;
use crate::oauth::scope::Scope;
use crate::users::claims::{claims_about, requested_claims};
use crate::web::bearer_token::{Presented, bearer_token};
use crate::web::form::FormText;
use crate::web::live_token::{DeadToken, live_token};
use crate::web::oauth_error::{bearer_challenge, challenged};
use actix_web::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /userinfo`.
pub async fn get_userinfo(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    answer(&app, &request, &Params::default()).await.unwrap_or_else(|error| challenged(&error))
}

/// `POST /userinfo`; the token may be in the body (RFC 6750 §2.2).
pub async fn post_userinfo(app: web::Data<App>, request: HttpRequest, form: Result<FormText, OAuthError>) -> HttpResponse {
    let answered = async {
        let params = Params::parse(&form?.0).map_err(|why| OAuthError::invalid_request(why.to_string()))?;
        answer(&app, &request, &params).await
    };
    answered.await.unwrap_or_else(|error| challenged(&error))
}

async fn answer(app: &App, request: &HttpRequest, body: &Params) -> Result<HttpResponse, OAuthError> {
    let token = match bearer_token(request, body)? {
        Presented::Token(token) => token,
        Presented::Nothing => {
            return Ok(HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, bearer_challenge(None, None))).finish());
        }
    };
    let claims = claims(app, &token).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(claims))
}

async fn claims(app: &App, token: &str) -> Result<Claims, OAuthError> {
    let refused = |why: &str| {
        OAuthError::new(ErrorCode::InvalidToken, "The access token is expired, revoked or not meant for this endpoint.").because(why)
    };
    let live = live_token(app, token).await.map_err(|dead| match dead {
        DeadToken::Storage(error) => error.into(),
        dead => refused(&dead.to_string()),
    })?;
    let (token, client) = (live.claims, live.client);
    let state = live.state.ok_or_else(|| refused("a machine's token"))?;
    if !token.aud.iter().any(|aud| aud == app.issuer().as_str()) {
        return Err(refused("the audience is another"));
    }
    if !token.scope.contains(Scope::OPENID) {
        return Err(OAuthError::new(ErrorCode::InsufficientScope, "The access token was not granted the scope openid."));
    }
    let user = &state.standing.as_ref().ok_or_else(|| refused("no person"))?.user;
    let mappings = &app.config.claims.0;
    let directory = app.clients.directory();
    // What the operator took from the client is told no more (security.md R8).
    let allowed = |scope: &Scope| directory.still_allowed(&client, scope, &[]).0;
    let visible = claims_about(user, &client.metadata, &allowed(&state.grant.scope.union(&state.grant.claims.0.scope())), mappings);
    let mut claims = claims_about(user, &client.metadata, &allowed(&token.scope), mappings);
    claims.extend(requested_claims(&visible, &state.grant.claims.0.userinfo));
    claims.insert("sub".into(), user.id.as_str().into());
    Ok(claims)
}
