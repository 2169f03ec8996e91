//! The pages of passkeys, and their part of the security page.

use crate::credentials::passkeys::Kind;
use crate::language::Text;
use crate::web::page::{Layout, Moment};
use crate::web::passkeys::{KeyProblem, PasskeyForm};
use askama::Template;

/// Add a passkey or a security key.
#[derive(Template)]
#[template(path = "account/add_passkey.html")]
pub struct AddPasskeyPage {
    pub layout: Layout,
    pub csrf: String,
    pub form: PasskeyForm,
    pub kind: Kind,
    pub name: String,
    pub problem: Option<KeyProblem>,
}

impl AddPasskeyPage {
    fn is_security_key(&self) -> bool {
        self.kind == Kind::SecurityKey
    }

    fn title(&self) -> Text {
        Text::new(if self.is_security_key() { "passkeys-add-security-key" } else { "passkeys-add" })
    }

    fn lead(&self) -> Text {
        Text::new(if self.is_security_key() { "passkeys-add-security-key-lead" } else { "passkeys-add-lead" })
    }

    fn action(&self) -> &'static str {
        if self.is_security_key() { "/account/security-keys/add" } else { "/account/passkeys/add" }
    }
}

/// Rename or remove one.
#[derive(Template)]
#[template(path = "account/edit_passkey.html")]
pub struct EditPasskeyPage {
    pub layout: Layout,
    pub csrf: String,
    pub passkey: PasskeyLine,
    /// Whether the text messages go with it.
    pub takes_phone: bool,
    pub problem: Option<EditProblem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditProblem {
    Name,
    LastWayIn,
    /// A second factor is demanded, and this is the only one.
    LastFactor,
}

impl EditProblem {
    fn text(self) -> Text {
        Text::new(match self {
            Self::Name => "passkeys-name-problem",
            Self::LastWayIn => "passkeys-last-way-in",
            Self::LastFactor => "passkeys-last-factor",
        })
    }
}

/// What the security page shows.
#[derive(Debug, Clone)]
pub struct PasskeySection {
    pub passkeys: Vec<PasskeyLine>,
    /// For the browser's keeper of passkeys: JSON.
    pub accepted: String,
    pub done: Option<Done>,
}

#[derive(Debug, Clone)]
pub struct PasskeyLine {
    pub id: String,
    pub name: String,
    /// Else it is a second step only.
    pub stands_alone: bool,
    /// Else it stays on one device.
    pub synced: bool,
    pub suspected_clone: bool,
    pub added: Moment,
    pub last_used: Option<Moment>,
}

/// What was done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Added,
    Renamed,
    Removed,
}

impl Done {
    /// As it stands in the query.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "passkey-added",
            Self::Renamed => "passkey-renamed",
            Self::Removed => "passkey-removed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Added, Self::Renamed, Self::Removed].into_iter().find(|done| done.as_str() == text)
    }

    pub fn text(self) -> Text {
        Text::new(match self {
            Self::Added => "passkeys-was-added",
            Self::Renamed => "passkeys-was-renamed",
            Self::Removed => "passkeys-was-removed",
        })
    }
}
