//! Access tokens: JWTs that name their grant, or opaque ones that say the same under seal.
//!
//! Specs: RFC 9068, RFC 6750, RFC 7662, RFC 8693 §4.

use super::GrantId;
use crate::clients::ClientId;
use crate::clients::resource::AccessTokenFormat;
use crate::clock::Timestamp;
use crate::keys::{KeyError, KeyRing};
use crate::oauth::authentication::Amr;
use crate::oauth::scope::Scope;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::sealing::{Purpose, Sealing};
use serde::{Deserialize, Serialize};

/// The media type of RFC 9068 §2.1, as `typ`.
pub const TYP: &str = "at+jwt";

/// The claims of an access token (RFC 9068 §2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    pub iss: String,
    pub sub: String,
    #[serde(with = "audience")]
    pub aud: Vec<String>,
    /// Seconds.
    pub exp: i64,
    /// Seconds.
    pub iat: i64,
    pub jti: String,
    pub client_id: ClientId,
    /// RFC 9068 §2.2.3; left out when nothing was granted, since a scope has one token at least (RFC 6749 §3.3).
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// Absent where there is no grant (`client_credentials`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<GrantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<Amr>>,
    /// Who acts for the person, and for whom that one acts in turn (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who alone may come to act for the person with this token (RFC 8693 §4.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

/// A client that acts for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client's id, which is its `sub` too (RFC 9068 §2.2).
    pub sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    pub fn new(client_id: &ClientId, before: Option<Actor>) -> Self {
        Self { sub: client_id.to_string(), act: before.map(Box::new) }
    }

    /// How many act, one for the other.
    pub fn depth(&self) -> usize {
        1 + self.act.as_ref().map_or(0, |before| before.depth())
    }
}

/// One audience as text, several as a list (RFC 7519 §4.1.3): some APIs read only the former.
mod audience {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }

    pub fn serialize<S: Serializer>(aud: &[String], serializer: S) -> Result<S::Ok, S::Error> {
        match aud {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Ok(match Either::deserialize(deserializer)? {
            Either::One(one) => vec![one],
            Either::Many(many) => many,
        })
    }
}

impl AccessTokenClaims {
    /// Makes the token's text.
    ///
    /// Cost: 1 signature for a JWT, none for an opaque token.
    pub fn issue(
        &self,
        format: AccessTokenFormat,
        algorithm: SignatureAlgorithm,
        keys: &KeyRing,
        sealing: &Sealing,
        now: Timestamp,
    ) -> Result<String, KeyError> {
        match format {
            AccessTokenFormat::Jwt => keys.sign(algorithm, TYP, self, now),
            AccessTokenFormat::Opaque => sealing.seal(Purpose::OpaqueAccessToken, self).map_err(|_| KeyError::Sealing),
        }
    }

    /// Reads a token that this installation issued and that has not expired; says nothing about its grant.
    ///
    /// Cost: see [`KeyRing::verify`]; none for an opaque token.
    pub fn read(token: &str, issuer: &str, keys: &KeyRing, sealing: &Sealing, now: Timestamp) -> Option<Self> {
        let claims: Self = if token.contains('.') { keys.verify(token, TYP)? } else { sealing.open(Purpose::OpaqueAccessToken, token)? };
        (claims.iss == issuer && now.unix_seconds() < claims.exp).then_some(claims)
    }
}
