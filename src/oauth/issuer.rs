//! The issuer identifier: the URL under which clients know this server.
//!
//! Specs: RFC 8414 §2 (https, no query, no fragment), OpenID Connect Discovery 1.0 §3, RFC 9207 §2.4 (compared as strings).

use std::fmt;

use url::{Host, Url};

/// A checked issuer identifier. Equality is that of the text, character by character.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why a text is no issuer; `Display` says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    /// Not an absolute URL.
    #[error("is not a URL: write something like https://id.example.com")]
    NotUrl,
    /// Neither https nor http.
    #[error("must begin with https://")]
    Scheme,
    /// `http` on a host that others can reach.
    #[error("must begin with https:// (http is for localhost, 127.0.0.1 and [::1] only)")]
    Insecure,
    /// RFC 8414 §2 forbids a query and a fragment; a user name has no business in it either.
    #[error("must have no query, fragment, user name or password")]
    Extra,
    /// Clients append `/.well-known/…`; with a trailing slash two spellings would be in use.
    #[error("must not end in a slash")]
    TrailingSlash,
    /// Programs on the way read such a path in more than one way.
    #[error("must have a path of plain words, without encoded characters and without two slashes in a row")]
    Path,
    /// Not written the way a URL parser writes it, so that an exact comparison would fail at clients.
    #[error("must be written in its normal form: {0}")]
    NotNormal(String),
}

impl Issuer {
    /// Parses and checks an issuer.
    ///
    /// # Errors
    /// [`InvalidIssuer`] with the first rule that is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidIssuer> {
        let url = Url::parse(text).map_err(|_| InvalidIssuer::NotUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(url.host()) => {}
            "http" => return Err(InvalidIssuer::Insecure),
            _ => return Err(InvalidIssuer::Scheme),
        }
        let has_user = !url.username().is_empty() || url.password().is_some() || text.contains('@');
        if url.query().is_some() || url.fragment().is_some() || has_user {
            return Err(InvalidIssuer::Extra);
        }
        if text.ends_with('/') {
            return Err(InvalidIssuer::TrailingSlash);
        }
        let normal = url.as_str().trim_end_matches('/');
        if url.path().contains("//") || url.path().contains('%') {
            return Err(InvalidIssuer::Path);
        }
        if normal != text {
            return Err(InvalidIssuer::NotNormal(normal.to_owned()));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The identifier exactly as it stands in tokens, discovery and `iss` parameters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is an `https` URL: secure cookies and the strict settings follow from it.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host name or address, without port; IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, by default that of the scheme.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Scheme, host and port as a browser writes them in `Origin`.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The path under which everything is served: empty, or beginning with a slash and not ending in one.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// The absolute URL of a path of this server; `path` begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

/// RFC 8252 §8.3 names the loopback addresses; `localhost` and names under it never leave the machine (RFC 6761 §6.3).
pub fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_that_are_accepted() {
        for (text, https, origin, path) in [
            ("http://localhost:3004", false, "http://localhost:3004", ""),
            ("http://127.0.0.1:80801", false, "", ""),
            ("http://127.0.0.1:8080", false, "http://127.0.0.1:8080", ""),
            ("http://[::1]:8080", false, "http://[::1]:8080", ""),
            ("http://id.localhost:1", false, "http://id.localhost:1", ""),
            ("https://id.example.com", true, "https://id.example.com", ""),
            ("https://example.com/id/tenant", true, "https://example.com", "/id/tenant"),
            ("https://example.com:8443/id", true, "https://example.com:8443", "/id"),
        ] {
            if origin.is_empty() {
                assert_eq!(Issuer::parse(text), Err(InvalidIssuer::NotUrl), "{text}");
                continue;
            }
            let issuer = Issuer::parse(text).unwrap();
            assert_eq!(issuer.as_str(), text);
            assert_eq!((issuer.is_https(), issuer.origin().as_str(), issuer.path()), (https, origin, path), "{text}");
        }
    }

    #[test]
    fn issuers_that_are_refused() {
        use InvalidIssuer::*;
        let normal = |text: &str| NotNormal(text.to_owned());
        for (text, why) in [
            ("", NotUrl),
            ("id.example.com", NotUrl),
            ("ftp://example.com", Scheme),
            ("javascript:alert(1)", Scheme),
            ("http://example.com", Insecure),
            ("http://localhost.example.com", Insecure),
            ("http://10.0.0.1", Insecure),
            ("http://0.0.0.0:3004", Insecure),
            ("https://example.com?x=1", Extra),
            ("https://example.com#x", Extra),
            ("https://user@example.com", Extra),
            ("https://user:pw@example.com", Extra),
            ("https://@example.com", Extra),
            ("https://example.com/", TrailingSlash),
            ("https://example.com/id/", TrailingSlash),
            ("https://EXAMPLE.com", normal("https://example.com")),
            ("HTTPS://example.com", normal("https://example.com")),
            ("https://example.com:443", normal("https://example.com")),
            ("https://example.com/a/../b", normal("https://example.com/b")),
            ("https://example.com//a", Path),
            (" https://example.com", normal("https://example.com")),
            ("https://example.com\n", normal("https://example.com")),
        ] {
            assert_eq!(Issuer::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn issuers_are_compared_by_their_text() {
        let issuer = |text| Issuer::parse(text).unwrap();
        assert_eq!(issuer("https://a.example"), issuer("https://a.example"));
        assert_ne!(issuer("https://a.example"), issuer("https://a.example/x"));
        assert_eq!(issuer("https://a.example/x").join("/jwks"), "https://a.example/x/jwks");
    }
}
