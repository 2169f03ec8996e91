//! The page `/account/data`.

use crate::web::page::Layout;
use askama::Template;

/// Take one's data along, and delete the account.
#[derive(Template)]
#[template(path = "account/data.html")]
pub struct DataPage {
    pub layout: Layout,
    pub csrf: String,
}
