//! The page of `/account/email`.

use crate::language::Text;
use crate::web::page::Layout;
use crate::web::problems::form_errors;
use askama::Template;

/// Change the address.
#[derive(Template)]
#[template(path = "account/email.html")]
pub struct EmailPage {
    pub layout: Layout,
    pub csrf: String,
    /// The address that holds.
    pub current: String,
    pub verified: bool,
    /// As it was typed.
    pub email: String,
    pub errors: EmailErrors,
}

/// What is wrong with the new address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailProblem {
    Invalid,
    /// It is the account's already.
    Own,
    /// Proven, but another account got it meanwhile.
    Taken,
}

impl EmailProblem {
    pub fn text(&self) -> Text {
        Text::new(match self {
            Self::Invalid => "common-email-invalid",
            Self::Own => "account-email-own",
            Self::Taken => "account-email-taken",
        })
    }
}

form_errors!(
    /// What is wrong with the form.
    EmailErrors { email: EmailProblem }
);
