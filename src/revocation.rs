//! `POST /revoke`: a client gives a token back.
//!
//! A refresh token ends its grant and with it every access token; an access token is revoked by itself. The answer is
//! 200 whatever the token was (RFC 7009 §2.2), and another client's token stays alive.
//!
//! Order of checks: 1. the client proves itself (a public one by its id); 2. the token is ours; 3. it is this client's.
//!
//! Cost: an access token 1 round trip, 1 commit; a refresh token 3 round trips, 1 commit.
//!
//! Specs: RFC 7009.

use crate::app::App;
use crate::clock::Timestamp;
use crate::events::{self, EventKind};
use crate::grants::access_token::AccessTokenClaims;
use crate::grants::refresh_token::RefreshToken;
use crate::grants::{self, EndReason};
use crate::oauth::error::OAuthError;
use crate::storage::StorageError;
use crate::web::authenticated_client::authenticated_client;
use crate::web::form::ProtocolForm;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};

/// `POST /revoke`.
pub async fn post_revoke(app: web::Data<App>, request: HttpRequest, form: ProtocolForm) -> Result<HttpResponse, OAuthError> {
    let client = authenticated_client(&app, &request, &form.0).await?;
    let text = form.0.get("token").ok_or_else(|| OAuthError::invalid_request("token is missing."))?;
    let now = app.now();
    if let Some(token) = RefreshToken::open(&app.sealing, text) {
        app.storage
            .transaction(async |connection| {
                if let Some(grant) =
                    grants::end_grant_of_client(connection, &token.grant_id, &client.client_id, EndReason::Revoked, now).await?
                {
                    events::record(connection, &app, EventKind::GrantRevoked, &events::About::grant(&grant)).await?;
                }
                Ok::<_, StorageError>(())
            })
            .await?;
    } else if let Some(claims) = AccessTokenClaims::read(text, app.issuer().as_str(), &app.keys, &app.sealing, now)
        && claims.client_id == client.client_id
    {
        let mut connection = app.storage.write().await?;
        grants::revoke_access_token(&mut connection, &claims.jti, Timestamp::from_unix_seconds(claims.exp)).await?;
    }
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).finish())
}
