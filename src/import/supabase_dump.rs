//! Supabase, from a dump in SQL: the COPY blocks of its schema `auth`, in whatever order `pg_dump` wrote them.
//!
//! Two passes: the first notes where each row of the linked tables begins (16 bytes a row are kept), the second reads `users` and
//! fetches what belongs to each. Columns are taken by the names in the COPY line. What looks like a COPY line inside of data is data.
//!
//! A dump that was cut off is refused in the first pass, before anything is written: people whose last columns are missing would come
//! without their ban, and those after them not at all.
//!
//! Specs: PostgreSQL manual, COPY (text format).

use super::files::Lines;
use super::row::{Row, WRONG_COUNT};
use super::run::notice;
use super::source::{Reached, SourceSettings};
use super::supabase::{Person, RELATED, person};
use super::{ImportError, ImportedUser};
use serde_json::{Map, Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// What pg_dump writes first and last; where one of them was taken away, so was the other.
const BEGIN: &[u8] = b"-- PostgreSQL database dump";
const END: &[u8] = b"-- PostgreSQL database dump complete";

/// Where the rows of a linked table are, by a digest of whose they are.
#[derive(Default)]
struct Related {
    columns: Vec<String>,
    rows: Vec<(u64, u64)>,
}

/// A dump in a file.
pub struct SupabaseDump {
    users: Lines,
    others: Lines,
    settings: SourceSettings,
    columns: Vec<String>,
    /// The first row of `users`.
    begin: u64,
    related: [Related; 3],
    /// First those who did not come by single sign-on, then the others.
    sso: bool,
    ended: bool,
}

impl SupabaseDump {
    pub fn open(path: &Path, settings: SourceSettings) -> Result<Self, ImportError> {
        let mut lines = Lines::open(path)?;
        let mut related: [Related; 3] = Default::default();
        let mut users = None;
        let (mut tables, mut has_inserts, mut has_begun) = (Vec::new(), false, false);
        while let Some((_, line)) = lines.next()? {
            let Some((schema, table, columns)) = copy_line(&line) else {
                has_inserts |= line.starts_with(b"INSERT INTO ");
                has_begun = (has_begun || line == BEGIN) && line != END;
                continue;
            };
            let is_ours = schema == settings.schema;
            let place = RELATED.iter().position(|name| *name == table).filter(|_| is_ours);
            let is_there = place.and_then(|place| related.get(place)).is_some_and(|related| !related.columns.is_empty());
            if is_there || (is_ours && table == "users" && users.is_some()) {
                return Err(ImportError::Source(format!(
                    "the dump has {schema}.{table} twice, as two dumps in one file have: import them one after the other, or make one anew"
                )));
            }
            let begin = lines.offset();
            let owner = columns.iter().position(|column| column == "user_id");
            let mut rows = Vec::new();
            while let Some((at, line)) = row_or_end(&mut lines, &schema, &table)? {
                if let (Some(_), Some(owner)) = (place, owner) {
                    rows.push((digest(field(&line, owner)), at));
                }
            }
            if let Some(related) = place.and_then(|place| related.get_mut(place)) {
                rows.sort_unstable();
                rows.shrink_to_fit();
                *related = Related { columns, rows };
            } else if is_ours && table == "users" {
                users = Some((columns, begin));
            } else {
                tables.push(format!("{schema}.{table}"));
            }
        }
        if has_begun {
            return Err(ImportError::Source("the dump ends before its last table does: it was cut off; make it anew".to_owned()));
        }
        let (columns, begin) = users.ok_or_else(|| not_found(&settings.schema, &tables, has_inserts))?;
        let schema = &settings.schema;
        let absent = RELATED.iter().zip(&related).filter(|(_, related)| related.columns.is_empty());
        // Only the newest projects have passkeys.
        for (table, _) in absent.filter(|(table, _)| **table != "webauthn_credentials") {
            notice(&format!(
                "the dump has no {schema}.{table}, so nothing of it comes; has the project one? Use pg_dump --data-only --schema={schema}"
            ));
        }
        let mut users = Lines::open(path)?;
        users.seek(begin)?;
        Ok(Self { users, others: lines, settings, columns, begin, related, sso: false, ended: false })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = Vec::new();
        while people.len() < limit && !self.ended {
            match row_or_end(&mut self.users, &self.settings.schema, "users")? {
                Some((_, line)) => {
                    let Some(user) = row(&line, &self.columns) else {
                        // Told once, in the pass of those that it may not belong to.
                        people.extend((!self.sso).then(|| unreadable(&line, &self.columns)));
                        continue;
                    };
                    if user.flag(&["is_sso_user"]) == self.sso {
                        let (related, broken) = self.related_of(&user)?;
                        let [identities, ..] = &self.related;
                        let has_all_identities = broken.is_empty() && !identities.columns.is_empty();
                        let mut person = person(Person { user, related, has_all_identities }, &self.settings);
                        broken.into_iter().for_each(|what| person.misses(what));
                        people.push(person);
                    }
                }
                None if !self.sso => {
                    self.sso = true;
                    self.users.seek(self.begin)?;
                }
                None => self.ended = true,
            }
        }
        Ok(people)
    }

    /// The rows, and what is told of those that cannot be read.
    fn related_of(&mut self, user: &Row) -> Result<([Vec<Row>; 3], Vec<String>), ImportError> {
        let (mut found, mut broken): ([Vec<Row>; 3], _) = (Default::default(), Vec::new());
        let Some(id) = user.text(&["id"]) else { return Ok((found, broken)) };
        let key = digest(id.as_bytes());
        for ((related, found), table) in self.related.iter().zip(&mut found).zip(RELATED) {
            let owner = related.columns.iter().position(|column| column == "user_id").unwrap_or_default();
            let first = related.rows.partition_point(|(digest, _)| *digest < key);
            for (_, at) in related.rows.iter().skip(first).take_while(|(digest, _)| *digest == key) {
                self.others.seek(*at)?;
                let line = self.others.next()?.map(|(_, line)| line).unwrap_or_default();
                // Two ids may have one digest.
                if decoded(field(&line, owner)).as_deref() == Some(id) {
                    match row(&line, &related.columns) {
                        Some(row) => found.push(row),
                        None => broken.push(format!("a row of {table}: it {WRONG_COUNT}")),
                    }
                }
            }
        }
        Ok((found, broken))
    }

    pub(super) fn position(&self) -> Value {
        json!({ "offset": self.users.offset(), "sso": self.sso, "ended": self.ended })
    }

    pub(super) fn seek(&mut self, position: &Value) -> Result<(), ImportError> {
        let flag = |name: &str| position.get(name).and_then(Value::as_bool).unwrap_or(false);
        (self.sso, self.ended) = (flag("sso"), flag("ended"));
        self.users.seek(position.get("offset").and_then(Value::as_u64).unwrap_or(self.begin))
    }

    pub(super) fn fingerprint(&self) -> &str {
        self.users.fingerprint()
    }

    pub(super) fn reached(&self) -> Reached {
        self.users.reached()
    }
}

/// The next row of a COPY block; `None` at the line that ends it.
fn row_or_end(lines: &mut Lines, schema: &str, table: &str) -> Result<Option<(u64, Vec<u8>)>, ImportError> {
    let cut_off = || ImportError::Source(format!("the dump ends in the middle of {schema}.{table}: it was cut off; make it anew"));
    let (at, line) = lines.next()?.ok_or_else(cut_off)?;
    Ok(Some((at, line)).filter(|(_, line)| line != b"\\."))
}

/// Somebody of whom too little, or too much, is there.
fn unreadable(line: &[u8], columns: &[String]) -> ImportedUser {
    let known = columns.iter().position(|column| column == "id").and_then(|place| decoded(field(line, place)));
    let mut user = ImportedUser::new(known.unwrap_or_default());
    user.cannot_be_read(format!("its row {WRONG_COUNT}"));
    user
}

fn not_found(schema: &str, tables: &[String], has_inserts: bool) -> ImportError {
    let found = tables.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    let advice = match (has_inserts, tables.is_empty()) {
        (true, true) => {
            "it is written with INSERT: make it with COPY (supabase db dump --use-copy, or pg_dump without --inserts)".to_owned()
        }
        (_, true) => format!("it has no data at all: make it with pg_dump --data-only --schema={schema}"),
        (_, false) => format!("it has {found}: make it with pg_dump --data-only --schema={schema}"),
    };
    ImportError::Source(format!("the dump has no rows of {schema}.users; {advice}"))
}

/// `COPY schema.table (column, …) FROM stdin;`
fn copy_line(line: &[u8]) -> Option<(String, String, Vec<String>)> {
    let text = std::str::from_utf8(line.strip_prefix(b"COPY ")?).ok()?;
    let (name, rest) = text.split_once(" (")?;
    let columns = rest.strip_suffix(") FROM stdin;")?;
    let (schema, table) = name.split_once('.')?;
    let columns = columns.split(", ").map(unquoted).collect();
    Some((unquoted(schema), unquoted(table), columns))
}

fn unquoted(name: &str) -> String {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""))
}

