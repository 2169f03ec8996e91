//! The pages of signing in with others.

use crate::language::Text;
use crate::web::page::{Layout, Person};
use crate::web::problems::{EmailProblem, NameProblem, form_errors};
use actix_web::http::StatusCode;
use askama::Template;

/// On the way to the provider.
#[derive(Template)]
#[template(path = "federation/leaving.html")]
pub struct LeavingPage {
    pub layout: Layout,
    pub provider: String,
    pub url: String,
}

/// There is an account with this address; its owner may connect it.
#[derive(Template)]
#[template(path = "federation/connect.html")]
pub struct ConnectPage {
    pub layout: Layout,
    pub csrf: String,
    pub arrival: String,
    pub provider: String,
    /// As the provider says.
    pub email: String,
    /// The owner, once they have proven that they are.
    pub account: Option<Person>,
    /// Where they prove it.
    pub sign_in_url: Option<String>,
}

/// Make an account for somebody from a provider.
#[derive(Template)]
#[template(path = "federation/sign_up.html")]
pub struct FederationSignUpPage {
    pub layout: Layout,
    pub csrf: String,
    pub arrival: String,
    pub client_name: Option<String>,
    pub provider: String,
    pub email: String,
    /// The provider vouches for it: it is not asked for.
    pub email_is_proven: bool,
    /// Somebody began an account with the address and never proved it.
    pub takes_over: bool,
    pub name: String,
    pub way_back: String,
    pub errors: FederationSignUpErrors,
}

impl FederationSignUpPage {
    fn heading(&self) -> Text {
        Text::new("federation-sign-up-heading").with("provider", &self.provider)
    }
}

form_errors!(
    /// What is wrong with the form.
    FederationSignUpErrors { email: EmailProblem, name: NameProblem }
);

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FederationProblem {
    NotOffered,
    Cancelled,
    /// Somebody who is signed in went to connect an account, and cancelled.
    NotConnected,
    Refused,
    Unavailable,
    NotBelieved,
    WrongDomain,
    NoAccount,
    /// The account is disabled; the page says no more than that it does not work (security.md L1).
    NoEntry,
    LinkedToAnother,
}

impl FederationProblem {
    pub const ALL: [Self; 10] = [
        Self::NotOffered,
        Self::Cancelled,
        Self::NotConnected,
        Self::Refused,
        Self::Unavailable,
        Self::NotBelieved,
        Self::WrongDomain,
        Self::NoAccount,
        Self::NoEntry,
        Self::LinkedToAnother,
    ];

    pub fn status(self) -> StatusCode {
        match self {
            Self::NotOffered => StatusCode::NOT_FOUND,
            Self::Cancelled | Self::NotConnected => StatusCode::OK,
            Self::Refused | Self::NotBelieved => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::BAD_GATEWAY,
            Self::WrongDomain | Self::NoAccount | Self::NoEntry | Self::LinkedToAnother => StatusCode::FORBIDDEN,
        }
    }

    pub fn title(self) -> Text {
        Text::new(match self {
            Self::NotOffered => "federation-not-offered-title",
            Self::Cancelled => "federation-cancelled-title",
            Self::NotConnected => "federation-not-connected-title",
            Self::Refused => "federation-refused-title",
            Self::Unavailable => "federation-unavailable-title",
            Self::NotBelieved => "federation-not-believed-title",
            Self::WrongDomain => "federation-wrong-domain-title",
            Self::NoAccount => "federation-no-account-title",
            Self::NoEntry => "federation-no-entry-title",
            Self::LinkedToAnother => "federation-linked-to-another-title",
        })
    }
}

/// Says so.
#[derive(Template)]
#[template(path = "federation/problem.html")]
pub struct FederationProblemPage {
    pub layout: Layout,
    pub provider: String,
    pub problem: FederationProblem,
    pub way_back: String,
}

impl FederationProblemPage {
    fn title(&self) -> String {
        self.layout.say(self.problem.title())
    }

    /// The words of the way back.
    fn back(&self) -> &'static str {
        if self.problem == FederationProblem::NotConnected { "lockdown-back" } else { "federation-back" }
    }

    fn explanation(&self) -> String {
        let id = match self.problem {
            FederationProblem::NotOffered => "federation-not-offered",
            FederationProblem::Cancelled => "federation-cancelled",
            FederationProblem::NotConnected => "federation-connecting-cancelled",
            FederationProblem::Refused => "federation-refused",
            FederationProblem::Unavailable => "federation-unavailable",
            FederationProblem::NotBelieved => "federation-not-believed",
            FederationProblem::WrongDomain => "federation-wrong-domain",
            FederationProblem::NoAccount => "federation-no-account",
            FederationProblem::NoEntry => "federation-no-entry",
            FederationProblem::LinkedToAnother => "federation-linked-to-another",
        };
        self.layout.say(Text::new(id).with("provider", self.provider.as_str()))
    }
}
