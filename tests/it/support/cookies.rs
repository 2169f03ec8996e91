//! The cookies of one browser. As in a browser, ports do not separate them: all of localhost shares one jar.

use reqwest::header::{HeaderMap, SET_COOKIE};

/// A cookie as the server set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    /// Names in lower case, in the order of the header, as in `("samesite", "Lax")`, `("httponly", "")`.
    pub attributes: Vec<(String, String)>,
}

/// Lifetimes are not looked at (tests move the server's clock, not ours), but a cookie that is taken back is gone.
#[derive(Debug, Clone, Default)]
pub struct Cookies(Vec<Cookie>);

impl Cookie {
    fn parse(header: &str) -> Self {
        let mut parts = header.split(';').map(|part| part.trim().split_once('=').unwrap_or((part.trim(), "")));
        let (name, value) = parts.next().unwrap();
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            attributes: parts.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn is_taken_back(&self) -> bool {
        let ended = |seconds: &str| seconds.parse::<i64>().is_ok_and(|seconds| seconds <= 0);
        self.attribute("max-age").is_some_and(ended) || self.attribute("expires").is_some_and(|date| date.contains(" 1970 "))
    }

    fn path(&self) -> &str {
        self.attribute("path").unwrap_or("/")
    }
}

impl Cookies {
    /// Keeps what an answer sets.
    pub fn keep(&mut self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let cookie = Cookie::parse(header.to_str().unwrap());
            self.remove(&cookie.name);
            if !cookie.is_taken_back() {
                self.0.push(cookie);
            }
        }
    }

    /// The `Cookie` header for a path.
    pub fn header(&self, path: &str) -> Option<String> {
        let sent = self.0.iter().filter(|cookie| {
            let own = cookie.path().trim_end_matches('/');
            path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let pairs: Vec<_> = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub fn get(&self, name: &str) -> Option<&Cookie> {
        self.0.iter().find(|cookie| cookie.name == name)
    }

    /// Sets a cookie as an attacker or a developer's tools would.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.0.push(Cookie { name: name.to_owned(), value: value.to_owned(), attributes: Vec::new() });
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|cookie| cookie.name != name);
    }

    pub fn all(&self) -> &[Cookie] {
        &self.0
    }
}
