//! Somebody on the way to a page behind a gateway (`/auth/verify`), by way of a sign-in: the ticket of that flow.
//!
//! It was made of what a trusted gateway said and of a host that the operator named, and travels only under seal.

use crate::app::App;
use crate::clock::Timestamp;
use crate::sealing::{DigestPurpose, Purpose, SealingError};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const LIFETIME: Duration = Duration::from_secs(3600);

/// Where they wanted to go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProtectedVisit {
    pub host: String,
    scheme: String,
    /// Path and query.
    pub uri: String,
    /// Digest of the visit's cookie on the protected host.
    browser: String,
    /// Begun since the one before came back to a browser that could not show that cookie.
    #[serde(default)]
    pub is_repeated: bool,
    expires_at: Timestamp,
}

impl ProtectedVisit {
    /// A visit that begins now; `secret` is what the cookie on the protected host holds.
    pub fn begin(app: &App, scheme: &str, host: &str, uri: &str, secret: &str) -> Self {
        Self {
            host: host.to_owned(),
            scheme: if scheme == "http" { "http" } else { "https" }.to_owned(),
            uri: uri.to_owned(),
            browser: app.sealing.keyed_digest(DigestPurpose::GateVisit, &[secret]),
            is_repeated: false,
            expires_at: app.now() + LIFETIME,
        }
    }

    /// The same, for the second and last time.
    pub fn repeated(self) -> Self {
        Self { is_repeated: true, ..self }
    }

    pub fn seal(&self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::GateVisit, self)
    }

    /// Opens a ticket that has not expired.
    pub fn open(app: &App, ticket: &str) -> Option<Self> {
        app.sealing.open::<Self>(Purpose::GateVisit, ticket).filter(|visit| visit.expires_at > app.now())
    }

    /// Whether the browser with this cookie began the visit.
    pub fn is_of(&self, app: &App, secret: &str) -> bool {
        app.sealing.matches_keyed_digest(DigestPurpose::GateVisit, &[secret], &self.browser)
    }

    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }
}
