//! ID tokens.
//!
//! Specs: OpenID Connect Core §2, §3.1.3.6, §5.5 and §12.2.

use super::issue::Issue;
use crate::oauth::claims::Claims;
use crate::oauth::error::OAuthError;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::users::claims::{claims_about, requested_claims};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

/// What the ID token follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdTokenFor {
    Authentication,
    /// Without `nonce` (OpenID Connect Core §12.2).
    Refresh,
}

pub(super) fn issue(issue: &Issue<'_>, access_token: &str, occasion: IdTokenFor) -> Result<String, OAuthError> {
    let Issue { app, client, standing, grant, now, .. } = issue;
    let algorithm = client.metadata.id_token_signed_response_alg;
    let (granted, _) = app.clients.directory().still_allowed(client, &grant.scope.union(&grant.claims.0.scope()), &[]);
    let visible = claims_about(&standing.user, &client.metadata, &granted, &app.config.claims.0);
    let mut claims: Claims = if client.metadata.claims_in_id_token {
        claims_about(&standing.user, &client.metadata, &issue.scope, &app.config.claims.0)
    } else {
        Claims::new()
    };
    claims.extend(requested_claims(&visible, &grant.claims.0.id_token));
    // Last, so that nothing above can take the place of a protocol claim.
    let mut protocol = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    protocol("iss", json!(app.issuer().as_str()));
    protocol("sub", json!(standing.user.id));
    protocol("aud", json!(client.client_id));
    protocol("exp", json!((*now + app.tokens.id_token_lifetime).unix_seconds()));
    protocol("iat", json!(now.unix_seconds()));
    protocol("at_hash", json!(at_hash(algorithm, access_token)));
    if let Some(at) = grant.authenticated_at {
        protocol("auth_time", json!(at.unix_seconds()));
    }
    if let Some(acr) = &grant.acr {
        protocol("acr", json!(acr));
    }
    if let Some(amr) = &grant.amr {
        protocol("amr", json!(amr.0));
    }
    if let Some(sid) = &grant.session_id {
        protocol("sid", json!(sid));
    }
    if let (Some(nonce), IdTokenFor::Authentication) = (&grant.nonce, occasion) {
        protocol("nonce", json!(nonce));
    }
    app.keys.sign(algorithm, "JWT", &claims, *now).map_err(OAuthError::server_error)
}

/// The left half of the hash that goes with the algorithm (OpenID Connect Core §3.1.3.6; Ed25519 goes with SHA-512).
fn at_hash(algorithm: SignatureAlgorithm, access_token: &str) -> String {
    let hash = match algorithm {
        SignatureAlgorithm::EdDSA => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(hash.split_at(hash.len() / 2).0)
}
