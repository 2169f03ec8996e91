//! The one policy: may this person, client and session have a token now? Every grant type and every endpoint that
//! honours a token asks here, so that a rule holds on every path or on none (security.md T16, pattern 1).

use super::{Grant, Standing};
use crate::clients::Client;
use crate::clock::Timestamp;
use crate::oauth::grant_type::GrantType;
use crate::sessions::SessionPolicy;

/// Why there is no token. For the log; the client reads `invalid_grant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the client is disabled")]
    ClientDisabled,
    #[error("the client is not registered for this grant type")]
    GrantTypeNotAllowed,
    #[error("the person's account is gone or disabled")]
    UserDisabled,
    #[error("the session has ended")]
    SessionEnded,
    #[error("the grant has ended")]
    GrantEnded,
    #[error("the grant has expired")]
    GrantExpired,
}

/// Judges a person's standing, before a grant exists or for one that does.
///
/// `offline`: the grant outlives the session.
pub fn check_standing(
    client: &Client,
    grant_type: GrantType,
    standing: Option<&Standing>,
    offline: bool,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<(), Refusal> {
    check_client(client, grant_type)?;
    let standing = standing.ok_or(Refusal::UserDisabled)?;
    if !standing.user.enabled {
        return Err(Refusal::UserDisabled);
    }
    let session_is_live = standing.session.as_ref().is_some_and(|session| session.is_live(policy, now));
    if session_is_live || offline { Ok(()) } else { Err(Refusal::SessionEnded) }
}

/// Judges a client by itself (client_credentials has nobody else).
pub fn check_client(client: &Client, grant_type: GrantType) -> Result<(), Refusal> {
    if !client.enabled {
        return Err(Refusal::ClientDisabled);
    }
    if !client.metadata.may_use(grant_type) {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    Ok(())
}

/// Judges a grant that exists: at refresh, introspection, userinfo.
pub fn check_grant(
    client: &Client,
    grant: &Grant,
    standing: Option<&Standing>,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<(), Refusal> {
    if grant.ended_at.is_some() {
        return Err(Refusal::GrantEnded);
    }
    if grant.expires_at <= now {
        return Err(Refusal::GrantExpired);
    }
    check_standing(client, GrantType::AuthorizationCode, standing, grant.offline, policy, now)
}
