//! Languages: which one a page or a mail speaks, and what it says in it.
//!
//! The texts are Fluent files under `templates/texts`, a folder a language and a file an area; an operator may override single
//! messages. Code names a message by its id and never holds a sentence for people.
//!
//! Specs: RFC 5646 (tags), RFC 9110 §12.5.4 (`Accept-Language`), OpenID Connect Core §3.1.2.1 (`ui_locales`), Unicode CLDR
//! (plurals, dates, numbers).

mod arguments;
mod breaks;
mod dates;
mod overrides;
mod text;
mod texts;
mod time_zones;

pub use text::{Argument, Text};
pub use texts::{TextFault, Texts, area_names, built_in};
pub use time_zones::{time_zone, time_zones};

use fluent_langneg::{NegotiationStrategy, convert_vec_str_to_langids_lossy, negotiate_languages, parse_accepted_languages};

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Arabic,
}

impl Language {
    pub const ALL: [Self; 6] = [Self::English, Self::German, Self::French, Self::Spanish, Self::Portuguese, Self::Arabic];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::Arabic => "ar",
        }
    }

    /// The language's name in itself, for a list to choose from.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Portuguese => "Português",
            Self::Arabic => "العربية",
        }
    }

    /// For the `dir` attribute.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// The best of our languages for tags in order of preference, as `ui_locales` and a profile's `locale` have them.
    pub fn of_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let tags: Vec<&str> = tags.into_iter().take(20).collect();
        let requested = convert_vec_str_to_langids_lossy(tags);
        let available = convert_vec_str_to_langids_lossy(Self::ALL.map(Self::tag));
        let best = negotiate_languages(&requested, &available, None, NegotiationStrategy::Lookup);
        let tag = best.first()?.language.as_str().to_owned();
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The best of our languages for an `Accept-Language` header.
    pub fn of_header(header: &str) -> Option<Self> {
        let header: String = header.chars().take(500).collect();
        let tags: Vec<String> = parse_accepted_languages(&header).iter().map(ToString::to_string).collect();
        Self::of_tags(tags.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tag_that_we_speak_decides() {
        for (tags, language) in [
            ("de-CH", Some(Language::German)),
            ("sv pt-BR en", Some(Language::Portuguese)),
            ("ar-EG", Some(Language::Arabic)),
            ("tlh", None),
            ("", None),
            ("!! \u{0} fr", Some(Language::French)),
        ] {
            assert_eq!(Language::of_tags(tags.split(' ')), language, "{tags}");
        }
    }

    // RFC 9110 §12.5.4
    #[test]
    fn a_browser_says_what_it_reads() {
        assert_eq!(Language::of_header("fr-CA,fr;q=0.9,en;q=0.8"), Some(Language::French));
        assert_eq!(Language::of_header("sv,es;q=0.4"), Some(Language::Spanish));
        assert_eq!(Language::of_header("*"), None);
        assert_eq!(Language::of_header(&"x,".repeat(100_000)), None);
    }
}
