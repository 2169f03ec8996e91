//! Proof that a request comes from the client it names.
//!
//! Specs: RFC 6749 §2.3, RFC 7523 §3, OpenID Connect Core §9, RFC 9700 §2.5.

use super::{Client, Clients};
use crate::clock::Timestamp;
use crate::keys::Jws;
use crate::oauth::client_metadata::ClientAuthenticationMethod as Method;
use crate::oauth::error::OAuthError;
use crate::oauth::issuer::Issuer;
use crate::outbound::Outbound;
use crate::sealing::{Purpose, Sealing};
use crate::secret::Secret;
use crate::storage::schema::consumed_assertions;
use crate::storage::{Connection, Storage, StorageError, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// What a request offers as proof: exactly one method.
#[derive(Debug)]
pub enum PresentedCredentials {
    /// `client_id` alone: a public client.
    None {
        client_id: String,
    },
    Secret {
        client_id: String,
        secret: Secret,
        method: Method,
    },
    /// A JWT of type `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`; `client_id` when the body has one too.
    Assertion {
        client_id: Option<String>,
        assertion: String,
    },
}

impl PresentedCredentials {
    /// Whom they claim to be of; nothing is proven yet.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::None { client_id } | Self::Secret { client_id, .. } => Some(client_id),
            Self::Assertion { client_id, .. } => client_id.as_deref(),
        }
    }
}

/// What the check needs of the installation.
pub struct AuthenticationContext<'a> {
    pub clients: &'a Clients,
    pub storage: &'a Storage,
    pub sealing: &'a Sealing,
    pub outbound: &'a Outbound,
    pub issuer: &'a Issuer,
    /// The token endpoint's URL, which classic OpenID Connect clients put into `aud`.
    pub token_endpoint: &'a str,
    pub now: Timestamp,
}

/// Clocks may differ by this much (security.md K8; FAPI 2.0 §5.3.2.1-13).
const LEEWAY: Duration = Duration::from_secs(30);
/// An assertion may live this long at most: it bounds how long its `jti` must be remembered.
const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);

/// Proves the client. Every failure is the same `invalid_client`; the cause goes to the log.
///
/// Order of checks: 1. the client exists and is enabled; 2. the method is the registered one; 3. the secret or signature;
/// 4. the assertion's claims; 5. its `jti` is new.
///
/// Cost: nothing but digests for a secret; for an assertion 1 signature check and 1 commit.
pub async fn authenticate(context: &AuthenticationContext<'_>, presented: PresentedCredentials) -> Result<Arc<Client>, OAuthError> {
    match presented {
        PresentedCredentials::None { client_id } => {
            let client = find(context, &client_id)?;
            if !client.metadata.is_public() {
                return Err(OAuthError::invalid_client("the client must authenticate and sent no credentials"));
            }
            Ok(client)
        }
        PresentedCredentials::Secret { client_id, secret, method } => with_secret(context, &client_id, &secret, method),
        PresentedCredentials::Assertion { client_id, assertion } => with_assertion(context, client_id, &assertion).await,
    }
}

fn find(context: &AuthenticationContext<'_>, client_id: &str) -> Result<Arc<Client>, OAuthError> {
    context.clients.find(client_id).ok_or_else(|| OAuthError::invalid_client("unknown or disabled client"))
}

fn with_secret(context: &AuthenticationContext<'_>, client_id: &str, secret: &Secret, method: Method) -> Result<Arc<Client>, OAuthError> {
    let client = find(context, client_id)?;
    let registered = client.metadata.token_endpoint_auth_method;
    // A client that pinned no method may send its secret either way; libraries have fixed habits.
    if registered.is_some_and(|registered| registered != method) {
        return Err(OAuthError::invalid_client(format!("the client is registered for another method than {}", method.as_str())));
    }
    // Every live secret is compared, so that the time does not tell which one matched.
    let matches = client.live_secrets(context.now).fold(false, |found, known| found | known.digest.matches(secret.expose()));
    if matches { Ok(client) } else { Err(OAuthError::invalid_client("wrong secret")) }
}

async fn with_assertion(
    context: &AuthenticationContext<'_>,
    client_id: Option<String>,
    assertion: &str,
) -> Result<Arc<Client>, OAuthError> {
    let jws = Jws::parse(assertion).ok_or_else(|| OAuthError::invalid_client("client_assertion is not a signed JWT"))?;
    // RFC 8725 §3.11: a token of another kind is no assertion. Common libraries send none or JWT.
    if !jws.typ().is_none_or(is_assertion) {
        return Err(OAuthError::invalid_client("client_assertion has the typ of another kind of token"));
    }
    let subject = jws.unverified("sub").ok_or_else(|| OAuthError::invalid_client("client_assertion has no sub"))?;
    if client_id.is_some_and(|sent| sent != subject) {
        return Err(OAuthError::invalid_client("client_id differs from the assertion's sub"));
    }
    let client = find(context, subject)?;
    let claims = match client.metadata.token_endpoint_auth_method {
        Some(Method::PrivateKeyJwt) => verify_private_key_jwt(context, &client, &jws).await,
        Some(Method::ClientSecretJwt) => client
            .live_secrets(context.now)
            .filter_map(|known| known.sealed.as_deref())
            .filter_map(|sealed| context.sealing.open::<String>(Purpose::ClientSecret, sealed))
            .find_map(|secret| jws.verify_with_secret(secret.as_bytes())),
        _ => return Err(OAuthError::invalid_client("the client is not registered for assertions")),
    };
    let claims = claims.ok_or_else(|| OAuthError::invalid_client("the assertion's signature does not verify with the client's keys"))?;
    let expires_at = check_claims(context, &client, &claims)?;
    consume_jti(context, &client, &claims, expires_at).await?;
    Ok(client)
}

