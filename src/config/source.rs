//! Where values come from: the TOML file and the environment, made one text a key. The environment wins.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::fault::{Fault, suggestion};
use super::table::Key;
use super::value::{ITEM, Setting as _};
use crate::oauth::issuer::Issuer;
use crate::secret::Secret;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In the configuration file.
    File,
    /// In this environment variable.
    Environment(String),
}

impl Origin {
    /// A hint to add to a fault.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Environment(variable) => format!(" (from {variable})"),
            Self::Default | Self::File => String::new(),
        }
    }
}

/// A value before it is understood. It may be a secret, so that it never prints.
pub(super) struct Given {
    pub(super) text: Secret,
    pub(super) origin: Origin,
}

/// What was written, by key.
#[derive(Default)]
pub(super) struct Raw {
    pub(super) values: BTreeMap<&'static str, Given>,
    /// The defaults that follow from other values.
    pub(super) derived: BTreeMap<&'static str, String>,
}

/// A secret read from a file is a line or a few, not a mistake of a path.
const MAX_SECRET_FILE: u64 = 64 * 1024;

impl Raw {
    /// Collects the file and the environment.
    pub(super) fn collect(
        keys: &[Key],
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut raw = Self::default();
        // First, so that a file of a secret is not opened for a key whose variable wins anyway: it may belong to another machine.
        raw.read_environment(keys, environment, faults);
        if let Some(path) = path {
            raw.read_file(keys, path, faults);
        }
        raw
    }

    fn read_file(&mut self, keys: &[Key], path: &Path, faults: &mut Vec<Fault>) {
        let name = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return faults.push(Fault::new(name, format!("cannot be read: {error}"))),
        };
        match toml::from_str::<toml::Table>(&text) {
            Ok(table) => {
                let mut written = BTreeMap::new();
                self.flatten(keys, "", table, &mut written, faults);
                self.place(keys, written, &|_| Origin::File, faults);
            }
            // Only the message and the place: the parser's own display repeats the line, which may hold a secret.
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                faults.push(Fault::new(format!("{name}:{line}"), format!("is not TOML: {}", error.message())));
            }
        }
    }

    /// Turns nested tables into dotted names; lists of tables become JSON.
    fn flatten(&self, keys: &[Key], prefix: &str, table: toml::Table, written: &mut BTreeMap<String, Secret>, faults: &mut Vec<Fault>) {
        for (name, value) in table {
            let name = format!("{prefix}{name}");
            let document = keys.iter().any(|key| key.name == name && key.document);
            let text = match value {
                value if document => serde_json::to_string(&value).map_err(|_| "cannot be read"),
                toml::Value::Table(table) => {
                    self.flatten(keys, &format!("{name}."), table, written, faults);
                    continue;
                }
                toml::Value::Array(items) => list(items).ok_or("must be a list of texts"),
                value => scalar(value).ok_or("must be a text, a number, or true or false"),
            };
            match text {
                Ok(text) => drop(written.insert(name, Secret::from(text))),
                Err(problem) => faults.push(Fault::new(name, problem)),
            }
        }
    }

    fn read_environment(&mut self, keys: &[Key], environment: impl Iterator<Item = (String, String)>, faults: &mut Vec<Fault>) {
        let mut written = BTreeMap::new();
        for (variable, value) in environment {
            let ours = variable.starts_with("OSTIARY_")
                && variable != "OSTIARY_CONFIG"
                && !is_of_import(&variable)
                && !is_of_kubernetes(&variable, &value);
            // An empty variable is how compose files write "not set".
            if !ours || value.is_empty() {
                continue;
            }
            let name = keys.iter().find_map(|key| {
                let plain = key.variable();
                if plain == variable {
                    return Some(key.name.to_owned());
                }
                (key.secret && variable.strip_suffix("_FILE") == Some(&plain)).then(|| format!("{}_file", key.name))
            });
            match name {
                Some(name) => drop(written.insert(name, Secret::from(value))),
                None => faults.push(unknown(&variable, keys.iter().map(Key::variable).collect())),
            }
        }
        let variable = |name: &str| Origin::Environment(format!("OSTIARY_{}", name.to_ascii_uppercase().replace('.', "_")));
        self.place(keys, written, &variable, faults);
    }

    /// Puts what one source has written into the keys that no earlier source has set, reading `…_file` and refusing unknown names.
    fn place(&mut self, keys: &[Key], written: BTreeMap<String, Secret>, origin: &dyn Fn(&str) -> Origin, faults: &mut Vec<Fault>) {
        for (name, text) in &written {
            let direct = keys.iter().find(|key| key.name == name);
            let by_file = || name.strip_suffix("_file").and_then(|name| keys.iter().find(|key| key.secret && key.name == name));
            let (key, text) = match (direct, by_file()) {
                (Some(key), _) => (key, Ok(text.clone())),
                (None, Some(key)) if written.contains_key(key.name) => {
                    faults.push(Fault::new(key.name, format!("is given twice: by itself and by {name}")));
                    continue;
                }
                (None, Some(key)) if self.values.contains_key(key.name) => continue,
                (None, Some(key)) => (key, read_secret(Path::new(text.expose()))),
                (None, None) => {
                    faults.push(unknown(name, keys.iter().map(|key| key.name.to_owned()).collect()));
                    continue;
                }
            };
            match text {
                Ok(text) => drop(self.values.entry(key.name).or_insert_with(|| Given { text, origin: origin(name) })),
                Err(problem) => faults.push(Fault::new(name, problem)),
            }
        }
    }

    /// Supplies the defaults that follow from other values (`Preset::Derived` in the table). For an issuer that is none the usual one
    /// stands in, so that the other keys are checked all the same.
    pub(super) fn derive(&mut self) {
        let text =
            |raw: &Self, key: &str, default: &str| raw.values.get(key).map_or(default.to_owned(), |given| given.text.expose().clone());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.supply("workers", cores.min(64).to_string());
        self.supply("password.hash_permits", cores.min(64).to_string());
        let idle = Duration::parse(&text(self, "sessions.idle_lifetime", "7d")).unwrap_or(Duration::from_secs(7 * 86_400));
        self.supply("sessions.refresh_interval", format!("{}ms", (idle / 2).min(Duration::from_secs(86_400)).as_millis()));
        let data_dir = text(self, "data_dir", "./data");
        self.supply("database.url", format!("sqlite:{}/ostiary.db", data_dir.trim_end_matches('/')));
        let issuer = Issuer::parse(&text(self, "issuer", super::DEFAULT_ISSUER)).or_else(|_| Issuer::parse(super::DEFAULT_ISSUER));
        if let Ok(issuer) = issuer {
            let port = if issuer.is_https() { 3004 } else { issuer.port() };
            self.supply("listen", format!("127.0.0.1:{port}"));
            self.supply("passkeys.rp_id", issuer.host().to_owned());
            // A host of IPv6 or without a dot is no mail domain; the outbox, the only transport that needs no address, is content.
            let host = if issuer.host().contains('.') && !issuer.host().contains(':') { issuer.host() } else { "localhost" };
            self.supply("mail.from", format!("ostiary@{host}"));
        }
    }

    fn supply(&mut self, key: &'static str, text: String) {
        self.derived.insert(key, text.clone());
        self.values.entry(key).or_insert_with(|| Given { text: Secret::from(text), origin: Origin::Default });
    }
}

