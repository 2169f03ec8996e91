//! `POST /introspect`: whether a token is good, for the API it is meant for and for the client it was issued to.
//!
//! Order of checks: 1. the caller proves itself; a public client may not ask (RFC 7662 §4); 2. the token is alive
//! ([`crate::web::live_token`]); 3. the caller is its client or one of its audience.
//! Whatever fails after 1 is `{"active": false}`.
//!
//! Cost: 1 round trip; 1 signature check for a token that was not seen shortly before.
//!
//! Specs: RFC 7662.

use crate::app::App;
use crate::clients::Client;
use crate::grants::policy::{check_client, check_grant};
use crate::grants::refresh_token::{RefreshToken, Worth};
use crate::grants::{self};
use crate::oauth::error::OAuthError;
use crate::oauth::grant_type::GrantType;
use crate::web::authenticated_client::authenticated_client;
use crate::web::form::ProtocolForm;
use crate::web::live_token::{DeadToken, live_token};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

/// `POST /introspect`.
pub async fn post_introspect(app: web::Data<App>, request: HttpRequest, form: ProtocolForm) -> Result<HttpResponse, OAuthError> {
    let client = authenticated_client(&app, &request, &form.0).await?;
    if client.metadata.is_public() {
        return Err(OAuthError::invalid_client("a public client may not introspect"));
    }
    let token = form.0.get("token").ok_or_else(|| OAuthError::invalid_request("token is missing."))?;
    // token_type_hint is only a hint (RFC 7662 §2.1); the token's own form tells what it is.
    let mut found = introspect_access_token(&app, &client, token).await?;
    if found.is_none() {
        found = introspect_refresh_token(&app, &client, token).await?;
    }
    let answer = found.unwrap_or_else(|| json!({ "active": false }));
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
}

async fn introspect_access_token(app: &App, caller: &Client, token: &str) -> Result<Option<Value>, OAuthError> {
    let claims = match live_token(app, token).await {
        Ok(live) => live.claims,
        Err(DeadToken::Storage(error)) => return Err(error.into()),
        Err(dead) => {
            tracing::debug!(why = %dead, "not active");
            return Ok(None);
        }
    };
    let is_audience = caller.metadata.serves.iter().any(|resource| claims.aud.iter().any(|aud| aud == resource.as_str()));
    if claims.client_id != caller.client_id && !is_audience {
        // Whoever wires an API reads "active": false of a token that is good.
        tracing::info!(caller = caller.client_id.as_str(), audience = ?claims.aud, "not active for this client: it serves no API of the token's audience");
        return Ok(None);
    }
    let mut answer = serde_json::to_value(&claims).map_err(OAuthError::server_error)?;
    if let Some(members) = answer.as_object_mut() {
        members.remove("grant_id");
        members.insert("active".into(), Value::Bool(true));
        members.insert("token_type".into(), "Bearer".into());
    }
    Ok(Some(answer))
}

async fn introspect_refresh_token(app: &App, caller: &Client, token: &str) -> Result<Option<Value>, OAuthError> {
    let now = app.now();
    let Some(token) = RefreshToken::open(&app.sealing, token) else { return Ok(None) };
    let mut connection = app.storage.read().await?;
    let state = grants::find_grant_state(&mut connection, &token.grant_id, "").await?;
    let Some(state) = state.filter(|state| state.grant.client_id == caller.client_id) else { return Ok(None) };
    let alive = check_client(caller, GrantType::RefreshToken).is_ok()
        && app.clients.directory().may_refresh(caller, &state.grant.scope)
        && check_grant(caller, &state.grant, state.standing.as_ref(), app.rules(), now).is_ok()
        && token.worth(&state.grant, &app.tokens, now) == Worth::Current;
    Ok(alive.then(|| {
        let (scope, _) = app.clients.directory().still_allowed(caller, &state.grant.scope, &[]);
        json!({
            "active": true,
            "iss": app.issuer().as_str(),
            "client_id": caller.client_id,
            "sub": state.grant.user_id,
            "scope": scope,
            "iat": state.grant.created_at.unix_seconds(),
            "exp": state.grant.expires_at.min(state.grant.rotated_at + app.tokens.refresh_token_idle_lifetime).unix_seconds(),
        })
    }))
}
