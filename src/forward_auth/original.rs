//! The request that a gateway asks about: what it was before it came to us.
//!
//! Only what configured proxies say counts (security.md H1). A path that two programs could read in two ways is no path at all here:
//! a gateway may route by one reading and we would judge by the other.

use super::place::is_plain;
use crate::app::App;
use crate::web::client_address::TrustedProxies;
use actix_web::HttpRequest;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Original {
    pub host: Option<String>,
    pub scheme: String,
    /// Path and query.
    pub uri: String,
}

impl Original {
    /// Reads `X-Forwarded-*` (Caddy, Traefik, nginx as documented), else `X-Original-URI` (nginx), else what follows our own path (Envoy).
    /// `None` when no trusted gateway asks, or it asks about a path that is not plain.
    pub(super) fn of(app: &App, http: &HttpRequest) -> Option<Self> {
        let peer = http.peer_addr().map(|address| address.ip());
        let trusted = TrustedProxies::new(&app.config.trusted_proxies);
        if !peer.is_some_and(|peer| trusted.contains(peer.to_canonical())) {
            return None;
        }
        let header = |name: &str| {
            let mut values = http.headers().get_all(name);
            let only = values.next().filter(|_| values.next().is_none())?;
            only.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
        };
        let suffix = || {
            let tail = http.match_info().get("tail").unwrap_or("");
            let query = Some(http.query_string()).filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default();
            format!("/{tail}{query}")
        };
        let uri = header("x-forwarded-uri").or_else(|| header("x-original-uri")).map_or_else(suffix, str::to_owned);
        let original = Self {
            host: header("x-forwarded-host").map(str::to_ascii_lowercase),
            scheme: header("x-forwarded-proto").unwrap_or("https").to_ascii_lowercase(),
            uri,
        };
        is_plain(original.path()).then_some(original)
    }

    pub(super) fn path(&self) -> &str {
        self.uri.split(['?', '#']).next().unwrap_or("/")
    }
}
