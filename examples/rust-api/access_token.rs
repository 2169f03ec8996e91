//! Checks access tokens (RFC 9068) by itself, by the keys that the issuer publishes. Nothing here is of one web framework.

use crate::provider_keys::{KeyError, ProviderKeys};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

/// What a token says. One that lacks any of it, but for the scope, is none.
#[derive(Deserialize)]
#[allow(dead_code)]
pub struct AccessToken {
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
    keys: ProviderKeys,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(issuer: &str, audience: &str) -> reqwest::Result<Self> {
        // The one algorithm: with others a token of a weaker key could pass.
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        // What a token lacks is not compared, unless it is named here.
        validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        validation.leeway = 5;
        Ok(Self { keys: ProviderKeys::new(issuer.to_owned())?, validation })
    }

    /// The token of a request that may do what the scope allows. `authorization` is its header.
    pub async fn check(&self, authorization: Option<&str>, scope: &'static str) -> Result<AccessToken, Refusal> {
        let (scheme, token) = authorization.and_then(|value| value.split_once(' ')).ok_or(Refusal::NoToken)?;
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(Refusal::NoToken);
        }
        let token = self.verify(token.trim()).await?;
        if token.scope.split(' ').any(|granted| granted == scope) { Ok(token) } else { Err(Refusal::InsufficientScope(scope)) }
    }

    async fn verify(&self, text: &str) -> Result<AccessToken, Refusal> {
        let header = decode_header(text).map_err(|_| Refusal::InvalidToken)?;
        // jsonwebtoken does not look at `typ`: an ID token could pass.
        let (Some("at+jwt"), Some(kid)) = (header.typ.as_deref(), header.kid) else {
            return Err(Refusal::InvalidToken);
        };
        let key = self.keys.get(&kid).await?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| Refusal::InvalidToken)?;
        let token = decode::<AccessToken>(text, &key, &self.validation).map_err(|_| Refusal::InvalidToken)?.claims;
        // Bound to a key (DPoP, mTLS): whoever merely carries it is not whom it was given to.
        if token.cnf.is_some() { Err(Refusal::InvalidToken) } else { Ok(token) }
    }
}

impl Refusal {
    pub fn status(&self) -> u16 {
        match self {
            Self::NoToken | Self::InvalidToken => 401,
            Self::InsufficientScope(_) => 403,
            Self::NoKeys => 503,
        }
    }

    /// `WWW-Authenticate`. RFC 6750 §3: 401 means "get a new token", 403 "this one does not allow that".
    pub fn challenge(&self) -> Option<String> {
        match self {
            Self::NoToken => Some("Bearer".to_owned()),
            Self::InvalidToken => Some(r#"Bearer error="invalid_token""#.to_owned()),
            Self::InsufficientScope(scope) => Some(format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)),
            Self::NoKeys => None,
        }
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
