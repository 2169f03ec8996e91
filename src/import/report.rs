//! What became of each person, and of all of them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reasons that are told apart in totals; a source cannot make the list as long as it likes.
const MOST_REASONS: usize = 100;

/// What becomes of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Created,
    Updated,
    Unchanged,
    Skipped,
}

/// Something of a person that does not come, or that is taken away here. In JSON it is its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Missing {
    /// With what makes it this person's.
    pub text: String,
    /// What it counts as in the totals.
    counts_as: String,
}

impl Missing {
    /// What is the same of everybody.
    pub fn of_a_kind(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { counts_as: text.clone(), text }
    }

    /// What counts together with others of its kind.
    pub fn counted_as(counts_as: &str, text: String) -> Self {
        Self { text, counts_as: counts_as.to_owned() }
    }

    /// One of several, by its name.
    pub fn named(kind: &str, name: &str, why: &str) -> Self {
        Self { text: format!("{kind} \u{201c}{name}\u{201d}: {why}"), counts_as: format!("{kind}: {why}") }
    }
}

impl From<Missing> for String {
    fn from(missing: Missing) -> Self {
        missing.text
    }
}

/// One person of the report.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    pub source_id: String,
    pub verdict: Verdict,
    /// The `sub` here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Why they are skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    pub comes: Vec<String>,
    pub missing: Vec<Missing>,
    /// What is taken away, replaced or switched on again of whoever is here.
    pub changes: Vec<Missing>,
}

/// Sums.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    /// Why people were skipped.
    pub skipped_because: BTreeMap<String, u64>,
    /// What came of those who were created.
    pub comes: BTreeMap<String, u64>,
    /// What did not come, of those who were created or updated.
    pub missing: BTreeMap<String, u64>,
    /// What was taken away, replaced or switched on again of those who were updated.
    #[serde(default)]
    pub changes: BTreeMap<String, u64>,
}

impl Totals {
    pub(super) fn add(&mut self, entry: &Entry) {
        self.read += 1;
        let counter = match entry.verdict {
            Verdict::Created => &mut self.created,
            Verdict::Updated => &mut self.updated,
            Verdict::Unchanged => &mut self.unchanged,
            Verdict::Skipped => &mut self.skipped,
        };
        *counter += 1;
        match entry.verdict {
            Verdict::Created => {
                entry.comes.iter().for_each(|what| count(&mut self.comes, what));
                entry.missing.iter().for_each(|what| count(&mut self.missing, &what.counts_as));
            }
            Verdict::Updated => {
                entry.missing.iter().for_each(|what| count(&mut self.missing, &what.counts_as));
                entry.changes.iter().for_each(|what| count(&mut self.changes, &what.counts_as));
            }
            Verdict::Skipped => entry.why.iter().for_each(|why| count(&mut self.skipped_because, why)),
            Verdict::Unchanged => {}
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    let what = if counts.len() < MOST_REASONS || counts.contains_key(what) { what } else { "other" };
    *counts.entry(what.to_owned()).or_default() += 1;
}
