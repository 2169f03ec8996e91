//! Refresh tokens: a sealed name of a grant and a generation. Only the current generation counts, and a refresh moves it
//! on with one conditional statement, so there is never a second live branch.
//!
//! The token of the generation before is answered with the current generation again as long as that one has not been
//! used and a short grace lasts: the answer was lost, or two halves of an application refreshed at once. Anything older
//! is reuse.
//!
//! Specs: RFC 6749 §6, RFC 9700 §4.14.2.

use super::{Grant, GrantId, TokenPolicy};
use crate::clock::Timestamp;
use crate::sealing::{Purpose, Sealing, SealingError};
use serde::{Deserialize, Serialize};

/// What a refresh token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshToken {
    #[serde(rename = "g")]
    pub grant_id: GrantId,
    #[serde(rename = "n")]
    pub generation: i64,
}

/// What a refresh token is worth, by the grant as it was just read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Of the current generation: it may move it on.
    Current,
    /// Of the one before, whose answer may have been lost: give the current one again.
    WithinGrace,
    /// Not used for longer than the idle lifetime.
    Idle,
    /// Used before: somebody else has a copy.
    Reused,
}

impl RefreshToken {
    pub fn seal(&self, sealing: &Sealing) -> Result<String, SealingError> {
        sealing.seal(Purpose::RefreshToken, self)
    }

    pub fn open(sealing: &Sealing, token: &str) -> Option<Self> {
        sealing.open(Purpose::RefreshToken, token)
    }

    pub fn worth(&self, grant: &Grant, policy: &TokenPolicy, now: Timestamp) -> Worth {
        let since_rotation = now.since(grant.rotated_at);
        // `rotated_at` may lie a little ahead, where another replica's clock is. Further ahead a clock was set back, and the grace must
        // not last until it has caught up (security.md R3, K8).
        let from_rotation = since_rotation.max(grant.rotated_at.since(now));
        if self.generation == grant.generation {
            if since_rotation < policy.refresh_token_idle_lifetime { Worth::Current } else { Worth::Idle }
        } else if self.generation + 1 == grant.generation && from_rotation < policy.refresh_token_grace {
            Worth::WithinGrace
        } else {
            Worth::Reused
        }
    }
}
