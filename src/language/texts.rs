//! All texts in all languages; those of a language are read when it is first spoken.

use super::overrides::{files_in, override_with};
use super::{Argument, Language, Text, breaks::with_breaks, dates::Dates};
use crate::clock::Timestamp;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Embeds the files of every area in every language.
macro_rules! areas {
    ($($area:literal),* $(,)?) => {
        /// The areas: one file of texts each.
        pub fn area_names() -> &'static [&'static str] {
            &[$($area),*]
        }

        /// The texts as they come with the program, a file an area.
        pub fn built_in(language: Language) -> Vec<&'static str> {
            match language {
                Language::English => vec![$(include_str!(concat!("../../templates/texts/en/", $area, ".ftl"))),*],
                Language::German => vec![$(include_str!(concat!("../../templates/texts/de/", $area, ".ftl"))),*],
                Language::French => vec![$(include_str!(concat!("../../templates/texts/fr/", $area, ".ftl"))),*],
                Language::Spanish => vec![$(include_str!(concat!("../../templates/texts/es/", $area, ".ftl"))),*],
                Language::Portuguese => vec![$(include_str!(concat!("../../templates/texts/pt/", $area, ".ftl"))),*],
                Language::Arabic => vec![$(include_str!(concat!("../../templates/texts/ar/", $area, ".ftl"))),*],
            }
        }
    };
}

areas![
    "common",
    "login",
    "sign-up",
    "setup",
    "consent",
    "account",
    "security",
    "activity",
    "data",
    "deletion",
    "lockdown",
    "factor",
    "totp",
    "recovery",
    "phone",
    "sms",
    "passkeys",
    "password",
    "logout",
    "errors",
    "mail",
    "mailed",
    "outbox",
    "federation",
    "forgot",
];

/// Why texts cannot be used; a sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("{0}: {1}")]
    Unreadable(PathBuf, String),
    #[error("{0}: there is no message called {1}; nothing would show it")]
    Unknown(PathBuf, String),
    #[error("{path}: {id} is not given ${argument}; what may stand in it: {known}")]
    UnknownArgument { path: PathBuf, id: String, argument: String, known: String },
}

/// The texts of every language. Clones share them.
#[derive(Clone)]
pub struct Texts(Arc<Vec<(Language, OnceLock<Spoken>)>>);