/// A list of a file as one text: before each item stands what none can hold.
fn list(items: Vec<toml::Value>) -> Option<String> {
    let item = |value| scalar(value).filter(|text| !text.contains(ITEM));
    items.into_iter().map(|value| Some(format!("{ITEM}{}", item(value)?))).collect()
}

fn scalar(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => None,
    }
}

fn read_secret(path: &Path) -> Result<Secret, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?.len();
    if size > MAX_SECRET_FILE {
        return Err(format!("{} is too large to be a secret", path.display()));
    }
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    // An empty variable is not set; an empty file is a mount that went wrong.
    match text.trim().is_empty() {
        true => Err(format!("{} is empty", path.display())),
        false => Ok(Secret::from(text.trim_end_matches(['\n', '\r']))),
    }
}

fn unknown(name: &str, known: Vec<String>) -> Fault {
    match suggestion(name, known.iter().map(String::as_str)) {
        Some(meant) => Fault::new(name, format!("is not known; did you mean {meant}?")),
        None => Fault::new(name, "is not known (`ostiary config docs` lists every key)"),
    }
}

/// Secrets of the system that `ostiary import` reads from: they belong to the command, not to the installation.
fn is_of_import(variable: &str) -> bool {
    ["OSTIARY_IMPORT_URL", "OSTIARY_IMPORT_SECRET"].contains(&variable)
}

/// Kubernetes sets these in every pod beside a service that is called `ostiary`, or `ostiary-something`; they are not meant for us.
fn is_of_kubernetes(variable: &str, value: &str) -> bool {
    let is_address = |value: &str| ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    variable.ends_with("_SERVICE_HOST")
        || variable.contains("_SERVICE_PORT")
        || (variable.ends_with("_PORT") && is_address(value))
        || ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| {
            let of_port = |before: &str| before.rsplit('_').next().is_some_and(|port| port.parse::<u16>().is_ok());
            let rest = variable.split_once(protocol).filter(|(before, _)| of_port(before));
            rest.is_some_and(|(_, rest)| ["", "_PROTO", "_PORT", "_ADDR"].contains(&rest))
        })
}
