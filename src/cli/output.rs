//! What a command prints: for people, or as JSON with `--json`.

use serde_json::Value;
use std::fmt::{self, Write};

/// A command's result in both forms.
pub(crate) struct Output {
    pub text: String,
    pub json: Value,
}

impl Output {
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json }
    }

    /// A document reads best as indented JSON either way.
    pub fn document(json: Value) -> Self {
        Self { text: format!("{json:#}"), json }
    }
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
        // What people wrote may hold control characters; a terminal must not obey them (security.md Z2).
        self.rows.push(cells.map(|cell| cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()));
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
