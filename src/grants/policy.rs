//! The one policy: may this person, client and session have a token now? Every grant type and every endpoint that
//! honours a token asks here, so that a rule holds on every path or on none (security.md T16, pattern 1).

use super::{Grant, Standing};
use crate::clients::Client;
use crate::clock::Timestamp;
use crate::oauth::authentication::{Acr, Amr};
use crate::oauth::grant_type::GrantType;
use crate::sessions::SessionPolicy;
use crate::users::User;

/// Why there is no token. For the log; the client reads `invalid_grant`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the client is disabled")]
    ClientDisabled,
    #[error("the client is not registered for this grant type")]
    GrantTypeNotAllowed,
    #[error("the person's account is gone or disabled")]
    UserDisabled,
    #[error("the person has asked for the end of the account")]
    DeletionDue,
    #[error("the person has not proven their address")]
    EmailUnverified,
    #[error("the person needs a second factor and has not given one")]
    SecondFactorMissing,
    #[error("the session has ended")]
    SessionEnded,
    #[error("the grant has ended")]
    GrantEnded,
    #[error("the grant has expired")]
    GrantExpired,
}

/// Who needs a second factor whatever the client asks for.
#[derive(Debug, Clone, Default)]
pub struct SecondFactorPolicy {
    pub required: bool,
    /// Whose members need one.
    pub groups: Vec<String>,
}

impl SecondFactorPolicy {
    /// Whether this person needs one.
    pub fn demands_of(&self, user: &User) -> bool {
        self.required || user.groups.0.iter().any(|group| self.groups.contains(group))
    }

    /// Whether what was proven is enough: two factors, or one in a browser that this person trusted after two.
    pub fn is_met_by(amr: &[Amr]) -> bool {
        Acr::of(amr) >= Acr::TwoFactors || amr.contains(&Amr::TrustedDevice)
    }
}

/// What people are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub sessions: &'a SessionPolicy,
    pub second_factor: &'a SecondFactorPolicy,
}

/// Judges a person's standing before a grant exists.
pub fn check_standing(
    client: &Client,
    grant_type: GrantType,
    standing: Option<&Standing>,
    rules: Rules<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    check_client(client, grant_type)?;
    check_person(standing, rules, now)
}

/// Judges a person and their session by themselves: for what is shown to no client.
pub fn check_person(standing: Option<&Standing>, rules: Rules<'_>, now: Timestamp) -> Result<(), Refusal> {
    check_second_factor(check_account(standing, false, rules.sessions, now)?, None, rules.second_factor)
}

/// `offline`: the grant outlives the session.
fn check_account<'a>(
    standing: Option<&'a Standing>,
    offline: bool,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<&'a Standing, Refusal> {
    let standing = standing.ok_or(Refusal::UserDisabled)?;
    if !standing.user.enabled {
        return Err(Refusal::UserDisabled);
    }
    if standing.user.deletion_due_at.is_some() {
        return Err(Refusal::DeletionDue);
    }
    if policy.needs_verified_email && !standing.user.email_verified {
        return Err(Refusal::EmailUnverified);
    }
    let session_is_live = standing.session.as_ref().is_some_and(|session| session.is_live(policy, now));
    if session_is_live || offline { Ok(standing) } else { Err(Refusal::SessionEnded) }
}

/// The rule may have come after the sign-in, or the person into the group: it is asked again at every use (security.md R8, T16, O6).
fn check_second_factor(standing: &Standing, granted_by: Option<&[Amr]>, policy: &SecondFactorPolicy) -> Result<(), Refusal> {
    let met = |amr: &[Amr]| SecondFactorPolicy::is_met_by(amr);
    let is_met = || standing.session.as_ref().is_some_and(|session| met(&session.amr.0)) || granted_by.is_some_and(met);
    if !policy.demands_of(&standing.user) || is_met() { Ok(()) } else { Err(Refusal::SecondFactorMissing) }
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
pub fn check_grant(client: &Client, grant: &Grant, standing: Option<&Standing>, rules: Rules<'_>, now: Timestamp) -> Result<(), Refusal> {
    if grant.ended_at.is_some() {
        return Err(Refusal::GrantEnded);
    }
    if grant.expires_at <= now {
        return Err(Refusal::GrantExpired);
    }
    check_client(client, GrantType::AuthorizationCode)?;
    let standing = check_account(standing, grant.offline, rules.sessions, now)?;
    check_second_factor(standing, grant.amr.as_ref().map(|amr| amr.0.as_slice()), rules.second_factor)
}
