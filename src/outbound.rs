//! The one HTTP client: everything this server fetches goes through it. No private addresses, no redirects, small
//! answers, short waits (security.md A31 to A35).
//!
//! A development installation (http issuer on this machine) may fetch from loopback addresses, and only from those.

use futures_util::future::BoxFuture;
use reqwest::StatusCode;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::error::Error as _;
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
    reach: Reach,
}

/// Which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    /// Public ones and this machine: a development installation.
    Loopback,
    /// Whatever the operator has configured.
    Anywhere,
}

/// An answer, whole.
#[derive(Debug)]
pub struct OutboundAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// What the other side proved to be, in DER; only asked for by [`Outbound::anywhere`].
    pub certificate: Option<Vec<u8>>,
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
    Transport(reqwest::Error),
}

impl OutboundError {
    /// No answer came within the time that is waited for one.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_timeout())
    }

    /// The address may not be called, or none of those may that its name resolves to.
    pub fn is_forbidden(&self) -> bool {
        let Self::Transport(error) = self else { return matches!(self, Self::Forbidden) };
        let mut cause = error.source();
        while let Some(error) = cause {
            if matches!(error.downcast_ref::<Self>(), Some(Self::Forbidden)) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl From<reqwest::Error> for OutboundError {
    /// Without the address, which may tell more than a log should: the range that is asked about a new password is part of its hash.
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error.without_url())
    }
}

impl Outbound {
    /// `may_call_loopback` only for a development installation.
    pub fn new(may_call_loopback: bool) -> Result<Self, OutboundError> {
        Self::within(if may_call_loopback { Reach::Loopback } else { Reach::Public })
    }

    /// For the operator's own command line, which calls what the configuration names and nothing else: the issuer may well have an inner
    /// address there.
    pub fn anywhere() -> Result<Self, OutboundError> {
        Self::within(Reach::Anywhere)
    }

