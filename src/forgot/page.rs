//! The pages of `/forgot`.

use crate::web::page::Layout;
pub use crate::web::problems::{EmailProblem, PasswordProblem};
use crate::web::problems::{form_errors, password_hint};
use askama::Template;

/// Say whose password was forgotten.
#[derive(Template)]
#[template(path = "forgot/forgot.html")]
pub struct ForgotPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub email: String,
    pub errors: ForgotErrors,
    pub sign_in_url: String,
}

form_errors!(
    /// What is wrong with the form.
    ForgotErrors { email: EmailProblem }
);

/// A link is on its way, if there is an account.
#[derive(Template)]
#[template(path = "forgot/sent.html")]
pub struct ForgotSentPage {
    pub layout: Layout,
    pub again_url: String,
    pub sign_in_url: String,
}

/// Choose a new password.
#[derive(Template)]
#[template(path = "forgot/reset.html")]
pub struct ResetPage {
    pub layout: Layout,
    pub csrf: String,
    pub email: String,
    pub errors: ResetErrors,
    pub minimum_length: usize,
}

impl ResetPage {
    fn password_hint(&self) -> String {
        self.layout.say(password_hint(self.minimum_length))
    }
}

form_errors!(
    /// What is wrong with the form.
    ResetErrors { password: PasswordProblem }
);