/// RFC 7515 §4.1.9: a media type whose `application/` may be left out; either way it is the same, in upper and lower case.
fn is_assertion(typ: &str) -> bool {
    const PREFIX: &str = "application/";
    let is_long = typ.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    let short = if is_long { typ.get(PREFIX.len()..).unwrap_or_default() } else { typ };
    short.eq_ignore_ascii_case("JWT") || short.eq_ignore_ascii_case("client-authentication+jwt")
}

async fn verify_private_key_jwt(context: &AuthenticationContext<'_>, client: &Client, jws: &Jws<'_>) -> Option<Map<String, Value>> {
    if let Some(jwks) = &client.metadata.jwks {
        return jws.verify_with_keys(jwks);
    }
    let uri = client.metadata.jwks_uri.as_deref()?;
    let cached = context.clients.jwks.get(context.outbound, uri, context.now).await?;
    if let Some(claims) = jws.verify_with_keys(&cached) {
        return Some(claims);
    }
    // The client may have rotated its keys since; asked again at most once in a while (security.md A37).
    let fresh = context.clients.jwks.refetch(context.outbound, uri, context.now).await?;
    jws.verify_with_keys(&fresh)
}

/// RFC 7523 §3 and OpenID Connect Core §9. Returns when the assertion ends.
fn check_claims(context: &AuthenticationContext<'_>, client: &Client, claims: &Map<String, Value>) -> Result<Timestamp, OAuthError> {
    let refused = |why: &str| Err(OAuthError::invalid_client(format!("client_assertion: {why}")));
    let text = |name| claims.get(name).and_then(Value::as_str);
    let id = Some(client.client_id.as_str());
    if text("iss") != id || text("sub") != id {
        return refused("iss and sub must both be the client_id");
    }
    // Issuer or token endpoint, alone: an array with foreign values could be replayed from another server.
    let ours = |value: &Value| value.as_str().is_some_and(|aud| aud == context.issuer.as_str() || aud == context.token_endpoint);
    let for_us = match claims.get("aud") {
        Some(Value::Array(values)) => !values.is_empty() && values.iter().all(ours),
        Some(value) => ours(value),
        None => false,
    };
    if !for_us {
        return refused("aud must be the issuer");
    }
    let instant = |name| claims.get(name).and_then(Value::as_f64).map(|seconds| Timestamp::from_unix_seconds(seconds as i64));
    let Some(expires_at) = instant("exp") else { return refused("exp is missing") };
    if expires_at + LEEWAY <= context.now {
        return refused("exp has passed");
    }
    if expires_at > context.now + LONGEST_ASSERTION {
        return refused("exp lies more than an hour ahead");
    }
    for name in ["nbf", "iat"] {
        if claims.contains_key(name) && instant(name).is_none_or(|at| at > context.now + LEEWAY) {
            return refused("nbf or iat lies in the future");
        }
    }
    Ok(expires_at)
}

/// Remembers the `jti` until the assertion has ended; the row's primary key lets one of two equal ones through, on any
/// replica and after a restart (RFC 7523 §3 item 7).
async fn consume_jti(
    context: &AuthenticationContext<'_>,
    client: &Client,
    claims: &Map<String, Value>,
    expires_at: Timestamp,
) -> Result<(), OAuthError> {
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty());
    let jti = jti.ok_or_else(|| OAuthError::invalid_client("client_assertion has no jti"))?;
    let digest = crate::secret::SecretDigest::of(jti);
    let mut connection = context.storage.write().await.map_err(OAuthError::from)?;
    let inserted = query!(&mut connection, |c| diesel::insert_into(consumed_assertions::table)
        .values((
            consumed_assertions::client_id.eq(&client.client_id),
            consumed_assertions::jti_digest.eq(digest.as_str()),
            consumed_assertions::expires_at.eq(expires_at + LEEWAY),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)
    .map_err(OAuthError::from)?;
    if inserted == 1 { Ok(()) } else { Err(OAuthError::invalid_client("client_assertion was used before (jti)")) }
}

/// Removes the memory of assertions that have ended, at most `limit` of them.
pub async fn delete_expired_assertions(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let has_ended = consumed_assertions::expires_at.le(now);
    let ended = consumed_assertions::table.filter(has_ended).limit(limit).select(consumed_assertions::jti_digest);
    let digests: Vec<String> = query!(connection, |c| ended.load(c).await)?;
    // Two clients may have chosen one jti: only what has ended goes.
    let chosen = consumed_assertions::table.filter(has_ended).filter(consumed_assertions::jti_digest.eq_any(&digests));
    query!(connection, |c| diesel::delete(chosen).execute(c).await)?;
    Ok(digests.len())
}
