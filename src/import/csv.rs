//! A table in CSV, its columns named in the first line: `id`, `email`, `email_verified`, `name`, `given_name`, `family_name`,
//! `preferred_username`, `nickname`, `picture`, `locale`, `phone_number`, `phone_number_verified`, `roles`, `groups` (separated by
//! spaces), `enabled`, `password_hash`, `totp_secret` (base 32), `created_at`, `updated_at`. Any may be missing but `email`; without
//! an id, the address is what the row is known by, and the account gets an id of its own.
//!
//! What a table has no column for is not told: of whoever was brought in before it stays as it is. So does a flag whose cell is empty.
//!
//! A column that is not known is refused, since it may be one that was misspelt, and so is one that is there twice. A row with a flag or
//! an instant that cannot be understood, or with more or fewer values than there are columns, is skipped, and told: a guess would let
//! somebody in, or shut them out. A quote that is never closed would swallow the rest of the table; it is looked for before anything is
//! written. There is no column for a password in the clear.
//!
//! Cost: the file is read twice.
//!
//! Specs: RFC 4180.

use super::files::{fingerprint, refuse_compressed};
use super::row::{Row, WRONG_COUNT};
use super::source::Reached;
use super::{ImportError, ImportedUser};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const CLAIMS: [&str; 7] = ["name", "given_name", "family_name", "preferred_username", "nickname", "picture", "locale"];
const OTHERS: [&str; 12] = [
    "id",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "roles",
    "groups",
    "enabled",
    "password_hash",
    "totp_secret",
    "created_at",
    "updated_at",
];

/// A file.
pub struct CsvSource {
    reader: ::csv::Reader<File>,
    columns: Vec<String>,
    fingerprint: String,
    size: u64,
}

impl CsvSource {
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let fault = |error: std::io::Error| ImportError::Source(format!("{}: {error}", path.display()));
        let mut file = File::open(path).map_err(fault)?;
        let fingerprint = fingerprint(&mut file).map_err(fault)?;
        refuse_compressed(&mut file, path)?;
        refuse_open_quote(&mut file)?;
        let size = file.metadata().map_err(fault)?.len();
        let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::All).flexible(true).from_reader(file);
        let columns: Vec<String> =
            reader.headers().map_err(told)?.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect();
        for column in &columns {
            if !CLAIMS.contains(&column.as_str()) && !OTHERS.contains(&column.as_str()) {
                let known = CLAIMS.iter().chain(&OTHERS).copied().collect::<Vec<_>>().join(", ");
                return Err(ImportError::Source(format!("the column {column:?} is not known; known are {known}")));
            }
        }
        if let Some((_, twice)) =
            columns.iter().enumerate().find(|(place, column)| columns.iter().take(*place).any(|other| other == *column))
        {
            return Err(ImportError::Source(format!("the column {twice:?} is there twice")));
        }
        if !columns.iter().any(|column| column == "email") {
            return Err(ImportError::Source("the first line names the columns, and there is none called email".to_owned()));
        }
        Ok(Self { reader, columns, fingerprint, size })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = Vec::new();
        let mut record = ::csv::StringRecord::new();
        while people.len() < limit && self.reader.read_record(&mut record).map_err(told)? {
            let values = self.columns.iter().cloned().zip(record.iter().map(Value::from));
            let row = Row(values.collect::<Map<_, _>>());
            people.push(if record.len() == self.columns.len() { person(&row) } else { unreadable(&row) });
        }
        Ok(people)
    }

    /// Byte and record.
    pub(super) fn position(&self) -> Value {
        let at = self.reader.position();
        Value::from(vec![at.byte(), at.line(), at.record()])
    }

    pub(super) fn seek(&mut self, position: &Value) -> Result<(), ImportError> {
        let number = |place: usize| position.get(place).and_then(Value::as_u64);
        let (Some(byte), Some(line), Some(record)) = (number(0), number(1), number(2)) else { return Ok(()) };
        let mut at = ::csv::Position::new();
        at.set_byte(byte).set_line(line).set_record(record);
        self.reader.seek(at).map_err(told)
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn reached(&self) -> Reached {
        Reached { done: self.reader.position().byte(), of: Some(self.size), bytes: true }
    }
}

/// A record that ends where the file ends is followed by another when there is one more; inside of a quote it is not.
fn refuse_open_quote(file: &mut File) -> Result<(), ImportError> {
    const ONE_MORE: &[u8] = b"\n\x01\n";
    let mut records = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.by_ref().chain(ONE_MORE));
    let (mut record, mut line, mut is_one_more) = (::csv::ByteRecord::new(), 0, false);
    while records.read_byte_record(&mut record).map_err(told)? {
        line = record.position().map_or(0, ::csv::Position::line);
        is_one_more = record.iter().eq([ONE_MORE.trim_ascii()]);
    }
    if !is_one_more {
        return Err(ImportError::Source(format!(
            "a quote in the record that begins in line {line} is never closed: the table was cut off there"
        )));
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(())
}

fn told(error: ::csv::Error) -> ImportError {
    ImportError::Source(format!("this is no sound CSV: {error}"))
}

/// Whoever the row is about, by what is there of it.
fn somebody(row: &Row) -> ImportedUser {
    let email = row.text(&["email"]);
    let id = row.id(&["id"]).or_else(|| email.map(|email| email.to_lowercase()));
    let mut user = ImportedUser::new(id.unwrap_or_default());
    user.keeps_id = row.has(&["id"]);
    user.email = email.map(str::to_owned);
    user
}

fn unreadable(row: &Row) -> ImportedUser {
    let mut user = somebody(row);
    user.cannot_be_read(format!("its row {WRONG_COUNT}"));
    user
}

fn person(row: &Row) -> ImportedUser {
    let mut user = somebody(row);
    let phone_verified = facts(&mut user, row).unwrap_or_else(|why| {
        user.cannot_be_read(why);
        false
    });
    for name in CLAIMS {
        user.claim(name, row.0.get(name));
        user.tells(name, row.says(&[name]));
    }
    // A list that is empty is told to be; a flag is told by a word alone.
    ["roles", "groups", "phone_number"].into_iter().for_each(|name| user.tells(name, row.says(&[name])));
    ["enabled", "email_verified", "phone_number_verified"].into_iter().for_each(|name| user.tells(name, row.has(&[name])));
    user.tells("identities", false);
    if let Some(phone) = row.text(&["phone_number"]) {
        user.phone(phone, phone_verified);
    }
    let list = |name: &str| row.text(&[name]).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    (user.roles, user.groups) = (list("roles"), list("groups"));
    if let Some(stored) = row.text(&["password_hash"]) {
        user.password(stored, None);
    }
    if let Some(secret) = row.text(&["totp_secret"]) {
        user.totp_text(secret, None);
    }
    user
}

/// Takes over what is true or false or an instant. Returns whether the telephone number is said to be proven.
fn facts(user: &mut ImportedUser, row: &Row) -> Result<bool, String> {
    user.email_verified = row.written_flag("email_verified")?.unwrap_or(false);
    user.enabled = row.written_flag("enabled")?.unwrap_or(true);
    user.created_at = row.written_instant("created_at")?;
    user.updated_at = row.written_instant("updated_at")?;
    Ok(row.has(&["phone_number"]) && row.written_flag("phone_number_verified")?.unwrap_or(false))
}
