//! The providers that a page offers to sign in with.

use crate::app::App;
use crate::clients::Client;

/// One of them, ready to show.
#[derive(Debug, Clone)]
pub struct UpstreamButton {
    pub id: String,
    pub name: String,
    /// The static file of its mark.
    pub mark: &'static str,
}

impl UpstreamButton {
    /// Those that the client allows, in the operator's order.
    pub fn offered(app: &App, client: Option<&Client>) -> Vec<Self> {
        let button = |id: &str, name: &str, mark| Self { id: id.to_owned(), name: name.to_owned(), mark };
        app.upstreams.offered(client).map(|upstream| button(&upstream.id, &upstream.name, upstream.kind.mark())).collect()
    }
}
