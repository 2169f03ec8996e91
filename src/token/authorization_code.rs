//! Redeeming an authorization code.
//!
//! Order of checks:
//! 1. the code opens and is this client's (RFC 6749 §4.1.3: another client's attempt must not harm the owner's code);
//! 2. `redirect_uri` is the one of the request, or neither has one;
//! 3. PKCE: the verifier answers the challenge, or neither is there (RFC 9700 §2.1.1);
//! 4. it has not expired;
//! 5. the targets were granted, are still the client's, and take one form of token: what is refused so far uses nothing up;
//! 6. the policy: client, person, session; and the consent is still given;
//! 7. nobody redeemed it before: the insert decides. A second redemption ends the grant (RFC 6749 §4.1.2), and is one too when the code
//!    has expired or its session has ended by then.
//!
//! Cost: 2 round trips, 1 commit, a signature for each token.

use super::id_token::IdTokenFor;
use super::issue::{Issue, TokenResponse, form_of};
use crate::app::App;
use crate::clients::Client;
use crate::events::{self, EventKind};
use crate::grants::authorization_code::AuthorizationCode;
use crate::grants::policy::check_standing;
use crate::grants::{self, EndReason, Grant, GrantId, Inserted, refresh_token::RefreshToken};
use crate::oauth::error::OAuthError;
use crate::oauth::grant_type::GrantType;
use crate::oauth::pkce::CodeVerifier;
use crate::storage::StorageError;
use crate::storage::columns::Json;

pub(super) async fn redeem(
    app: &App,
    client: &Client,
    code: &str,
    redirect_uri: Option<&str>,
    verifier: Option<&CodeVerifier>,
    requested_resources: &[String],
) -> Result<TokenResponse, OAuthError> {
    let now = app.now();
    let code = AuthorizationCode::open(&app.sealing, code)
        .filter(|code| code.client_id == client.client_id)
        .ok_or_else(|| OAuthError::invalid_grant("The code is not one that this server issued to this client."))?;
    if code.redirect_uri.as_deref() != redirect_uri {
        return Err(OAuthError::invalid_grant("redirect_uri must be the same as in the authorization request (RFC 6749, section 4.1.3)."));
    }
    check_pkce(&code, verifier)?;
    if code.expires_at <= now {
        end_if_redeemed(app, &code).await?;
        return Err(OAuthError::invalid_grant("The code has expired; redeem it within a minute."));
    }
    let directory = app.clients.directory();
    let (scope, resources) = directory.still_allowed(client, &code.scope, &code.resources);
    let targets = directory.narrow_targets(&resources, requested_resources)?;
    let token_scope = directory.scope_asked_for(&code.scope, &scope, &targets)?;
    let form = form_of(&targets, app.tokens.access_token_lifetime)?;

    let mut connection = app.storage.write().await?;
    let found = grants::find_standing(&mut connection, &code.user_id, &code.session_id, &client.client_id).await?;
    let (standing, consent) = found.map_or((None, None), |(standing, consent)| (Some(standing), consent));
    // Even a grant that will outlive the session must begin in one.
    if let Err(refusal) = check_standing(client, GrantType::AuthorizationCode, standing.as_ref(), app.rules(), now) {
        drop(connection);
        end_if_redeemed(app, &code).await?;
        return Err(gone().because(refusal));
    }
    let standing = standing.ok_or_else(|| OAuthError::server_error("no standing after the policy"))?;
    let needs_consent = !client.metadata.first_party;
    if needs_consent && !consent.is_some_and(|consent| consent.covers(&scope, &resources)) {
        return Err(OAuthError::invalid_grant("The person has taken back the consent that the code was for."));
    }

    let refreshable = directory.may_refresh(client, &code.scope);
    let lifetime = if refreshable { app.tokens.refresh_token_absolute_lifetime } else { app.key_policy.longest_token };
    let grant = Grant {
        id: GrantId::generate(&app.random, now),
        code_id: Some(code.id.clone()),
        grant_type: GrantType::AuthorizationCode.as_str().into(),
        client_id: client.client_id.clone(),
        user_id: Some(code.user_id.clone()),
        session_id: Some(code.session_id.clone()),
        scope: code.scope.clone(),
        resources: Json(code.resources.clone()),
        claims: Json(code.claims.clone()),
        nonce: code.nonce.clone(),
        authenticated_at: Some(code.authenticated_at),
        acr: Some(code.acr.clone()),
        amr: Some(Json(code.amr.clone())),
        // Without a refresh token nothing outlives the session (OpenID Connect Core §11).
        offline: code.offline && refreshable,
        generation: 0,
        rotated_at: now,
        created_at: now,
        expires_at: now + lifetime,
        ended_at: None,
        ended_reason: None,
    };
    let inserted = grants::insert_code_grant(&mut connection, &grant, needs_consent).await?;
    // SQLite has one writer, and what follows takes it.
    drop(connection);
    match inserted {
        Inserted::Redeemed => {}
        Inserted::AlreadyUsed => {
            let ended = end_if_redeemed(app, &code).await?;
            return Err(OAuthError::invalid_grant("The code was used before; what it had granted has been ended.")
                .because(format!("ended grant: {ended:?}")));
        }
        Inserted::Gone => return Err(gone().because("it ended during the redemption")),
    }

    let refresh_token = refreshable
        .then(|| RefreshToken { grant_id: grant.id.clone(), generation: 0 }.seal(&app.sealing))
        .transpose()
        .map_err(OAuthError::server_error)?;
    Issue { app, client, standing: &standing, grant: &grant, scope: token_scope, resources: &targets, form, now }
        .tokens(refresh_token, IdTokenFor::Authentication)
}

fn gone() -> OAuthError {
    OAuthError::invalid_grant("The person or the session that the code was for is no longer signed in.")
}

/// Ends what a code has granted already that is presented again; in one transaction, so that it is never done without being noted.
async fn end_if_redeemed(app: &App, code: &AuthorizationCode) -> Result<Option<GrantId>, StorageError> {
    app.storage
        .transaction(async |connection| {
            let ended = grants::end_grant_of_code(connection, &code.id, EndReason::CodeReuse, app.now()).await?;
            if let Some(grant_id) = &ended {
                let about = events::About::user(&code.user_id).with_client(&code.client_id).in_session(&code.session_id);
                events::record(connection, app, EventKind::CodeReused, &about.with("grant_id", grant_id.as_str())).await?;
            }
            Ok(ended)
        })
        .await
}

/// RFC 7636 §4.6; RFC 9700 §2.1.1: a verifier without a challenge is a downgrade and is refused.
fn check_pkce(code: &AuthorizationCode, verifier: Option<&CodeVerifier>) -> Result<(), OAuthError> {
    match (&code.code_challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
        (Some(_), Some(_)) => {
            Err(OAuthError::invalid_grant("code_verifier does not answer the code_challenge of the authorization request."))
        }
        (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing; the authorization request had a code_challenge.")),
        (None, Some(_)) => Err(OAuthError::invalid_grant("code_verifier was sent, but the authorization request had no code_challenge.")),
    }
}
