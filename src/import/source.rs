//! The sources behind one type, and what they are told.

use super::sound::leave_out_what_cannot_be_kept;
use super::{
    Auth0Source, BetterAuthSource, CsvSource, ForeignKeys, ImportError, ImportedUser, KeycloakSource, OstiarySource, SupabaseDump,
    SupabaseSource,
};
use crate::clock::Clock;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the operator says about a source.
pub struct SourceSettings {
    /// A ban that is over is none.
    pub clock: Clock,
    /// The PostgreSQL schema of its tables.
    pub schema: String,
    /// Better Auth: tables that have another name.
    pub tables: BTreeMap<String, String>,
    /// What a provider is called here; empty: its links are left behind.
    pub providers: BTreeMap<String, String>,
    /// For what it keeps encrypted.
    pub keys: ForeignKeys,
    /// Supabase, Better Auth: the RP ID that its passkeys were made for is ours.
    pub takes_passkeys: bool,
}

impl SourceSettings {
    /// What a provider of the source is called here; `None` when its links are to be left behind.
    pub(super) fn provider(&self, name: &str) -> Option<String> {
        self.providers.get(name).map_or(Some(name), |here| Some(here.as_str()).filter(|here| !here.is_empty())).map(str::to_owned)
    }
}

/// How far a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    pub done: u64,
    pub of: Option<u64>,
    /// Whether bytes are counted and not people.
    pub bytes: bool,
}

/// Where people come from.
pub enum Source {
    Supabase(SupabaseSource),
    SupabaseDump(SupabaseDump),
    BetterAuth(BetterAuthSource),
    Keycloak(KeycloakSource),
    Auth0(Auth0Source),
    Csv(CsvSource),
    Ostiary(OstiarySource),
}

impl Source {
    /// The next people; none at the end.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = match self {
            Self::Supabase(source) => source.next(limit).await,
            Self::BetterAuth(source) => source.next(limit).await,
            Self::SupabaseDump(source) => source.next(limit),
            Self::Keycloak(source) => source.next(limit),
            Self::Auth0(source) => source.next(limit),
            Self::Csv(source) => source.next(limit),
            Self::Ostiary(source) => source.next(limit),
        }?;
        people.iter_mut().for_each(leave_out_what_cannot_be_kept);
        Ok(people)
    }

    /// The place after the last people that were given, for [`Source::seek`].
    pub(super) fn position(&self) -> Value {
        match self {
            Self::Supabase(source) => source.position(),
            Self::BetterAuth(source) => source.position(),
            Self::SupabaseDump(source) => source.position(),
            Self::Keycloak(source) => source.position(),
            Self::Auth0(source) => source.lines.position(),
            Self::Csv(source) => source.position(),
            Self::Ostiary(source) => source.lines.position(),
        }
    }

    /// Goes on from a place that this source was at before.
    pub(super) fn seek(&mut self, position: &Value) -> Result<(), ImportError> {
        match self {
            Self::Supabase(source) => source.seek(position),
            Self::BetterAuth(source) => source.seek(position),
            Self::SupabaseDump(source) => return source.seek(position),
            Self::Keycloak(source) => return source.seek(position),
            Self::Auth0(source) => return source.lines.seek_to(position),
            Self::Csv(source) => return source.seek(position),
            Self::Ostiary(source) => return source.lines.seek_to(position),
        }
        Ok(())
    }

    /// What tells this source from another of its kind: a place belongs to the file or database that it was reached in.
    pub(super) fn fingerprint(&self) -> &str {
        match self {
            Self::Supabase(source) => source.fingerprint(),
            Self::BetterAuth(source) => source.fingerprint(),
            Self::SupabaseDump(source) => source.fingerprint(),
            Self::Keycloak(source) => source.fingerprint(),
            Self::Auth0(source) => source.lines.fingerprint(),
            Self::Csv(source) => source.fingerprint(),
            Self::Ostiary(source) => source.lines.fingerprint(),
        }
    }

    pub(super) fn reached(&self) -> Reached {
        match self {
            Self::Supabase(source) => source.reached(),
            Self::BetterAuth(source) => source.reached(),
            Self::SupabaseDump(source) => source.reached(),
            Self::Keycloak(source) => source.reached(),
            Self::Auth0(source) => source.lines.reached(),
            Self::Csv(source) => source.reached(),
            Self::Ostiary(source) => source.lines.reached(),
        }
    }

    /// The clock of the source, for [`Source::since`].
    pub(super) async fn now(&self) -> Result<Option<String>, ImportError> {
        match self {
            Self::Supabase(source) => source.now().await.map(Some),
            Self::BetterAuth(source) => source.now().await.map(Some),
            _ => Ok(None),
        }
    }

    /// What is linked to people there, by group of people: where the text is another, something of theirs was linked or taken away. Empty
    /// for what tells of that in another way.
    ///
    /// Cost: 1 round trip; the database reads through its table of linked accounts.
    pub(super) async fn links(&self) -> Result<BTreeMap<u32, String>, ImportError> {
        match self {
            Self::BetterAuth(source) => source.links().await,
            _ => Ok(BTreeMap::new()),
        }
    }

    /// Connects anew, after the connection was lost.
    pub(super) async fn reconnect(&mut self) -> Result<(), ImportError> {
        match self {
            Self::Supabase(source) => source.reconnect().await,
            Self::BetterAuth(source) => source.reconnect().await,
            _ => Ok(()),
        }
    }

    /// Begins anew, with those alone who are new or were changed since an instant of its clock, and those of some groups of
    /// [`Source::links`].
    pub(super) fn since(&mut self, instant: &str, groups: &[u32]) -> Result<(), ImportError> {
        match self {
            Self::Supabase(source) => source.since(instant),
            Self::BetterAuth(source) => source.since(instant, groups),
            _ => return Err(ImportError::Usage("only a database can be followed: a file does not change".to_owned())),
        }
        Ok(())
    }

    /// Whether it may tell of one person twice: a table of a database has a primary key, a file has none.
    pub(super) fn may_repeat(&self) -> bool {
        matches!(self, Self::Keycloak(_) | Self::Auth0(_) | Self::Csv(_) | Self::Ostiary(_))
    }

    /// Whether `ostiary:admin` may come from it.
    pub(super) fn is_our_own(&self) -> bool {
        matches!(self, Self::Ostiary(_))
    }
}
