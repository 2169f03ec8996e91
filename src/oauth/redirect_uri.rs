//! `redirect_uri`: what may be registered and what matches a registration.
//!
//! Specs: RFC 6749 §3.1.2, RFC 8252 §7 and §8, RFC 9700 §2.1 and §4.1.3.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// What kind of application a client is: decides which redirect URIs it may have (OpenID Connect Registration §2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    #[default]
    Web,
    Native,
}

/// A redirect URI that a client registered, kept to the letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RegisteredRedirectUri(String);

/// Why a URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    #[error("is not an absolute URI of printable ASCII characters")]
    Malformed,
    #[error("must not have a fragment")]
    Fragment,
    #[error("must not hold a user name or password")]
    UserInfo,
    #[error("must not hold a wildcard")]
    Wildcard,
    #[error("must use https; http is for localhost and loopback addresses only")]
    Cleartext,
    #[error("uses a scheme that is not allowed; a native app's own scheme must hold a dot, as in com.example.app:/callback")]
    Scheme,
}

impl RegisteredRedirectUri {
    /// Checks that `text` may be registered by an application of this type.
    ///
    /// Errors: [`InvalidRedirectUri`], in the order of its variants.
    pub fn parse(text: &str, application_type: ApplicationType) -> Result<Self, InvalidRedirectUri> {
        if text.len() > 2000 || !text.bytes().all(|b| matches!(b, 0x21..=0x7E) && !matches!(b, b'\\' | b'"' | b'<' | b'>')) {
            return Err(InvalidRedirectUri::Malformed);
        }
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri::Malformed)?;
        if text.contains('#') {
            return Err(InvalidRedirectUri::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidRedirectUri::UserInfo);
        }
        if text.contains('*') {
            return Err(InvalidRedirectUri::Wildcard);
        }
        // `https:/app.example/cb` has a host to the parser, and in a `Location` it is a path of this server's (URL Standard §4.4).
        let is_web = matches!(url.scheme(), "https" | "http");
        if is_web && !text.split_once("://").is_some_and(|(scheme, rest)| scheme.len() == url.scheme().len() && !rest.starts_with('/')) {
            return Err(InvalidRedirectUri::Malformed);
        }
        match url.scheme() {
            "https" => {}
            // RFC 9700 §2.6: no cleartext but to the machine itself.
            "http" if is_this_machine(&url) => {}
            "http" => return Err(InvalidRedirectUri::Cleartext),
            // RFC 8252 §7.1: private-use schemes are reversed domain names, so they hold a dot; javascript:, data:,
            // file: and their kind hold none.
            scheme if application_type == ApplicationType::Native && scheme.contains('.') => {}
            _ => return Err(InvalidRedirectUri::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether `sent` is this URI: the same characters, or, for a native application's loopback address, the same but
    /// for the port (RFC 8252 §7.3; RFC 9700 §4.1.3).
    pub fn matches(&self, sent: &str, application_type: ApplicationType) -> bool {
        if sent == self.0 {
            return true;
        }
        application_type == ApplicationType::Native
            && without_loopback_port(&self.0).is_some_and(|registered| without_loopback_port(sent).is_some_and(|sent| sent == registered))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port, for CORS and the page's `form-action`; `None` for private-use schemes.
    pub fn origin(&self) -> Option<String> {
        origin_of(&self.0)
    }

    /// Whether nobody but this client can receive what is sent there: not so for loopback addresses and private-use
    /// schemes, which any program on the device can claim (RFC 8252 §8.6).
    pub fn proves_the_client(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https")
    }
}

/// Scheme, host and port of an http(s) URL.
pub fn origin_of(uri: &str) -> Option<String> {
    let origin = Url::parse(uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// A URI with the port cut out, if it is http on a loopback *address*. Works on the text, so that nothing is normalised.
fn without_loopback_port(uri: &str) -> Option<(&'static str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (host, after) = ["127.0.0.1", "[::1]"].into_iter().find_map(|host| Some((host, rest.strip_prefix(host)?)))?;
    let path = match after.strip_prefix(':') {
        Some(with_port) => {
            let digits = with_port.bytes().take_while(u8::is_ascii_digit).count();
            with_port.get(..digits)?.parse::<u16>().ok()?;
            with_port.get(digits..)?
        }
        None => after,
    };
    (path.is_empty() || path.starts_with(['/', '?'])).then_some((host, path))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ApplicationType::{Native, Web};
    use super::*;

    fn registered(uri: &str, kind: ApplicationType) -> RegisteredRedirectUri {
        RegisteredRedirectUri::parse(uri, kind).unwrap()
    }

    // security.md A1 to A3: RFC 9700 §4.1.3
    #[test]
    fn only_the_same_characters_match() {
        let uri = registered("https://app.example/cb", Web);
        assert!(uri.matches("https://app.example/cb", Web));
        for other in [
            "https://app.example/cb/..",
            "https://app.example/cb/../evil",
            "https://app.example/cb/..;/x",
            "https://app.example/cb%2f..%2f",
            "https://app.example//cb",
            "https://app.example/cb?x=1",
            "https://app.example/cb#f",
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://app.example/cb%20",
            "https://app.example./cb",
            "https://app.example.evil.test/cb",
            "https://app.example@evil.test/cb",
            "https://evil.test\\@app.example/cb",
            "https://appXexample/cb",
            "http://app.example/cb",
            "https://app.example:443/cb",
            "https://app.example/c\tb",
            "HTTPS://app.example/cb",
        ] {
            assert!(!uri.matches(other, Web), "{other}");
        }
    }

    // security.md A5: RFC 8252 §7.3
    #[test]
    fn the_port_of_a_native_loopback_uri_is_free() {
        let uri = registered("http://127.0.0.1/cb", Native);
        assert!(uri.matches("http://127.0.0.1:51234/cb", Native));
        for other in [
            "http://127.0.0.1:51234/other",
            "http://localhost:51234/cb",
            "http://127.0.0.2:1/cb",
            "https://127.0.0.1:5/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:1@evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://[::1]:5/cb",
        ] {
            assert!(!uri.matches(other, Native), "{other}");
        }
        assert!(!uri.matches("http://127.0.0.1:51234/cb", Web));
        assert!(!registered("http://localhost/cb", Native).matches("http://localhost:5/cb", Native));
        assert!(registered("http://[::1]/cb", Native).matches("http://[::1]:5/cb", Native));
    }

    // security.md A6 and G2
    #[test]
    fn dangerous_uris_cannot_be_registered() {
        use InvalidRedirectUri::*;
        for (uri, why) in [
            ("javascript:alert(1)", Scheme),
            ("JavaScript:alert(1)", Scheme),
            ("data:text/html,x", Scheme),
            ("file:///etc/passwd", Scheme),
            ("vbscript:x", Scheme),
            ("blob:https://a.example/x", Scheme),
            ("https://a.example/#f", Fragment),
            ("https://a.example/cb#", Fragment),
            ("https://u:p@a.example/", UserInfo),
            ("https://*.example/", Wildcard),
            ("http://a.example/cb", Cleartext),
            (" https://a.example/", Malformed),
            ("/cb", Malformed),
            // To a browser that reads them in a `Location` of ours, these are paths of ours.
            ("https:/a.example/cb", Malformed),
            ("https:a.example/cb", Malformed),
            ("https:///a.example/cb", Malformed),
            ("http:/localhost/cb", Malformed),
            ("https://a.example/\u{7f}", Malformed),
            ("https://ä.example/", Malformed),
        ] {
            assert_eq!(RegisteredRedirectUri::parse(uri, Native).unwrap_err(), why, "{uri}");
        }
        assert_eq!(RegisteredRedirectUri::parse("com.example.app:/cb", Web).unwrap_err(), Scheme);
        let own = registered("com.example.app:/cb", Native);
        assert!(own.matches("com.example.app:/cb", Native) && !own.matches("com.example.app://x/cb", Native));
    }
}