/// One language: half a MiB, which is why one that nobody speaks is not read.
struct Spoken {
    bundle: FluentBundle<FluentResource>,
    dates: Dates,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl Spoken {
    /// The built-in texts of a language.
    fn of(language: Language) -> Self {
        let tag = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Names and addresses of the other direction would turn an Arabic sentence around (UAX 9).
        bundle.set_use_isolating(language == Language::Arabic);
        bundle.set_formatter(Some(super::dates::number));
        for (area, source) in area_names().iter().zip(built_in(language)) {
            // Letters and text messages are read by programs of all kinds.
            let source = if matches!(*area, "mail" | "sms") { source.to_owned() } else { with_breaks(language, source) };
            // What is broken here fails the test of the texts; a page then shows the English words.
            let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { bundle, dates: Dates::of(language) }
    }
}

impl Texts {
    /// The built-in texts, and over them those of `overrides`: a folder with a folder a language (`de/…ftl`).
    ///
    /// Errors: a folder or file that cannot be read, or a message or an argument of one that does not exist here.
    pub fn load(overrides: Option<&Path>) -> Result<Self, TextFault> {
        if let Some(folder) = overrides.filter(|folder| !folder.is_dir()) {
            return Err(TextFault::Unreadable(folder.to_owned(), "there is no such folder".to_owned()));
        }
        let mut all = Vec::new();
        for language in Language::ALL {
            let files = overrides.map(|folder| files_in(&folder.join(language.tag()))).transpose()?.unwrap_or_default();
            let spoken = OnceLock::new();
            if !files.is_empty() {
                // What is wrong in the operator's own is told now.
                let mut own = Spoken::of(language);
                for path in files {
                    override_with(&mut own.bundle, language, path)?;
                }
                let _ = spoken.set(own);
            }
            all.push((language, spoken));
        }
        Ok(Self(Arc::new(all)))
    }

    /// A text in a language; where it is missing, in English.
    pub fn say(&self, language: Language, text: &Text) -> String {
        self.try_say(language, text).or_else(|| self.try_say(Language::English, text)).unwrap_or_else(|| {
            tracing::error!(id = text.id, "a text is missing");
            text.id.to_owned()
        })
    }

    fn spoken(&self, language: Language) -> Option<&Spoken> {
        let (_, spoken) = self.0.iter().find(|(known, _)| *known == language)?;
        Some(spoken.get_or_init(|| Spoken::of(language)))
    }

    fn try_say(&self, language: Language, text: &Text) -> Option<String> {
        let bundle = &self.spoken(language)?.bundle;
        let pattern = bundle.get_message(text.id)?.value()?;
        let mut arguments = FluentArgs::new();
        for (name, argument) in &text.arguments {
            let value = match argument {
                Argument::Words(words) => FluentValue::from(isolated(language, words)),
                Argument::Number(number) => FluentValue::from(*number),
                Argument::Text(inner) => FluentValue::from(self.say(language, inner)),
                Argument::Date(at) => FluentValue::from(self.date(language, *at)),
            };
            arguments.set(*name, value);
        }
        let mut errors: Vec<FluentError> = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(id = text.id, ?errors, "a text lacks an argument");
        }
        Some(said)
    }

    /// A day.
    pub fn date(&self, language: Language, at: Timestamp) -> String {
        self.spoken(language).map(|spoken| spoken.dates.date(at)).unwrap_or_default()
    }

    /// A day and a time, in UTC and saying so.
    pub fn moment(&self, language: Language, at: Timestamp) -> String {
        self.spoken(language).map(|spoken| spoken.dates.moment(at)).unwrap_or_default()
    }
}

/// A name that runs from right to left, or overrides how it runs, would turn the rest of a sentence around too (UAX 9 §2.4): it
/// stands between marks. Others have none, which somebody might copy. In Arabic the bundle sets them around everything.
fn isolated(language: Language, words: &str) -> Cow<'_, str> {
    let turns = |c: char| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    };
    if language != Language::Arabic && words.contains(turns) { format!("\u{2068}{words}\u{2069}").into() } else { words.into() }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::RETIRED;
    use super::super::overrides::ids_in;
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn texts() -> Texts {
        Texts::load(None).unwrap()
    }

    /// Each message of a language with the arguments that it names.
    fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut all = BTreeMap::new();
        for source in built_in(language) {
            let resource = FluentResource::try_new(source.to_owned());
            assert!(resource.is_ok(), "{language:?}: {:?}", resource.err().map(|(_, errors)| errors));
            let mut id = String::new();
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                if let Some((name, _)) = line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic())) {
                    name.trim().clone_into(&mut id);
                    assert!(all.insert(id.clone(), BTreeSet::new()).is_none(), "{language:?} has {id} twice");
                }
                for part in line.split('$').skip(1) {
                    let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
                    all.get_mut(&id).unwrap().insert(name);
                }
            }
        }
        all
    }

    #[test]
    fn every_language_has_every_text_with_the_same_arguments() {
        let english = messages(Language::English);
        for language in Language::ALL {
            let other = messages(language);
            let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
            let surplus: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
            assert!(missing.is_empty() && surplus.is_empty(), "{language:?} lacks {missing:?} and has {surplus:?} too many");
            for (id, arguments) in &other {
                // A form for one may leave the number out, but nothing else is left out or made up.
                assert!(arguments == &english[id], "{language:?} {id}: {arguments:?} instead of {:?}", english[id]);
            }
        }
    }

    /// The files under a folder of the repository with one of these endings, with their paths; texts are left out.
    fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
        fn read(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                // What other systems call their credentials is not said to anybody.
                if path.is_dir() && !path.ends_with("texts") && !path.ends_with("import") {
                    read(&path, endings, found);
                } else if path.extension().is_some_and(|extension| endings.iter().any(|known| extension == *known)) {
                    found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), endings, &mut found);
        found
    }

    #[test]
    fn every_text_is_used_and_every_used_text_exists() {
        let source: String =
            sources("src", &["rs"]).into_iter().chain(sources("templates", &["html", "txt"])).map(|(_, text)| text).collect();
        let known: BTreeSet<String> = messages(Language::English).into_keys().collect();
        let unused: Vec<_> = known.iter().filter(|id| !source.contains(&format!("\"{id}\""))).collect();
        assert!(unused.is_empty(), "nothing says {unused:?}");
        let mut missing = BTreeSet::new();
        let openings =
            ["Text::new(\"", ".t(\"", ".with(\"", ".count(\"", ".marked(\"", ".dated(\"", ".timed(\"", ".linked(\"", ".title(\""];
        // Wherever it stands, what begins like the texts of an area is one of them; but a class of the style sheet.
        let source = source.replace("class=\"", "class=");
        let of_areas: Vec<String> = area_names().iter().map(|area| format!("\"{area}-")).collect();
        for opening in openings.into_iter().chain(of_areas.iter().map(String::as_str)) {
            let begun = opening.rsplit_once('"').unwrap().1;
            for part in source.split(opening).skip(1) {
                let id = format!("{begun}{}", part.split('"').next().unwrap());
                let looks_like_an_id = id.contains('-') && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                if looks_like_an_id && !known.contains(&id) && !RETIRED.contains(&id.as_str()) {
                    missing.insert(id);
                }
            }
        }
        assert!(missing.is_empty(), "there is no text {missing:?}");
    }

    #[test]
    fn a_text_is_called_after_its_area() {
        for (area, source) in area_names().iter().zip(built_in(Language::English)) {
            let strangers: Vec<_> = ids_in(source).filter(|id| !id.starts_with(&format!("{area}-"))).collect();
            assert!(strangers.is_empty(), "{area}: {strangers:?}");
        }
    }

    /// A template without what askama puts in or takes out, and the words in quotation marks that stand in there.
    fn taken_apart(template: &str) -> (String, Vec<String>) {
        let (mut plain, mut quoted, mut rest) = (String::new(), Vec::new(), template);
        while let Some((before, tag)) = rest.split_once('{') {
            plain.push_str(before);
            let end = match tag.chars().next() {
                Some('{') => "}}",
                Some('%') => "%}",
                Some('#') => "#}",
                _ => {
                    rest = tag;
                    continue;
                }
            };
            let (inner, after) = tag.split_once(end).unwrap();
            if end != "#}" {
                quoted.extend(inner.split('"').skip(1).step_by(2).map(str::to_owned));
            }
            rest = after;
        }
        plain.push_str(rest);
        (plain, quoted)
    }

    /// Whether somebody would read this as words, rather than a program as a name.
    fn is_said(quoted: &str) -> bool {
        quoted.contains(|c: char| c.is_uppercase()) || quoted.split(' ').skip(1).any(|word| word.starts_with(|c: char| c.is_alphabetic()))
    }

    #[test]
    fn no_words_for_people_stand_in_the_templates() {
        let mut found = Vec::new();
        for (path, template) in sources("templates", &["html", "txt"]) {
            let (plain, quoted) = taken_apart(&template);
            found.extend(quoted.into_iter().filter(|words| is_said(words)).map(|words| format!("{path}: {words}")));
            let document = scraper::Html::parse_document(&plain);
            for node in document.tree.root().descendants() {
                // What is marked as English is for an application's developer.
                let for_developers =
                    node.ancestors().filter_map(|above| above.value().as_element()).any(|above| above.attr("lang") == Some("en"));
                let words: Vec<&str> = match node.value() {
                    scraper::Node::Text(text) => vec![text],
                    scraper::Node::Element(element) => {
                        ["aria-label", "alt", "title", "placeholder"].into_iter().filter_map(|name| element.attr(name)).collect()
                    }
                    _ => Vec::new(),
                };
                // A part of a template may hold attributes only, whose values askama puts in.
                let attribute = |word: &str| word.ends_with("=\"\"");
                let speaks = |words: &&str| words.split_whitespace().any(|word| !attribute(word) && word.contains(char::is_alphabetic));
                let words = words.into_iter().filter(|words| !for_developers && speaks(words));
                found.extend(words.map(|words| format!("{path}: {words}")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn no_words_for_people_stand_beside_the_templates() {
        let of_people = |path: &str| ["page.rs", "problems.rs", "permissions.rs", "mail/messages.rs"].iter().any(|end| path.ends_with(end));
        let mut found = Vec::new();
        for (path, source) in sources("src", &["rs"]).into_iter().filter(|(path, _)| of_people(path)) {
            for line in
                source.lines().map(str::trim_start).filter(|line| !["//", "#[", "tracing::"].iter().any(|start| line.starts_with(start)))
            {
                // An attribute's name begins what is markup, a header's policy what is for browsers.
                let said = line.split('"').skip(1).step_by(2).filter(|words| is_said(words) && !words.contains(['<', '=', '\'', ':']));
                found.extend(said.filter(|words| words.contains(' ')).map(|words| format!("{path}: {words}")));
            }
        }
        // What is left when not even a page can be made.
        found.retain(|words| !words.ends_with("The page could not be made."));
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn plurals_numbers_and_days_are_the_languages_own() {
        let texts = texts();
        let wait = |language, count: u64| texts.say(language, &Text::new("common-minutes").with("count", count));
        assert_eq!(wait(Language::English, 1), "1 minute");
        assert_eq!(wait(Language::German, 1200), "1.200 Minuten");
        assert_ne!(wait(Language::Arabic, 2), wait(Language::Arabic, 3));
        let at = Timestamp::from_unix_seconds(1_795_000_000);
        assert_eq!(texts.date(Language::English, at), "November\u{a0}18, 2026");
        assert_eq!(texts.date(Language::German, at), "18.\u{a0}November 2026");
        assert!(texts.date(Language::Arabic, at).contains("نوفمبر 2026"));
        assert!(texts.moment(Language::French, at).ends_with("UTC"));
    }

    #[test]
    fn a_name_does_not_turn_its_sentence_around() {
        let said = |name: &str| texts().say(Language::English, &Text::new("federation-connected").with("provider", name));
        assert_eq!(said("Far"), "Far is connected.");
        for name in ["\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{202e}raF"] {
            assert_eq!(said(name), format!("\u{2068}{name}\u{2069} is connected."));
        }
    }

    #[test]
    fn an_operator_overrides_single_texts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("de")).unwrap();
        std::fs::write(folder.path().join("de/ours.ftl"), "common-minutes = { $count } Minütchen\n").unwrap();
        let texts = Texts::load(Some(folder.path())).unwrap();
        let text = Text::new("common-minutes").with("count", 5u64);
        assert_eq!(texts.say(Language::German, &text), "5 Minütchen");
        assert_eq!(texts.say(Language::English, &text), "5 minutes");
        let nowhere = Texts::load(Some(&folder.path().join("nowhere")));
        assert!(nowhere.unwrap_err().to_string().contains("no such folder"));
        let brand = "common-minutes = { $count } Minuten bei { $brand } für $nichts\n";
        std::fs::write(folder.path().join("de/ours.ftl"), brand).unwrap();
        assert!(Texts::load(Some(folder.path())).is_ok());
        for (content, fault) in [
            ("no-such-text = x\n", "no-such-text"),
            ("common-minutes = { $\n", "de/ours.ftl"),
            ("common-minutes = { $nonsense }\n", "ours.ftl: common-minutes is not given $nonsense; what may stand in it: $brand, $count"),
        ] {
            std::fs::write(folder.path().join("de/ours.ftl"), content).unwrap();
            let told = Texts::load(Some(folder.path())).unwrap_err().to_string();
            assert!(told.contains(fault), "{told}");
        }
    }
}
