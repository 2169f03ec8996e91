//! `resource`: the API an access token is meant for.
//!
//! Specs: RFC 8707 §2.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A resource indicator: an absolute URI without fragment. It becomes the `aud` of access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceIndicator(String);

/// The text is no resource indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a resource must be an absolute URI without fragment (RFC 8707, section 2)")]
pub struct InvalidResource;

impl ResourceIndicator {
    pub fn parse(text: &str) -> Result<Self, InvalidResource> {
        let printable = text.bytes().all(|b| matches!(b, 0x21..=0x7E)) && text.len() <= 500;
        let absolute = url::Url::parse(text).is_ok_and(|url| url.fragment().is_none());
        // A bare '#' parses to an empty fragment in the URL standard; RFC 8707 forbids that too.
        if printable && absolute && !text.contains('#') { Ok(Self(text.to_owned())) } else { Err(InvalidResource) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ResourceIndicator {
    type Error = InvalidResource;
    fn try_from(text: String) -> Result<Self, InvalidResource> {
        Self::parse(&text)
    }
}

impl From<ResourceIndicator> for String {
    fn from(resource: ResourceIndicator) -> String {
        resource.0
    }
}
