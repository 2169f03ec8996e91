//! The pages of `/login`.

use crate::language::Text;
use crate::web::page::{Layout, Person};
use crate::web::passkeys::{PasskeyForm, PasskeyProblem};
use crate::web::problems::{EmailProblem, form_errors, in_words};
use crate::web::upstream_buttons::UpstreamButton;
use askama::Template;
use std::time::Duration;

/// Sign in, or confirm who you are.
#[derive(Template)]
#[template(path = "login/login.html")]
pub struct LoginPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The application that asks.
    pub client_name: Option<String>,
    pub email: String,
    /// No for somebody who is signed in and has none.
    pub asks_password: bool,
    pub error: Option<LoginProblem>,
    pub sign_up_url: Option<String>,
    /// Where a new password is asked for.
    pub forgot_url: String,
    /// Where a code by mail is asked for, if there are such.
    pub mail_me_url: Option<String>,
    /// Where a person who is signed in already, and is asked again, can become somebody else.
    pub other_account_url: Option<String>,
    /// None where there are no passkeys.
    pub passkey: Option<PasskeyForm>,
    pub passkey_problem: Option<PasskeyProblem>,
    /// Providers to sign in with instead.
    pub upstreams: Vec<UpstreamButton>,
}

/// Why the sign-in failed, as the person reads it: the same for unknown, wrong and disabled (security.md L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    WrongEmailOrPassword,
    TooManyAttempts {
        wait: Duration,
    },
    /// The second factor was not given.
    TooManyWrongCodes,
}

impl LoginPage {
    fn confirms_identity(&self) -> bool {
        self.other_account_url.is_some()
    }

    fn title(&self) -> String {
        let id = if self.confirms_identity() { "login-confirm" } else { "common-sign-in" };
        self.layout.title(id, self.error.is_some() || self.passkey_problem.is_some())
    }

    fn blames_input(&self) -> bool {
        self.error == Some(LoginProblem::WrongEmailOrPassword)
    }
}

impl LoginProblem {
    pub fn title(&self) -> Text {
        Text::new(match self {
            Self::WrongEmailOrPassword => "login-failed",
            Self::TooManyAttempts { .. } | Self::TooManyWrongCodes => "login-too-many",
        })
    }

    pub fn text(&self) -> Text {
        match self {
            Self::WrongEmailOrPassword => Text::new("login-wrong"),
            Self::TooManyWrongCodes => Text::new("factor-ended"),
            Self::TooManyAttempts { wait } => Text::new("login-wait").with("wait", in_words(*wait)),
        }
    }
}

/// A passkey for the next time.
#[derive(Template)]
#[template(path = "login/offer.html")]
pub struct OfferPasskeyPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// None once the proof is no longer fresh: nothing can be added then.
    pub form: Option<PasskeyForm>,
    /// What the browser may tell the keeper of a passkey that was made too late.
    pub unknown: Option<String>,
    pub problem: Option<PasskeyProblem>,
}

/// `prompt=select_account`.
#[derive(Template)]
#[template(path = "login/choose_account.html")]
pub struct ChooseAccountPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub client_name: Option<String>,
    pub account: Person,
}

/// Ask for a code by mail.
#[derive(Template)]
#[template(path = "login/mail_me.html")]
pub struct MailMePage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub client_name: Option<String>,
    pub email: String,
    pub errors: MailMeErrors,
    /// The page that asks for the password.
    pub password_url: String,
}

form_errors!(
    /// What is wrong with the form.
    MailMeErrors { email: EmailProblem }
);
