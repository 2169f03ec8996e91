//! Files that are read from the beginning to the end and can be gone on in: lines, and what tells one file from another.

use super::source::Reached;
use super::{ImportError, ImportedUser};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// No line of a sound export is longer: what is, is no such file.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A file of lines.
pub(super) struct Lines {
    reader: BufReader<File>,
    offset: u64,
    size: u64,
    fingerprint: String,
    number: u64,
}

impl Lines {
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let fault = |error: std::io::Error| ImportError::Source(format!("{}: {error}", path.display()));
        let mut file = File::open(path).map_err(fault)?;
        let fingerprint = fingerprint(&mut file).map_err(fault)?;
        refuse_compressed(&mut file, path)?;
        let size = file.metadata().map_err(fault)?.len();
        Ok(Self { reader: BufReader::with_capacity(256 * 1024, file), offset: 0, size, fingerprint, number: 0 })
    }

    /// The next line with where it begins, without its end.
    pub fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, ImportError> {
        let start = self.offset;
        let mut line = Vec::new();
        let read = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.offset += read as u64;
        self.number += 1;
        if line.last() != Some(&b'\n') && self.offset < self.size {
            return Err(ImportError::Source(format!("line {} is longer than {LONGEST_LINE} bytes", self.number)));
        }
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some((start, line)))
    }

    /// The next line that is not empty, as text.
    pub fn next_text(&mut self) -> Result<Option<String>, ImportError> {
        while let Some((_, line)) = self.next()? {
            let text = String::from_utf8(line).map_err(|_| ImportError::Source(format!("line {} is not UTF-8", self.number)))?;
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
        Ok(None)
    }

    /// The next documents, one a line, each turned into a person. A line that is none is refused by its number; `expected` says what it
    /// should have been.
    pub fn people<T: DeserializeOwned>(
        &mut self,
        limit: usize,
        expected: &str,
        person: impl Fn(T) -> ImportedUser,
    ) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = Vec::new();
        while people.len() < limit {
            let Some(line) = self.next_text()? else { break };
            let document = serde_json::from_str(&line);
            let document = document.map_err(|error| ImportError::Source(format!("line {} {expected}: {error}", self.number)))?;
            people.push(person(document));
        }
        Ok(people)
    }

    pub fn position(&self) -> Value {
        Value::from(self.offset)
    }

    pub fn seek(&mut self, offset: u64) -> Result<(), ImportError> {
        self.reader.seek(SeekFrom::Start(offset))?;
        self.offset = offset;
        Ok(())
    }

    pub fn seek_to(&mut self, position: &Value) -> Result<(), ImportError> {
        self.seek(position.as_u64().unwrap_or(0))
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub fn reached(&self) -> Reached {
        Reached { done: self.offset, of: Some(self.size), bytes: true }
    }
}

/// Size and a digest of the beginning: enough to see that a file is another, without reading all of it.
pub(super) fn fingerprint(file: &mut File) -> std::io::Result<String> {
    let mut beginning = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(1024 * 1024).read_to_end(&mut beginning)?;
    file.seek(SeekFrom::Start(0))?;
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&beginning));
    Ok(format!("{}-{}", file.metadata()?.len(), digest.get(..32).unwrap_or_default()))
}

pub(super) fn refuse_compressed(file: &mut File, path: &Path) -> Result<(), ImportError> {
    let mut magic = Vec::new();
    file.by_ref().take(5).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    match magic.as_slice() {
        [0x1f, 0x8b, ..] => Err(ImportError::Usage(format!("{} is compressed: unpack it with gunzip first", path.display()))),
        b"PGDMP" => Err(ImportError::Usage(format!(
            "{} is a dump in PostgreSQL's own format: turn it into SQL with: pg_restore -f dump.sql {}",
            path.display(),
            path.display()
        ))),
        _ => Ok(()),
    }
}
