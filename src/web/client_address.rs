//! The address of a client, and the key by which its requests are counted.
//!
//! `X-Forwarded-For` is believed as far as configured proxies wrote it: from the right, the first hop that is no such proxy is the client.
//! What stands left of it was written by the client itself. A hop that is no address makes the whole header worthless: the address is
//! then that of the peer.
//!
//! Specs: RFC 7239 §8.1 (forged hops), RFC 4291 §2.5.5.2 (IPv4-mapped IPv6), RFC 6177 §2 (a site has at least a /64).

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use ipnet::{IpNet, Ipv4Net};

/// Hops that are looked at: no real chain is longer, and a client can send as many as fit into the header.
const MAX_HOPS: usize = 64;

/// The reverse proxies whose word counts.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// Where a request came from; `None` inside when there is no peer address (a request made by a test).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

/// What requests are counted by: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKey {
    /// The whole address.
    V4(u32),
    /// The upper 64 bits.
    V6(u64),
    /// No address: all such requests share one limit.
    Unknown,
}

impl TrustedProxies {
    /// The proxies of `trusted_proxies`. Networks of IPv4-mapped IPv6 addresses become IPv4 networks.
    pub fn new(networks: &[IpNet]) -> Self {
        let plain = |network: &IpNet| match network {
            IpNet::V6(v6) if v6.prefix_len() >= 96 => {
                let mapped = v6.network().to_ipv4_mapped();
                mapped.and_then(|address| Ipv4Net::new(address, v6.prefix_len() - 96).ok()).map_or(*network, IpNet::V4)
            }
            _ => *network,
        };
        Self(networks.iter().map(plain).collect())
    }

    /// The client's address, from the address of the peer and the headers.
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.map(|address| address.to_canonical());
        let Some(nearest) = peer.filter(|peer| self.contains(*peer)) else {
            return ClientAddress(peer);
        };
        ClientAddress(Some(self.forwarded(nearest, headers).unwrap_or(nearest)))
    }

    /// Walks the hops from the right; `None` when one on the way is no address.
    fn forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let lines: Vec<&[u8]> = headers.get_all("x-forwarded-for").map(HeaderValue::as_bytes).collect();
        let mut client = peer;
        // Each hop is read by itself: what the client wrote, in whatever bytes, takes nothing from what proxies wrote.
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')).take(MAX_HOPS) {
            client = parse_hop(std::str::from_utf8(hop).ok()?.trim())?;
            if !self.contains(client) {
                return Some(client);
            }
        }
        Some(client)
    }

    /// Whether this is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, perhaps with a port, IPv6 perhaps in brackets: what proxies are known to write.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    hop.parse::<IpAddr>().ok().or_else(bare).or_else(with_port).map(|address| address.to_canonical())
}

impl ClientAddress {
    /// The address that the request log found, or the peer's when there is no request log in front.
    pub fn of(request: &HttpRequest) -> Self {
        let found = request.extensions().get::<Self>().copied();
        found.unwrap_or_else(|| Self(request.peer_addr().map(|peer| peer.ip().to_canonical())))
    }

    /// Finds the address of a request and leaves it in the request for [`ClientAddress::of`].
    pub fn find(request: &ServiceRequest, proxies: &TrustedProxies) -> Self {
        let address = proxies.client(request.peer_addr().map(|peer| peer.ip()), request.headers());
        request.extensions_mut().insert(address);
        address
    }

    /// Whether an address that was written down is of the network that this client is in now: the same, or of one /64.
    pub fn is_near(self, written: &str) -> bool {
        written.parse::<IpAddr>().is_ok_and(|address| Self(Some(address)).limit_key() == self.limit_key())
    }

    /// What this client's requests are counted by.
    pub fn limit_key(self) -> LimitKey {
        match self.0.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => LimitKey::V4(address.to_bits()),
            Some(IpAddr::V6(address)) => LimitKey::V6((address.to_bits() >> 64) as u64),
            None => LimitKey::Unknown,
        }
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderName;

    fn client(proxies: &[&str], peer: &str, lines: &[&str]) -> String {
        let networks: Vec<IpNet> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        TrustedProxies::new(&networks).client(Some(peer.parse().unwrap()), &headers).to_string()
    }

    /// Attack L3.
    #[test]
    fn the_client_is_the_right_most_hop_that_is_no_proxy() {
        let lan: &[&str] = &["10.0.0.0/8", "fd00::/8"];
        for (proxies, peer, lines, expected) in [
            // Without proxies the header is the client's own invention.
            (&[][..], "198.51.100.7", &["192.0.2.1"][..], "198.51.100.7"),
            (lan, "198.51.100.7", &["192.0.2.1"], "198.51.100.7"),
            // Behind one proxy, and behind two.
            (lan, "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (lan, "fd00::1", &["2001:db8::9"], "2001:db8::9"),
            // What the client wrote itself stands to the left.
            (lan, "10.0.0.1", &["1.1.1.1, 192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["10.9.9.9, 192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["garbage, 192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["\u{e9}, 192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["\u{e9}", "192.0.2.1"], "192.0.2.1"),
            // Several headers are one list.
            (lan, "10.0.0.1", &["1.1.1.1", "192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["192.0.2.1", "10.0.0.2"], "192.0.2.1"),
            // A hop that is no address: the peer.
            (lan, "10.0.0.1", &["192.0.2.1, garbage"], "10.0.0.1"),
            (lan, "10.0.0.1", &["192.0.2.1,"], "10.0.0.1"),
            (lan, "10.0.0.1", &["unknown"], "10.0.0.1"),
            (lan, "10.0.0.1", &["_hidden, 10.0.0.2"], "10.0.0.1"),
            (lan, "10.0.0.1", &["192.0.2.999"], "10.0.0.1"),
            (lan, "10.0.0.1", &["127.1"], "10.0.0.1"),
            (lan, "10.0.0.1", &["192.0.2.1\u{e9}"], "10.0.0.1"),
            (lan, "10.0.0.1", &[""], "10.0.0.1"),
            (lan, "10.0.0.1", &[], "10.0.0.1"),
            // Only proxies: the farthest of them.
            (lan, "10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Ports, brackets, IPv4 in the clothes of IPv6.
            (lan, "10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1"),
            (lan, "10.0.0.1", &["[2001:db8::9]:4711"], "2001:db8::9"),
            (lan, "10.0.0.1", &["[2001:db8::9]"], "2001:db8::9"),
            (lan, "10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
            (lan, "::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            (lan, "10.0.0.1", &["192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
            (lan, "::ffff:198.51.100.7", &["192.0.2.1"], "198.51.100.7"),
            (&["::ffff:10.0.0.0/104"], "10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
        ] {
            assert_eq!(client(proxies, peer, lines), expected, "{proxies:?} {peer} {lines:?}");
        }
    }

    #[test]
    fn a_header_of_many_hops_costs_little_and_wins_nothing() {
        let hops = ["10.0.0.2"; 5000].join(",");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[&format!("1.1.1.1,{hops}")]), "10.0.0.2");
    }

    /// Attack L3: IPv6 is counted by /64, one spelling is as good as another.
    #[test]
    fn limits_count_ipv4_whole_and_ipv6_by_its_64() {
        let key = |text: &str| ClientAddress(Some(text.parse().unwrap())).limit_key();
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_eq!(key("192.0.2.1"), key("::ffff:c000:201"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:0db8:0000:0001:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("::1"), ClientAddress(None).limit_key());
    }
}
