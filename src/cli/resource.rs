//! `ostiary resource …`.

use super::output::{Output, Table};
use super::{CliError, Opened};
use crate::clients::resource::{AccessTokenFormat, Resource};
use crate::clients::{delete_resource, upsert_resource};
use crate::events::{self, About, EventKind};
use crate::oauth::resource::ResourceIndicator;
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
    /// Delete an API; no more tokens are made for it
    Delete { identifier: String },
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
    /// Seconds that its access tokens live
    #[arg(long)]
    access_token_lifetime: Option<u32>,
}

impl UpdateResource {
    fn apply(&self, resource: &mut Resource) -> Result<(), CliError> {
        if let Some(name) = &self.name {
            resource.name.clone_from(name);
        }
        if !self.scopes.is_empty() {
            resource.scopes = scopes(&self.scopes);
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
        resource.access_token_lifetime = self.access_token_lifetime.or(resource.access_token_lifetime);
        Ok(())
    }
}

/// From `orders:read=See your orders` each.
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
    #[arg(long = "scope")]
    scopes: Vec<String>,
    /// Opaque tokens, to be introspected, in place of JWTs
    #[arg(long)]
    opaque: bool,
    /// Seconds that its access tokens live
    #[arg(long)]
    access_token_lifetime: Option<u32>,
}

pub(super) async fn run(opened: &Opened, command: ResourceCommand) -> Result<Output, CliError> {
    let directory = opened.app.clients.directory();
    match command {
        ResourceCommand::Create(create) => {
            let identifier = indicator(&create.identifier)?;
            if directory.resource(&identifier).is_some() {
                return Err(CliError::usage(format!("{identifier} exists; change it: ostiary resource update")));
            }
            let resource = Resource {
                identifier,
                name: create.name,
                scopes: scopes(&create.scopes),
                access_token_format: if create.opaque { AccessTokenFormat::Opaque } else { AccessTokenFormat::Jwt },
                access_token_lifetime: create.access_token_lifetime,
                declared: false,
            };
            keep(opened, &resource).await
        }
        ResourceCommand::Update(update) => {
            let mut resource = find(opened, &update.identifier)?;
            if resource.declared {
                return Err(declared());
            }
            update.apply(&mut resource)?;
            keep(opened, &resource).await
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
        ResourceCommand::Show { identifier } => Ok(Output::document(json!(find(opened, &identifier)?))),
        ResourceCommand::Delete { identifier } => {
            let indicator = indicator(&identifier)?;
            if directory.resource(&indicator).is_some_and(|known| known.declared) {
                return Err(declared());
            }
            let deleted = opened
                .transaction(async |connection| {
                    let deleted = delete_resource(connection, &indicator).await?;
                    if deleted {
                        let about = About::default().with("resource", indicator.as_str());
                        events::record(connection, &opened.app, EventKind::ResourceDeleted, &about).await?;
                    }
                    Ok(deleted)
                })
                .await?;
            if deleted {
                Ok(Output::new(format!("Deleted {identifier}."), json!({ "deleted": identifier })))
            } else {
                Err(CliError::not_found(format!("no resource {identifier}")))
            }
        }
    }
}

/// Checks it and writes it down.
async fn keep(opened: &Opened, resource: &Resource) -> Result<Output, CliError> {
    let faults: Vec<String> = resource.check().iter().map(ToString::to_string).collect();
    if !faults.is_empty() {
        return Err(CliError::usage(faults.join("\n")));
    }
    opened
        .transaction(async |connection| {
            upsert_resource(connection, resource, opened.app.now()).await?;
            let about = About::default().with("resource", resource.identifier.as_str());
            events::record(connection, &opened.app, EventKind::ResourceChanged, &about).await
        })
        .await?;
    Ok(Output::document(json!(resource)))
}

fn find(opened: &Opened, identifier: &str) -> Result<Resource, CliError> {
    let known = opened.app.clients.directory().resource(&indicator(identifier)?).map(|resource| Resource::clone(resource));
    known.ok_or_else(|| CliError::not_found(format!("no resource {identifier}; see: ostiary resource list")))
}

fn indicator(text: &str) -> Result<ResourceIndicator, CliError> {
    ResourceIndicator::parse(text).map_err(|why| CliError::usage(format!("{text}: {why}")))
}

fn declared() -> CliError {
    CliError::usage("this resource is declared in the configuration; change it there")
}
