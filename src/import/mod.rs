//! Moving in and out: people of another system become people here, with what they prove themselves with.
//!
//! A *source* gives [`ImportedUser`]s in batches (`supabase`, `better_auth`, `keycloak`, `auth0`, `csv`, `ostiary`); `plan` decides what
//! becomes of each; `writer` does it, a batch a transaction, together with the place that was reached (`checkpoint`). A run that is
//! killed has brought in whole people only, and goes on where it was; a second run changes nothing.
//!
//! Rules: an id is kept as `sub` when it can be one. Nobody is merged with an account that is here already, whatever address they have:
//! an address proves nothing between two systems. Roles come from what only a server can write, never from what people write of
//! themselves, and `ostiary:admin` comes from our own export only. Until the switch the old system is right: what changes there is
//! changed here, fact by fact; what does not stays as it is here. Who was deleted here does not come back.
//!
//! Cost: a batch of 500 people is about 13 statements and 1 commit. Memory does not grow with the number of people, but for a dump,
//! of which 16 bytes a linked row are kept.
//!
//! Specs: `docs/moving-in.md`.

mod auth0;
mod better_auth;
mod checkpoint;
mod csv;
mod encrypted;
mod export;
mod files;
mod keycloak;
mod ostiary;
mod passkey;
mod plan;
mod progress;
mod report;
mod row;
mod run;
mod seen;
mod sound;
mod source;
mod supabase;
mod supabase_dump;
mod taken;
mod user;
mod writer;

pub use self::csv::CsvSource;
pub use auth0::Auth0Source;
pub use better_auth::BetterAuthSource;
pub use encrypted::ForeignKeys;
pub use export::{Exported, export};
pub use keycloak::KeycloakSource;
pub use ostiary::OstiarySource;
pub use report::{Entry, Totals, Verdict};
pub use run::{Options, follow, is_finished, run};
pub use source::{Source, SourceSettings};
pub use supabase::SupabaseSource;
pub use supabase_dump::SupabaseDump;
pub use user::ImportedUser;

use crate::credentials::portable::PortableError;
use crate::storage::StorageError;

/// People that are read, decided on and written at a time.
const BATCH: usize = 500;

/// Why an import stopped. What was written before is whole and stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The source cannot be read on.
    #[error("{0}")]
    Source(String),
    /// Its database does not answer now, but may in a moment.
    #[error("the source, the database of OSTIARY_IMPORT_URL or --url-file, cannot be reached: {0}")]
    SourceLost(String),
    /// Somebody was changed here between our look and our write, again and again.
    #[error("an account was changed here while it was to be written; run the import again")]
    Overtaken,
    /// What was asked for cannot be.
    #[error("{0}")]
    Usage(String),
}

impl ImportError {
    /// What went wrong with the source's own database, and not with ours.
    fn of_source(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable(problem) => Self::SourceLost(problem),
            StorageError::Settings(problem) => {
                Self::Source(format!("the source, the database of OSTIARY_IMPORT_URL or --url-file: {problem}"))
            }
            other => Self::Source(other.to_string()),
        }
    }

    /// Whether another try in a moment may succeed.
    fn passes(&self) -> bool {
        match self {
            Self::SourceLost(_) => true,
            Self::Storage(error) => error.is_unavailable(),
            _ => false,
        }
    }
}

impl From<PortableError> for ImportError {
    fn from(error: PortableError) -> Self {
        match error {
            PortableError::Storage(error) => Self::Storage(error),
            PortableError::Totp => Self::Source(error.to_string()),
        }
    }
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        Self::Source(error.to_string())
    }
}
