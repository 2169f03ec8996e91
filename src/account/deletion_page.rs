//! The pages of `/account/delete` and `/account/keep`.

use crate::web::page::{Layout, Moment};
use askama::Template;

/// What deleting the account means, and the button.
#[derive(Template)]
#[template(path = "account/delete.html")]
pub struct DeletePage {
    pub layout: Layout,
    pub csrf: String,
    pub email: String,
    /// To change one's mind.
    pub days: usize,
}

impl DeletePage {
    fn lead(&self) -> String {
        self.layout.marked("deletion-lead", "email", &self.email, "app")
    }
}

/// The account has its day.
#[derive(Template)]
#[template(path = "account/deletion_due.html")]
pub struct DeletionDuePage {
    pub layout: Layout,
    /// `None`: it was asked for just now, and nobody is signed in any longer.
    pub csrf: Option<String>,
    pub due: Moment,
}

/// The account is not deleted.
#[derive(Template)]
#[template(path = "account/kept.html")]
pub struct KeptPage {
    pub layout: Layout,
    pub sign_in_url: String,
}
