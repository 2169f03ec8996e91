//! Clients and resources that the configuration declares: brought into the database at each start, to the letter of the
//! file and no further. A client that was declared once and no longer is gets disabled, not deleted: grants and consents stay. From
//! then on it is the command line's to change or delete, and so is an API that has left the file.

use super::names::{NameTaken, check_client_id, check_identifier, check_scopes, find_person_called};
use super::{ClientId, ClientSecret, Clients, Directory, Resource, store};
use crate::clock::Timestamp;
use crate::config::{Config, ConfigFaults, Fault, Place};
use crate::keys::jose::SHORTEST_HS256_SECRET;
use crate::oauth::client_metadata::{ClientAuthenticationMethod, ClientMetadata, RawClientMetadata};
use crate::oauth::resource::ResourceIndicator;
use crate::random::Random;
use crate::sealing::Sealing;
use crate::secret::Secret;
use crate::storage::{Storage, StorageError};
use serde_json::{Value, json};

/// Fewer characters can be guessed.
const SHORTEST_SECRET: usize = 16;

/// What the configuration declares, checked.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    pub clients: Vec<DeclaredClient>,
    pub resources: Vec<Resource>,
}

/// A client as the configuration declares it.
#[derive(Debug, Clone)]
pub struct DeclaredClient {
    pub client_id: ClientId,
    pub secret: Option<Secret>,
    pub metadata: ClientMetadata,
}

/// Reads `[[clients]]` and `[[resources]]`: the one check that `config check` and the start share.
///
/// Errors: every fault of every document, by key.
pub fn parse(config: &Config) -> Result<Declared, Vec<Fault>> {
    let (mut declared, mut faults) = (Declared::default(), Vec::new());
    for (index, document) in config.declared_clients.iter().enumerate() {
        let client = parse_client(document, &mut Place { list: "clients", index, faults: &mut faults });
        let Some(client) = client else { continue };
        if declared.clients.iter().any(|known| known.client_id == client.client_id) {
            faults.push(Fault::new(format!("clients[{index}].client_id"), format!("{} is declared twice", client.client_id)));
        }
        let known = |id: &String| config.declared_upstreams.iter().any(|upstream| upstream.get("id").and_then(Value::as_str) == Some(id));
        for id in client.metadata.upstreams.iter().flatten().filter(|id| !known(id)) {
            faults.push(Fault::new(format!("clients[{index}].upstreams"), format!("{id:?} is none of [[upstreams]]")));
        }
        declared.clients.push(client);
    }
    for (index, document) in config.declared_resources.iter().enumerate() {
        let resource = parse_resource(document, &mut Place { list: "resources", index, faults: &mut faults });
        let Some(resource) = resource else { continue };
        if declared.resources.iter().any(|known| known.identifier == resource.identifier) {
            faults.push(Fault::new(format!("resources[{index}].identifier"), format!("{} is declared twice", resource.identifier)));
        } else if let Err(why) = check_scopes(&resource, &[], &declared.resources) {
            faults.push(Fault::new(format!("resources[{index}].scopes"), why.to_string()));
        }
        declared.resources.push(resource);
    }
    let resources = || declared.resources.iter().map(|resource| resource.identifier.as_str());
    let clients = || declared.clients.iter().map(|client| client.client_id.as_str());
    for (index, client_id) in texts_of(&config.declared_clients, "client_id") {
        if let Err(why) = check_client_id(client_id, &config.issuer, resources()) {
            faults.push(Fault::new(format!("clients[{index}].client_id"), why.to_string()));
        }
    }
    for (index, identifier) in texts_of(&config.declared_resources, "identifier") {
        if let Err(why) = check_identifier(identifier, &config.issuer, clients()) {
            faults.push(Fault::new(format!("resources[{index}].identifier"), why.to_string()));
        }
    }
    if faults.is_empty() { Ok(declared) } else { Err(faults) }
}

/// A member of each of these documents that is a text, with the document's number.
pub fn texts_of<'a>(documents: &'a [Value], member: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    documents.iter().enumerate().filter_map(move |(index, document)| Some((index, document.get(member)?.as_str()?)))
}

