//! The one HTTP client: everything this server fetches goes through it. No private addresses, no redirects, small
//! answers, short waits (security.md A31 to A35).
//!
//! A development installation (http issuer on this machine) may fetch from loopback addresses, and only from those.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

const WAIT: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: usize = 256 * 1024;

/// The guarded client.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    may_call_loopback: bool,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("the address is not one this server may call")]
    Forbidden,
    #[error("the answer is larger than {LARGEST_ANSWER} bytes")]
    TooLarge,
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("{0}")]
    Transport(#[from] reqwest::Error),
}

impl Outbound {
    /// `may_call_loopback` only for a development installation.
    pub fn new(may_call_loopback: bool) -> Result<Self, OutboundError> {
        let client = reqwest::Client::builder()
            // The address that is connected to is the one that was checked: resolving twice would let a name change
            // between the two (DNS rebinding, security.md A33).
            .dns_resolver(Arc::new(GuardedResolver { may_call_loopback }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(WAIT)
            .user_agent(concat!("ostiary/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, may_call_loopback })
    }

    /// Fetches a JSON document by GET.
    pub async fn get_json(&self, uri: &str) -> Result<Value, OutboundError> {
        let url = Url::parse(uri).map_err(|_| OutboundError::Forbidden)?;
        if !self.may_call(&url) {
            return Err(OutboundError::Forbidden);
        }
        let mut answer = self.client.get(url).header("accept", "application/json").send().await?;
        if !answer.status().is_success() {
            return Err(OutboundError::Status(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| OutboundError::NotJson)
    }

    /// Scheme and literal addresses; names are checked when they are resolved.
    fn may_call(&self, url: &Url) -> bool {
        let scheme_is_fine = url.scheme() == "https" || (url.scheme() == "http" && self.may_call_loopback);
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return false,
        };
        scheme_is_fine && address.is_none_or(|address| is_callable(address, self.may_call_loopback))
    }
}

/// Whether an address is on the public internet, or a loopback address where that is allowed.
fn is_callable(address: IpAddr, may_call_loopback: bool) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4) || (may_call_loopback && v4.is_loopback()),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_callable(IpAddr::V4(v4), may_call_loopback),
            None => is_public_v6(v6) || (may_call_loopback && v6.is_loopback()),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Global unicast is 2000::/3; out of it documentation (2001:db8::/32), 6to4 and NAT64-like ranges that wrap v4.
    let [first, second, ..] = address.segments();
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && (second == 0xdb8 || second < 0x200)) && first != 0x2002
}

struct GuardedResolver {
    may_call_loopback: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let may_call_loopback = self.may_call_loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let callable: Vec<SocketAddr> = found.filter(|address| is_callable(address.ip(), may_call_loopback)).collect();
            if callable.is_empty() {
                return Err(Box::new(OutboundError::Forbidden) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(callable.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security.md A31: every spelling of an inner address
    #[tokio::test]
    async fn inner_addresses_are_not_called_however_they_are_spelt() {
        let outbound = Outbound::new(false).unwrap();
        for uri in [
            "http://127.0.0.1:1",
            "https://127.0.0.1:1",
            "https://[::1]:1",
            "https://[::ffff:127.0.0.1]:1",
            "https://0.0.0.0:1",
            "https://169.254.169.254",
            "https://10.0.0.1",
            "https://172.16.0.1",
            "https://192.168.0.1",
            "https://100.64.0.1",
            "https://2130706433",
            "https://0177.0.0.1",
            "https://0x7f000001",
            "https://[fd00::1]",
            "https://[fe80::1]",
            "https://[2001:db8::1]",
            "file:///etc/passwd",
            "gopher://a.example",
            "data:text/plain,x",
            "ftp://a.example",
        ] {
            assert!(matches!(outbound.get_json(uri).await, Err(OutboundError::Forbidden)), "{uri}");
        }
        // A name that resolves to this machine is caught when it is resolved.
        assert!(outbound.get_json("https://localhost:1").await.is_err());
    }

    #[tokio::test]
    async fn development_may_call_this_machine_and_no_other_inner_address() {
        let outbound = Outbound::new(true).unwrap();
        assert!(matches!(outbound.get_json("http://127.0.0.1:1").await, Err(OutboundError::Transport(_))));
        assert!(matches!(outbound.get_json("http://192.168.0.1").await, Err(OutboundError::Forbidden)));
    }
}
