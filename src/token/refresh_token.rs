//! Refreshing.
//!
//! Order of checks:
//! 1. the token opens (RFC 6749 §6);
//! 2. its grant exists and is this client's;
//! 3. the policy: grant, client, person, session; and the client may still have a refresh token for it;
//! 4. scope and resources are not wider than granted, and the resources take one form of token: what is refused uses nothing up;
//! 5. the generation: current, within the grace, idle for too long, or reused, which ends the grant (RFC 9700 §4.14.2).
//!
//! What the operator has taken from the client since is in no new token.
//!
//! Cost: 2 round trips, 1 commit; within the grace 1 round trip. Once a day 1 commit more, which keeps the session alive.

use super::id_token::IdTokenFor;
use super::issue::{Issue, TokenResponse, form_of};
use crate::app::App;
use crate::clients::Client;
use crate::events::{self, EventKind};
use crate::grants::policy::{check_client, check_grant};
use crate::grants::refresh_token::{RefreshToken, Worth};
use crate::grants::{self, EndReason, GrantState};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::grant_type::GrantType;
use crate::oauth::scope::Scope;
use crate::sessions;
use crate::storage::{Connection, StorageError};
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
    let granted = &state.grant.scope;
    if !directory.may_refresh(client, granted) {
        return Err(unknown().because("the client may not have a refresh token for it"));
    }
    if let Some(wider) = requested_scope.filter(|requested| !requested.is_subset_of(granted)) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope is wider than what was granted (RFC 6749, section 6).").about(wider));
    }
    let (scope, resources) = directory.still_allowed(client, requested_scope.unwrap_or(granted), &state.grant.resources.0);
    let targets = directory.narrow_targets(&resources, requested_resources)?;
    let scope = directory.scope_asked_for(requested_scope.unwrap_or(granted), &scope, &targets)?;
    let form = form_of(&targets, app.tokens.access_token_lifetime)?;

    let mut worth = token.worth(&state.grant, &app.tokens, now);
    if worth == Worth::Current && !grants::rotate(&mut connection, &token.grant_id, token.generation, now).await? {
        // Somebody else was faster in this moment; what is true now decides.
        state = find(&mut connection, client, &token).await?;
        check(app, client, &state)?;
        worth = token.worth(&state.grant, &app.tokens, now);
    }
    match worth {
        Worth::Current | Worth::WithinGrace => {}
        Worth::Idle => return Err(unknown().because("not used for longer than the idle lifetime")),
        Worth::Reused => {
            // SQLite has one writer, and the end takes it.
            drop(connection);
            end_reused(app, client, &state).await?;
            let why = "The refresh token was used before; what it stood for has been ended. Sign the person in again.";
            return Err(OAuthError::invalid_grant(why));
        }
    }
    token.generation += 1;

    let standing = state.standing.as_ref().ok_or_else(unknown)?;
    // What outlives its session does not bring it back.
    let in_use = standing.session.as_ref().filter(|session| session.is_live(&app.sessions, now));
    if let Some(session) = in_use.filter(|session| session.is_refresh_due(&app.sessions, now)) {
        sessions::refresh_session(&mut connection, &session.id, now).await?;
    }
    drop(connection);
    let refresh_token = token.seal(&app.sealing).map_err(OAuthError::server_error)?;
    Issue { app, client, standing, grant: &state.grant, scope, resources: &targets, form, now }
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

/// Ends the grant of a token that was used before, and tells the person and the log: all of it, or none, so that a second try tells them.
async fn end_reused(app: &App, client: &Client, state: &GrantState) -> Result<(), StorageError> {
    let posted = app
        .storage
        .transaction(async |connection| {
            if !grants::end_grant(connection, &state.grant.id, EndReason::RefreshTokenReuse, app.now()).await? {
                return Ok(Posted::nothing());
            }
            events::record(connection, app, EventKind::RefreshTokenReused, &events::About::grant(&state.grant)).await?;
            let Some(standing) = &state.standing else { return Ok(Posted::nothing()) };
            let notice = Notice::RefreshTokenReuse { app: &client.metadata.client_name };
            tell_absent(app, connection, &standing.user, &notice).await
        })
        .await?;
    drop(posted);
    Ok(())
}
