//! What forward-auth asks of a request, by host and path.

use super::value::{Setting, quoted};
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use serde::Deserialize;
use std::ops::Deref;

/// One protected place behind a gateway.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectedPlace {
    /// The host that people and clients address, with its port if it has one; any, if none is named.
    pub host: Option<String>,
    /// Where its paths begin.
    #[serde(default = "root")]
    pub path: String,
    /// The API that access tokens must be meant for.
    pub resource: Option<ResourceIndicator>,
    /// The scope that they must have.
    #[serde(default)]
    pub scope: Scope,
    /// Groups of which the person must be in one.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Whether browsers without a token are sent to sign in.
    #[serde(default)]
    pub browser: bool,
}

fn root() -> String {
    "/".to_owned()
}

/// Every protected place. Without any, a live access token of any kind opens every door.
#[derive(Debug, Clone, Default)]
pub struct Protected(pub Vec<ProtectedPlace>);

impl Deref for Protected {
    type Target = [ProtectedPlace];
    fn deref(&self) -> &[ProtectedPlace] {
        &self.0
    }
}

impl Setting for Protected {
    const UNIT: &'static str = "list of tables";
    const DOCUMENT: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        let list: Vec<ProtectedPlace> = serde_json::from_str(text)
            .map_err(|error| format!("must be a list of tables with host, path, resource, scope, groups and browser ({error})"))?;
        for place in &list {
            if !place.path.starts_with('/') {
                return Err(format!("the path {:?} must begin with /", place.path));
            }
            if place.browser && place.host.is_none() {
                return Err(format!("{:?} needs a host: browser = true sends people back there", place.path));
            }
            let plain = |host: &String| {
                !host.is_empty() && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b))
            };
            if !place.host.as_ref().is_none_or(plain) {
                return Err("a host is written in lower case, perhaps with a port".to_owned());
            }
        }
        Ok(Self(list))
    }
    fn show(&self) -> Option<String> {
        let tables = self.0.iter().map(|place| {
            let host = place.host.as_ref().map(|host| format!("host = {}, ", quoted(host))).unwrap_or_default();
            format!("{{ {host}path = {}, scope = {} }}", quoted(&place.path), quoted(&place.scope.to_string()))
        });
        Some(format!("[{}]", tables.collect::<Vec<_>>().join(", ")))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}
