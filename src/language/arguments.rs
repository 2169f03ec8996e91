//! Which arguments the texts of a file name.
//!
//! Specs: Fluent Syntax 1.0 (messages, placeables, variable references).

use std::collections::{BTreeMap, BTreeSet};

/// Texts of earlier versions: who overrode them starts all the same.
pub(super) const RETIRED: [&str; 1] = ["activity-sign-in-failed"];

/// Each message of a file, with the arguments that it names.
pub(super) fn arguments_of(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut id, mut begin, mut at) = (None::<&str>, 0usize, 0usize);
    for line in source.split_inclusive('\n') {
        // A message, a term or a comment; everything else goes on with what was begun.
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '#')) {
            note(&mut all, id, source.get(begin..at).unwrap_or_default());
            let message = line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic()));
            id = message.map(|(id, _)| id.trim());
            begin = at;
        }
        at += line.len();
    }
    note(&mut all, id, source.get(begin..).unwrap_or_default());
    all
}

fn note<'a>(all: &mut BTreeMap<&'a str, BTreeSet<&'a str>>, id: Option<&'a str>, body: &'a str) {
    if let Some(id) = id {
        all.entry(id).or_default().extend(references_in(body));
    }
}

/// `$name` where Fluent reads it as an argument: first in a placeable or in a function's brackets. Elsewhere it is a price.
fn references_in(body: &str) -> Vec<&str> {
    let (mut found, mut depth, mut before) = (Vec::new(), 0u32, ' ');
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let begins = depth > 0 && matches!(before, '{' | '(' | ',');
        rest = match c {
            '"' if begins => after_literal(after),
            '$' if begins => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(after.len());
                let (name, after) = after.split_at_checked(end).unwrap_or_default();
                found.push(name);
                after
            }
            _ => after,
        };
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    found
}

/// What follows a literal whose first quotation mark has been read.
fn after_literal(text: &str) -> &str {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if c == '"' && !is_escaped {
            return text.get(at + 1..).unwrap_or_default();
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str) -> Vec<(&str, Vec<&str>)> {
        arguments_of(source).into_iter().map(|(id, names)| (id, names.into_iter().collect())).collect()
    }

    #[test]
    fn arguments_are_told_from_prices_and_literals() {
        let source = "# about { $nothing }\n\
            a = Hi { $name }, that is $USD 5 { \"{ $no }\" }{$last}\n\
            b =\n    { NUMBER($count, minimumFractionDigits: 2) ->\n        [one] one for $five\n       *[other] { $many }\n    }\n\
            -term = { $own }\n\
            c = none\n    .label = { $inner-one }\n";
        assert_eq!(named(source), [("a", vec!["last", "name"]), ("b", vec!["count", "many"]), ("c", vec!["inner-one"])]);
    }
}
