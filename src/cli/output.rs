//! What a command prints: for people, or as JSON with `--json`.

use crate::telemetry::commands;
use serde_json::Value;
use std::fmt::{self, Write};

/// A command's result in both forms.
pub(crate) struct Output {
    pub text: String,
    pub json: Value,
    /// Whether the command ends with exit code 1 all the same.
    pub fails: bool,
}

impl Output {
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, fails: false }
    }

    /// One thing with its members: for people a line each.
    pub fn document(json: Value) -> Self {
        let mut text = String::new();
        write_members(&mut text, &json, 0);
        Self { text, json, fails: false }
    }

    /// What was asked for was told, and it is not good.
    pub fn failing(mut self, fails: bool) -> Self {
        self.fails = fails;
        self
    }
}

/// Names and values, the values below one another, without members that say nothing; what is inside a member stands below its name.
fn write_members(text: &mut String, document: &Value, indent: usize) {
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    let members: Vec<_> = document.as_object().into_iter().flatten().filter(|(_, value)| !says_nothing(value)).collect();
    let width = members.iter().filter(|(_, value)| !value.is_object()).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let margin = " ".repeat(indent);
    for (name, value) in members {
        let name = printable(name);
        match value {
            Value::Object(_) => {
                text.push_str(&format!("{margin}{name}\n"));
                write_members(text, value, indent + 2);
            }
            Value::Array(values) => {
                for (at, value) in values.iter().enumerate() {
                    let name = if at == 0 { name.as_str() } else { "" };
                    text.push_str(&format!("{margin}{name:<width$}  {}\n", in_one_line(value)));
                }
            }
            value => text.push_str(&format!("{margin}{name:<width$}  {}\n", in_one_line(value))),
        }
    }
}

fn in_one_line(value: &Value) -> String {
    printable(&match value {
        Value::String(text) => text.clone(),
        Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    })
}

/// What people wrote may hold characters that a terminal would obey (security.md Z2).
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if commands(c) { '\u{fffd}' } else { c }).collect()
}

/// Columns as wide as their widest cell.
pub(crate) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub fn new(head: [&str; N]) -> Self {
        Self { rows: vec![head.map(str::to_uppercase)] }
    }

    pub fn row(&mut self, cells: [&str; N]) {
        self.rows.push(cells.map(printable));
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = [0usize; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &self.rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                write!(line, "{cell:<width$}  ")?;
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // security.md Z2
    #[test]
    fn a_document_is_lines_that_a_terminal_only_shows() {
        let document = json!({ "client_id": "shop", "enabled": true, "none": null, "empty": [], "metadata": {
            "client_name": "Sh\u{1b}[2Jo\u{202e}p\u{2028}", "redirect_uris": ["https://a.example/", "https://b.example/"], "jwks": { "keys": [{ "kty": "EC" }] } } });
        let expected = "client_id  shop\nenabled    yes\nmetadata\n  client_name    Sh\u{fffd}[2Jo\u{fffd}p\u{fffd}\n  redirect_uris  https://a.example/\n                 \
                        https://b.example/\n  jwks\n    keys  {\"kty\":\"EC\"}\n";
        assert_eq!(Output::document(document).text, expected);
    }
}
