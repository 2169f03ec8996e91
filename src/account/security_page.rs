//! The page `/account/security`: a section for each way to sign in, each a partial under `templates/account/security`.

use super::activity_page::ActivityLine;
use super::links::LinksSection;
use super::page::{AppLine, SessionLine};
use super::passkeys_page::PasskeySection;
use crate::language::Text;
use crate::web::page::{Layout, Moment};
use crate::web::whereabouts::Whereabouts;
use askama::Template;

/// How the account is protected.
#[derive(Template)]
#[template(path = "account/security.html")]
pub struct SecurityPage {
    pub layout: Layout,
    pub csrf: String,
    /// What was done just now, or why it was not.
    pub notice: Option<SecurityNotice>,
    pub email: EmailSection,
    pub password: PasswordSection,
    pub second: SecondFactorSection,
    pub devices: Vec<DeviceLine>,
    /// None where there are none to be had.
    pub passkeys: Option<PasskeySection>,
    pub links: LinksSection,
    /// This one, and the newest of the others.
    pub signed_in: Vec<SessionLine>,
    /// The newest.
    pub connected: Vec<AppLine>,
    /// The newest.
    pub activity: Vec<ActivityLine>,
}

impl SecurityPage {
    fn title(&self) -> String {
        let failed = self.notice.as_ref().is_some_and(SecurityNotice::is_bad) || self.links.problem.is_some();
        self.layout.title("security-title", failed)
    }
}

/// The address, and whether it is proven.
pub struct EmailSection {
    pub address: String,
    pub verified: bool,
}

/// Whether there is a password.
pub struct PasswordSection {
    pub exists: bool,
    /// `None`: not since the account was made.
    pub changed: Option<Moment>,
}

/// The second factors.
pub struct SecondFactorSection {
    /// Since when, and when last used.
    pub totp: Option<(Moment, Option<Moment>)>,
    /// Whether the operator has a provider of text messages, and the number that is a second factor.
    pub phone: Option<Option<String>>,
    /// Whether there is any second factor, so that recovery codes have something to stand in for.
    pub exists: bool,
    /// Whether the text messages go with the authenticator app.
    pub totp_takes_phone: bool,
    /// Codes that still work.
    pub recovery_codes: usize,
}

/// A browser in which no second factor is asked for.
pub struct DeviceLine {
    pub id: String,
    pub name: Text,
    pub seen: Option<Whereabouts>,
    pub last_used: Moment,
    pub until: Moment,
}

/// What came of a button on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityNotice {
    Saved,
    SessionEnded,
    AppRemoved,
    FactorRemoved,
    /// The last one: sign-in takes one step now.
    SecondStepGone,
    DeviceRemoved,
    DevicesRemoved,
    /// The second factor is demanded, and this is the last one.
    LastFactor,
}

impl SecurityNotice {
    /// As it stands in the query, of what another page has done.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionEnded => "session-ended",
            Self::AppRemoved => "app-removed",
            _ => "saved",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Saved, Self::SessionEnded, Self::AppRemoved].into_iter().find(|notice| notice.as_str() == text)
    }

    pub fn is_bad(&self) -> bool {
        *self == Self::LastFactor
    }

    pub fn text(&self) -> Text {
        Text::new(match self {
            Self::Saved => "security-saved",
            Self::SessionEnded => "account-session-ended",
            Self::AppRemoved => "security-app-removed",
            Self::FactorRemoved => "security-factor-removed",
            Self::SecondStepGone => "security-second-gone",
            Self::DeviceRemoved => "security-device-removed",
            Self::DevicesRemoved => "security-devices-removed",
            Self::LastFactor => "security-last-factor",
        })
    }
}
