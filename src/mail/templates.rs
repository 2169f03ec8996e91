//! The templates that set the letters: the built-in ones and, over them, those of an operator's folder (`mail.templates`). They are read
//! and tried once, at the start; setting a letter reads no file.
//!
//! What a template is given and what the files are called stands in docs/mail.md.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use crate::config::suggestion;
use crate::language::Language;

/// Under their own names, and in a folder under which the templates that replace them reach them.
const BUILT_IN: [(&str, &str); 4] = [
    ("letter.html", LETTER_HTML),
    ("letter.txt", LETTER_TEXT),
    ("built_in/letter.html", LETTER_HTML),
    ("built_in/letter.txt", LETTER_TEXT),
];
const LETTER_HTML: &str = include_str!("../../templates/mail/letter.html");
const LETTER_TEXT: &str = include_str!("../../templates/mail/letter.txt");

/// What setting one letter may take: about as many steps, or 64 times as many bytes. A built-in template takes some hundreds.
const FUEL: u64 = 20_000;
/// The templates that are within each other: far fewer than the engine's own bound, for the stack of a worker.
const DEPTH: usize = 200;
/// Largest file; mail programs cut a letter off long before.
const LARGEST_TEMPLATE: u64 = 256 * 1024;

/// Either form of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    Text,
}

/// A letter in the words of its language, to be set.
pub(super) struct Said {
    pub kind: &'static str,
    pub language: Language,
    /// What a template is given.
    pub values: Value,
    /// The code, and the links that carry a token: without them the letter is of no use.
    pub needed: Vec<String>,
}

/// Why a template cannot be used; a sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// The file, and the line where there is one.
    place: String,
    problem: String,
    /// The letter that could not be set, where it was not every one.
    letter: Option<(&'static str, Language)>,
}

/// The templates of all letters. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Templates {
    engine: Arc<Environment<'static>>,
    /// The operator's, by name.
    own: Arc<BTreeMap<String, PathBuf>>,
    /// On trial a template that fails is a fault; at work the built-in one takes its place.
    on_trial: bool,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text => "txt",
        }
    }
}

impl TemplateFault {
    fn of_file(path: &Path, problem: impl fmt::Display) -> Self {
        Self { place: path.display().to_string(), problem: problem.to_string(), letter: None }
    }

    /// Whether both are one, found with two letters.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.place, &self.problem) == (&other.place, &other.problem)
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)?;
        match self.letter {
            Some((kind, language)) => write!(f, " (in the letter {kind}, language {})", language.tag()),
            None => Ok(()),
        }
    }
}

impl Templates {
    /// The built-in templates, and over them those of the folder, which may be named after one of these kinds of letters. With them comes
    /// every fault: a file that cannot be read, is no template, or is named after nothing. What is left can be tried all the same.
    pub(super) fn load(folder: Option<&Path>, kinds: &[&str]) -> (Self, Vec<TemplateFault>) {
        let mut faults = Vec::new();
        let sources = folder.map(|folder| own_files(folder, kinds, &mut faults)).unwrap_or_default();
        let own = sources.keys().map(|name| (name.clone(), folder.map(|folder| folder.join(name)).unwrap_or_default())).collect();
        let mut templates = Self { engine: Arc::default(), own: Arc::new(own), on_trial: false };
        let (mut engine, mut broken) = (engine(), Vec::new());
        let built_in = BUILT_IN.into_iter().map(|(name, source)| (name.to_owned(), source.to_owned()));
        for (name, source) in built_in.chain(sources) {
            if let Err(error) = engine.add_template_owned(name.clone(), source) {
                faults.push(templates.fault(&name, &error));
                if name.starts_with('_') {
                    // Those that include it have no fault of their own.
                    let _ = engine.add_template_owned(name.clone(), String::new());
                }
                broken.push(name);
            }
        }
        Arc::make_mut(&mut templates.own).retain(|name, _| !broken.contains(name));
        templates.engine = Arc::new(engine);
        (templates, faults)
    }

    /// Whether an operator has given any.
    pub(super) fn are_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// The same to be tried: what fails is a fault, with the names of what is undefined.
    pub(super) fn on_trial(&self) -> Self {
        let mut engine = Environment::clone(&self.engine);
        engine.set_debug(true);
        Self { engine: Arc::new(engine), own: self.own.clone(), on_trial: true }
    }

    /// Sets a letter, with the most special template that there is for it.
    ///
    /// # Errors
    /// On trial: why the operator's template fails, or does not do. At work it never fails: what the built-in templates are given, they
    /// can set.
    pub(super) fn set(&self, said: &Said, format: Format) -> Result<String, TemplateFault> {
        let extension = format.extension();
        let names = [format!("{}.{extension}", said.kind), format!("letter.{extension}")];
        if let Some(name) = names.iter().find(|name| self.own.contains_key(*name)) {
            match self.render(name, said) {
                Ok(set) if self.on_trial => return self.tried(name, said, set),
                Ok(set) => return Ok(set),
                Err(error) if self.on_trial => return Err(self.fault_in(name, &error, said)),
                Err(error) => {
                    // What the engine says in detail may be what stands in the letter.
                    let (error, line) = (innermost(&error).kind(), innermost(&error).line().unwrap_or_default());
                    tracing::error!(template = %name, line, %error, "a mail template failed; the built-in one takes its place");
                }
            }
        }
        let name = format!("built_in/letter.{extension}");
        self.render(&name, said).map_err(|error| self.fault_in(&name, &error, said))
    }

