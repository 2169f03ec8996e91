//! Which protected place a request is for.

use super::original::Original;
use crate::config::ProtectedPlace;

/// The place with the longest path that the request is below; one with a host before one without.
pub(super) fn place_of<'a>(places: &'a [ProtectedPlace], original: &Original) -> Option<&'a ProtectedPlace> {
    places
        .iter()
        .filter(|place| place.host.is_none() || place.host == original.host)
        .filter(|place| is_below(original.path(), &place.path))
        .max_by_key(|place| (place.host.is_some(), place.path.len()))
}

/// Whole segments only: `/api/queue` does not hold `/api/queues`.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
}

/// Whether every program reads this path the same way: no `.`, `..` or empty segments, no backslash, no parameters, nothing encoded
/// that would be any of these.
pub(super) fn is_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2f", "%5c", "%2e", "%00", "%25", "%3b"].iter().any(|code| lower.contains(code));
    let printable = path.bytes().all(|b| matches!(b, 0x21..=0x7E)) && !path.contains(['\\', ';']);
    let last = path.matches('/').count();
    let segments_are_fine =
        path.split('/').enumerate().skip(1).all(|(at, segment)| segment != "." && segment != ".." && (at == last || !segment.is_empty()));
    path.starts_with('/') && printable && !encoded && segments_are_fine
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: Option<&str>, path: &str) -> ProtectedPlace {
        let host = host.map(|host| format!(r#""host":"{host}","#)).unwrap_or_default();
        serde_json::from_str(&format!(r#"{{{host}"path":"{path}"}}"#)).unwrap()
    }

    #[test]
    fn the_most_particular_place_decides() {
        let places = [place(None, "/"), place(None, "/api/queue"), place(Some("admin.example"), "/")];
        let path_of = |host: &str, uri: &str| {
            let original = Original { host: Some(host.into()), scheme: "https".into(), uri: uri.into() };
            place_of(&places, &original).map(|place| (place.host.as_deref(), place.path.as_str()))
        };
        assert_eq!(path_of("a.example", "/api/queue/1?x=/"), Some((None, "/api/queue")));
        assert_eq!(path_of("a.example", "/api/queues"), Some((None, "/")));
        assert_eq!(path_of("admin.example", "/api/queue"), Some((Some("admin.example"), "/")));
        assert_eq!(place_of(&places[1..2], &Original { host: None, scheme: "https".into(), uri: "/other".into() }), None);
    }

    // security.md H5
    #[test]
    fn a_path_that_could_be_read_in_two_ways_is_refused() {
        for plain in ["/", "/api/queue", "/api/queue/", "/a%20b/~c", "/%C3%A9"] {
            assert!(is_plain(plain), "{plain}");
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
            "/a%00",
            "/a%252e",
            "/a b",
        ] {
            assert!(!is_plain(odd), "{odd:?}");
        }
    }
}
