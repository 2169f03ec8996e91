//! Where an authorization response goes. The one constructor takes a registered client and checks the redirect URI, so
//! code that has no target cannot answer to a URL: the open redirect cannot be written (RFC 9700 §4.11).
//!
//! Specs: RFC 6749 §3.1.2 and §4.1.2.

use crate::clients::Client;
use crate::oauth::redirect_uri::RegisteredRedirectUri;
use crate::oauth::redirect_uri::origin_of;
use crate::oauth::response_mode::ResponseMode;
use crate::web::page::onward_source;

/// A validated place to answer to.
#[derive(Debug, Clone)]
pub struct ResponseTarget {
    pub uri: String,
    registered: RegisteredRedirectUri,
    pub mode: ResponseMode,
    pub state: Option<String>,
    pub client_name: String,
}

/// Why there is no target: shown on a page, never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTarget {
    /// No `redirect_uri`, and the client has registered several.
    Ambiguous,
    NotRegistered,
}

impl ResponseTarget {
    /// The only way to make one. Without `redirect_uri` the client's only registered one is meant (RFC 6749 §3.1.2.3).
    pub fn new(client: &Client, redirect_uri: Option<&str>, mode: ResponseMode, state: Option<&str>) -> Result<Self, NoTarget> {
        let (uri, registered) = match (redirect_uri, client.metadata.redirect_uris.as_slice()) {
            (Some(sent), _) => (sent, client.metadata.redirect_uri_matching(sent).ok_or(NoTarget::NotRegistered)?),
            (None, [only]) => (only.as_str(), only),
            (None, _) => return Err(NoTarget::Ambiguous),
        };
        Ok(Self {
            uri: uri.to_owned(),
            registered: registered.clone(),
            mode,
            state: state.map(str::to_owned),
            client_name: client.metadata.client_name.clone(),
        })
    }

    /// Where the form of `response_mode=form_post` may lead: the client's origin (a scheme where that cannot be written as a source: CSP
    /// knows no IPv6).
    pub fn form_post_source(&self) -> String {
        origin_of(&self.uri).filter(|origin| !origin.contains('[')).unwrap_or_else(|| onward_source(&self.uri))
    }

    /// Whether only this client can receive the answer.
    pub fn proves_the_client(&self) -> bool {
        self.registered.proves_the_client()
    }

    /// The host that people would recognise; `None` for an application on the device.
    pub fn host(&self) -> Option<String> {
        url::Url::parse(&self.uri).ok().filter(|url| url.scheme() == "https" || url.scheme() == "http")?.host_str().map(str::to_owned)
    }
}
