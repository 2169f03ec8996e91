//! The page of `/verify` before a code was sent.

use crate::web::page::Layout;
use askama::Template;

/// Prove the address: have a code sent.
#[derive(Template)]
#[template(path = "verify/verify.html")]
pub struct VerifyPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The application that waits for it.
    pub client_name: Option<String>,
    pub email: String,
}
