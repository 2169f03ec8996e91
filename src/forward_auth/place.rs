//! Which protected place a request is for.

use super::original::Original;
use crate::config::{PlaceHost, ProtectedPlace, plain_path};

/// The place with the longest path that the request is below; one with a host before one without. Paths are compared without regard to
/// case, and hosts in whatever spelling: of two readings the one that a place was named for decides.
pub(super) fn place_of<'a>(places: &'a [ProtectedPlace], original: &Original) -> Option<&'a ProtectedPlace> {
    let path = plain_path(original.path())?;
    places
        .iter()
        .filter(|place| is_at_host(places, place, original))
        .filter_map(|place| Some((place, place.compared_path()?)))
        .filter(|(_, prefix)| is_below(&path, prefix))
        .max_by_key(|(place, prefix)| (place.host.is_some(), prefix.len(), names_a_port(place)))
        .map(|(place, _)| place)
}

/// Where people come back to who were sent to sign in: to the host, wherever on it the place is.
pub(super) fn browser_place_of<'a>(places: &'a [ProtectedPlace], original: &Original) -> Option<&'a ProtectedPlace> {
    let at_host = places.iter().filter(|place| place.browser && place.host.is_some() && is_at_host(places, place, original));
    at_host.max_by_key(|place| names_a_port(place))
}

fn names_a_port(place: &ProtectedPlace) -> bool {
    place.host.as_ref().is_some_and(PlaceHost::names_a_port)
}

/// A place without a host is at every host, but not at one that is named at other ports: a client chooses the port that it writes.
fn is_at_host(places: &[ProtectedPlace], place: &ProtectedPlace, original: &Original) -> bool {
    let Some(asked) = &original.host else { return place.host.is_none() };
    let port = original.default_port();
    match &place.host {
        Some(host) => host.holds(asked, port),
        None => {
            let mut named = places.iter().filter_map(|place| place.host.as_ref()).filter(|host| host.has_name_of(asked)).peekable();
            named.peek().is_none() || named.any(|host| host.holds(asked, port))
        }
    }
}

/// Whole segments only: `/api/queue` does not hold `/api/queues`.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: Option<&str>, path: &str) -> ProtectedPlace {
        let host = host.map(|host| format!(r#""host":"{host}","#)).unwrap_or_default();
        serde_json::from_str(&format!(r#"{{{host}"path":"{path}"}}"#)).unwrap()
    }

    fn original(host: Option<&str>, uri: &str) -> Original {
        let host = host.map(|host| PlaceHost::parse(host).unwrap());
        Original { method: "GET".into(), host, scheme: "https", uri: uri.into() }
    }

    // security.md H1, H5
    #[test]
    fn the_most_particular_place_decides() {
        let places =
            [place(None, "/"), place(None, "/api/queue"), place(Some("admin.example"), "/"), place(Some("tool.example:8443"), "/in/")];
        let path_of = |host: &str, uri: &str| {
            let found = place_of(&places, &original(Some(host), uri));
            found.map(|place| (place.host.as_ref().map(ToString::to_string), place.path.as_str()))
        };
        let at = |host: &str, path| Some((Some(host.to_owned()), path));
        assert_eq!(path_of("a.example", "/api/queue/1?x=/"), Some((None, "/api/queue")));
        assert_eq!(path_of("a.example", "/API/Queue"), Some((None, "/api/queue")));
        assert_eq!(path_of("a.example", "/api/queues"), Some((None, "/")));
        for spelling in ["admin.example", "Admin.Example.", "admin.example:99", "admin.example.:443"] {
            assert_eq!(path_of(spelling, "/api/queue"), at("admin.example", "/"), "{spelling}");
        }
        assert_eq!(path_of("tool.example:8443", "/in"), at("tool.example:8443", "/in/"));
        assert_eq!(path_of("tool.example:8443", "/api/queue"), Some((None, "/api/queue")));
        for spelling in ["tool.example", "tool.example:99", "tool.example."] {
            assert_eq!(path_of(spelling, "/api/queue"), None, "{spelling}");
        }
        // Each of the ports has the rule that names none.
        let ports = [place(Some("a.example"), "/admin"), place(Some("a.example:8443"), "/")];
        let at_port = |uri: &str| place_of(&ports, &original(Some("a.example:8443"), uri)).map(|place| place.path.as_str());
        assert_eq!((at_port("/admin/x"), at_port("/x")), (Some("/admin"), Some("/")));
        assert_eq!(place_of(&places[1..2], &original(None, "/other")), None);
        assert_eq!(place_of(&places, &original(None, "/api/queue")).map(|place| place.path.as_str()), Some("/api/queue"));
    }
}
