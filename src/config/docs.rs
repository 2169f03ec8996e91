//! The reference page of the configuration and the listing of a loaded one, both from the key table.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Config;
use super::table::{Key, Preset};

const INTRODUCTION: &str = "\
# Configuration

This page is the output of `ostiary config docs`; a test keeps it so.

Ostiary starts without any configuration. What you set goes into a TOML file (`--config FILE`, else the file that `OSTIARY_CONFIG` names,
else `ostiary.toml` in the working directory when there is one), into environment variables, or both; the environment wins. An empty
variable counts as not set. Lists are arrays in TOML and are separated by commas in a variable; lists of tables are JSON in a variable.

A secret can also be read from a file: add `_file` to the key (`master_key_file = \"/run/secrets/master_key\"`) or `_FILE` to the variable.

A key that is not known is refused, and so is a value that does not fit: `ostiary config check` lists all faults at once and exits with 2,
as `ostiary serve` does. `ostiary config show` prints what holds, without secrets.

With an `https` issuer the settings of a developer's machine are refused: `mail.transport = \"outbox\"`, no `master_key`, `insecure_cookies`.
";

/// The reference page in Markdown: each key with its environment variable, default, unit and meaning.
pub fn config_docs() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut group = None;
    for key in Config::keys() {
        let its_group = key.name.split_once('.').map_or("", |(group, _)| group);
        if group != Some(its_group) {
            let title = if its_group.is_empty() { "The server" } else { its_group };
            let mark = if its_group.is_empty() { "" } else { "`" };
            page.push_str(&format!(
                "\n## {mark}{title}{mark}\n\n| key | environment | default | unit | meaning |\n| --- | --- | --- | --- | --- |\n"
            ));
            group = Some(its_group);
        }
        let _ = writeln!(page, "| `{}` | `{}` | {} | {} | {} |", key.name, key.variable(), preset(&key), unit(&key), cell(key.meaning));
    }
    page
}

/// The same for programs: a list of the keys.
pub fn config_docs_json() -> Value {
    let document = |key: &Key| {
        let default = match key.preset {
            Preset::Nothing => None,
            Preset::Text(text) | Preset::Derived(text) => Some(text.trim()),
        };
        json!({ "key": key.name, "variable": key.variable(), "default": default, "unit": key.unit, "is_list": key.is_list,
                "bounds": key.bounds, "secret": key.secret, "meaning": key.meaning.trim() })
    };
    Config::keys().iter().map(document).collect()
}

fn preset(key: &Key) -> String {
    match key.preset {
        Preset::Nothing => "none".to_owned(),
        Preset::Text(text) => format!("`{}`", cell(text)),
        Preset::Derived(words) => cell(words),
    }
}

fn unit(key: &Key) -> String {
    let bounds = key.bounds.map(|(least, most)| format!("; from {least} to {most}")).unwrap_or_default();
    let list = if key.is_list { "list of: " } else { "" };
    cell(&format!("{list}{}{bounds}", key.unit))
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|")
}

impl Config {
    /// The configuration that holds, as TOML with dotted keys. Secrets are redacted; keys without a value are comments.
    pub fn show(&self) -> String {
        let mut listing = String::new();
        for (key, value) in self.values() {
            let _ = match value {
                Some(value) => writeln!(listing, "{key} = {value}"),
                None => writeln!(listing, "# {key} is not set"),
            };
        }
        listing
    }
}
