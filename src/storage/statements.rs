//! Counts what the pools' connections do: round trips and commits, for the metrics, and for the tests that hold what the common requests cost.
//! Round trips are counted where they are made ([`super::Connection`]), commits by what diesel tells of its statements.
//!
//! Cost: an atomic addition a statement, and a look at the first word of its text. For PostgreSQL diesel has it at hand; for SQLite it makes
//! it anew, which is a tenth of a statement: it is asked for only where nothing else tells whether something is written.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use diesel::connection::{Instrumentation, InstrumentationEvent};

/// Statements since the storage was opened. Not counted: making a connection, preparing a statement (once for each on each
/// connection), migrations, and the watcher's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementCounts {
    /// Statements sent, or several that were sent together; COMMIT too, but not BEGIN: PostgreSQL gets it with the first statement, and
    /// there is no way to SQLite that would count. What is one visit to SQLite counts as the round trips that PostgreSQL would need.
    pub round_trips: u64,
    /// Transactions that wrote, on SQLite all that were begun in order to; a single statement that writes is one.
    pub commits: u64,
}

/// The counters that the connections of one storage share.
#[derive(Default)]
pub(super) struct Statements {
    round_trips: AtomicU64,
    commits: AtomicU64,
}

impl Statements {
    pub(super) fn counts(&self) -> StatementCounts {
        StatementCounts { round_trips: self.round_trips.load(Relaxed), commits: self.commits.load(Relaxed) }
    }

    /// Something is sent, and its answer waited for.
    pub(super) fn count_round_trip(&self) {
        self.round_trips.fetch_add(1, Relaxed);
    }

    /// What one connection tells its statements to. `writes`: whether its transactions are begun in order to write, as SQLite's are
    /// (BEGIN IMMEDIATE), so that its statements need not be looked at.
    pub(super) fn counter(self: &Arc<Self>, writes: bool) -> Counter {
        Counter { statements: self.clone(), writes, in_transaction: false, has_written: false, ends: false }
    }
}

/// The view of one connection.
pub(super) struct Counter {
    statements: Arc<Statements>,
    writes: bool,
    in_transaction: bool,
    has_written: bool,
    /// The next statement ends the transaction.
    ends: bool,
}

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let (query, error) = match event {
            InstrumentationEvent::CommitTransaction { .. } | InstrumentationEvent::RollbackTransaction { .. } => {
                self.ends = true;
                return;
            }
            // Its end, and not its beginning: diesel has the text by then and need not make it for us.
            InstrumentationEvent::FinishQuery { query, error, .. } => (query, error),
            _ => return,
        };
        let ends = std::mem::take(&mut self.ends);
        if self.writes && self.in_transaction && !ends {
            return;
        }
        let mut word = FirstWord::default();
        // It refuses what follows the word, which is reported as an error.
        let _ = write!(word, "{query}");
        self.finished(word.as_bytes(), error.is_none());
    }
}

impl Counter {
    fn finished(&mut self, word: &[u8], went_well: bool) {
        match word {
            b"BEGIN" => (self.in_transaction, self.has_written) = (went_well, self.writes),
            b"ROLLBACK" => self.in_transaction = false,
            b"COMMIT" => {
                self.in_transaction = false;
                self.committed(went_well && self.has_written);
            }
            b"INSERT" | b"UPDATE" | b"DELETE" if self.in_transaction => self.has_written |= went_well,
            b"INSERT" | b"UPDATE" | b"DELETE" => self.committed(went_well),
            _ => {}
        }
    }

    fn committed(&self, wrote: bool) {
        if wrote {
            self.statements.commits.fetch_add(1, Relaxed);
        }
    }
}

/// Keeps the first word of what is written to it and refuses the rest, so that nothing long is formatted or copied.
#[derive(Default)]
struct FirstWord {
    letters: [u8; 8],
    length: usize,
}

impl FirstWord {
    fn as_bytes(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }
}

impl Write for FirstWord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            match self.letters.get_mut(self.length) {
                Some(place) if byte.is_ascii_alphabetic() => *place = byte,
                _ => return Err(fmt::Error),
            }
            self.length += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commits_of(statements: &[&str]) -> u64 {
        let shared = Arc::new(Statements::default());
        let mut counter = shared.counter(false);
        for statement in statements {
            let mut word = FirstWord::default();
            let _ = write!(word, "{statement}");
            counter.finished(word.as_bytes(), !statement.ends_with("-- fails"));
        }
        shared.counts().commits
    }

    #[test]
    fn a_transaction_that_wrote_is_one_commit() {
        for (statements, commits) in [
            (&["SELECT 1"][..], 0),
            (&["INSERT INTO a", "UPDATE \"a\""], 2),
            (&["BEGIN IMMEDIATE", "INSERT INTO a", "DELETE  FROM a", "COMMIT"], 1),
            (&["BEGIN", "SELECT 1", "COMMIT"], 0),
            (&["BEGIN", "INSERT INTO a", "ROLLBACK", "SELECT 1"], 0),
            (&["BEGIN", "INSERT INTO a -- fails", "COMMIT"], 0),
            (&["BEGIN", "INSERT INTO a", "COMMIT", "UPDATE a"], 2),
            (&["UPDATE a -- fails"], 0),
        ] {
            assert_eq!(commits_of(statements), commits, "{statements:?}");
        }
    }
}
