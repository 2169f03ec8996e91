//! The pages about second factors.

use super::qr_code::Drawing;
use crate::web::page::Layout;
use askama::Template;

/// Add an authenticator app.
#[derive(Template)]
#[template(path = "account/totp.html")]
pub struct TotpPage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The application that waits for it.
    pub client_name: Option<String>,
    /// The secret that a code has to confirm, under seal.
    pub pending: String,
    pub qr_code: Option<Drawing>,
    /// In groups, to be typed.
    pub secret: String,
    /// Whether nothing of the account opens before: a second factor is demanded, and there is none.
    pub demanded: bool,
    /// Whether there is an app already, which this one replaces.
    pub replaces: bool,
    /// Whether the code was wrong.
    pub wrong: bool,
}

/// New recovery codes, shown this once.
#[derive(Template)]
#[template(path = "account/recovery_codes.html")]
pub struct RecoveryCodesPage {
    pub layout: Layout,
    pub codes: Vec<String>,
    /// What the file holds.
    pub text: String,
    /// The application that waits.
    pub client_name: Option<String>,
    pub way_on: String,
}

impl RecoveryCodesPage {
    /// The file as an address, so that it can be saved without script and without a second request.
    fn file(&self) -> String {
        format!("data:text/plain;charset=utf-8,{}", percent_encoding::utf8_percent_encode(&self.text, percent_encoding::NON_ALPHANUMERIC))
    }
}

/// Ask for new recovery codes.
#[derive(Template)]
#[template(path = "account/make_recovery_codes.html")]
pub struct MakeRecoveryCodesPage {
    pub layout: Layout,
    pub csrf: String,
    /// Codes that still work.
    pub left: usize,
}
