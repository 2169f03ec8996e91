//! The page of `/login/factor`.

use super::factor::Method;
use crate::language::Text;
use crate::web::page::Layout;
use crate::web::passkeys::{PasskeyForm, PasskeyProblem};
use crate::web::problems::in_words;
use crate::web::text_messages::NotSent;
use askama::Template;
use std::time::Duration;

/// The second factor.
#[derive(Template)]
#[template(path = "login/factor.html")]
pub struct FactorPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The application that asks.
    pub client_name: Option<String>,
    pub email: String,
    pub method: Method,
    pub problem: Option<FactorProblem>,
    /// The ticket of a code that was sent by text message.
    pub sent: Option<String>,
    /// The end of the number that it goes to.
    pub number: String,
    /// The other ways, and where they are.
    pub others: Vec<(Method, String)>,
    /// Where a key is asked for, for somebody who has one.
    pub key_url: Option<String>,
    /// Whether this browser may be trusted.
    pub may_trust: bool,
    pub start_again_url: String,
}

/// The second factor by a key.
#[derive(Template)]
#[template(path = "login/key_factor.html")]
pub struct KeyFactorPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The application that asks.
    pub client_name: Option<String>,
    pub email: String,
    /// None when no key may answer any more.
    pub form: Option<PasskeyForm>,
    pub problem: Option<PasskeyProblem>,
    /// Codes that would do as well, and where they are asked for.
    pub others: Vec<(Method, String)>,
    /// Whether this browser may be trusted.
    pub may_trust: bool,
    pub start_again_url: String,
}

/// Why a code was not accepted: the same for wrong and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorProblem {
    Wrong { method: Method },
    TooManyAttempts { wait: Duration },
    NotSent(NotSent),
}

impl FactorPage {
    /// A text message goes only to somebody who asks for one.
    fn asks_to_send(&self) -> bool {
        self.method == Method::Sms && self.sent.is_none()
    }
}

impl Method {
    pub fn is_numeric(&self) -> bool {
        *self != Self::RecoveryCode
    }

    /// What the code is, above the field.
    pub fn explanation(&self) -> &'static str {
        match self {
            Self::Totp => "factor-totp",
            Self::Sms => "factor-sms",
            Self::RecoveryCode => "factor-recovery",
        }
    }

    pub fn label(&self) -> &'static str {
        match self {
            Self::Totp | Self::Sms => "factor-code",
            Self::RecoveryCode => "factor-recovery-code",
        }
    }

    /// The link of somebody who would rather use this.
    pub fn invitation(&self) -> &'static str {
        match self {
            Self::Totp => "factor-use-totp",
            Self::Sms => "factor-use-sms",
            Self::RecoveryCode => "factor-use-recovery",
        }
    }
}

impl FactorProblem {
    pub fn title(&self) -> Text {
        Text::new(match self {
            Self::Wrong { .. } | Self::NotSent(_) => "factor-failed",
            Self::TooManyAttempts { .. } => "factor-too-many",
        })
    }

    pub fn text(&self) -> Text {
        match self {
            Self::Wrong { method: Method::RecoveryCode } => Text::new("factor-wrong-recovery"),
            // No other message comes unless one is asked for.
            Self::Wrong { method: Method::Sms } => Text::new("phone-wrong-code"),
            Self::Wrong { method: Method::Totp } => Text::new("factor-wrong"),
            Self::NotSent(why) => why.text(),
            Self::TooManyAttempts { wait } => Text::new("factor-wait").with("wait", in_words(*wait)),
        }
    }
}
