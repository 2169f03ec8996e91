//! The authorization code: a sealed ticket, so that making one writes nothing. Redeeming it inserts the grant under the
//! code's id, which is UNIQUE: a second redemption collides, and the collision ends the grant.
//!
//! Specs: RFC 6749 §4.1.2, RFC 7636, RFC 9700 §2.1.1 and §4.5.

use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::oauth::authentication::Amr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::sealing::{Purpose, Sealing, SealingError};
use crate::sessions::SessionId;
use crate::users::UserId;
use serde::{Deserialize, Serialize};

/// Everything that a code stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// What makes it single use.
    pub id: String,
    pub client_id: ClientId,
    /// As the request had it; `None` when it named none. The token request must agree (RFC 6749 §4.1.3).
    pub redirect_uri: Option<String>,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub scope: Scope,
    pub resources: Vec<ResourceIndicator>,
    pub claims: ClaimsRequest,
    pub nonce: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub authenticated_at: Timestamp,
    pub acr: String,
    /// Of the same instant as `acr`: a factor that is proven before the redemption is not what this sign-in was by.
    #[serde(default)]
    pub amr: Vec<Amr>,
    pub offline: bool,
    pub expires_at: Timestamp,
}

impl AuthorizationCode {
    pub fn seal(&self, sealing: &Sealing) -> Result<String, SealingError> {
        sealing.seal(Purpose::AuthorizationCode, self)
    }

    /// Opens a code, expired ones too: a replay must be recognised for longer than a redemption is allowed.
    pub fn open(sealing: &Sealing, code: &str) -> Option<Self> {
        sealing.open(Purpose::AuthorizationCode, code)
    }
}
