//! Time zones, by the names of the IANA database as Unicode CLDR knows them.
//!
//! Specs: OpenID Connect Core §5.1 (`zoneinfo`).

use icu_time::TimeZone;
use icu_time::zone::iana::IanaParserExtended;

/// The names to choose from, in the order of the alphabet: places, and `UTC`.
pub fn time_zones() -> Vec<&'static str> {
    let places = IanaParserExtended::new().iter().map(|zone| zone.canonical).filter(|name| name.contains('/') && !name.starts_with("Etc/"));
    places.chain(["UTC"]).collect()
}

/// A name as the database writes it; one of before, such as `Asia/Calcutta`, stays. `None` when there is none like it.
pub fn time_zone(name: &str) -> Option<&'static str> {
    let found = IanaParserExtended::new().parse(name);
    (found.time_zone != TimeZone::UNKNOWN).then_some(found.normalized)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_names() {
        for (typed, name) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("europe/berlin", Some("Europe/Berlin")),
            ("UTC", Some("UTC")),
            ("Asia/Calcutta", Some("Asia/Calcutta")),
            ("America/Argentina/Buenos_Aires", Some("America/Argentina/Buenos_Aires")),
            ("Europe/Bielefeld", None),
            ("", None),
            ("x\"/onclick", None),
        ] {
            assert_eq!(time_zone(typed), name, "{typed}");
        }
        let all = time_zones();
        assert!(all.len() > 300 && all.contains(&"Asia/Kathmandu") && all.iter().all(|name| time_zone(name) == Some(name)), "{all:?}");
    }
}