fn field(line: &[u8], place: usize) -> &[u8] {
    line.split(|byte| *byte == b'\t').nth(place).unwrap_or_default()
}

fn digest(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// `None` when there is not a value for each column: every later one would be taken for another, or be missing.
fn row(line: &[u8], columns: &[String]) -> Option<Row> {
    let values = line.split(|byte| *byte == b'\t');
    if values.clone().count() != columns.len() {
        return None;
    }
    let pairs = columns.iter().zip(values).map(|(column, value)| (column.clone(), decoded(value).map_or(Value::Null, Value::from)));
    Some(Row(pairs.collect::<Map<_, _>>()))
}

/// `\N` is null; a backslash begins an escape.
fn decoded(value: &[u8]) -> Option<String> {
    if value == b"\\N" {
        return None;
    }
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_line_names_table_and_columns() {
        let (schema, table, columns) = copy_line(br#"COPY auth.users (id, "role", "odd ""name""", email) FROM stdin;"#).unwrap();
        assert_eq!((schema.as_str(), table.as_str()), ("auth", "users"));
        assert_eq!(columns, ["id", "role", "odd \"name\"", "email"]);
        for other in ["COPY auth.users FROM stdin;", "COPY users (id) FROM stdin;", "INSERT INTO auth.users (id)", "copy"] {
            assert!(copy_line(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn values_are_unescaped_and_null_is_null() {
        let row = row(b"1\t\\N\t{\"a\":\"x\\\\ny\"}\ttab\\there\t", &["id", "null", "json", "tab", "empty"].map(str::to_owned)).unwrap();
        assert_eq!(row.text(&["json"]), Some(r#"{"a":"x\ny"}"#));
        assert_eq!(row.document(&["json"])["a"], "x\ny");
        assert_eq!(row.text(&["tab"]), Some("tab\there"));
        assert!(!row.has(&["null"]) && !row.has(&["empty"]));
    }

    #[test]
    fn a_row_has_a_value_for_each_column() {
        let columns = ["id", "email", "banned_until"].map(str::to_owned);
        assert!(row(b"1\ta@b.c\t\\N", &columns).is_some());
        assert!(row(b"1\ta@b.c", &columns).is_none() && row(b"1\ta@b.c\t\\N\tx", &columns).is_none());
    }
}
