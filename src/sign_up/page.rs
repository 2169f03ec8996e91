//! The page of `/signup`.

use crate::web::page::Layout;
use crate::web::passkeys::{PasskeyForm, PasskeyProblem};
pub use crate::web::problems::{EmailProblem, NameProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
use crate::web::upstream_buttons::UpstreamButton;
use askama::Template;

/// Make an account.
#[derive(Template)]
#[template(path = "sign_up/sign_up.html")]
pub struct SignUpPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub client_name: Option<String>,
    pub email: String,
    pub name: String,
    pub errors: SignUpErrors,
    pub sign_in_url: String,
    pub minimum_length: usize,
    /// Whether an account can begin with a passkey.
    pub passkeys: bool,
    /// What the browser may tell the keeper of a passkey that was made in vain.
    pub unknown_passkey: Option<String>,
    /// Providers to sign up with instead.
    pub upstreams: Vec<UpstreamButton>,
}

/// Make the passkey that the account begins with.
#[derive(Template)]
#[template(path = "sign_up/passkey.html")]
pub struct SignUpPasskeyPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub form: PasskeyForm,
    pub email: String,
    pub name: String,
    pub problem: Option<PasskeyProblem>,
    /// Where a password can be chosen after all.
    pub password_url: String,
}

impl SignUpPage {
    fn password_hint(&self) -> String {
        self.layout.say(password_hint(self.minimum_length))
    }
}

form_errors!(
    /// What is wrong with the form.
    SignUpErrors { email: EmailProblem, name: NameProblem, password: PasswordProblem }
);
