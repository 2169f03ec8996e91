//! `scope`: an ordered set of scope tokens.
//!
//! Specs: RFC 6749 §3.3, OpenID Connect Core §5.4 and §11.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A set of scope tokens in the order they were asked for, without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(Vec<String>);

/// A scope holds a character that RFC 6749 §3.3 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scope may hold only printable ASCII tokens separated by single spaces.")]
pub struct InvalidScope;

impl Scope {
    pub const OPENID: &'static str = "openid";
    pub const EMAIL: &'static str = "email";
    pub const OFFLINE_ACCESS: &'static str = "offline_access";
    /// The scopes that stand for claims about the person.
    pub const STANDARD: [&'static str; 8] = ["openid", "profile", "email", "address", "phone", "groups", "roles", "offline_access"];

    /// Parses the wire form. Several spaces count as one: clients join lists with them.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            // RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E
            if !token.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)) {
                return Err(InvalidScope);
            }
            if !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }

    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
    }

    pub fn is_subset_of(&self, other: &Scope) -> bool {
        self.0.iter().all(|token| other.contains(token))
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens for which `keep` holds, in the same order.
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Scope {
        Scope(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    /// Both sets, `self` first.
    pub fn union(&self, other: &Scope) -> Scope {
        let added = other.0.iter().filter(|token| !self.contains(token));
        Scope(self.0.iter().chain(added).cloned().collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl TryFrom<String> for Scope {
    type Error = InvalidScope;
    fn try_from(text: String) -> Result<Self, InvalidScope> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_tokens_count_once_and_order_is_kept() {
        assert_eq!(Scope::parse("openid email  openid").unwrap().to_string(), "openid email");
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for bad in ["a\tb", "é", "a\"b", "a\\b", "a\nb"] {
            assert_eq!(Scope::parse(bad), Err(InvalidScope), "{bad:?}");
        }
    }
}
