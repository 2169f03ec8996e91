//! Clients and resources that the configuration declares: brought into the database at each start, to the letter of the
//! file and no further. What was declared once and no longer is gets disabled, not deleted: grants and consents stay.

use super::{ClientId, ClientSecret, Clients, Resource, store};
use crate::clock::Timestamp;
use crate::oauth::client_metadata::{ClientMetadata, RawClientMetadata};
use crate::random::Random;
use crate::sealing::Sealing;
use crate::secret::Secret;
use crate::storage::{Storage, StorageError};
use serde_json::Value;

/// A client as the configuration declares it.
#[derive(Debug, Clone)]
pub struct DeclaredClient {
    pub client_id: ClientId,
    pub secret: Option<Secret>,
    pub metadata: ClientMetadata,
}

/// Reads the `[[clients]]` documents. Errors: every fault, with the client it belongs to.
pub fn parse_clients(documents: &[Value]) -> Result<Vec<DeclaredClient>, Vec<String>> {
    let mut clients: Vec<DeclaredClient> = Vec::new();
    let mut faults = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let mut document = document.clone();
        let Some(members) = document.as_object_mut() else {
            faults.push(format!("clients[{index}]: is not a table"));
            continue;
        };
        let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let client_id = text(members.remove("client_id")).unwrap_or_default();
        let secret = match (text(members.remove("client_secret")), text(members.remove("client_secret_file"))) {
            (Some(_), Some(_)) => {
                faults.push(format!("clients[{index}]: client_secret and client_secret_file exclude each other"));
                None
            }
            (Some(secret), None) => Some(Secret::new(secret)),
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(secret) => Some(Secret::new(secret.trim().to_owned())),
                Err(error) => {
                    faults.push(format!("clients[{index}]: client_secret_file cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        };
        if client_id.is_empty() || client_id.len() > 200 || !client_id.bytes().all(|b| matches!(b, 0x21..=0x7E)) {
            faults.push(format!("clients[{index}]: client_id must be 1 to 200 printable ASCII characters without spaces"));
        }
        if clients.iter().any(|known| known.client_id.as_str() == client_id) {
            faults.push(format!("clients[{index}]: client_id {client_id} is declared twice"));
        }
        let raw: RawClientMetadata = match serde_json::from_value(document) {
            Ok(raw) => raw,
            Err(error) => {
                faults.push(format!("clients[{index}] ({client_id}): {error}"));
                continue;
            }
        };
        match ClientMetadata::parse(raw, true) {
            Ok(metadata) => {
                if metadata.has_secret() != secret.is_some() {
                    let what = if secret.is_some() {
                        "must have no client_secret for this method"
                    } else {
                        "needs a client_secret or client_secret_file"
                    };
                    faults.push(format!("clients[{index}] ({client_id}): {what}"));
                }
                if secret.as_ref().is_some_and(|secret| secret.expose().len() < 16) {
                    faults.push(format!("clients[{index}] ({client_id}): client_secret must have at least 16 characters"));
                }
                clients.push(DeclaredClient { client_id: ClientId::new(client_id), secret, metadata });
            }
            Err(problems) => faults.extend(problems.iter().map(|fault| format!("clients[{index}] ({client_id}): {fault}"))),
        }
    }
    if faults.is_empty() { Ok(clients) } else { Err(faults) }
}

/// Reads the `[[resources]]` documents. Errors: every fault, with the resource it belongs to.
pub fn parse_resources(documents: &[Value]) -> Result<Vec<Resource>, Vec<String>> {
    let mut resources = Vec::new();
    let mut faults = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        match serde_json::from_value::<Resource>(document.clone()) {
            Ok(resource) => match resource.check() {
                Ok(()) => resources.push(Resource { declared: true, ..resource }),
                Err(problem) => faults.push(format!("resources[{index}] ({}): {problem}", resource.identifier)),
            },
            Err(error) => faults.push(format!("resources[{index}]: {error}")),
        }
    }
    if faults.is_empty() { Ok(resources) } else { Err(faults) }
}

/// Brings the declared clients and resources into the database. Writes only what differs, so that a second start and a
/// second replica write nothing.
///
/// `known` is the directory as it was just read.
pub async fn apply(
    storage: &Storage,
    known: &Clients,
    clients: &[DeclaredClient],
    resources: &[Resource],
    sealing: &Sealing,
    random: &Random,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let directory = known.directory();
    let changed_resources: Vec<_> = resources
        .iter()
        .filter(|declared| directory.resource(&declared.identifier).is_none_or(|known| known.as_ref() != *declared))
        .collect();
    let is_unchanged = |declared: &DeclaredClient| {
        directory.client(declared.client_id.as_str()).is_some_and(|known| {
            let same_secret = match &declared.secret {
                Some(secret) => known.live_secrets(now).any(|kept| kept.digest.matches(secret.expose())),
                None => known.live_secrets(now).next().is_none(),
            };
            known.declared && known.enabled && known.metadata == declared.metadata && same_secret
        })
    };
    let changed_clients: Vec<_> = clients.iter().filter(|declared| !is_unchanged(declared)).collect();
    let is_declared = |id: &ClientId| clients.iter().any(|declared| declared.client_id == *id);
    let withdrawn: Vec<_> =
        directory.clients().into_iter().filter(|known| known.declared && known.enabled && !is_declared(&known.client_id)).collect();
    if changed_resources.is_empty() && changed_clients.is_empty() && withdrawn.is_empty() {
        return Ok(false);
    }
    storage
        .transaction(async |connection| {
            for resource in &changed_resources {
                store::upsert_resource(connection, resource, now).await?;
            }
            for declared in &changed_clients {
                if !store::update_client(connection, &declared.client_id, &declared.metadata, true, now).await? {
                    store::insert_client(connection, &declared.client_id, &declared.metadata, true, now).await?;
                }
                store::set_enabled(connection, &declared.client_id, true, now).await?;
                if let Some(secret) = &declared.secret {
                    let kept = ClientSecret::of(secret, declared.metadata.token_endpoint_auth_method, sealing)
                        .map_err(|_| StorageError::Settings("a client secret could not be sealed".into()))?;
                    store::insert_secret(connection, &declared.client_id, &kept, random, now, now).await?;
                }
            }
            for client in &withdrawn {
                store::set_enabled(connection, &client.client_id, false, now).await?;
            }
            Ok::<_, StorageError>(true)
        })
        .await
}
