//! The request that a gateway asks about: what it was before it came to us.
//!
//! Only what configured proxies say counts (security.md H1). What two programs could read in two ways is not read at all here: a gateway
//! may route by one reading and we would judge by the other. So a header that is there and unclear is not taken for one that is absent.

use crate::app::App;
use crate::config::PlaceHost;
use crate::paths;
use crate::web::client_address::TrustedProxies;
use actix_web::HttpRequest;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Original {
    pub method: String,
    /// `None` when the gateway names none.
    pub host: Option<PlaceHost>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Path and query.
    pub uri: String,
}

impl Original {
    /// Reads `X-Forwarded-*` (Caddy, Traefik, nginx as documented), `X-Original-Method` and `-URI` (nginx), or what follows our own path
    /// (Envoy).
    ///
    /// # Errors
    /// Why the request cannot be judged: no trusted gateway asks, or what it says is unclear.
    pub(super) fn of(app: &App, http: &HttpRequest) -> Result<Self, &'static str> {
        let peer = http.peer_addr().map(|address| address.ip());
        let trusted = TrustedProxies::new(&app.config.trusted_proxies);
        if !peer.is_some_and(|peer| trusted.contains(peer.to_canonical())) {
            return Err("the peer is not one of trusted_proxies");
        }
        let scheme = match header(http, "x-forwarded-proto")?.map(str::to_ascii_lowercase).as_deref() {
            None | Some("https" | "wss") => "https",
            // Traefik says how a WebSocket came; it is opened by an HTTP request (RFC 6455 §1.3).
            Some("http" | "ws") => "http",
            Some(_) => return Err("X-Forwarded-Proto is not a scheme of HTTP"),
        };
        let host = header(http, "x-forwarded-host")?.map(|text| PlaceHost::parse(text).ok_or("X-Forwarded-Host is not a host"));
        let method = match header(http, "x-forwarded-method")? {
            Some(method) => Some(method),
            None => header(http, "x-original-method")?,
        };
        Ok(Self { method: method.unwrap_or(http.method().as_str()).to_owned(), host: host.transpose()?, scheme, uri: uri(app, http)? })
    }

    pub(super) fn path(&self) -> &str {
        self.uri.split('?').next().unwrap_or("/")
    }

    /// The port of its scheme (RFC 9110 §4.2).
    pub(super) fn default_port(&self) -> u16 {
        if self.scheme == "http" { 80 } else { 443 }
    }
}

/// A gateway that sets one of the places where the URI can stand passes on what the client wrote in the others: they must agree.
fn uri(app: &App, http: &HttpRequest) -> Result<String, &'static str> {
    let ours = format!("{}{}", app.config.issuer.path(), paths::AUTH_VERIFY);
    // As it was sent: the path of the router is decoded.
    let suffix = http.uri().path().strip_prefix(&ours).filter(|suffix| suffix.starts_with('/'));
    let query = http.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let suffix = suffix.map(|suffix| format!("{suffix}{query}"));
    let named = [header(http, "x-forwarded-uri")?, header(http, "x-original-uri")?];
    let mut named = named.into_iter().flatten();
    let Some(first) = named.next() else { return suffix.ok_or("the gateway names no URI") };
    let is_bare = suffix.as_ref().is_none_or(|suffix| suffix == "/" || suffix.starts_with("/?"));
    if named.any(|other| other != first) || !(is_bare || suffix.as_deref() == Some(first)) {
        return Err("X-Forwarded-Uri, X-Original-URI and the path that was asked under do not agree");
    }
    Ok(first.to_owned())
}

/// What a header says, once and in ASCII; `None` when it is absent.
fn header<'a>(http: &'a HttpRequest, name: &str) -> Result<Option<&'a str>, &'static str> {
    let mut values = http.headers().get_all(name);
    let Some(only) = values.next() else { return Ok(None) };
    let text = only.to_str().map(str::trim).unwrap_or_default();
    if text.is_empty() || values.next().is_some() {
        return Err("a header about the original request is empty, repeated or not ASCII");
    }
    Ok(Some(text))
}
