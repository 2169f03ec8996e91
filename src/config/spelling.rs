//! One spelling for each host and path that forward-auth judges: what clients write in several ways and services take for one thing
//! must not be several things to a rule (security.md H1, H5).
//!
//! Specs: RFC 3986 §3.2.2, §3.2.3, §6.2.2; RFC 9110 §7.2.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::fmt;

/// A host as URLs are parsed, without the dot of a fully qualified name, and with the port that was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PlaceHost {
    name: url::Host<String>,
    port: Option<u16>,
}

impl PlaceHost {
    /// `None` for what is not a host, perhaps with a port.
    pub fn parse(text: &str) -> Option<Self> {
        // An IPv6 address has colons of its own, within brackets.
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port),
            _ => (text, ""),
        };
        let port = if port.is_empty() { None } else { Some(port.parse().ok()?) };
        let name = url::Host::parse(name.strip_suffix('.').unwrap_or(name)).ok()?;
        let is_dotted = matches!(&name, url::Host::Domain(domain) if domain.ends_with('.'));
        (!is_dotted).then_some(Self { name, port })
    }

    /// Whether both are one host, at whatever port.
    pub fn has_name_of(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Whether a request for `other` is for this host: at every port, unless this one names its own.
    pub fn holds(&self, other: &Self, default_port: u16) -> bool {
        self.has_name_of(other) && self.port.is_none_or(|port| port == other.port.unwrap_or(default_port))
    }

    pub fn names_a_port(&self) -> bool {
        self.port.is_some()
    }
}

impl TryFrom<String> for PlaceHost {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let host = Self::parse(&text).filter(|_| !text.contains('*'));
        host.ok_or_else(|| format!("{text:?} is not a host, perhaps with a port, without a scheme or wildcard, as in tool.example:8443"))
    }
}

impl fmt::Display for PlaceHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// A path as it is compared: decoded, in one case, since many services route `/Admin` as `/admin`. `None` unless every program reads it
/// the same way: no `.`, `..` or empty segments, no backslash, no parameters, no fragment, and nothing encoded that would be any of
/// these, or need not be encoded (RFC 3986 §6.2.2.2).
pub fn plain_path(path: &str) -> Option<String> {
    let printable = path.bytes().all(|b| matches!(b, 0x21..=0x7E)) && !path.contains(['\\', ';', '?', '#']);
    if !path.starts_with('/') || !printable || !path.split('%').skip(1).all(is_plainly_encoded) {
        return None;
    }
    let last = path.matches('/').count();
    let mut segments = path.split('/').enumerate().skip(1);
    if !segments.all(|(at, segment)| segment != "." && segment != ".." && (at == last || !segment.is_empty())) {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    // Upper case first: some characters are one in upper case only.
    let folded: String = decoded.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    (!folded.contains(char::is_control)).then_some(folded)
}

/// Whether what follows a percent sign is two digits, for a byte that has to be encoded and divides nothing.
fn is_plainly_encoded(rest: &str) -> bool {
    let digits = rest.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).is_some_and(|byte| {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !is_unreserved && !b"/\\;%".contains(&byte) && !byte.is_ascii_control()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> PlaceHost {
        PlaceHost::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    // security.md H1
    #[test]
    fn a_host_is_one_in_every_spelling() {
        let admin = host("admin.example");
        for same in ["ADMIN.example", "admin.example.", "admin.example:99", "admin.example.:443", "admin.example:", "%61dmin.example"] {
            assert!(admin.holds(&host(same), 443), "{same}");
        }
        assert!(!admin.holds(&host("admin.example.org"), 443));
        let tool = host("tool.example:8443");
        assert!(tool.holds(&host("Tool.example.:8443"), 443) && tool.has_name_of(&host("tool.example")));
        assert!(!tool.holds(&host("tool.example"), 443) && !tool.holds(&host("tool.example:99"), 443));
        assert!(host("tool.example:443").holds(&host("tool.example"), 443) && host("tool.example:80").holds(&host("tool.example"), 80));
        assert!(host("[::1]:8443").holds(&host("[0:0::1]:8443"), 443) && host("[::1]").holds(&host("[::1]"), 443));
        for odd in ["", ".", "a..", "a.example..", "a b", "a:b", "a:99999", "a:1:2", "user@a", "a/b", "a, b", "::1", "[::1", "a\u{3002}"] {
            assert_eq!(PlaceHost::parse(odd), None, "{odd:?}");
        }
    }

    // security.md H5
    #[test]
    fn a_path_that_could_be_read_in_two_ways_is_refused() {
        for (plain, compared) in [
            ("/", "/"),
            ("/api/queue", "/api/queue"),
            ("/api/queue/", "/api/queue/"),
            ("/a%20b/~c", "/a b/~c"),
            ("/%C3%89", "/é"),
            ("/Admin", "/admin"),
            ("/a%21b", "/a!b"),
            ("/wiki/C%23", "/wiki/c#"),
        ] {
            assert_eq!(plain_path(plain).as_deref(), Some(compared), "{plain}");
        }
        for odd in [
            "",
            "api",
            "//api",
            "/api//queue",
            "/api/../x",
            "/api/.",
            "/api/%2e%2e/x",
            "/a%2Fb",
            "/a\\b",
            "/a%5cb",
            "/a;x=1",
            "/a%3Bx",
            "/a%00",
            "/a%0a",
            "/a%7F",
            "/a%C2%85",
            "/a%252e",
            "/a b",
            "/a#b",
            "/é",
            "/%61dmin",
            "/%41dmin",
            "/a%7Eb",
            "/a%2Db",
            "/a%5Fb",
            "/%39",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%+f",
            "/a%ff",
            "/%C0%AE%C0%AE/x",
        ] {
            assert_eq!(plain_path(odd), None, "{odd:?}");
        }
    }
}
