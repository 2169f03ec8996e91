//! Refreshing.
//!
//! Order of checks:
//! 1. the token opens (RFC 6749 §6);
//! 2. its grant exists and is this client's;
//! 3. the policy: grant, client, person, session;
//! 4. the generation: current, within the grace, idle for too long, or reused, which ends the grant (RFC 9700 §4.14.2);
//! 5. scope and resources are not wider than granted.
//!
//! Cost: 2 round trips, 1 commit; within the grace 1 round trip. Once a day 1 commit more, which keeps the session alive.

use super::id_token::IdTokenFor;
use super::issue::{Issue, TokenResponse};
use crate::app::App;
use crate::clients::Client;
use crate::events::{self, EventKind};
use crate::grants::policy::{check_client, check_grant};
use crate::grants::refresh_token::{RefreshToken, Worth};
use crate::grants::{self, EndReason, GrantState};
use crate::mail::notices::Notice;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::grant_type::GrantType;
use crate::oauth::scope::Scope;
use crate::sessions;
use crate::storage::Connection;
use crate::web::notices::tell_absent;

pub(super) async fn refresh(
    app: &App,
    client: &Client,
    text: &str,
    requested_scope: Option<&Scope>,
    requested_resources: &[String],
) -> Result<TokenResponse, OAuthError> {
    let now = app.now();
    let mut token = RefreshToken::open(&app.sealing, text).ok_or_else(unknown)?;
    let mut connection = app.storage.write().await?;
    let mut state = find(&mut connection, client, &token).await?;
    check(app, client, &state)?;

    // Scope and targets are judged before the generation moves on: a refused request must not use the token up.
    let directory = app.clients.directory();
    let granted_scope = state.grant.scope.clone();
    let scope = match requested_scope {
        Some(narrower) if !narrower.is_subset_of(&granted_scope) => {
            return Err(
                OAuthError::new(ErrorCode::InvalidScope, "scope is wider than what was granted (RFC 6749, section 6).").about(narrower)
            );
        }
        Some(narrower) => narrower.clone(),
        None => granted_scope,
    };
    let targets = directory.narrow_targets(&state.grant.resources.0, requested_resources)?;

    if token.worth(&state.grant, &app.tokens, now) == Worth::Current
        && !grants::rotate(&mut connection, &token.grant_id, token.generation, now).await?
    {
        // Somebody else was faster in this moment; what is true now decides.
        state = find(&mut connection, client, &token).await?;
        check(app, client, &state)?;
        return_unless_grace(app, client, &mut connection, &token, &state).await?;
    } else if token.worth(&state.grant, &app.tokens, now) != Worth::Current {
        return_unless_grace(app, client, &mut connection, &token, &state).await?;
    }
    token.generation += 1;

    let standing = state.standing.as_ref().ok_or_else(unknown)?;
    if let Some(session) = standing.session.as_ref().filter(|session| session.is_refresh_due(&app.sessions, now)) {
        sessions::refresh_session(&mut connection, &session.id, now).await?;
    }
    drop(connection);
    let refresh_token = token.seal(&app.sealing).map_err(OAuthError::server_error)?;
    Issue { app, client, standing, grant: &state.grant, scope: directory.scope_for(&scope, &targets), resources: &targets, now }
        .tokens(Some(refresh_token), IdTokenFor::Refresh)
}

fn unknown() -> OAuthError {
    OAuthError::invalid_grant("The refresh token is not one that this server issued to this client, or what it stood for has ended.")
}

async fn find(connection: &mut Connection, client: &Client, token: &RefreshToken) -> Result<GrantState, OAuthError> {
    let state = grants::find_grant_state(connection, &token.grant_id, "").await?;
    state.filter(|state| state.grant.client_id == client.client_id).ok_or_else(unknown)
}

fn check(app: &App, client: &Client, state: &GrantState) -> Result<(), OAuthError> {
    check_client(client, GrantType::RefreshToken)
        .and_then(|()| check_grant(client, &state.grant, state.standing.as_ref(), app.rules(), app.now()))
        .map_err(|refusal| unknown().because(refusal))
}

/// Lets a token of the generation before pass within the grace; ends the grant of any other.
async fn return_unless_grace(
    app: &App,
    client: &Client,
    connection: &mut Connection,
    token: &RefreshToken,
    state: &GrantState,
) -> Result<(), OAuthError> {
    let now = app.now();
    match token.worth(&state.grant, &app.tokens, now) {
        Worth::Current | Worth::WithinGrace => Ok(()),
        Worth::Idle => Err(unknown().because("not used for longer than the idle lifetime")),
        Worth::Reused => {
            if grants::end_grant(connection, &token.grant_id, EndReason::RefreshTokenReuse, now).await? {
                events::record(connection, app, EventKind::RefreshTokenReused, &events::About::grant(&state.grant)).await?;
                if let Some(standing) = &state.standing {
                    let notice = Notice::RefreshTokenReuse { app: &client.metadata.client_name };
                    drop(tell_absent(app, connection, &standing.user, &notice).await?);
                }
            }
            Err(OAuthError::invalid_grant("The refresh token was used before; what it stood for has been ended. Sign the person in again."))
        }
    }
}
