//! The tables `clients`, `client_secrets` and `resources`.

use super::logout_failures::delete_logout_failures_of;
use super::refusals::delete_refusals_of;
use super::{Client, ClientId, ClientSecret, Resource};
use crate::clock::Timestamp;
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::resource::ResourceIndicator;
use crate::random::Random;
use crate::secret::SecretDigest;
use crate::storage::columns::Json;
use crate::storage::schema::{client_secrets, clients, resources};
use crate::storage::{Connection, StorageError, Topic, announce, lock, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::HashSet;

type ClientRow = (ClientId, Json<ClientMetadata>, bool, bool, Timestamp, Timestamp);
type SecretRow = (ClientId, String, String, Option<Timestamp>);

/// Lets one at a time change clients and APIs, or bring in people whose ids come from elsewhere, until the transaction ends: what is read
/// after it is what the change is made to.
///
/// Cost: 1 round trip.
pub async fn lock_directory(connection: &mut Connection) -> Result<(), StorageError> {
    lock(connection, "clients_lock").await
}

/// Every client with its secrets.
pub(super) async fn list_clients(connection: &mut Connection) -> Result<Vec<Client>, StorageError> {
    let rows: Vec<ClientRow> = query!(connection, |c| clients::table
        .select((clients::client_id, clients::metadata, clients::enabled, clients::declared, clients::created_at, clients::updated_at))
        .load(c)
        .await)?;
    let mut secrets: Vec<SecretRow> = query!(connection, |c| client_secrets::table
        .order(client_secrets::created_at.desc())
        .select((client_secrets::client_id, client_secrets::digest, client_secrets::sealed, client_secrets::expires_at))
        .load(c)
        .await)?;
    Ok(rows
        .into_iter()
        .map(|(client_id, Json(metadata), enabled, declared, created_at, updated_at)| {
            let own = secrets.extract_if(.., |(of, ..)| *of == client_id).map(|(_, digest, sealed, expires_at)| ClientSecret {
                digest: SecretDigest::from_stored(digest),
                sealed: (!sealed.is_empty()).then_some(sealed),
                expires_at,
            });
            Client { secrets: own.collect(), client_id, metadata, enabled, declared, created_at, updated_at }
        })
        .collect())
}

/// Those of `ids` that are clients.
///
/// Cost: 1 round trip.
pub async fn list_client_ids_among(connection: &mut Connection, ids: &[ClientId]) -> Result<HashSet<ClientId>, StorageError> {
    let found: Vec<ClientId> =
        query!(connection, |c| clients::table.filter(clients::client_id.eq_any(ids)).select(clients::client_id).load(c).await)?;
    Ok(found.into_iter().collect())
}

/// Inserts a client. Errors: a unique violation when the id is taken.
pub async fn insert_client(
    connection: &mut Connection,
    client_id: &ClientId,
    metadata: &ClientMetadata,
    declared: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(clients::table)
        .values((
            clients::client_id.eq(client_id),
            clients::metadata.eq(Json(metadata.clone())),
            clients::enabled.eq(true),
            clients::declared.eq(declared),
            clients::created_at.eq(now),
            clients::updated_at.eq(now),
        ))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await
}

/// Replaces a client's metadata. Returns whether it exists.
pub async fn update_client(
    connection: &mut Connection,
    client_id: &ClientId,
    metadata: &ClientMetadata,
    declared: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(clients::table.find(client_id))
        .set((clients::metadata.eq(Json(metadata.clone())), clients::declared.eq(declared), clients::updated_at.eq(now)))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await?;
    Ok(updated == 1)
}

/// Switches a client on or off. Returns whether it exists.
pub async fn set_enabled(connection: &mut Connection, client_id: &ClientId, enabled: bool, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(clients::table.find(client_id))
        .set((clients::enabled.eq(enabled), clients::updated_at.eq(now)))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await?;
    Ok(updated == 1)
}

/// A client that the configuration no longer declares: switched off, and from now on the command line's to change or delete.
pub(super) async fn withdraw_client(connection: &mut Connection, client_id: &ClientId, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(clients::table.find(client_id))
        .set((clients::enabled.eq(false), clients::declared.eq(false), clients::updated_at.eq(now)))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await
}

/// Deletes a client; its grants, consents and secrets go with it (ON DELETE CASCADE). Returns whether it existed.
pub async fn delete_client(connection: &mut Connection, client_id: &ClientId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(clients::table.find(client_id)).execute(c).await)?;
    delete_refusals_of(connection, client_id).await?;
    delete_logout_failures_of(connection, client_id).await?;
    announce(connection, Topic::Clients).await?;
    Ok(deleted == 1)
}

