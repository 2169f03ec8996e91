//! What can go wrong with the database, and which of it passes by itself.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A query or a connection that failed. The text names no secret: neither the database URL nor a bound value is in it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot do this now but may in a moment: not reachable, no free connection, connection lost, locked, a
    /// standby, overloaded. Answered with 503 and Retry-After. A commit that ends so may have happened.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The database answered, and refused.
    #[error("a database query failed: {0}")]
    Query(#[source] DieselError),
    /// The settings cannot be right: waiting does not help.
    #[error("the database settings are wrong: {0}")]
    Settings(String),
    /// A step of the schema could not be applied.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(String),
}

/// The result of everything that touches the database.
pub type StorageResult<T> = Result<T, StorageError>;

impl StorageError {
    /// A row with this key was there already: how a single-use thing finds that it has been used.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Query(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }

    /// A row that this one refers to is not there (any more).
    pub fn is_foreign_key_violation(&self) -> bool {
        matches!(self, Self::Query(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)))
    }

    /// Worth another try in a moment; see [`StorageError::Unavailable`].
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<DieselError> for StorageError {
    fn from(error: DieselError) -> Self {
        if passes(&error) { Self::Unavailable(error.to_string()) } else { Self::Query(error) }
    }
}

/// Whether the same query may succeed in a moment.
fn passes(error: &DieselError) -> bool {
    use DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, SerializationFailure, UnableToSendCommand, Unknown};
    match error {
        DieselError::DatabaseError(ClosedConnection | ReadOnlyTransaction | SerializationFailure | UnableToSendCommand, _) => true,
        // diesel hands on no SQLSTATE, so the rest is known by its text. A PostgreSQL that speaks another language than English
        // is told as a failed query here (500 in place of 503); its lost connections are still known, by their kind.
        DieselError::DatabaseError(Unknown, told) => PASSING.iter().any(|start| told.message().starts_with(start)),
        DieselError::BrokenTransactionManager => true,
        _ => false,
    }
}

const PASSING: [&str; 15] = [
    // PostgreSQL: 57P01 to 57P03, 57014, 40P01, 55P03, class 53
    "terminating connection",
    "the database system is",
    "canceling statement due to",
    "deadlock detected",
    "could not obtain lock",
    "sorry, too many clients already",
    "remaining connection slots",
    "too many connections",
    "out of memory",
    "could not extend file",
    // SQLite: BUSY, LOCKED, FULL, IOERR, CANTOPEN
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
];

/// An error with all its causes in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !text.contains(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        cause = error.source();
    }
    text
}

/// A lost database is 503 on every surface, never a refusal; anything else is ours to answer for.
impl From<StorageError> for crate::oauth::error::OAuthError {
    fn from(error: StorageError) -> Self {
        if error.is_unavailable() { Self::unavailable(error) } else { Self::server_error(error) }
    }
}
