//! Locks that hold across replicas until the transaction ends.

use super::schema::settings;
use super::{Connection, StorageResult, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Takes the lock of this name: the same row, written. Works alike on both databases.
///
/// Cost: 1 round trip.
pub async fn lock(connection: &mut Connection, name: &str) -> StorageResult<()> {
    query!(connection, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq("")))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(""))
        .execute(c)
        .await)?;
    Ok(())
}
