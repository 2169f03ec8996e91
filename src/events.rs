//! What happened: the audit log. Append-only; it names people, clients and sessions by id and holds no secret.
//!
//! Specs: OWASP ASVS 16; security.md Z2.

use crate::app::App;
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::grants::Grant;
use crate::request_id::RequestId;
use crate::sessions::{Device, SessionId};
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::events;
use crate::storage::{Connection, StorageError, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel::query_builder::InsertStatement;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};
use std::time::Duration;

id_newtype! {
    /// Names an event.
    pub struct EventId;
}

/// Events are kept this long.
pub const KEPT_FOR: Duration = Duration::from_secs(400 * 86_400);

/// The kinds, and how each is stored.
macro_rules! event_kinds {
    ($($(#[$attribute:meta])* $kind:ident => $name:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind {
            $($(#[$attribute])* $kind,)*
        }

        impl EventKind {
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// `None` for what a later version has written.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

event_kinds! {
    SignedUp => "signed_up",
    SignedIn => "signed_in",
    SignInFailed => "sign_in_failed",
    /// Somebody proved an address that nobody had proven, and whoever made the account lost it.
    AccountTakenOver => "account_taken_over",
    IdentityLinked => "identity_linked",
    IdentityUnlinked => "identity_unlinked",
    SecondFactorProven => "second_factor_proven",
    SecondFactorFailed => "second_factor_failed",
    DeviceTrusted => "device_trusted",
    DeviceNoLongerTrusted => "device_no_longer_trusted",
    SecondFactorAdded => "second_factor_added",
    SecondFactorRemoved => "second_factor_removed",
    PhoneNumberVerified => "phone_number_verified",
    RecoveryCodesMade => "recovery_codes_made",
    RecoveryCodeUsed => "recovery_code_used",
    SignedOut => "signed_out",
    SessionEnded => "session_ended",
    PasswordChanged => "password_changed",
    PasswordReset => "password_reset",
    DataDownloaded => "data_downloaded",
    DeletionAskedFor => "deletion_asked_for",
    DeletionTakenBack => "deletion_taken_back",
    EmailVerified => "email_verified",
    EmailChanged => "email_changed",
    EmailChangeUndone => "email_change_undone",
    /// "This wasn't me."
    LockedDown => "locked_down",
    ProfileChanged => "profile_changed",
    PasskeyAdded => "passkey_added",
    PasskeyRenamed => "passkey_renamed",
    PasskeyRemoved => "passkey_removed",
    PasskeyCloneSuspected => "passkey_clone_suspected",
    ConsentGiven => "consent_given",
    ConsentWithdrawn => "consent_withdrawn",
    GrantRevoked => "grant_revoked",
    CodeReused => "code_reused",
    RefreshTokenReused => "refresh_token_reused",
    AdministratorCreated => "administrator_created",
    ClientCreated => "client_created",
    ClientChanged => "client_changed",
    ClientDeleted => "client_deleted",
    ResourceChanged => "resource_changed",
    ResourceDeleted => "resource_deleted",
    UserCreated => "user_created",
    UserDisabled => "user_disabled",
    UserEnabled => "user_enabled",
    UserChanged => "user_changed",
    UserDeleted => "user_deleted",
    UsersImported => "users_imported",
    UsersExported => "users_exported",
    KeyRotated => "key_rotated",
    KeyRevoked => "key_revoked",
    MasterKeyRotated => "master_key_rotated",
}

/// Something that happened, as it is read.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub kind: String,
    pub client_id: Option<ClientId>,
    pub session_id: Option<SessionId>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub detail: Json<Map<String, Value>>,
}

/// Whom and what an event is about.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub user_id: Option<UserId>,
    pub client_id: Option<ClientId>,
    pub session_id: Option<SessionId>,
    /// Whose doing it was, as people recognise it: the address and the browser. None for what an app or an operator does.
    pub device: Device,
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

    pub fn from(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Something that happens now, as it is written down.
#[derive(Insertable)]
// A default in place of NULL would be another statement for each choice, prepared each time.
#[diesel(treat_none_as_default_value = false, table_name = events)]
pub struct NewEvent {
    id: EventId,
    at: Timestamp,
    kind: &'static str,
    user_id: Option<UserId>,
    client_id: Option<ClientId>,
    session_id: Option<SessionId>,
    request_id: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    detail: String,
}

impl NewEvent {
    /// The log has it already.
    pub fn note(app: &App, kind: EventKind, about: About) -> Self {
        note(kind, &about);
        Self::of(app, kind, about)
    }

    /// Of which the log is told by [`note`] once it has happened.
    pub fn of(app: &App, kind: EventKind, about: About) -> Self {
        let now = app.now();
        Self {
            id: EventId::generate(&app.random, now),
            at: now,
            kind: kind.as_str(),
            user_id: about.user_id,
            client_id: about.client_id,
            session_id: about.session_id,
            request_id: RequestId::current().map(|id| id.to_string()),
            address: about.device.address,
            user_agent: about.device.user_agent,
            detail: Value::from(about.detail).to_string(),
        }
    }
}

/// Writes an event down, in the caller's transaction where there is one, and into the log.
///
/// Cost: 1 round trip.
pub async fn record(connection: &mut Connection, app: &App, kind: EventKind, about: &About) -> Result<(), StorageError> {
    let event = NewEvent::note(app, kind, about.clone());
    query!(connection, |c| insertion(event).execute(c).await)?;
    Ok(())
}

/// The statement that writes down an event that the log has already.
pub fn insertion(event: NewEvent) -> InsertStatement<events::table, <NewEvent as Insertable<events::table>>::Values> {
    diesel::insert_into(events::table).values(event)
}

/// Writes an event into the log alone: for what strangers can do as often as they like, who must not fill the table.
pub fn note(kind: EventKind, about: &About) {
    tracing::info!(
        event = kind.as_str(),
        user_id = about.user_id.as_ref().map(|id| id.as_str()),
        client_id = about.client_id.as_ref().map(|id| id.as_str()),
        session_id = about.session_id.as_ref().map(|id| id.as_str()),
        "event"
    );
}

/// What happened to a person's account, the newest first; `before` is the last one of the page before.
///
/// Cost: 1 round trip.
pub async fn list_events_of(
    connection: &mut Connection,
    user_id: &UserId,
    before: Option<&EventId>,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    // Ids begin with their time; nothing comes after `g`.
    let before = before.map_or("g", |id| id.as_str());
    query!(connection, |c| events::table
        .filter(events::user_id.eq(user_id))
        .filter(events::id.lt(before))
        .order(events::id.desc())
        .limit(limit)
        .select(Event::as_select())
        .load(c)
        .await)
}

/// Takes everything personal out of the events of somebody whose account is gone: what happened stays, to whom does not. `stand_in` keeps
/// together what belonged together.
///
/// Cost: 1 round trip.
pub async fn forget_person(connection: &mut Connection, user_id: &UserId, stand_in: &UserId) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::update(events::table.filter(events::user_id.eq(user_id)))
        .set((
            events::user_id.eq(stand_in),
            events::session_id.eq(None::<SessionId>),
            events::request_id.eq(None::<String>),
            events::address.eq(None::<String>),
            events::user_agent.eq(None::<String>),
            events::detail.eq(Json(Map::new())),
        ))
        .execute(c)
        .await)
}

/// Removes events that are older than [`KEPT_FOR`], `limit` at a time.
pub async fn delete_old_events(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let ids: Vec<EventId> =
        query!(connection, |c| events::table.filter(events::at.le(now - KEPT_FOR)).limit(limit).select(events::id).load(c).await)?;
    query!(connection, |c| diesel::delete(events::table.filter(events::id.eq_any(&ids))).execute(c).await)
}