    /// The fault of the HTML template of a kind that writes down as it came what people have written.
    pub(super) fn unescaped(&self, kind: &'static str, language: Language) -> TemplateFault {
        let names = [format!("{kind}.html"), "letter.html".to_owned()];
        let path = names.iter().find_map(|name| self.own.get(name)).cloned().unwrap_or_default();
        let problem = "writes what people have written unescaped: take autoescape, |safe and .txt files out";
        TemplateFault { letter: Some((kind, language)), ..TemplateFault::of_file(&path, problem) }
    }

    fn tried(&self, name: &str, said: &Said, set: String) -> Result<String, TemplateFault> {
        if said.needed.iter().all(|needed| set.contains(needed.as_str())) {
            return Ok(set);
        }
        let path = self.own.get(name).cloned().unwrap_or_default();
        let problem = "leaves out what the letter is for: code, button.url and not_you.url must stand in it where there are any";
        Err(TemplateFault { letter: Some((said.kind, said.language)), ..TemplateFault::of_file(&path, problem) })
    }

    fn render(&self, name: &str, said: &Said) -> Result<String, Error> {
        self.engine.get_template(name)?.render(said.values.clone())
    }

    fn fault_in(&self, name: &str, error: &Error, said: &Said) -> TemplateFault {
        TemplateFault { letter: Some((said.kind, said.language)), ..self.fault(name, error) }
    }

    fn fault(&self, name: &str, error: &Error) -> TemplateFault {
        let cause = innermost(error);
        let name = cause.name().unwrap_or(name);
        let path = self.own.get(name).cloned().unwrap_or_else(|| PathBuf::from(name));
        let line = cause.line().map(|line| format!(":{line}")).unwrap_or_default();
        let problem = cause.detail().map_or_else(|| cause.kind().to_string(), |detail| format!("{}: {detail}", cause.kind()));
        TemplateFault { place: format!("{}{line}", path.display()), problem, letter: None }
    }
}

/// What went wrong in the template that was included last.
fn innermost(error: &Error) -> &Error {
    let mut found = error;
    while let Some(cause) = std::error::Error::source(found).and_then(|cause| cause.downcast_ref::<Error>()) {
        found = cause;
    }
    found
}

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|name| if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html });
    engine.set_formatter(put_in);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(DEPTH);
    // An error would take along what stands in the letter.
    engine.set_debug(false);
    // It can hold itself.
    engine.remove_global("namespace");
    engine
}

/// Writes a value down, escaped as in the pages: the engine's own escaper takes slashes apart, too, which makes links hard to read.
fn put_in(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        // It would be the word None.
        return Err(Error::new(ErrorKind::UndefinedError, "not every letter has this: put {% if … %} around it"));
    }
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Plain) {
        // The engine would write it down whole, however deep it is, and count nothing for it.
        return Err(Error::new(ErrorKind::InvalidOperation, "this is a list or a group of values: write down what is in it"));
    }
    match value.as_str() {
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html) => {
            askama::filters::Escaper::write_escaped_str(&askama::filters::Html, &mut *out, text).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// The templates in a folder, by name. A name that begins with `_` is of a part that others include.
fn own_files(folder: &Path, kinds: &[&str], faults: &mut Vec<TemplateFault>) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    let listed: std::io::Result<Vec<PathBuf>> =
        std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
    let mut paths = listed.unwrap_or_else(|error| {
        faults.push(TemplateFault::of_file(folder, error));
        Vec::new()
    });
    paths.sort();
    let known: Vec<String> = ["letter"].iter().chain(kinds).flat_map(|kind| [format!("{kind}.html"), format!("{kind}.txt")]).collect();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        if name.starts_with('.') || ![".html", ".htm", ".txt"].iter().any(|end| lower.ends_with(end)) {
            continue;
        }
        let is_part = name.starts_with('_') && !lower.ends_with(".htm") && lower == name;
        if !is_part && !known.contains(&name) {
            faults.push(TemplateFault::of_file(&path, unknown(&name, &known, kinds)));
            continue;
        }
        match read(&path) {
            Ok(source) => {
                sources.insert(name, source);
            }
            Err(problem) => faults.push(TemplateFault::of_file(&path, problem)),
        }
    }
    sources
}

fn unknown(name: &str, known: &[String], kinds: &[&str]) -> String {
    match suggestion(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("no letter is called so; did you mean {meant}?"),
        None => format!(
            "no letter is called so: there are letter.html and letter.txt for all of them, the same ends for one kind ({}), and any name \
             that begins with _, in small letters, for a part that others include",
            kinds.join(", ")
        ),
    }
}

fn read(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > LARGEST_TEMPLATE {
        return Err(format!("must not be larger than {} KiB", LARGEST_TEMPLATE / 1024));
    }
    let source = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    // Some editors put a mark in front, and a letter would begin with it.
    Ok(source.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(source))
}
