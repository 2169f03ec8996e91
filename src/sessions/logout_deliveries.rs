//! The table `logout_deliveries`: which clients are still to be told that a session has ended. Written in the transaction that ends
//! the session, so that a crash loses no telling.
//!
//! Specs: OpenID Connect Back-Channel Logout 1.0 §2.5.

use super::SessionId;
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::storage::schema::{grants, logout_deliveries};
use crate::storage::{Connection, StorageError, Topic, announce, query};
use crate::users::UserId;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// A client that could not be told for so long has ended the session by itself, or never will.
const TRIED_FOR: Duration = Duration::from_secs(3600);

/// One client to be told.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = logout_deliveries)]
pub struct LogoutDelivery {
    pub session_id: SessionId,
    pub client_id: ClientId,
    pub user_id: UserId,
    pub attempts: i64,
    pub due_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Notes every client that the session signed the person in to. Call it in the transaction that ends the session.
pub(super) async fn note_clients_of(
    connection: &mut Connection,
    user_id: &UserId,
    session_id: &SessionId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let clients: Vec<ClientId> =
        query!(connection, |c| grants::table.filter(grants::session_id.eq(session_id)).select(grants::client_id).distinct().load(c).await)?;
    for client_id in &clients {
        query!(connection, |c| diesel::insert_into(logout_deliveries::table)
            .values((
                logout_deliveries::session_id.eq(session_id),
                logout_deliveries::client_id.eq(client_id),
                logout_deliveries::user_id.eq(user_id),
                logout_deliveries::attempts.eq(0i64),
                logout_deliveries::due_at.eq(now),
                logout_deliveries::expires_at.eq(now + TRIED_FOR),
            ))
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
    }
    if clients.is_empty() { Ok(()) } else { announce(connection, Topic::Logouts).await }
}

/// Deliveries whose time has come, to all clients but `except`: those that were tried the least first, of these the oldest.
pub async fn list_due_logouts(
    connection: &mut Connection,
    now: Timestamp,
    except: &[ClientId],
    limit: i64,
) -> Result<Vec<LogoutDelivery>, StorageError> {
    query!(connection, |c| logout_deliveries::table
        .filter(logout_deliveries::due_at.le(now).and(logout_deliveries::client_id.ne_all(except)))
        .order((logout_deliveries::attempts, logout_deliveries::due_at))
        .limit(limit)
        .select(LogoutDelivery::as_select())
        .load(c)
        .await)
}

/// Takes a delivery until `again_at`: whoever moves `due_at` on delivers; if that one dies, another does then. Returns whether this
/// call took it.
pub async fn claim_logout(connection: &mut Connection, delivery: &LogoutDelivery, again_at: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(logout_deliveries::table.find((&delivery.session_id, &delivery.client_id)))
        .filter(logout_deliveries::due_at.eq(delivery.due_at))
        .set((logout_deliveries::due_at.eq(again_at), logout_deliveries::attempts.eq(logout_deliveries::attempts + 1)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// The client was told, or will not be.
pub async fn delete_logout(connection: &mut Connection, delivery: &LogoutDelivery) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(logout_deliveries::table.find((&delivery.session_id, &delivery.client_id))).execute(c).await)?;
    Ok(())
}

/// How many ended sessions a client is still to be told of, and was tried to be.
///
/// Cost: 1 round trip.
pub async fn count_tried_logouts(connection: &mut Connection, client_id: &ClientId) -> Result<i64, StorageError> {
    query!(connection, |c| logout_deliveries::table
        .filter(logout_deliveries::client_id.eq(client_id).and(logout_deliveries::attempts.gt(0i64)))
        .count()
        .get_result(c)
        .await)
}
