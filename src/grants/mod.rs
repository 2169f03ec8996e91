//! Grants: what a client may do, for whom, until when. One row a grant; everything issued hangs on it.
//!
//! Specs: RFC 6749 §1.3, RFC 9700 §4.14.

pub mod access_token;
pub mod authorization_code;
pub mod consent;
pub mod policy;
pub mod refresh_token;
mod store;

use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::oauth::authentication::Amr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::sessions::{BrowserSession, SessionId};
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::grants;
use crate::users::{User, UserId};
use diesel::prelude::*;
use std::time::Duration;

pub use consent::{StoredConsent, delete_consent, list_consents, record_consent};
pub use store::{
    GrantState, Inserted, LiveAccess, consume_ticket, delete_expired_revocations, delete_expired_tickets, delete_grants, end_grant,
    end_grant_of_client, end_grant_of_code, end_grants_of_client, end_grants_of_session, end_grants_of_user, end_grants_of_user_and_client,
    find_grant_state, find_standing, insert_code_grant, is_revoked, list_expired_grants, list_grants_of, list_live_access,
    revoke_access_token, rotate,
};

id_newtype! {
    /// Names a grant.
    pub struct GrantId;
}

/// How long what is issued lives.
#[derive(Debug, Clone, Copy)]
pub struct TokenPolicy {
    pub access_token_lifetime: Duration,
    pub id_token_lifetime: Duration,
    pub authorization_code_lifetime: Duration,
    /// Without use.
    pub refresh_token_idle_lifetime: Duration,
    /// In all.
    pub refresh_token_absolute_lifetime: Duration,
    /// How long the token of the generation before is answered with the current one.
    pub refresh_token_grace: Duration,
}

/// What a person allowed a client, from the code's redemption to its end.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct Grant {
    pub id: GrantId,
    pub code_id: Option<String>,
    pub grant_type: String,
    pub client_id: ClientId,
    pub user_id: Option<UserId>,
    pub session_id: Option<SessionId>,
    #[diesel(deserialize_as = StoredScope)]
    pub scope: Scope,
    pub resources: Json<Vec<ResourceIndicator>>,
    pub claims: Json<ClaimsRequest>,
    pub nonce: Option<String>,
    pub authenticated_at: Option<Timestamp>,
    pub acr: Option<String>,
    pub amr: Option<Json<Vec<Amr>>>,
    /// Outlives the browser session (`offline_access`).
    pub offline: bool,
    /// The refresh token that counts now.
    pub generation: i64,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_reason: Option<String>,
}

/// A scope in a TEXT column.
pub struct StoredScope(String);

impl<DB: diesel::backend::Backend> Queryable<diesel::sql_types::Text, DB> for StoredScope
where
    String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
{
    type Row = String;
    fn build(row: String) -> diesel::deserialize::Result<Self> {
        Ok(Self(row))
    }
}

impl From<StoredScope> for Scope {
    fn from(stored: StoredScope) -> Scope {
        Scope::parse(&stored.0).unwrap_or_default()
    }
}

/// Why a grant ended: for the log and the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    CodeReuse,
    RefreshTokenReuse,
    Revoked,
    SignedOut,
    SessionEnded,
    PasswordChanged,
    ConsentWithdrawn,
    Replaced,
    ByOperator,
    /// Somebody has proven that the account's address is theirs, which nobody had before.
    TakenOver,
    EmailChangeUndone,
    /// "This wasn't me."
    LockedDown,
    AccountDeleted,
}

impl EndReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodeReuse => "code_reuse",
            Self::RefreshTokenReuse => "refresh_token_reuse",
            Self::Revoked => "revoked",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::PasswordChanged => "password_changed",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Replaced => "replaced",
            Self::ByOperator => "by_operator",
            Self::TakenOver => "taken_over",
            Self::EmailChangeUndone => "email_change_undone",
            Self::LockedDown => "locked_down",
            Self::AccountDeleted => "account_deleted",
        }
    }
}

/// A person and, if it is still there, the session: what the policy judges.
#[derive(Debug, Clone)]
pub struct Standing {
    pub user: User,
    pub session: Option<BrowserSession>,
}
