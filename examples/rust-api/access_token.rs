//! Checks access tokens (RFC 9068) by itself, by the keys that the issuer publishes.

use crate::provider_keys::{KeyError, ProviderKeys};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use josekit::{jws::ES256, jwt};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Clocks differ.
const LEEWAY_SECONDS: u64 = 5;

/// What a token says. One that lacks any of it, but for the scope, is none.
#[derive(Deserialize)]
#[allow(dead_code)]
pub struct AccessToken {
    iss: String,
    aud: Audience,
    exp: u64,
    iat: u64,
    jti: String,
    cnf: Option<Value>,
    /// The application that the person uses.
    pub client_id: String,
    /// The person; where a machine acts for itself, its `client_id`.
    pub sub: String,
    /// One text, separated by spaces; absent when no scope was granted.
    #[serde(default)]
    scope: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Why a request goes no further.
#[derive(Debug)]
pub enum Refusal {
    NoToken,
    InvalidToken,
    InsufficientScope(&'static str),
    /// Nothing is wrong with the token: a 401 would send people to sign in at a provider that is away.
    NoKeys,
}

pub struct AccessTokens {
    pub issuer: String,
    pub audience: String,
    pub keys: ProviderKeys,
}

impl AccessTokens {
    /// The token of a request that may do what the scope allows.
    pub async fn check(&self, request: &HttpRequest, scope: &'static str) -> Result<AccessToken, Refusal> {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or(Refusal::NoToken)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(Refusal::NoToken);
        }
        let token = self.verify(token.trim()).await?;
        if token.scope.split(' ').any(|granted| granted == scope) { Ok(token) } else { Err(Refusal::InsufficientScope(scope)) }
    }

    async fn verify(&self, text: &str) -> Result<AccessToken, Refusal> {
        let header = jwt::decode_header(text).map_err(|_| Refusal::InvalidToken)?;
        let member = |name: &str| header.claim(name).and_then(Value::as_str);
        // Without `typ` an ID token, without `alg` a token of a weaker key could pass.
        let (Some("at+jwt"), Some("ES256"), Some(kid)) = (member("typ"), member("alg"), member("kid")) else {
            return Err(Refusal::InvalidToken);
        };
        let key = self.keys.get(kid).await?;
        let verifier = ES256.verifier_from_jwk(&key).map_err(|_| Refusal::InvalidToken)?;
        let (payload, _) = jwt::decode_with_verifier(text, &verifier).map_err(|_| Refusal::InvalidToken)?;
        let payload = Value::Object(payload.claims_set().clone());
        let token: AccessToken = serde_json::from_value(payload).map_err(|_| Refusal::InvalidToken)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |time| time.as_secs());
        let is_for_us = match &token.aud {
            Audience::One(one) => *one == self.audience,
            Audience::Several(several) => several.contains(&self.audience),
        };
        // Bound to a key (DPoP, mTLS): whoever merely carries it is not whom it was given to.
        let is_bound = token.cnf.is_some();
        let is_good = token.iss == self.issuer && is_for_us && now < token.exp.saturating_add(LEEWAY_SECONDS) && !is_bound;
        if is_good { Ok(token) } else { Err(Refusal::InvalidToken) }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope(_) => StatusCode::FORBIDDEN,
            Self::NoKeys => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// RFC 6750 §3: 401 means "get a new token", 403 "this one does not allow that".
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::NoToken => response.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
            Self::InvalidToken => response.insert_header((header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)),
            Self::InsufficientScope(scope) => {
                response.insert_header((header::WWW_AUTHENTICATE, format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)))
            }
            Self::NoKeys => response.insert_header((header::RETRY_AFTER, "5")),
        };
        response.finish()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::InvalidToken,
            KeyError::Away => Self::NoKeys,
        }
    }
}
