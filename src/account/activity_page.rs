//! The page `/account/activity`.

use crate::language::Text;
use crate::web::page::{Layout, Moment};
use crate::web::whereabouts::Whereabouts;
use askama::Template;

/// What happened in the account.
#[derive(Template)]
#[template(path = "account/activity.html")]
pub struct ActivityPage {
    pub layout: Layout,
    pub lines: Vec<ActivityLine>,
    /// Where the next page begins.
    pub older: Option<String>,
    /// Whether this is the first page.
    pub newest: bool,
}

/// One event.
pub struct ActivityLine {
    pub said: Text,
    pub at: Moment,
    /// The browser and its device, in words.
    pub device: Option<Text>,
    pub seen: Option<Whereabouts>,
    /// Whoever runs the service did it.
    pub by_operator: bool,
    /// It happened in the session that looks at it.
    pub current: bool,
}
