//! The page of `/signup`.

use crate::web::page::Layout;
pub use crate::web::problems::{EmailProblem, NameProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
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
}

impl SignUpPage {
    fn password_hint(&self) -> String {
        password_hint(self.minimum_length)
    }
}

form_errors!(
    /// What is wrong with the form.
    SignUpErrors { email: EmailProblem, name: NameProblem, password: PasswordProblem }
);
