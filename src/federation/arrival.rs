//! Somebody has arrived from a provider and is nobody's yet: who they are there travels through the page that asks what to do, as a
//! sealed ticket of this browser, for ten minutes, and is used up by whatever the person decides (security.md U4, U5).

use super::{LIFETIME, find};
use crate::app::App;
use crate::clock::Timestamp;
use crate::grants::consume_ticket;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::sealing::{Purpose, SealingError};
use crate::storage::{Connection, StorageError};
use crate::upstreams::{LinkedIdentity, Upstream, UpstreamIdentity};
use crate::users::{User, UserId};
use crate::web::browser::Browser;
use crate::web::page_error::PageError;
use crate::web::sign_in::Proven;
use crate::web::ticket::Ticket;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the ticket says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Arrival {
    id: String,
    /// Digest of the browser's binding cookie.
    browser: String,
    pub(super) identity: UpstreamIdentity,
    /// The account here that has the address.
    pub(super) account: Option<KnownAccount>,
    /// The ticket of the flow; empty for none.
    pub(super) ticket: String,
    /// The address that is being proven by mail, where the provider does not vouch for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) proving: Option<Proving>,
    expires_at: Timestamp,
}

/// An account that is to be, once the code comes back that was mailed to its address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Proving {
    /// Names the code.
    pub(super) id: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) code_digest: String,
}

/// An account as it was when somebody arrived: after any change to it (a link that was removed, a new address) the question is asked
/// anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownAccount {
    pub(super) user_id: UserId,
    updated_at: Timestamp,
}

impl KnownAccount {
    pub(super) fn of(user: &User) -> Self {
        Self { user_id: user.id.clone(), updated_at: user.updated_at }
    }
}

/// An arrival with what it takes to go on.
pub(super) struct Opened {
    pub(super) arrival: Arrival,
    pub(super) text: String,
    pub(super) upstream: Arc<Upstream>,
    pub(super) ticket: Ticket,
}

impl Arrival {
    pub(super) fn new(app: &App, browser: &Browser, identity: UpstreamIdentity, account: Option<&User>, ticket: &Ticket) -> Self {
        Self {
            id: app.random.token(),
            browser: browser.binding_digest(app),
            identity,
            account: account.map(KnownAccount::of),
            ticket: ticket.text.clone(),
            proving: None,
            expires_at: app.now() + LIFETIME,
        }
    }

    /// The same, waiting for a code from now on.
    pub(super) fn waiting_for(&self, app: &App, proving: Proving) -> Self {
        Self { id: app.random.token(), proving: Some(proving), expires_at: app.now() + LIFETIME, ..self.clone() }
    }

    pub(super) fn seal(&self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::UpstreamArrival, self)
    }

    /// Opens the `arrival` parameter: of this browser, not expired, its flow still there, its provider still offered.
    pub(super) fn open(app: &App, browser: &Browser, params: &Params) -> Result<Opened, PageError> {
        Self::open_text(app, browser, params.get("arrival").unwrap_or_default())
    }

    /// The same for its text.
    pub(super) fn open_text(app: &App, browser: &Browser, text: &str) -> Result<Opened, PageError> {
        let arrival: Self = app.sealing.open(Purpose::UpstreamArrival, text).ok_or_else(PageError::expired_ticket)?;
        if !browser.is_bound_by(app, &arrival.browser) || arrival.expires_at <= app.now() {
            return Err(PageError::expired_ticket());
        }
        let ticket = Ticket::open_text(app, browser, &arrival.ticket)?;
        let upstream = find(app, &arrival.identity.provider, ticket.client.as_deref()).ok_or_else(PageError::expired_ticket)?;
        Ok(Opened { text: text.to_owned(), arrival, upstream, ticket })
    }

    /// Uses it up. Returns whether this call was the first.
    pub(super) async fn consume(&self, connection: &mut Connection) -> Result<bool, StorageError> {
        consume_ticket(connection, &self.id, "upstream_arrival", self.expires_at).await
    }
}

/// The row that links an identity to a person from now on.
pub(super) fn link_of(identity: &UpstreamIdentity, user_id: &UserId, now: Timestamp) -> LinkedIdentity {
    LinkedIdentity {
        provider: identity.provider.clone(),
        subject: identity.subject.clone(),
        user_id: user_id.clone(),
        email: identity.email.clone(),
        created_at: now,
        last_used_at: now,
    }
}

/// The provider's tokens as they are stored, when they are kept.
pub(super) fn sealed_tokens(app: &App, identity: &UpstreamIdentity) -> Result<Option<String>, PageError> {
    identity.tokens.as_ref().map(|tokens| app.sealing.seal(Purpose::UpstreamTokens, tokens)).transpose().map_err(PageError::internal)
}

/// How somebody has proven themselves by it, and when.
pub(super) fn proven(identity: &UpstreamIdentity) -> Proven<'static> {
    let amr = if identity.multi_factor { vec![Amr::Upstream, Amr::MultiFactor] } else { vec![Amr::Upstream] };
    Proven { at: identity.authenticated_at, ..Proven::by(amr) }
}

/// Whether a provider's word is enough to make an account its owner's (security.md M9): nobody has proven its address here, and it is an
/// ordinary one. What the operator gave rights to is proven to this server itself.
pub(super) fn may_be_taken_over(user: &User) -> bool {
    user.enabled && !user.email_verified && user.roles.0.is_empty() && user.groups.0.is_empty()
}
