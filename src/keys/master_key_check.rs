//! Whether the master key is the one that this database was made with: found out before anything is written with it.

use super::KeyError;
use crate::sealing::{Purpose, Sealing};
use crate::storage::schema::settings;
use crate::storage::{Storage, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

const NAME: &str = "master_key_check";

/// A text was sealed at the first start; what opens it is the right master key, or a previous one that is being replaced.
///
/// Cost: 2 round trips, 1 commit; 1 commit more at the first start under a new master key.
pub async fn is_right_master_key(storage: &Storage, sealing: &Sealing) -> Result<bool, KeyError> {
    let mut connection = storage.write().await?;
    let fresh = sealing.seal(Purpose::MasterKeyCheck, &NAME).map_err(|_| KeyError::Sealing)?;
    query!(&mut connection, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(NAME), settings::value.eq(&fresh)))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    let known: String = query!(&mut connection, |c| settings::table.find(NAME).select(settings::value).first(c).await)?;
    let opens = sealing.open::<String>(Purpose::MasterKeyCheck, &known).is_some();
    if opens && !sealing.is_current(&known) {
        query!(&mut connection, |c| diesel::update(settings::table.find(NAME)).set(settings::value.eq(&fresh)).execute(c).await)?;
    }
    Ok(opens)
}
