//! Tokens for machines: no person, no grant row, no refresh token.
//!
//! Order of checks: 1. the client may use the grant type (asked for every grant type alike); 2. the scope is its own; 3. the targets are
//! its own.
//!
//! Cost: no round trip, 1 signature.
//!
//! Specs: RFC 6749 §4.4, RFC 9068 §2.2 (`sub` is the client).

use super::issue::{TokenResponse, access_token_for_client};
use crate::app::App;
use crate::clients::Client;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::scope::Scope;

pub(super) fn issue_to(app: &App, client: &Client, requested: &Scope, requested_resources: &[String]) -> Result<TokenResponse, OAuthError> {
    let directory = app.clients.directory();
    // Claims about people have no meaning here, so neither have the scopes that stand for them.
    let allowed = directory.allowed_scope(client).filtered(|token| !Scope::STANDARD.contains(&token));
    if !requested.is_subset_of(&allowed) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope holds a token that this client may not ask for.").about(requested));
    }
    let scope = if requested.is_empty() { allowed } else { requested.clone() };
    let targets = directory.targets(client, requested_resources, &scope)?;
    let targets = directory.narrow_targets(&targets, &[])?;
    let scope = directory.scope_asked_for(requested, &scope, &targets)?;
    access_token_for_client(app, client, scope, &targets)
}
