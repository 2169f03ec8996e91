//! The pages of `/login`.

use crate::web::page::{Layout, Person};
use crate::web::problems::in_words;
use askama::Template;
use std::fmt;
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
    pub error: Option<LoginProblem>,
    pub sign_up_url: Option<String>,
    /// Where a person who is signed in already, and is asked again, can become somebody else.
    pub other_account_url: Option<String>,
}

/// Why the sign-in failed, as the person reads it: the same for unknown, wrong and disabled (security.md L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    WrongEmailOrPassword,
    TooManyAttempts { wait: Duration },
}

impl LoginPage {
    fn confirms_identity(&self) -> bool {
        self.other_account_url.is_some()
    }

    fn blames_input(&self) -> bool {
        self.error == Some(LoginProblem::WrongEmailOrPassword)
    }
}

impl LoginProblem {
    pub fn title(&self) -> &'static str {
        match self {
            Self::WrongEmailOrPassword => "That didn’t work",
            Self::TooManyAttempts { .. } => "Too many tries",
        }
    }
}

impl fmt::Display for LoginProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongEmailOrPassword => f.write_str("The email address or the password is wrong. Check both and try again."),
            Self::TooManyAttempts { wait } => write!(f, "Wait {} before you try again.", in_words(*wait)),
        }
    }
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
