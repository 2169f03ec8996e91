//! Where words may end a line: a phone whose reader has doubled the text has no room for the longest ones, and not every browser brings a
//! dictionary to hyphenate by.
//!
//! Specs: Unicode UAX 14 (U+00AD, U+2011), WCAG 2.2 §1.4.4 and §1.4.10.

use super::Language;

/// Seen only where a line ends at it.
const SOFT_HYPHEN: &str = "\u{ad}";
/// A hyphen that no line ends at.
const HYPHEN: &str = "\u{2011}";

/// The longest German words, with their joints.
const GERMAN: &[&str] = &[
    "Wieder|her|stellungs|code",
    "ieder|her|stellen",
    "ieder|her|gestellt",
    "Sicherheits|schlüssel",
    "Sicherheits|seite",
    "Nutzungs|bedingungen",
    "Datenschutz|erklärung",
    "Bildschirm|sperre",
    "Telefon|nummer",
    "Authenti|cator-App",
    "ertrauens|würdig",
    "erunter|laden",
    "Admini|strator|konto",
    "Entwicklungs|server",
    "abge|schlossen",
];

/// The texts of a file as pages show them.
pub fn with_breaks(language: Language, source: &str) -> String {
    let joints: &[&str] = if language == Language::German { GERMAN } else { &[] };
    let whole = source.replace("E-Mail", &format!("E{HYPHEN}Mail")).replace("e-mail", &format!("e{HYPHEN}mail"));
    joints.iter().fold(whole, |text, word| text.replace(&word.replace('|', ""), &word.replace('|', SOFT_HYPHEN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_may_break_and_short_ones_stay_whole() {
        let german = with_breaks(Language::German, "a = Einen Wiederherstellungscode per E-Mail wiederherstellen");
        assert_eq!(german, "a = Einen Wieder\u{ad}her\u{ad}stellungs\u{ad}code per E\u{2011}Mail wieder\u{ad}her\u{ad}stellen");
        assert_eq!(with_breaks(Language::French, "a = Un e-mail"), "a = Un e\u{2011}mail");
        assert_eq!(with_breaks(Language::English, "a = Email"), "a = Email");
    }
}
