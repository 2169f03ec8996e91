//! A sign-in that is half finished: the first factor holds, the second is still to come. It is a sealed cookie and nothing else:
//! it opens no page but the one that asks for the second factor, and nothing is stored for it.
//!
//! It is bound to this browser and to the flow it was begun in, lives ten minutes, is ended by five wrong codes and can be
//! finished once (security.md S5, S10, O2).

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::guesses;
use crate::grants::consume_ticket;
use crate::oauth::authentication::Amr;
use crate::sealing::{DigestPurpose, Purpose, SealingError};
use crate::secret::SecretDigest;
use crate::storage::{Connection, StorageError};
use crate::users::{User, UserId};
use crate::web::browser::Browser;
use crate::web::sign_in::Proven;
use crate::web::ticket::Ticket;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the second factor may take.
pub const LIFETIME: Duration = Duration::from_secs(600);
/// Wrong codes that end it.
const MOST_WRONG_CODES: i64 = 5;

/// What the cookie says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingSignIn {
    id: String,
    pub user_id: UserId,
    /// What was proven.
    pub amr: Vec<Amr>,
    /// [`Proven::at`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The counters of failed guesses that a full success forgets (security.md L4).
    pub counted: Vec<String>,
    /// Digest of the browser's binding cookie.
    browser: String,
    /// Digest of the ticket of the flow.
    ticket: String,
    pub expires_at: Timestamp,
    /// [`User::cut_off_at`] as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut_off_at: Option<Timestamp>,
}

impl PendingSignIn {
    pub fn begin(app: &App, browser: &Browser, ticket: &Ticket, user: &User, proven: &Proven<'_>) -> Self {
        Self {
            id: app.random.token(),
            user_id: user.id.clone(),
            amr: proven.amr.clone(),
            at: proven.at,
            counted: proven.counted.to_vec(),
            browser: browser.binding_digest(app),
            ticket: digest_of(ticket),
            expires_at: app.now() + LIFETIME,
            cut_off_at: user.cut_off_at,
        }
    }

    /// Whether everything that was begun before has been cut off since: by a lockdown, a new password, an operator.
    pub fn is_cut_off(&self, user: &User) -> bool {
        user.cut_off_at != self.cut_off_at
    }

    /// Names it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn seal(&self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::PendingSignIn, self)
    }

    /// The pending sign-in of this browser in the flow of this ticket.
    pub fn of(app: &App, browser: &Browser, ticket: &Ticket) -> Option<Self> {
        let pending: Self = app.sealing.open(Purpose::PendingSignIn, browser.pending_sign_in()?)?;
        let ours = browser.is_bound_by(app, &pending.browser) && pending.ticket == digest_of(ticket);
        (ours && pending.expires_at > app.now()).then_some(pending)
    }

    /// Counts a code before it is looked at. Returns whether it may be: after five the sign-in has ended.
    ///
    /// Cost: 1 or 2 round trips, 1 commit.
    pub async fn count_code(&self, app: &App, connection: &mut Connection) -> Result<bool, StorageError> {
        let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["pending sign-in", &self.id]);
        guesses::count_up_to(connection, &key, MOST_WRONG_CODES, LIFETIME, app.now()).await
    }

    /// Whether no wrong code was noted of it before.
    ///
    /// Cost: 1 or 3 round trips.
    pub async fn is_first_wrong_code(&self, app: &App, connection: &mut Connection) -> Result<bool, StorageError> {
        let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["wrong code of pending sign-in", &self.id]);
        guesses::count_up_to(connection, &key, 1, LIFETIME, app.now()).await
    }

    /// Uses it up. Returns whether this call was the first.
    pub async fn consume(&self, connection: &mut Connection) -> Result<bool, StorageError> {
        consume_ticket(connection, &self.id, "pending_sign_in", self.expires_at).await
    }
}

fn digest_of(ticket: &Ticket) -> String {
    SecretDigest::of(&ticket.text).as_str().to_owned()
}
