//! Browser sessions: who signed in, when, how, from where.
//!
//! The browser holds 256 random bits in a cookie; the database holds their digest. The session's id is what tokens carry
//! as `sid` and never opens anything. Whenever assurance rises (sign-in, re-authentication) the secret changes, so that a
//! secret which was planted or seen before is worth nothing (security.md S1, S2).
//!
//! Specs: OpenID Connect Core §2, OWASP ASVS 7.

mod logout_deliveries;
mod store;

use crate::clock::Timestamp;
use crate::oauth::authentication::{Acr, Amr};
use crate::random::Random;
use crate::secret::{Secret, SecretDigest};
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::sessions;
use crate::users::UserId;
use diesel::prelude::*;
use std::time::Duration;

pub use logout_deliveries::{LogoutDelivery, claim_logout, count_tried_logouts, delete_logout, list_due_logouts};
pub use store::{
    MOST_SESSIONS, SignedIn, delete_expired_sessions, end_session, end_sessions_of, end_some_sessions, end_surplus_sessions,
    find_signed_in, last_end_of_sessions_begun_by, list_sessions, raise_session, refresh_session, renew_session,
};
pub(crate) use store::{counting_insertion, insertion};

id_newtype! {
    /// Names a browser session; `sid` in ID tokens.
    pub struct SessionId;
}

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// Without use.
    pub idle_lifetime: Duration,
    /// In all.
    pub absolute_lifetime: Duration,
    /// Use is noted at most this often, so that reading pages writes nothing.
    pub refresh_interval: Duration,
    /// Whether a session is good for no token before its person has proven their address.
    pub needs_verified_email: bool,
}

/// A browser session.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct BrowserSession {
    pub id: SessionId,
    pub user_id: UserId,
    /// When the person last proved who they are.
    pub authenticated_at: Timestamp,
    pub acr: String,
    pub amr: Json<Vec<Amr>>,
    pub created_at: Timestamp,
    pub refreshed_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
    pub user_agent: Option<String>,
    pub address: Option<String>,
}

impl BrowserSession {
    /// A session that begins now, with the secret for the browser's cookie.
    pub fn begin(
        user_id: UserId,
        amr: Vec<Amr>,
        from: Device,
        policy: &SessionPolicy,
        random: &Random,
        now: Timestamp,
    ) -> (Self, SessionSecret) {
        let session = Self {
            id: SessionId::generate(random, now),
            user_id,
            authenticated_at: now,
            acr: Acr::of(&amr).as_str().to_owned(),
            amr: Json(amr),
            created_at: now,
            refreshed_at: now,
            expires_at: now + policy.absolute_lifetime,
            user_agent: from.user_agent,
            address: from.address,
        };
        (session, SessionSecret::new(random))
    }

    /// How strongly the person proved who they are.
    pub fn reached(&self) -> Acr {
        Acr::of(&self.amr.0)
    }

    pub fn is_live(&self, policy: &SessionPolicy, now: Timestamp) -> bool {
        now < self.expires_at && now < self.refreshed_at + policy.idle_lifetime
    }

    /// Whether use must be noted again.
    pub fn is_refresh_due(&self, policy: &SessionPolicy, now: Timestamp) -> bool {
        self.refreshed_at + policy.refresh_interval <= now
    }
}

/// Where a session was begun, as people recognise it.
#[derive(Debug, Clone, Default)]
pub struct Device {
    pub user_agent: Option<String>,
    pub address: Option<String>,
}

/// What the browser holds.
#[derive(Debug, Clone)]
pub struct SessionSecret(Secret);

impl SessionSecret {
    pub fn new(random: &Random) -> Self {
        Self(Secret::new(random.token()))
    }

    /// As it came in a cookie; `None` for what cannot be one.
    pub fn parse(cookie: &str) -> Option<Self> {
        (cookie.len() == 43).then(|| Self(Secret::new(cookie.to_owned())))
    }

    /// For the cookie, and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(self.0.expose())
    }
}
