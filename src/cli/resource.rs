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
    /// Register an API, or replace its settings
    Create(CreateResource),
    /// List all APIs
    List,
    /// Show one API
    Show { identifier: String },
    /// Delete an API; no more tokens are made for it
    Delete { identifier: String },
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
            if directory.resource(&identifier).is_some_and(|known| known.declared) {
                return Err(declared());
            }
            let scopes: BTreeMap<String, String> = create
                .scopes
                .iter()
                .map(|text| text.split_once('=').map_or((text.clone(), String::new()), |(name, words)| (name.to_owned(), words.to_owned())))
                .collect();
            let resource = Resource {
                identifier,
                name: create.name,
                scopes,
                access_token_format: if create.opaque { AccessTokenFormat::Opaque } else { AccessTokenFormat::Jwt },
                access_token_lifetime: create.access_token_lifetime,
                declared: false,
            };
            resource.check().map_err(CliError::usage)?;
            opened
                .transaction(async |connection| {
                    upsert_resource(connection, &resource, opened.app.now()).await?;
                    let about = About::default().with("resource", resource.identifier.as_str());
                    events::record(connection, &opened.app, EventKind::ResourceChanged, &about).await
                })
                .await?;
            Ok(Output::document(json!(resource)))
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
        ResourceCommand::Show { identifier } => match directory.resource(&indicator(&identifier)?) {
            Some(resource) => Ok(Output::document(json!(**resource))),
            None => Err(CliError::not_found(format!("no resource {identifier}; see: ostiary resource list"))),
        },
        ResourceCommand::Delete { identifier } => {
            let indicator = indicator(&identifier)?;
            if directory.resource(&indicator).is_some_and(|known| known.declared) {
                return Err(declared());
            }
            let deleted = opened
                .transaction(async |connection| {
                    let about = About::default().with("resource", indicator.as_str());
                    events::record(connection, &opened.app, EventKind::ResourceDeleted, &about).await?;
                    delete_resource(connection, &indicator).await
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

fn indicator(text: &str) -> Result<ResourceIndicator, CliError> {
    ResourceIndicator::parse(text).map_err(|why| CliError::usage(format!("{text}: {why}")))
}

fn declared() -> CliError {
    CliError::usage("this resource is declared in the configuration; change it there")
}
