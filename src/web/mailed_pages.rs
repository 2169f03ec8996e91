//! The pages that every flow with something mailed shares: type the code, press the button behind a link, the link is dead.

use crate::app::App;
use crate::language::Text;
use crate::web::page::{Layout, Page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Type the code that was mailed.
#[derive(Template)]
#[template(path = "mailed/code.html")]
pub struct CodePage {
    pub layout: Layout,
    pub csrf: String,
    pub ticket: String,
    /// The path that the form posts to.
    pub action: &'static str,
    /// Where the code went.
    pub email: String,
    /// Whether an account with that address may or may not be there, which the page must not tell.
    pub perhaps: bool,
    pub problem: Option<CodeProblem>,
    /// Where the person can begin anew.
    pub back_url: String,
}

/// Why a code is not taken. The same for a wrong one, an old one, and one that was never sent (security.md L1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    Wrong,
    /// Five were wrong: this code is dead.
    TooMany,
}

impl CodePage {
    fn lead(&self) -> String {
        let id = if self.perhaps { "mailed-code-lead-perhaps" } else { "mailed-code-lead" };
        self.layout.marked(id, "email", &self.email, "app")
    }
}

impl CodeProblem {
    pub fn text(&self) -> Text {
        Text::new(match self {
            Self::Wrong => "mailed-code-wrong",
            Self::TooMany => "mailed-code-too-many",
        })
    }
}

/// Press the button: opening a link by itself does nothing, since mail scanners open links.
#[derive(Template)]
#[template(path = "mailed/link.html")]
pub struct LinkPage {
    pub layout: Layout,
    pub csrf: String,
    pub action: &'static str,
    pub heading: Text,
    /// Says whom it is about: `$email`.
    pub lead: &'static str,
    pub button: Text,
    pub email: String,
}

impl LinkPage {
    fn lead(&self) -> String {
        self.layout.marked(self.lead, "email", &self.email, "app")
    }
}

/// The link was used, replaced, or is too old.
#[derive(Template)]
#[template(path = "mailed/link_problem.html")]
pub struct LinkProblemPage {
    pub layout: Layout,
    /// Where a new link can be asked for.
    pub again_url: String,
}

/// The page for a link that leads nowhere any more.
pub fn dead_link(app: &App, http: &HttpRequest, again: &str) -> HttpResponse {
    let layout = Layout::of(app, http);
    let again_url = layout.url(again);
    Page::new(LinkProblemPage { layout, again_url }).status(StatusCode::GONE).respond_to(http)
}