/// Adds a secret; the ones before it end at `previous_end` (at once: `now`).
pub async fn insert_secret(
    connection: &mut Connection,
    client_id: &ClientId,
    secret: &ClientSecret,
    random: &Random,
    now: Timestamp,
    previous_end: Timestamp,
) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq(client_id))
        .filter(client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(previous_end)))
        .set(client_secrets::expires_at.eq(previous_end))
        .execute(c)
        .await)?;
    query!(connection, |c| diesel::insert_into(client_secrets::table)
        .values((
            client_secrets::id.eq(random.uuid_v7(now).to_string()),
            client_secrets::client_id.eq(client_id),
            client_secrets::digest.eq(secret.digest.as_str()),
            client_secrets::sealed.eq(secret.sealed.clone().unwrap_or_default()),
            client_secrets::created_at.eq(now),
            client_secrets::expires_at.eq(secret.expires_at),
        ))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await
}

/// Ends a client's secrets: it authenticates without one from now on, and must not find an old one good when it changes back.
pub async fn end_secrets(connection: &mut Connection, client_id: &ClientId, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq(client_id))
        .filter(client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(now)))
        .set(client_secrets::expires_at.eq(now))
        .execute(c)
        .await)?;
    announce(connection, Topic::Clients).await
}

/// Removes secrets whose end has passed.
pub async fn delete_expired_secrets(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(client_secrets::table.filter(client_secrets::expires_at.le(now))).execute(c).await)
}

/// Every sealed client secret, for a change of the master key.
pub async fn list_sealed_secrets(connection: &mut Connection) -> Result<Vec<(String, String)>, StorageError> {
    query!(connection, |c| client_secrets::table
        .filter(client_secrets::sealed.ne(""))
        .select((client_secrets::id, client_secrets::sealed))
        .load(c)
        .await)
}

/// Replaces a sealed secret by the same, sealed anew.
pub async fn update_sealed_secret(connection: &mut Connection, id: &str, sealed: &str) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(client_secrets::table.find(id)).set(client_secrets::sealed.eq(sealed)).execute(c).await)?;
    announce(connection, Topic::Clients).await
}

pub(super) async fn list_resources(connection: &mut Connection) -> Result<Vec<Resource>, StorageError> {
    let rows: Vec<(Json<Resource>, bool)> =
        query!(connection, |c| resources::table.select((resources::metadata, resources::declared)).load(c).await)?;
    Ok(rows.into_iter().map(|(Json(resource), declared)| Resource { declared, ..resource }).collect())
}

/// Inserts or replaces a resource.
pub async fn upsert_resource(connection: &mut Connection, resource: &Resource, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(resources::table)
        .values((
            resources::identifier.eq(resource.identifier.as_str()),
            resources::metadata.eq(Json(resource.clone())),
            resources::declared.eq(resource.declared),
            resources::created_at.eq(now),
            resources::updated_at.eq(now),
        ))
        .on_conflict(resources::identifier)
        .do_update()
        .set((resources::metadata.eq(Json(resource.clone())), resources::declared.eq(resource.declared), resources::updated_at.eq(now),))
        .execute(c)
        .await)?;
    announce(connection, Topic::Resources).await
}

/// Deletes a resource. Returns whether it existed.
pub async fn delete_resource(connection: &mut Connection, identifier: &ResourceIndicator) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(resources::table.find(identifier.as_str())).execute(c).await)?;
    announce(connection, Topic::Resources).await?;
    Ok(deleted == 1)
}

/// An API that the configuration no longer declares: it stays, and is the command line's to change or delete.
pub(super) async fn withdraw_resource(
    connection: &mut Connection,
    identifier: &ResourceIndicator,
    now: Timestamp,
) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(resources::table.find(identifier.as_str()))
        .set((resources::declared.eq(false), resources::updated_at.eq(now)))
        .execute(c)
        .await)?;
    announce(connection, Topic::Resources).await
}
