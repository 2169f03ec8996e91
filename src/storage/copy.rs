//! Moves a whole Ostiary from one database to another, SQLite to PostgreSQL or back.
//!
//! Everything is read in one snapshot and written in one transaction, which commits only when each table of the target has the
//! rows and the checksum of its source. A target in which any table has a row is refused.

use diesel_async::SimpleAsyncConnection;
use sha2::{Digest, Sha256};

use super::copy_tables::copy_tables;
use super::error::{StorageError, StorageResult};
use super::watch::{Topic, announce};
use super::{Connection, Held, Storage, migrate};

/// Rows that are read, sent and written at a time. The widest table has 20 columns; PostgreSQL takes 65,535 values in a statement.
pub(super) const BATCH: usize = 500;

/// What was copied of one table, and found the same in both databases.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TableReport {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over all rows in lower-case hexadecimal; their order does not matter.
    pub checksum: String,
}

/// Why nothing was copied. The target is as it was, apart from its schema, which is up to date.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// One of them failed at a table.
    #[error("{table} could not be copied: {error}")]
    Table {
        /// The table.
        table: &'static str,
        /// What the database said.
        error: StorageError,
    },
    /// The source has another schema than this program: let this version of `ostiary migrate` bring it up to date first.
    #[error(
        "the source's schema is not this version's: {}. Run `ostiary migrate` of this version on the source first; \
         if this version does not know them, take the `ostiary` that the source was last used with",
        .0.join(", ")
    )]
    SourceNotMigrated(Vec<String>),
    /// The target is in use.
    #[error("the target has rows in {0}: only an empty database is copied to")]
    TargetNotEmpty(&'static str),
    /// The target holds something else than was sent to it.
    #[error("{table} differs after the copy: {sent_rows} rows sent, {kept_rows} kept, or their content is not the same")]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows in the source.
        sent_rows: u64,
        /// Rows in the target.
        kept_rows: u64,
    },
}

impl CopyError {
    /// Names the table that something failed at.
    pub(super) fn at(self, table: &'static str) -> Self {
        match self {
            Self::Storage(error) => Self::Table { table, error },
            other => other,
        }
    }
}

/// Whether a database can be copied from. Changes nothing.
pub async fn check_source(from: &Storage) -> Result<(), CopyError> {
    let states = migrate::status(from).await?;
    let odd: Vec<_> = states.into_iter().filter(|state| !state.applied || !state.known).map(|state| state.name).collect();
    if odd.is_empty() { Ok(()) } else { Err(CopyError::SourceNotMigrated(odd)) }
}

/// Copies everything from `from` to `to`, which is migrated first and must be empty. Reports per table, in the order of copying.
///
/// A running server may go on with the source; what it writes after this has begun is not in the copy.
pub async fn copy(from: &Storage, to: &Storage) -> Result<Vec<TableReport>, CopyError> {
    check_source(from).await?;
    migrate::run(to).await?;
    let mut source = snapshot(from).await?;
    to.transaction(async |target| {
        let reports = copy_tables(&mut source, target).await?;
        announce(target, Topic::All).await?;
        Ok(reports)
    })
    .await
}

/// A connection that sees the database as it is now, whatever is written meanwhile. Closed when dropped.
async fn snapshot(storage: &Storage) -> StorageResult<Connection> {
    let mut conn = storage.read().await?;
    conn.close_on_drop(true);
    match conn.held() {
        Held::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        // a snapshot is taken by the first query in it
        Held::Sqlite(c) => c.batch_execute("BEGIN").await?,
        Held::Closed => {}
    }
    Ok(conn)
}

/// The sum of the rows' SHA-256, modulo 2^256: the same in whatever order a database gives them.
#[derive(Default, PartialEq)]
pub(super) struct Checksum {
    pub(super) rows: u64,
    sum: [u8; 32],
}

impl Checksum {
    pub(super) fn add<R: serde::Serialize>(&mut self, row: &R) -> Result<(), StorageError> {
        let text = serde_json::to_vec(row).map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
        self.rows += 1;
        let mut carry = 0;
        for (to, from) in self.sum.iter_mut().zip(Sha256::digest(text)).rev() {
            let digit = u16::from(*to) + u16::from(from) + carry;
            *to = digit.to_be_bytes()[1];
            carry = digit >> 8;
        }
        Ok(())
    }