/// Whether the configuration declares a client of this id: then it is the only place to change it.
pub fn declares_client(config: &Config, client_id: &str) -> bool {
    texts_of(&config.declared_clients, "client_id").any(|(_, declared)| declared == client_id)
}

/// Whether the configuration declares an API of this identifier.
pub fn declares_resource(config: &Config, identifier: &str) -> bool {
    texts_of(&config.declared_resources, "identifier").any(|(_, declared)| declared == identifier)
}

/// `None` after a fault without which there is no client to speak of; others are noted and it goes on.
fn parse_client(document: &Value, place: &mut Place<'_>) -> Option<DeclaredClient> {
    let mut members = document.as_object().cloned().unwrap_or_default();
    let client_id = match members.remove("client_id") {
        Some(Value::String(text)) => ClientId::parse(&text).map_err(|why| place.fault("client_id", why.to_string())).ok(),
        Some(_) => {
            place.fault("client_id", "must be a text");
            None
        }
        None => {
            place.fault("client_id", "must be given");
            None
        }
    };
    let has_secret = members.contains_key("client_secret") || members.contains_key("client_secret_file");
    let secret = place.secret(&mut members, "client_secret", SHORTEST_SECRET);
    let raw: RawClientMetadata = place.read(members, &json!({}))?;
    match (raw.has_secret(), has_secret) {
        (true, false) => place.fault("client_secret", "must be given, by itself or as client_secret_file"),
        (false, true) => place.fault("client_secret", "must not be given: this client authenticates without a secret"),
        _ if raw.token_endpoint_auth_method == Some(ClientAuthenticationMethod::ClientSecretJwt)
            && secret.as_ref().is_some_and(|secret| secret.expose().len() < SHORTEST_HS256_SECRET) =>
        {
            place.fault("client_secret", format!("must have at least {SHORTEST_HS256_SECRET} bytes for client_secret_jwt (RFC 7518 §3.2)"));
        }
        _ => {}
    }
    let metadata = ClientMetadata::parse(raw, true)
        .map_err(|problems| problems.into_iter().for_each(|fault| place.fault(fault.member, fault.problem)))
        .ok();
    Some(DeclaredClient { client_id: client_id?, secret, metadata: metadata? })
}

fn parse_resource(document: &Value, place: &mut Place<'_>) -> Option<Resource> {
    let members = document.as_object().cloned().unwrap_or_default();
    let named = members.contains_key("identifier");
    let before = place.faults.len();
    let resource: Resource = place.read(members, &json!({ "identifier": "https://api.invalid", "name": "-" }))?;
    resource.check().into_iter().for_each(|fault| place.fault(fault.member, fault.problem));
    let readable = !place.faults.iter().skip(before).any(|fault| fault.key.ends_with("].identifier"));
    (named && readable).then_some(Resource { declared: true, ..resource })
}

/// What of the database has become another by the configuration.
#[derive(Debug, Default)]
pub struct Changes {
    pub clients: Vec<ClientId>,
    /// They are in the file no more.
    pub withdrawn: Vec<ClientId>,
    pub resources: Vec<ResourceIndicator>,
}

/// Why what is declared was not brought into the database.
#[derive(Debug, thiserror::Error)]
pub enum DeclarationError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What the file alone does not show, by key.
    #[error(transparent)]
    Faults(#[from] ConfigFaults),
}

