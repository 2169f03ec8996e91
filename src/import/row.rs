//! One row or document of a source, read by name: a column that an older version does not have is simply not there.

use crate::clock::Timestamp;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Why a row cannot be read: nothing tells which column a value is of.
pub(super) const WRONG_COUNT: &str = "has another number of values than there are columns";

/// Names and values. Dumps give every value as text, databases and documents as JSON: both read the same here.
#[derive(Clone, Default)]
pub(super) struct Row(pub Map<String, Value>);

impl Row {
    /// The text under the first of `names` that has one; empty is none.
    pub fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(*name)?.as_str()).filter(|text| !text.is_empty())
    }

    /// A text, or a number as text.
    pub fn id(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// What is not there is false: a missing `email_verified` proves nothing.
    pub fn flag(&self, names: &[&str]) -> bool {
        names.iter().find_map(|name| self.0.get(*name)).is_some_and(is_true)
    }

    /// Whether there is something other than null.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.get(*name).is_some_and(|value| !value.is_null() && value.as_str() != Some("")))
    }

    /// Whether one of these is there, whatever it holds.
    pub fn says(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name))
    }

    pub fn integer(&self, names: &[&str]) -> Option<i64> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
    }

    pub fn instant(&self, names: &[&str]) -> Option<Timestamp> {
        names.iter().find_map(|name| instant(self.0.get(*name)?))
    }

    /// The same of a table that people write: what says neither yes nor no is a fault, and told as one.
    pub fn written_flag(&self, name: &str) -> Result<Option<bool>, String> {
        let Some(text) = self.text(&[name]) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" | "yes" | "y" => Ok(Some(true)),
            "f" | "false" | "0" | "no" | "n" => Ok(Some(false)),
            _ => Err(format!("{name} is neither true nor false: {:?}", excerpt(text))),
        }
    }

    /// The same of an instant.
    pub fn written_instant(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.text(&[name]) else { return Ok(None) };
        instant_of_text(text.trim()).map(Some).ok_or_else(|| format!("{name} is no date or instant (RFC 3339): {:?}", excerpt(text)))
    }

    /// An object, also when it is written as text.
    pub fn document(&self, names: &[&str]) -> Map<String, Value> {
        let parsed = |value: &Value| match value {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        };
        names.iter().find_map(|name| parsed(self.0.get(*name)?)).unwrap_or_default()
    }

    /// The objects of a list.
    pub fn rows(&self, name: &str) -> Vec<Row> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_object).map(|object| Row(object.clone())).collect()
    }

    /// The texts of a list, or one text.
    pub fn texts(&self, names: &[&str]) -> Vec<String> {
        names.iter().find_map(|name| self.0.get(*name)).map(texts).unwrap_or_default()
    }
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Enough of a text to find it by.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => matches!(text.to_ascii_lowercase().as_str(), "t" | "true" | "1" | "yes"),
        _ => false,
    }
}

/// RFC 3339, PostgreSQL's own text of it, a date (its beginning in UTC), or milliseconds since 1970; MongoDB wraps it once more.
fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => number.as_i64().map(|milliseconds| Timestamp::from_unix_microseconds(milliseconds.saturating_mul(1000))),
        Value::Object(object) => instant(object.get("$date")?),
        Value::String(text) => instant_of_text(text.trim()),
        _ => None,
    }
}

fn instant_of_text(text: &str) -> Option<Timestamp> {
    let mut text = text.replacen(' ', "T", 1);
    if text.len() == 10 {
        text.push_str("T00:00:00Z");
    }
    let time = text.split_once('T').map(|(_, time)| time.to_owned())?;
    match time.rsplit_once(['+', '-']) {
        // PostgreSQL leaves the minutes of a whole hour away.
        Some((_, offset)) if offset.len() == 2 => text.push_str(":00"),
        Some(_) => {}
        None if time.ends_with(['Z', 'z']) => {}
        None => text.push('Z'),
    }
    let at = OffsetDateTime::parse(&text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1000).ok().map(Timestamp::from_unix_microseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(value: Value) -> Row {
        Row(value.as_object().unwrap().clone())
    }

    #[test]
    fn every_spelling_of_an_instant_is_read() {
        for text in [
            "2024-03-01T12:00:00.5Z",
            "2024-03-01 12:00:00.5+00",
            "2024-03-01T13:00:00.5+01:00",
            "2024-03-01 07:00:00.5-05",
            "2024-03-01 12:00:00.5",
        ] {
            assert_eq!(row(json!({ "at": text })).instant(&["at"]).unwrap().to_string(), "2024-03-01T12:00:00.5Z", "{text}");
        }
        assert_eq!(row(json!({ "at": "2024-03-01" })).instant(&["at"]).unwrap().to_string(), "2024-03-01T00:00:00Z");
        assert_eq!(row(json!({ "at": 1500 })).instant(&["at"]).unwrap().unix_microseconds(), 1_500_000);
        assert_eq!(row(json!({ "at": { "$date": "2024-03-01T12:00:00Z" } })).instant(&["at"]).unwrap().unix_seconds(), 1_709_294_400);
        for nothing in [json!(null), json!(""), json!("infinity"), json!("soon"), json!(true)] {
            assert_eq!(row(json!({ "at": nothing })).instant(&["at"]), None);
        }
    }

    #[test]
    fn what_people_write_is_understood_or_told() {
        let row = row(
            json!({ "yes": "Yes", "no": "0", "empty": "", "odd": "active", "date": "2024-03-01", "soon": "soon", "month": "01.03.2024" }),
        );
        assert_eq!(["yes", "no", "empty"].map(|name| row.written_flag(name)), [Ok(Some(true)), Ok(Some(false)), Ok(None)]);
        assert_eq!(row.written_flag("odd"), Err("odd is neither true nor false: \"active\"".to_owned()));
        assert!(row.written_instant("date").unwrap().is_some() && row.written_instant("empty") == Ok(None));
        assert!(row.written_instant("soon").is_err() && row.written_instant("month").is_err());
    }

    #[test]
    fn what_is_missing_is_false() {
        let row = row(json!({ "t": "t", "f": "f", "null": null, "true": true, "document": "{\"a\":1}" }));
        assert!(row.flag(&["t"]) && row.flag(&["true"]) && !row.flag(&["f"]) && !row.flag(&["null"]) && !row.flag(&["nothing"]));
        assert_eq!(row.document(&["document"])["a"], 1);
        assert!(!row.has(&["null"]) && row.has(&["nothing", "t"]));
    }
}