    fn within(reach: Reach) -> Result<Self, OutboundError> {
        let client = reqwest::Client::builder()
            // The address that is connected to is the one that was checked: resolving twice would let a name change
            // between the two (DNS rebinding, security.md A33).
            .dns_resolver(Arc::new(GuardedResolver { reach, look_up: Box::new(by_system) }))
            .tls_info(reach == Reach::Anywhere)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(WAIT)
            .user_agent(concat!("ostiary/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Fetches a JSON document by GET.
    pub async fn get_json(&self, uri: &str) -> Result<Value, OutboundError> {
        let body = self.get(uri, &[("accept", "application/json")]).await?;
        serde_json::from_slice(&body).map_err(|_| OutboundError::NotJson)
    }

    /// Fetches a JSON document by GET with an access token.
    pub async fn get_json_with_bearer(&self, uri: &str, access_token: &str) -> Result<Value, OutboundError> {
        let authorization = format!("Bearer {access_token}");
        let body = self.get(uri, &[("accept", "application/json"), ("authorization", &authorization)]).await?;
        serde_json::from_slice(&body).map_err(|_| OutboundError::NotJson)
    }

    /// Fetches a text by GET. `Add-Padding` asks for an answer whose length tells nothing.
    pub async fn get_text(&self, uri: &str) -> Result<String, OutboundError> {
        let body = self.get(uri, &[("accept", "text/plain"), ("add-padding", "true")]).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    async fn get(&self, uri: &str, headers: &[(&str, &str)]) -> Result<Vec<u8>, OutboundError> {
        let request = headers.iter().fold(self.client.get(self.callable(uri)?), |request, (name, value)| request.header(*name, *value));
        let answer = self.send(request.build()?).await?;
        if answer.status.is_success() { Ok(answer.body) } else { Err(OutboundError::Status(answer.status.as_u16())) }
    }

    /// Sends any request, and reads the answer as far as it may be read.
    pub async fn send(&self, request: reqwest::Request) -> Result<OutboundAnswer, OutboundError> {
        if !self.may_call(request.url()) {
            return Err(OutboundError::Forbidden);
        }
        let mut answer = self.client.execute(request).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let info = answer.extensions().get::<reqwest::tls::TlsInfo>();
        let certificate = info.and_then(|info| info.peer_certificate()).map(<[u8]>::to_vec);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(OutboundAnswer { status, headers, body, certificate })
    }

    /// Posts a form. Nothing of the answer but its status is looked at.
    ///
    /// Errors: [`OutboundError::Status`] for anything but 2xx.
    pub async fn post_form(&self, uri: &str, fields: &[(&str, &str)]) -> Result<(), OutboundError> {
        let answer = self.client.post(self.callable(uri)?).form(fields).send().await?;
        if answer.status().is_success() { Ok(()) } else { Err(OutboundError::Status(answer.status().as_u16())) }
    }

    /// Posts a JSON document and returns the status; the answer's body is not read.
    pub async fn post_json(&self, uri: &str, headers: &[(&str, &str)], body: &Value) -> Result<u16, OutboundError> {
        let request = headers.iter().fold(self.client.post(self.callable(uri)?), |request, (name, value)| request.header(*name, *value));
        Ok(request.json(body).send().await?.status().as_u16())
    }

    /// Posts a form with a user name and a password (RFC 7617). Returns status and document; an empty one where the answer is not JSON.
    pub async fn post_form_as(
        &self,
        uri: &str,
        username: &str,
        password: &str,
        fields: &[(&str, &str)],
    ) -> Result<(u16, Value), OutboundError> {
        let request = self.client.post(self.callable(uri)?).basic_auth(username, Some(password));
        let answer = self.send(request.header("accept", "application/json").form(fields).build()?).await?;
        Ok((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }

    /// Whether an address is never called, whatever its name resolves to.
    pub fn never_calls(&self, uri: &str) -> bool {
        self.callable(uri).is_err()
    }

    fn callable(&self, uri: &str) -> Result<Url, OutboundError> {
        Url::parse(uri).ok().filter(|url| self.may_call(url)).ok_or(OutboundError::Forbidden)
    }

    /// Scheme and literal addresses; names are checked when they are resolved.
    fn may_call(&self, url: &Url) -> bool {
        let scheme_is_fine = url.scheme() == "https" || (url.scheme() == "http" && self.reach != Reach::Public);
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return false,
        };
        scheme_is_fine && address.is_none_or(|address| is_callable(address, self.reach))
    }
}

/// Whether an address is on the public internet, or another one that is allowed.
fn is_callable(address: IpAddr, reach: Reach) -> bool {
    let may_call_loopback = reach == Reach::Loopback;
    match address {
        _ if reach == Reach::Anywhere => true,
        IpAddr::V4(v4) => is_public_v4(v4) || (may_call_loopback && v4.is_loopback()),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_callable(IpAddr::V4(v4), reach),
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

type LookUp = dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync;

struct GuardedResolver {
    reach: Reach,
    look_up: Box<LookUp>,
}

fn by_system(name: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, (self.look_up)(name.as_str().to_owned()));
        Box::pin(async move {
            let callable: Vec<SocketAddr> = found.await?.into_iter().filter(|address| is_callable(address.ip(), reach)).collect();
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

    // security.md A31, A33, A34: every spelling of an inner address, and names by what they resolve to
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
        assert!(outbound.get_json("https://localhost:1").await.unwrap_err().is_forbidden());
    }

    // security.md A33: asked once a call, and what was checked is what is connected to. What the name says next is checked anew, and of
    // several addresses only those are tried that may be called.
    #[tokio::test]
    async fn a_name_that_changes_leads_to_no_inner_address() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = asked.clone();
        let look_up = move |_: String| -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
            let inner: IpAddr = "10.0.0.1".parse().unwrap();
            let addresses = match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => vec![SocketAddr::from(([127, 0, 0, 1], port))],
                1 => vec![SocketAddr::new(inner, port)],
                _ => vec![SocketAddr::new(inner, port), SocketAddr::from(([127, 0, 0, 1], port))],
            };
            Box::pin(async move { Ok(addresses) })
        };
        let mut outbound = Outbound::new(true).unwrap();
        let resolver = GuardedResolver { reach: Reach::Loopback, look_up: Box::new(look_up) };
        outbound.client = reqwest::Client::builder().dns_resolver(Arc::new(resolver)).no_proxy().timeout(WAIT).build().unwrap();
        let times = || asked.load(std::sync::atomic::Ordering::SeqCst);
        // A visit is waited for where there must be one; where there must be none, it would have come before the answer.
        let called = async |visited: bool| {
            let uri = format!("http://names.example:{port}/");
            let wait = if visited { WAIT } else { Duration::from_millis(500) };
            let (answer, connected) =
                tokio::join!(outbound.get_json(&uri), async { tokio::time::timeout(wait, listener.accept()).await.is_ok() });
            (answer.unwrap_err().is_forbidden(), connected)
        };
        assert_eq!((called(true).await, times()), ((false, true), 1), "once a call, and there");
        assert_eq!((called(false).await, times()), ((true, false), 2), "nowhere");
        assert_eq!((called(true).await, times()), ((false, true), 3), "there and nowhere else");
    }

    #[tokio::test]
    async fn development_may_call_this_machine_and_no_other_inner_address() {
        let outbound = Outbound::new(true).unwrap();
        assert!(matches!(outbound.get_json("http://127.0.0.1:1").await, Err(OutboundError::Transport(_))));
        assert!(matches!(outbound.get_json("http://192.168.0.1").await, Err(OutboundError::Forbidden)));
    }
}
