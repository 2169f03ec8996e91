//! What forward-auth asks of a request, by host and path.

use super::fault::Fault;
use super::spelling::{PlaceHost, plain_path};
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
    pub host: Option<PlaceHost>,
    /// Where its paths begin.
    #[serde(default = "root")]
    pub path: String,
    /// The API that access tokens must be meant for. Without it no token is (RFC 9068 §4), and the place is for browsers only.
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

impl ProtectedPlace {
    /// Its path as the paths of requests are compared with it: a service that answers `/admin/` answers `/admin`.
    pub fn compared_path(&self) -> Option<String> {
        plain_path(&self.path).map(|path| path.trim_end_matches('/').to_owned())
    }
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
        let tables: Vec<serde_json::Value> = serde_json::from_str(text)
            .map_err(|_| "must be a list of tables with host, path, resource, scope, groups and browser".to_owned())?;
        let read = tables.into_iter().map(serde_json::from_value::<ProtectedPlace>).collect::<Vec<_>>();
        let faults = read.iter().enumerate().filter_map(|(at, place)| Some(format!("[{at}] {}", place.as_ref().err()?)));
        let faults = faults.collect::<Vec<_>>().join("; ");
        if faults.is_empty() { Ok(Self(read.into_iter().flatten().collect())) } else { Err(faults) }
    }
    fn show(&self) -> Option<String> {
        let tables = self.0.iter().map(|place| {
            let groups = place.groups.iter().map(|group| quoted(group)).collect::<Vec<_>>().join(", ");
            let members = [
                place.host.as_ref().map(|host| format!("host = {}", quoted(&host.to_string()))),
                Some(format!("path = {}", quoted(&place.path))),
                place.resource.as_ref().map(|resource| format!("resource = {}", quoted(resource.as_str()))),
                (!place.scope.is_empty()).then(|| format!("scope = {}", quoted(&place.scope.to_string()))),
                (!place.groups.is_empty()).then(|| format!("groups = [{groups}]")),
                place.browser.then(|| "browser = true".to_owned()),
            ];
            format!("{{ {} }}", members.into_iter().flatten().collect::<Vec<_>>().join(", "))
        });
        Some(format!("[{}]", tables.collect::<Vec<_>>().join(", ")))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Every rule that a place breaks, by its number in the list.
pub(super) fn faults(places: &[ProtectedPlace]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let mut add = |key: &str, problem: &str| faults.push(Fault::new(format!("protected[{at}].{key}"), problem));
        let path = place.compared_path();
        if path.is_none() {
            add("path", "must begin with / and be written plainly: no empty, . or .. segments, no ; ? or #, encoded only where it must be");
        }
        if place.browser && place.host.is_none() {
            add("host", "must be named with browser = true: people are sent back there");
        }
        // A token without the audience of this place was made for somebody else, who may use it here (RFC 9068 §4, RFC 9700 §2.3).
        if !place.browser && place.resource.is_none() {
            add(
                "resource",
                "must name the API that access tokens are meant for, as one of [[resources]] or of a client does: \
                 resource = \"https://api.example\"; for people in browsers write host and browser = true instead",
            );
        }
        if place.browser && place.resource.is_none() && !place.scope.is_empty() {
            add("scope", "is asked of access tokens: name their resource, too, or ask for groups");
        }
        let twin = places.iter().take(at).position(|other| other.host == place.host && path.is_some() && other.compared_path() == path);
        if let Some(twin) = twin {
            add("path", &format!("is that of protected[{twin}] at the same host: one place has one rule"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str) -> Vec<String> {
        faults(&Protected::parse(text).unwrap()).into_iter().map(|fault| fault.key).collect()
    }

    // security.md H1
    #[test]
    fn every_fault_is_told_by_its_place() {
        let text = r#"[{"path":"api","resource":"https://a.example"},{"browser":true},{"path":"/a"},
            {"host":"tool.example","browser":true,"scope":"x"},{"host":"TOOL.example.","path":"/","browser":true},
            {"path":"/b;c","resource":"https://a.example"},{"path":"/A/","resource":"https://a.example"}]"#;
        let told = ["0].path", "1].host", "2].resource", "3].scope", "4].path", "5].path", "6].path"];
        assert_eq!(faults_of(text), told.map(|key| format!("protected[{key}")));
        let fine = r#"[{"path":"/","resource":"https://a.example"},{"path":"/a","resource":"https://a.example","scope":"x"},
            {"host":"tool.example","browser":true},{"host":"tool.example:8443","browser":true,"groups":["staff"]}]"#;
        assert_eq!(faults_of(fine), Vec::<String>::new());
        let unread = Protected::parse(r#"[{"hots":"a"},{},{"host":"https://a.example"}]"#).unwrap_err();
        assert!(unread.contains("[0] ") && unread.contains("; [2] ") && !unread.contains("[1]"), "{unread}");
    }

    #[test]
    fn a_place_is_shown_as_it_is() {
        let text = r#"[{"path":"/a","resource":"https://a.example","scope":"x y"},{"host":"Tool.example:8443","browser":true,"groups":["a","b"]}]"#;
        assert_eq!(
            Protected::parse(text).unwrap().show().unwrap(),
            r#"[{ path = "/a", resource = "https://a.example", scope = "x y" }, { host = "tool.example:8443", path = "/", groups = ["a", "b"], browser = true }]"#
        );
    }
}
