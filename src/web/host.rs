//! The hosts that this server answers for. Nothing is derived from `Host`: a request that names another host is one that a
//! browser was led into (DNS rebinding), a proxy was deceived about, or a mistake to hear of at once.
//!
//! Order of checks: 1. probes (`/health…`, `/metrics`) name addresses, and gateways that ask `/auth/verify` pass on the name that was
//! asked of them: both are always answered; 2. the authority of an absolute
//! request target, which goes before `Host`; 3. `Host`.
//!
//! Cost: none.
//!
//! Specs: RFC 9110 §7.2, §7.4 and §15.5.20 (421), RFC 9112 §3.2.2; security.md H1.

use crate::config::Config;
use crate::oauth::issuer::is_loopback;
use crate::paths;
use crate::web::request_log::request_id_of;
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HOST};
use actix_web::http::uri::Authority;
use actix_web::http::{StatusCode, Version};
use actix_web::middleware::Next;
use std::sync::Arc;
use url::Host;

/// The hosts that count as ours, without ports: behind a proxy the port in `Host` is the proxy's affair.
#[derive(Debug, Clone)]
pub struct KnownHosts(Arc<Known>);

#[derive(Debug)]
struct Known {
    hosts: Vec<Host<String>>,
    /// On a developer's machine every name that never leaves it is ours.
    loopback: bool,
    issuer: String,
    probes: [String; 3],
    gateways: String,
}

impl KnownHosts {
    pub fn new(config: &Config) -> Self {
        let base = config.issuer.path();
        let own = Host::parse(config.issuer.host()).ok();
        Self(Arc::new(Known {
            hosts: own.into_iter().chain(config.allowed_hosts.iter().map(|allowed| allowed.0.clone())).collect(),
            loopback: config.is_development(),
            issuer: config.issuer.as_str().to_owned(),
            gateways: format!("{base}{}", paths::AUTH_VERIFY),
            probes: [paths::HEALTH, paths::HEALTH_READY, paths::METRICS].map(|path| format!("{base}{path}")),
        }))
    }

    fn is_known(&self, host: &str) -> bool {
        let Ok(host) = Host::parse(host) else { return false };
        self.0.hosts.contains(&host) || (self.0.loopback && is_loopback(Some(borrowed(&host))))
    }

    /// Errors: what was named instead, for the log.
    fn check(&self, request: &ServiceRequest) -> Result<(), String> {
        let asks_for_a_gateway = request.path().strip_prefix(&self.0.gateways).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if asks_for_a_gateway || self.0.probes.iter().any(|probe| probe == request.path()) {
            return Ok(());
        }
        let named = |authority: &str| {
            let parsed = authority.parse::<Authority>().ok();
            if parsed.as_ref().and_then(host_of).is_some_and(|host| self.is_known(host)) { Ok(()) } else { Err(authority.to_owned()) }
        };
        if let Some(authority) = request.uri().authority() {
            named(authority.as_str())?;
        }
        match request.headers().get(HOST) {
            Some(host) => named(&String::from_utf8_lossy(host.as_bytes())),
            // HTTP/2 carries the authority in its place.
            None if request.uri().authority().is_some() && request.version() >= Version::HTTP_2 => Ok(()),
            None => Err(String::new()),
        }
    }
}

/// The host of `host` or `host:port`. A user name has no place in a request (RFC 9110 §4.2.4), and a port is digits.
fn host_of(authority: &Authority) -> Option<&str> {
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host)?;
    (port.is_empty() || port.strip_prefix(':')?.bytes().all(|b| b.is_ascii_digit())).then_some(host)
}

fn borrowed(host: &Host<String>) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

/// Refuses requests for other hosts.
pub async fn refuse_unknown_hosts(
    known: KnownHosts,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    match known.check(&request) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(named) => {
            tracing::info!(status = 421, host = named, "refused: an unknown host; see allowed_hosts");
            let answer = misdirected(&known.0.issuer, &request_id_of(request.request()).to_string());
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

/// Plain text: whoever reads it looks after a proxy or an application. Never repeats what was sent.
fn misdirected(issuer: &str, request_id: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::MISDIRECTED_REQUEST)
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(format!(
            "This request names a host that this server does not answer for.\n\n\
             People and applications reach it as {issuer}.\n\
             A proxy in front must pass the Host header on (nginx: proxy_set_header Host $host;).\n\
             For a further name, such as one inside a network, the operator adds it to allowed_hosts.\n\n\
             Request id: {request_id}\n"
        ))
}
