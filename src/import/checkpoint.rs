//! How far an import has come: a row of `settings`, written in the transaction of each batch.

use super::Totals;
use crate::storage::schema::settings;
use crate::storage::{Connection, StorageError, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Of the source that the place belongs to.
    pub fingerprint: String,
    pub position: Value,
    pub totals: Totals,
    /// The end was reached.
    pub finished: bool,
    /// Who was changed there after this instant of its clock has not been read.
    pub watermark: Option<String>,
    /// Better Auth: what its linked accounts were when this instant was taken, see [`super::source::Source::links`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<u32, String>,
}

fn key(name: &str) -> String {
    format!("import:{name}")
}

impl Checkpoint {
    pub async fn find(connection: &mut Connection, name: &str) -> Result<Option<Self>, StorageError> {
        let found: Option<String> =
            query!(connection, |c| settings::table.find(key(name)).select(settings::value).first(c).await.optional())?;
        Ok(found.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub async fn save(&self, connection: &mut Connection, name: &str) -> Result<(), StorageError> {
        let text = serde_json::to_string(self).map_err(|error| StorageError::Settings(error.to_string()))?;
        query!(connection, |c| diesel::insert_into(settings::table)
            .values((settings::name.eq(key(name)), settings::value.eq(&text)))
            .on_conflict(settings::name)
            .do_update()
            .set(settings::value.eq(&text))
            .execute(c)
            .await)?;
        Ok(())
    }
}
