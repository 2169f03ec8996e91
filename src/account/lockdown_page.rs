//! The pages of `/account/lockdown`.

use super::lockdown::BY_SESSION;
use crate::web::page::Layout;
use askama::Template;

/// What will happen, and the button.
#[derive(Template)]
#[template(path = "account/lockdown.html")]
pub struct LockdownPage {
    pub layout: Layout,
    pub csrf: String,
    /// What the form answers: the link, or the session.
    pub by: &'static str,
    pub email: String,
    /// Whether there is an address to mail the way back to.
    pub proven: bool,
    /// Whether the address becomes the account's again.
    pub restores: bool,
}

/// What was done, and what to do next.
#[derive(Template)]
#[template(path = "account/locked_down.html")]
pub struct LockedDownPage {
    pub layout: Layout,
    pub email: String,
    pub restored: bool,
    /// Nobody can open the account any more: its address is another account's by now.
    pub shut: bool,
    /// Where another link can be asked for.
    pub again_url: String,
}

impl LockdownPage {
    /// Whoever came from the security page goes back there; a notice leads here from a mailbox.
    fn is_signed_in(&self) -> bool {
        self.by == BY_SESSION
    }

    fn lead(&self) -> String {
        self.layout.marked("lockdown-lead", "email", &self.email, "app")
    }

    fn restoring(&self) -> String {
        self.layout.marked("lockdown-restores", "email", &self.email, "")
    }
}

impl LockedDownPage {
    fn lead(&self) -> String {
        let id = if self.shut { "lockdown-done-shut" } else { "lockdown-done-lead" };
        self.layout.marked(id, "email", &self.email, "app")
    }

    fn restoring(&self) -> String {
        self.layout.marked("lockdown-done-restored", "email", &self.email, "")
    }
}
