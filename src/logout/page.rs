//! The pages of `/logout`.

use crate::web::page::{Layout, Person};
use askama::Template;

/// Asks before signing out.
#[derive(Template)]
#[template(path = "logout/confirm.html")]
pub struct ConfirmLogoutPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    pub client_name: Option<String>,
    pub account: Option<Person>,
}

/// Signed out, or still signed in.
#[derive(Template)]
#[template(path = "logout/logged_out.html")]
pub struct LoggedOutPage {
    pub layout: Layout,
    pub still_signed_in: bool,
}
