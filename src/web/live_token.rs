//! An access token that is alive now: what userinfo, introspection, token exchange and forward-auth ask before they honour one, so that
//! a rule holds in all of them.
//!
//! Order of checks: 1. the token is ours and unexpired; 2. its client is there and enabled; 3. its grant, the grant's client, the person
//! and the session are alive, and it has not been revoked by itself.
//!
//! Cost: 1 signature check, 1 round trip.

use crate::app::App;
use crate::clients::Client;
use crate::grants::access_token::AccessTokenClaims;
use crate::grants::policy::{Refusal, check_client, check_grant};
use crate::grants::{self, GrantState};
use crate::oauth::grant_type::GrantType;
use crate::storage::StorageError;
use std::sync::Arc;

/// A token, who holds it, and what it stands for.
pub struct LiveToken {
    pub claims: AccessTokenClaims,
    /// Whom it was issued to.
    pub client: Arc<Client>,
    /// Absent for a machine's own token.
    pub state: Option<GrantState>,
}

/// Why a token counts for nothing. For the log; whoever asked reads only that it does not count.
#[derive(Debug, thiserror::Error)]
pub enum DeadToken {
    #[error("not a valid token of ours")]
    Unknown,
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("the token was revoked")]
    Revoked,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Reads a token and asks whether everything that it stands on is still there.
pub async fn live_token(app: &App, text: &str) -> Result<LiveToken, DeadToken> {
    let now = app.now();
    let claims = AccessTokenClaims::read(text, app.issuer().as_str(), &app.keys, &app.sealing, now).ok_or(DeadToken::Unknown)?;
    let client = app.clients.find(claims.client_id.as_str()).ok_or(Refusal::ClientDisabled)?;
    let mut connection = app.storage.read().await?;
    let Some(grant_id) = &claims.grant_id else {
        check_client(&client, GrantType::ClientCredentials)?;
        let revoked = grants::is_revoked(&mut connection, &claims.jti).await?;
        return if revoked { Err(DeadToken::Revoked) } else { Ok(LiveToken { claims, client, state: None }) };
    };
    let state = grants::find_grant_state(&mut connection, grant_id, &claims.jti).await?.ok_or(Refusal::GrantEnded)?;
    drop(connection);
    if state.token_is_revoked {
        return Err(DeadToken::Revoked);
    }
    let granted_to = app.clients.find(state.grant.client_id.as_str()).ok_or(Refusal::ClientDisabled)?;
    check_grant(&granted_to, &state.grant, state.standing.as_ref(), app.rules(), now)?;
    // A token that was exchanged lives by the right to exchange too.
    if client.client_id != granted_to.client_id {
        check_client(&client, GrantType::TokenExchange)?;
    }
    Ok(LiveToken { claims, client, state: Some(state) })
}
