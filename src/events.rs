//! What happened: the audit log. Append-only; it names people, clients and sessions by id and holds no secret.
//!
//! Specs: OWASP ASVS 16; security.md Z2.

use crate::app::App;
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::grants::Grant;
use crate::request_id::RequestId;
use crate::sessions::SessionId;
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::events;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use std::time::Duration;

id_newtype! {
    /// Names an event.
    pub struct EventId;
}

/// Events are kept this long.
pub const KEPT_FOR: Duration = Duration::from_secs(400 * 86_400);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    SignedUp,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionEnded,
    PasswordChanged,
    ProfileChanged,
    ConsentGiven,
    ConsentWithdrawn,
    GrantRevoked,
    CodeReused,
    RefreshTokenReused,
    AdministratorCreated,
    ClientCreated,
    ClientChanged,
    ClientDeleted,
    ResourceChanged,
    ResourceDeleted,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserDeleted,
    KeyRotated,
    KeyRevoked,
}

impl EventKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedUp => "signed_up",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::PasswordChanged => "password_changed",
            Self::ProfileChanged => "profile_changed",
            Self::ConsentGiven => "consent_given",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::GrantRevoked => "grant_revoked",
            Self::CodeReused => "code_reused",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::AdministratorCreated => "administrator_created",
            Self::ClientCreated => "client_created",
            Self::ClientChanged => "client_changed",
            Self::ClientDeleted => "client_deleted",
            Self::ResourceChanged => "resource_changed",
            Self::ResourceDeleted => "resource_deleted",
            Self::UserCreated => "user_created",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::UserDeleted => "user_deleted",
            Self::KeyRotated => "key_rotated",
            Self::KeyRevoked => "key_revoked",
        }
    }
}

/// Whom and what an event is about.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub user_id: Option<UserId>,
    pub client_id: Option<ClientId>,
    pub session_id: Option<SessionId>,
    /// The client address, as people recognise it.
    pub address: Option<String>,
    /// Small facts, no secrets.
    pub detail: Map<String, Value>,
}

impl About {
    pub fn user(user_id: &UserId) -> Self {
        Self { user_id: Some(user_id.clone()), ..Self::default() }
    }

    pub fn client(client_id: &ClientId) -> Self {
        Self { client_id: Some(client_id.clone()), ..Self::default() }
    }

    pub fn grant(grant: &Grant) -> Self {
        Self {
            user_id: grant.user_id.clone(),
            client_id: Some(grant.client_id.clone()),
            session_id: grant.session_id.clone(),
            detail: [("grant_id".to_owned(), Value::from(grant.id.as_str()))].into_iter().collect(),
            ..Self::default()
        }
    }

    pub fn in_session(mut self, session_id: &SessionId) -> Self {
        self.session_id = Some(session_id.clone());
        self
    }

    pub fn with_client(mut self, client_id: &ClientId) -> Self {
        self.client_id = Some(client_id.clone());
        self
    }

    pub fn from(mut self, address: Option<String>) -> Self {
        self.address = address;
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Writes an event down, in the caller's transaction where there is one, and into the log.
///
/// Cost: 1 round trip.
pub async fn record(connection: &mut Connection, app: &App, kind: EventKind, about: &About) -> Result<(), StorageError> {
    let now = app.now();
    let request_id = RequestId::current().map(|id| id.to_string());
    tracing::info!(
        event = kind.as_str(),
        user_id = about.user_id.as_ref().map(|id| id.as_str()),
        client_id = about.client_id.as_ref().map(|id| id.as_str()),
        session_id = about.session_id.as_ref().map(|id| id.as_str()),
        "event"
    );
    query!(connection, |c| diesel::insert_into(events::table)
        .values((
            events::id.eq(EventId::generate(&app.random, now)),
            events::at.eq(now),
            events::kind.eq(kind.as_str()),
            events::user_id.eq(&about.user_id),
            events::client_id.eq(&about.client_id),
            events::session_id.eq(&about.session_id),
            events::request_id.eq(&request_id),
            events::address.eq(&about.address),
            events::detail.eq(Json(about.detail.clone())),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Removes events that are older than [`KEPT_FOR`], `limit` at a time.
pub async fn delete_old_events(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let ids: Vec<EventId> =
        query!(connection, |c| events::table.filter(events::at.le(now - KEPT_FOR)).limit(limit).select(events::id).load(c).await)?;
    query!(connection, |c| diesel::delete(events::table.filter(events::id.eq_any(&ids))).execute(c).await)
}