/// Brings the declared clients and resources into the database. Writes only what differs, so that a second start and a
/// second replica write nothing.
///
/// `known` is the directory as it was just read. Errors: [`StorageError::Settings`] where what is declared bears the name of something
/// or somebody else in the database; [`DeclarationError::Faults`] where it newly has a scope of another API there.
pub async fn apply(
    storage: &Storage,
    known: &Clients,
    Declared { clients, resources }: &Declared,
    sealing: &Sealing,
    random: &Random,
    now: Timestamp,
) -> Result<Changes, DeclarationError> {
    let directory = known.directory();
    refuse_taken_names(&directory, clients, resources)?;
    refuse_taken_scopes(&directory, resources)?;
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
    let withdrawn: Vec<_> = directory.clients().into_iter().filter(|known| known.declared && !is_declared(&known.client_id)).collect();
    let withdrawn_resources: Vec<_> = directory
        .resources()
        .filter(|known| known.declared && !resources.iter().any(|declared| declared.identifier == known.identifier))
        .collect();
    if changed_resources.is_empty() && changed_clients.is_empty() && withdrawn.is_empty() && withdrawn_resources.is_empty() {
        return Ok(Changes::default());
    }
    storage
        .transaction(async |connection| {
            // Replicas that bring the same news write one after the other; the second finds it there.
            store::lock_directory(connection).await?;
            let present = known.read(connection).await?;
            refuse_taken_names(&present, clients, resources)?;
            refuse_taken_scopes(&present, resources)?;
            // Not of those that are here already: what has been so must not keep the server from starting.
            let is_new = |id: &&ClientId| present.client(id.as_str()).is_none();
            let new: Vec<&ClientId> = clients.iter().map(|declared| &declared.client_id).filter(is_new).collect();
            if let Some(id) = find_person_called(connection, &new).await? {
                return Err(StorageError::Settings(format!("[[clients]] declares {id}, which {}", NameTaken::Person)).into());
            }
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
                } else {
                    store::end_secrets(connection, &declared.client_id, now).await?;
                }
            }
            for client in &withdrawn {
                store::withdraw_client(connection, &client.client_id, now).await?;
            }
            for resource in &withdrawn_resources {
                store::withdraw_resource(connection, &resource.identifier, now).await?;
            }
            Ok::<_, DeclarationError>(())
        })
        .await?;
    Ok(Changes {
        clients: changed_clients.iter().map(|declared| declared.client_id.clone()).collect(),
        withdrawn: withdrawn.iter().map(|client| client.client_id.clone()).collect(),
        resources: changed_resources
            .iter()
            .map(|resource| &resource.identifier)
            .chain(withdrawn_resources.iter().map(|known| &known.identifier))
            .cloned()
            .collect(),
    })
}

/// What the file cannot know when it is checked: the names that are given already. What the database has under such a name is not of this
/// file, which was checked by itself.
fn refuse_taken_names(directory: &Directory, clients: &[DeclaredClient], resources: &[Resource]) -> Result<(), StorageError> {
    let is_resource = |id: &ClientId| directory.resources().any(|known| known.identifier.as_str() == id.as_str());
    let client = clients.iter().map(|declared| &declared.client_id).find(|id| is_resource(id));
    let is_client = |resource: &&Resource| directory.client(resource.identifier.as_str()).is_some();
    let taken = match (client, resources.iter().find(is_client)) {
        (Some(id), _) => format!("[[clients]] declares {id}, which is the identifier of an API (ostiary resource show)"),
        (None, Some(resource)) => format!("[[resources]] declares {}, which is a client (ostiary client show)", resource.identifier),
        (None, None) => return Ok(()),
    };
    Err(StorageError::Settings(format!("{taken}: a token for the one would pass for a token for the other")))
}

/// The same for scopes, of which each is one API's. What has been so must not keep the server from starting: only those are looked at that
/// an API has not had yet. An API that leaves the file at this start may leave its scopes to another there.
fn refuse_taken_scopes(directory: &Directory, resources: &[Resource]) -> Result<(), ConfigFaults> {
    let is_declared = |known: &Resource| known.declared || resources.iter().any(|declared| declared.identifier == known.identifier);
    let others: Vec<&Resource> = directory.resources().filter(|known| !is_declared(known)).collect();
    let mut faults = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        let known = directory.resource(&resource.identifier);
        let before: Vec<&str> = known.map(|known| known.scope_names().collect()).unwrap_or_default();
        if let Err(why) = check_scopes(resource, &before, others.iter().copied()) {
            let problem = format!("{}: {why} (the other is not of this file: ostiary resource show)", resource.identifier);
            faults.push(Fault::new(format!("resources[{index}].scopes"), problem));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ConfigFaults(faults)) }
}
