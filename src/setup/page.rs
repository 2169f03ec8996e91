//! The pages of `/setup`.

use crate::web::page::Layout;
pub use crate::web::problems::{EmailProblem, NameProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
use askama::Template;

/// Make the first administrator.
#[derive(Template)]
#[template(path = "setup/setup.html")]
pub struct SetupPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub email: String,
    pub name: String,
    pub errors: SetupErrors,
    pub minimum_length: usize,
}

impl SetupPage {
    fn password_hint(&self) -> String {
        self.layout.say(password_hint(self.minimum_length))
    }
}

form_errors!(
    /// What is wrong with the form.
    SetupErrors { email: EmailProblem, name: NameProblem, password: PasswordProblem }
);

/// The link leads nowhere (any more).
#[derive(Template)]
#[template(path = "setup/link_problem.html")]
pub struct SetupLinkPage {
    pub layout: Layout,
    pub problem: SetupLinkProblem,
}

impl SetupLinkPage {
    /// Then signing in is the way on; else the new link is.
    fn is_used(&self) -> bool {
        self.problem == SetupLinkProblem::Used
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupLinkProblem {
    Used,
    Expired,
    Unknown,
}
