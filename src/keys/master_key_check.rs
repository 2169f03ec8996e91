//! Whether the master key is the one that this database was made with: found out before anything is written with it.

use super::KeyError;
use crate::sealing::{Purpose, Sealing};
use crate::storage::schema::settings;
use crate::storage::{Connection, Storage, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

const NAME: &str = "master_key_check";

/// Whether this database was made with a master key.
///
/// Cost: 1 round trip.
pub async fn has_master_key(storage: &Storage) -> Result<bool, KeyError> {
    Ok(find(&mut storage.read().await?).await?.is_some())
}

/// A text was sealed at the first start; what opens it is the right master key, or a previous one that is being replaced.
/// It is never sealed anew here: which key is right is decided by [`move_master_key_check`] alone, not by whoever started last.
///
/// Cost: 1 round trip; at the first start 2 more, 1 commit.
pub async fn is_right_master_key(storage: &Storage, sealing: &Sealing) -> Result<bool, KeyError> {
    let known = find(&mut storage.read().await?).await?;
    let known = match known {
        Some(known) => known,
        None => {
            let fresh = sealing.seal(Purpose::MasterKeyCheck, &NAME).map_err(|_| KeyError::Sealing)?;
            let mut connection = storage.write().await?;
            // Of two first starts at once one inserts; the other is measured against it.
            query!(&mut connection, |c| diesel::insert_into(settings::table)
                .values((settings::name.eq(NAME), settings::value.eq(&fresh)))
                .on_conflict_do_nothing()
                .execute(c)
                .await)?;
            find(&mut connection).await?.unwrap_or_default()
        }
    };
    Ok(sealing.open::<String>(Purpose::MasterKeyCheck, &known).is_some())
}

/// Makes the current master key the right one: the last step of `ostiary keys rotate-master`, after everything else was sealed
/// anew, so that a rotation that is cut short can be run again with the keys it began with.
///
/// Cost: 1 round trip, 1 commit.
pub async fn move_master_key_check(storage: &Storage, sealing: &Sealing) -> Result<(), KeyError> {
    let fresh = sealing.seal(Purpose::MasterKeyCheck, &NAME).map_err(|_| KeyError::Sealing)?;
    let mut connection = storage.write().await?;
    query!(&mut connection, |c| diesel::update(settings::table.find(NAME)).set(settings::value.eq(&fresh)).execute(c).await)?;
    Ok(())
}

async fn find(connection: &mut Connection) -> Result<Option<String>, KeyError> {
    Ok(query!(connection, |c| settings::table.find(NAME).select(settings::value).first(c).await.optional())?)
}
