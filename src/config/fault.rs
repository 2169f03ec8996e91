//! What is wrong with a configuration: every fault, each under the key it is about.

use std::fmt;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key as documented (`smtp.host`), or the name of the file or variable when there is no such key.
    pub key: String,
    /// What is wrong and what to do. Never contains the value of a secret.
    pub problem: String,
}

impl Fault {
    /// A fault of one key.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }
}

/// All faults of a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<Fault>);

impl std::error::Error for ConfigFaults {}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "the configuration has {count} fault{}:", if count == 1 { "" } else { "s" })?;
        for fault in &self.0 {
            writeln!(f, "  {}: {}", fault.key, fault.problem)?;
        }
        Ok(())
    }
}

/// The name among `known` that somebody who wrote `given` probably meant.
pub(crate) fn suggestion<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_ascii_lowercase();
    known
        .map(|name| (distance(&given, &name.to_ascii_lowercase()), name))
        .min()
        .filter(|(far, _)| *far <= (given.len() / 4).clamp(1, 4))
        .map(|(_, name)| name)
        .or(None)
}

/// The number of letters to insert, delete or replace to come from one text to the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(from != to)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, far) in [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("issuer", "isuser", 2)] {
            assert_eq!(distance(a, b), far, "{a} {b}");
        }
    }

    #[test]
    fn a_slip_gets_a_suggestion_and_nonsense_gets_none() {
        let known = ["issuer", "smtp.host", "smtp.port", "tokens.access_token_lifetime"];
        for (given, meant) in [
            ("isuer", Some("issuer")),
            ("smtp.hots", Some("smtp.host")),
            ("tokens.access_lifetime", None),
            ("tokens.access_tokens_lifetime", Some("tokens.access_token_lifetime")),
            ("frobnicate", None),
        ] {
            assert_eq!(suggestion(given, known.into_iter()), meant, "{given}");
        }
    }
}