    pub(super) fn text(&self) -> String {
        self.sum.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Writes `copy_tables` and what it needs for each table. See `copy_tables.rs`.
macro_rules! copied_tables {
    ($($table:ident($($key:ident),+) { $($column:ident: $type:ty),+ $(,)? })+) => {
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        use super::copy::{BATCH, Checksum, CopyError, TableReport};
        use super::error::StorageResult;
        use super::{Connection, Held, query};

        /// Name and columns of each table that is copied.
        #[cfg(test)]
        pub(super) const TABLES: &[(&str, &[&str])] = &[$((stringify!($table), &[$(stringify!($column)),+])),+];

        /// Refuses a target that has rows, then copies and compares each table.
        pub(super) async fn copy_tables(source: &mut Connection, target: &mut Connection) -> Result<Vec<TableReport>, CopyError> {
            $(if $table::has_rows(target).await.map_err(|error| CopyError::from(error).at(stringify!($table)))? {
                return Err(CopyError::TargetNotEmpty(stringify!($table)));
            })+
            Ok(vec![$($table::copy(source, target).await.map_err(|error| error.at(stringify!($table)))?),+])
        }

        $(mod $table {
            use super::*;
            use crate::storage::schema::$table;

            #[derive(Clone, Queryable, Insertable, serde::Serialize)]
            #[diesel(table_name = $table)]
            struct Row {
                $($column: $type,)+
            }

            pub(super) async fn has_rows(conn: &mut Connection) -> StorageResult<bool> {
                query!(conn, |c| $table::table.limit(1).load::<Row>(c).await).map(|rows| !rows.is_empty())
            }

            pub(super) async fn copy(source: &mut Connection, target: &mut Connection) -> Result<TableReport, CopyError> {
                let table = stringify!($table);
                let (mut sent, mut kept) = (Checksum::default(), Checksum::default());
                let mut last = None;
                while let Some(rows) = after(source, last.take()).await? {
                    rows.iter().try_for_each(|row| sent.add(row))?;
                    last = rows.last().cloned();
                    insert(target, rows).await?;
                }
                let mut last = None;
                while let Some(rows) = after(target, last.take()).await? {
                    rows.iter().try_for_each(|row| kept.add(row))?;
                    last = rows.last().cloned();
                }
                if sent != kept {
                    return Err(CopyError::Differs { table, sent_rows: sent.rows, kept_rows: kept.rows });
                }
                Ok(TableReport { table, rows: sent.rows, checksum: sent.text() })
            }

            /// The next rows in the order of the key, by whatever collation the database has; `None` at the end.
            async fn after(conn: &mut Connection, last: Option<Row>) -> StorageResult<Option<Vec<Row>>> {
                let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
                let rows = query!(conn, |c| {
                    let all = $table::table.order(($($table::$key,)+)).limit(limit).into_boxed::<DB>();
                    match &last {
                        None => all,
                        Some(row) => all.filter($crate::storage::copy::after_key!($table, row, $($key),+)),
                    }
                    .load::<Row>(c)
                    .await
                })?;
                Ok(Some(rows).filter(|rows| !rows.is_empty()))
            }

            /// diesel_async has no multi-row INSERT for SQLite; diesel itself has.
            async fn insert(conn: &mut Connection, rows: Vec<Row>) -> StorageResult<()> {
                match conn.begun().await? {
                    Held::Postgres(c) => diesel::insert_into($table::table).values(&rows).execute(&mut **c).await?,
                    Held::Sqlite(c) => {
                        c.spawn_blocking(move |c| diesel::RunQueryDsl::execute(diesel::insert_into($table::table).values(&rows), c)).await?
                    }
                    Held::Closed => 0,
                };
                Ok(())
            }
        })+
    };
}
pub(super) use copied_tables;

/// "The key comes after that of this row", for keys of one or two columns.
macro_rules! after_key {
    ($table:ident, $row:ident, $key:ident) => {
        $table::$key.gt(&$row.$key)
    };
    ($table:ident, $row:ident, $first:ident, $second:ident) => {
        $table::$first.gt(&$row.$first).or($table::$first.eq(&$row.$first).and($table::$second.gt(&$row.$second)))
    };
}
pub(super) use after_key;
