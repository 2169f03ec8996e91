//! `ostiary resource …`.

use super::client_settings::{OrNone, listed};
use super::output::{Output, Table};
use super::{CliError, Opened};
use crate::clients::declared::{declares_client, declares_resource, texts_of};
use crate::clients::names::{check_identifier, check_scopes};
use crate::clients::resource::{AccessTokenFormat, Resource};
use crate::clients::{Client, Directory, delete_resource, update_client, upsert_resource};
use crate::events::{self, About, EventKind};
use crate::oauth::resource::ResourceIndicator;
use crate::storage::Connection;
use crate::web::registration_advice::without_resource;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::BTreeMap;

/// APIs that access tokens are meant for.
#[derive(Debug, Subcommand)]
pub enum ResourceCommand {
    /// Register an API
    Create(CreateResource),
    /// Change an API; what is not named stays
    Update(UpdateResource),
    /// List all APIs
    List,
    /// Show one API
    Show { identifier: String },
    /// Delete an API; no more tokens are made for it. Not while a client names it
    Delete {
        identifier: String,
        /// Take it out of all clients that name it
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub struct UpdateResource {
    identifier: String,
    /// What people read
    #[arg(long)]
    name: Option<String>,
    /// A scope and its words for people; may be repeated. Replaces all
    #[arg(long = "scope", value_name = "SCOPE=WORDS")]
    scopes: Vec<String>,
    /// One more scope, or other words for one that is there; may be repeated
    #[arg(long = "add-scope", value_name = "SCOPE=WORDS", conflicts_with = "scopes")]
    add_scopes: Vec<String>,
    /// A scope that is no longer one; may be repeated
    #[arg(long = "remove-scope", value_name = "SCOPE", conflicts_with = "scopes")]
    remove_scopes: Vec<String>,
    /// Opaque tokens, to be introspected
    #[arg(long)]
    opaque: bool,
    /// JWTs, which the API checks by itself
    #[arg(long, conflicts_with = "opaque")]
    jwt: bool,
    /// Seconds that its access tokens live; an empty text: as long as others
    #[arg(long)]
    access_token_lifetime: Option<OrNone<u32>>,
}

impl UpdateResource {
    fn apply(&self, resource: &mut Resource) -> Result<(), CliError> {
        if let Some(name) = &self.name {
            resource.name.clone_from(name);
        }
        if let Some(list) = listed(&self.scopes) {
            resource.scopes = scopes(list);
        }
        for scope in &self.remove_scopes {
            if resource.scopes.remove(scope).is_none() {
                let known: Vec<&str> = resource.scope_names().collect();
                return Err(CliError::usage(format!("{scope} is no scope of this resource; it has: {}", known.join(" "))));
            }
        }
        resource.scopes.extend(scopes(&self.add_scopes));
        match (self.opaque, self.jwt) {
            (true, _) => resource.access_token_format = AccessTokenFormat::Opaque,
            (_, true) => resource.access_token_format = AccessTokenFormat::Jwt,
            _ => {}
        }
        if let Some(OrNone(seconds)) = self.access_token_lifetime {
            resource.access_token_lifetime = seconds;
        }
        Ok(())
    }
}

/// From `orders:read=See your orders` each; one without words is refused by the check of the whole.
fn scopes(texts: &[String]) -> BTreeMap<String, String> {
    let parts = |text: &String| text.split_once('=').map(|(name, words)| (name.to_owned(), words.to_owned()));
    texts.iter().map(|text| parts(text).unwrap_or_else(|| (text.clone(), String::new()))).collect()
}

#[derive(Debug, Args)]
pub struct CreateResource {
    /// The URI that clients send as `resource` and tokens carry as `aud`
    identifier: String,
    /// What people read
    #[arg(long)]
    name: String,
    /// A scope and its words for people: `orders:read=See your orders`; may be repeated
    #[arg(long = "scope", value_name = "SCOPE=WORDS")]
    scopes: Vec<String>,
    /// Opaque tokens, to be introspected, in place of JWTs
    #[arg(long)]
    opaque: bool,
    /// Seconds that its access tokens live
    #[arg(long)]
    access_token_lifetime: Option<u32>,
}

pub(super) async fn run(opened: &Opened, command: ResourceCommand) -> Result<Output, CliError> {
    let app = &opened.app;
    let directory = app.clients.directory();
    match command {
        ResourceCommand::Create(create) => {
            let identifier = indicator(&create.identifier)?;
            let resource = Resource {
                identifier,
                name: create.name,
                scopes: scopes(&create.scopes),
                access_token_format: if create.opaque { AccessTokenFormat::Opaque } else { AccessTokenFormat::Jwt },
                access_token_lifetime: create.access_token_lifetime,
                declared: false,
            };
            opened
                .change(async |connection, directory| {
                    let id = &resource.identifier;
                    if directory.resource(id).is_some() {
                        return Err(CliError::usage(format!("{id} exists; change it: ostiary resource update")));
                    }
                    refuse_declared(opened, id)?;
                    let declared = texts_of(&app.config.declared_clients, "client_id").map(|(_, client_id)| client_id);
                    let clients = directory.clients().into_iter().map(|client| client.client_id.as_str()).chain(declared);
                    check_identifier(id.as_str(), app.issuer(), clients).map_err(|why| CliError::usage(format!("{id} {why}")))?;
                    keep(opened, connection, directory, &resource).await
                })
                .await
        }
        ResourceCommand::Update(update) => {
            let identifier = indicator(&update.identifier)?;
            refuse_declared(opened, &identifier)?;
            opened
                .change(async |connection, directory| {
                    let mut resource = find(directory, &identifier)?;
                    update.apply(&mut resource)?;
                    keep(opened, connection, directory, &resource).await
                })
                .await
        }
        ResourceCommand::List => {
            let mut table = Table::new(["identifier", "name", "scopes", "tokens", "declared"]);
            for resource in directory.resources() {
                let scopes: Vec<&str> = resource.scope_names().collect();
                let format = if resource.access_token_format == AccessTokenFormat::Jwt { "jwt" } else { "opaque" };
                table.row([
                    resource.identifier.as_str(),
                    &resource.name,
                    &scopes.join(" "),
                    format,
                    if resource.declared { "yes" } else { "no" },
                ]);
            }
            Ok(Output::new(table.to_string(), json!(directory.resources().collect::<Vec<_>>())))
        }
        ResourceCommand::Show { identifier } => Ok(Output::document(json!(find(&directory, &indicator(&identifier)?)?))),
        ResourceCommand::Delete { identifier, force } => delete(opened, &indicator(&identifier)?, force).await,
    }
}

/// No client must name what is gone: it stays while one does, or is taken out of all of them in the same transaction.
async fn delete(opened: &Opened, identifier: &ResourceIndicator, force: bool) -> Result<Output, CliError> {
    let app = &opened.app;
    refuse_declared(opened, identifier)?;
    let now = app.now();
    let changed = opened
        .change(async |connection, directory| {
            find(directory, identifier)?;
            let names_it = |client: &&Client| client.metadata.named_resources().any(|named| named == identifier);
            let naming: Vec<&Client> = directory.clients().into_iter().filter(names_it).collect();
            refuse_while_named(opened, identifier, &naming, force)?;
            for client in &naming {
                let mut metadata = client.metadata.clone();
                metadata.forget_resource(identifier);
                update_client(connection, &client.client_id, &metadata, client.declared, now).await?;
                let about = About::client(&client.client_id).with("resource_deleted", identifier.as_str());
                events::record(connection, app, EventKind::ClientChanged, &about).await?;
            }
            delete_resource(connection, identifier).await?;
            let about = About::default().with("resource", identifier.as_str());
            events::record(connection, app, EventKind::ResourceDeleted, &about).await?;
            Ok(naming.iter().map(|client| client.client_id.to_string()).collect::<Vec<_>>())
        })
        .await?;
    let taken_out = if changed.is_empty() { String::new() } else { format!(" Taken out of: {}.", changed.join(" ")) };
    Ok(Output::new(format!("Deleted {identifier}.{taken_out}"), json!({ "deleted": identifier, "clients_changed": changed })))
}

/// With the line that takes it out of each client. `force` does that for all that the file does not declare: the next start would bring
/// those back as they are written there.
fn refuse_while_named(opened: &Opened, identifier: &ResourceIndicator, naming: &[&Client], force: bool) -> Result<(), CliError> {
    let is_declared = |client: &Client| declares_client(&opened.app.config, client.client_id.as_str());
    let in_the_way: Vec<_> = naming.iter().filter(|client| !force || is_declared(client)).collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let id = identifier.as_str();
    let line = |client: &Client| {
        if is_declared(client) {
            return format!("{} is declared in the configuration: take it out there, and restart", client.client_id);
        }
        without_resource(client, identifier).unwrap_or_else(|| format!("take it out of {}", client.client_id))
    };
    let mut lines: Vec<String> = in_the_way.iter().map(|client| line(client)).collect();
    if !force && let Ok(all) = shlex::try_join(["ostiary", "resource", "delete", "--force", id]) {
        lines.push(format!("or, out of all that are not declared: {all}"));
    }
    Err(CliError::usage(format!("clients name {identifier}; take it out of each first:\n  {}", lines.join("\n  "))))
}

/// Checks it and writes it down.
async fn keep(opened: &Opened, connection: &mut Connection, directory: &Directory, resource: &Resource) -> Result<Output, CliError> {
    let known = directory.resource(&resource.identifier);
    let before: Vec<&str> = known.iter().flat_map(|known| known.scope_names()).collect();
    let others = directory.resources();
    check_scopes(resource, &before, others).map_err(|why| CliError::usage(why.to_string()))?;
    let mut faults: Vec<String> = resource.check().iter().map(ToString::to_string).collect();
    if !faults.is_empty() {
        let wordless = resource.scopes.iter().filter(|(_, words)| words.trim().is_empty());
        faults
            .extend(wordless.map(|(scope, _)| format!("write it with --scope, or --add-scope of update, as \"{scope}=See your orders\"")));
        return Err(CliError::usage(faults.join("\n")));
    }
    upsert_resource(connection, resource, opened.app.now()).await?;
    let about = About::default().with("resource", resource.identifier.as_str());
    events::record(connection, &opened.app, EventKind::ResourceChanged, &about).await?;
    Ok(Output::document(json!(resource)))
}

fn find(directory: &Directory, identifier: &ResourceIndicator) -> Result<Resource, CliError> {
    let known = directory.resource(identifier).map(|resource| Resource::clone(resource));
    known.ok_or_else(|| CliError::not_found(format!("no resource {identifier}; see: ostiary resource list")))
}

fn indicator(text: &str) -> Result<ResourceIndicator, CliError> {
    ResourceIndicator::parse(text).map_err(|why| CliError::usage(format!("{text}: {why}")))
}

/// By the file, not by the mark of the database: what has left the file is here to be changed.
fn refuse_declared(opened: &Opened, identifier: &ResourceIndicator) -> Result<(), CliError> {
    if declares_resource(&opened.app.config, identifier.as_str()) {
        return Err(CliError::usage(format!("the resource {identifier} is declared in the configuration; change it there")));
    }
    Ok(())
}
