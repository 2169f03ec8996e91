//! `ostiary client …`.

use super::client_recipe::{ClientKind, Ingredients};
use super::client_settings::{ClientSettings, UriChanges};
use super::output::{Output, Table};
use super::{CliError, Opened, complain};
use crate::clients::declared::{declares_client, declares_resource};
use crate::clients::names::{NameTaken, check_client_id, find_person_called};
use crate::clients::{self, Client, ClientId, ClientSecret, Directory, new_secret};
use crate::clock::Timestamp;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_client};
use crate::oauth::client_metadata::{ClientAuthenticationMethod, ClientMetadata, MetadataFault, RawClientMetadata};
use crate::oauth::grant_type::GrantType;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::paths;
use crate::secret::Secret;
use crate::storage::{Connection, StorageError};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Applications that people sign in to, and machines.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client; prints its id and, once, its secret
    Create(Box<CreateClient>),
    /// List all clients
    List,
    /// Show one client
    Show { client_id: String },
    /// Change a client; what is not named stays
    Update {
        client_id: String,
        #[command(flatten)]
        settings: Box<ClientSettings>,
        #[command(flatten)]
        uris: UriChanges,
        /// Switch the client on
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Switch the client off: nobody signs in, its tokens end for good
        #[arg(long)]
        disable: bool,
    },
    /// Delete a client with its grants and consents
    Delete { client_id: String },
    /// Make a new secret; the old one ends at once, or after --keep-old-for
    RotateSecret {
        client_id: String,
        /// Seconds that the old secret stays good
        #[arg(long, default_value_t = 0)]
        keep_old_for: u64,
    },
}

#[derive(Debug, Args)]
pub struct CreateClient {
    /// What people read: the application's name
    name: String,
    /// The client_id; made up when absent
    #[arg(long, allow_hyphen_values = true)]
    id: Option<String>,
    /// Choose what suits this kind, and print the lines to paste into its configuration; what else is named here wins
    #[arg(long = "for", value_name = "KIND")]
    kind: Option<ClientKind>,
    /// With --for: where the application is [default: where one of its kind is while it is developed]
    #[arg(long, requires = "kind")]
    url: Option<url::Url>,
    #[command(flatten)]
    settings: ClientSettings,
}

impl CreateClient {
    /// Paths follow it, which could not follow a query.
    fn check_url(&self) -> Result<(), CliError> {
        match &self.url {
            Some(url) if url.query().is_some() || url.fragment().is_some() => {
                Err(CliError::usage("--url is where the application is, without query and fragment"))
            }
            _ => Ok(()),
        }
    }

    /// Without a slash at the end, so that paths can follow.
    fn url(&self, kind: ClientKind) -> String {
        self.url.as_ref().map_or(kind.usual_url(), url::Url::as_str).trim_end_matches('/').to_owned()
    }
}

pub(super) async fn run(opened: &Opened, command: ClientCommand) -> Result<Output, CliError> {
    match command {
        ClientCommand::Create(create) => self::create(opened, *create).await,
        ClientCommand::List => {
            let directory = opened.app.clients.directory();
            let mut table = Table::new(["client_id", "name", "kind", "enabled", "declared"]);
            for client in directory.clients() {
                table.row([
                    client.client_id.as_str(),
                    &client.metadata.client_name,
                    kind(client),
                    yes(client.enabled),
                    yes(client.declared),
                ]);
            }
            let documents = directory.clients().into_iter().map(document).collect::<Vec<_>>();
            Ok(Output::new(table.to_string(), json!(documents)))
        }
        ClientCommand::Show { client_id } => {
            let client = find(&opened.app.clients.directory(), &client_id)?;
            Ok(Output::document(document(&client)))
        }
        ClientCommand::Update { client_id, settings, uris, enable, disable } => {
            let apply = |raw: &mut RawClientMetadata| settings.apply(raw).and_then(|()| uris.apply(raw));
            update(opened, &client_id, apply, enable.then_some(true).or(disable.then_some(false))).await
        }
        ClientCommand::Delete { client_id } => {
            refuse_declared(opened, &client_id)?;
            opened
                .change(async |connection, directory| {
                    let client = find(directory, &client_id)?;
                    clients::delete_client(connection, &client.client_id).await?;
                    let about = About::default().with("client_id", client_id.as_str());
                    events::record(connection, &opened.app, EventKind::ClientDeleted, &about).await?;
                    Ok(())
                })
                .await?;
            Ok(Output::new(format!("Deleted {client_id} with its grants and consents."), json!({ "deleted": client_id })))
        }
        ClientCommand::RotateSecret { client_id, keep_old_for } => rotate_secret(opened, &client_id, keep_old_for).await,
    }
}

async fn create(opened: &Opened, create: CreateClient) -> Result<Output, CliError> {
    let app = &opened.app;
    create.check_url()?;
    let mut raw = RawClientMetadata { client_name: Some(create.name.clone()), ..RawClientMetadata::default() };
    if let Some(kind) = create.kind {
        kind.apply(&mut raw, &create.url(kind));
    }
    if create.settings.makes_public() {
        raw.token_endpoint_auth_method = Some(ClientAuthenticationMethod::None);
    }
    create.settings.apply(&mut raw)?;
    if let Some(kind) = create.kind {
        kind.check(&mut raw)?;
    }
    let metadata = ClientMetadata::parse(raw, true).map_err(faults)?;
    let client_id = match &create.id {
        Some(id) => ClientId::parse(id).map_err(|why| CliError::usage(format!("--id {why}")))?,
        None => ClientId::random(&app.random),
    };
    let secret = metadata.has_secret().then(|| new_secret(&app.random));
    refuse_declared(opened, client_id.as_str())?;
    let now = app.now();
    opened
        .change(async |connection, directory| {
            if directory.client(client_id.as_str()).is_some() {
                return Err(CliError::usage("a client with this id exists"));
            }
            let declared = clients::declared::texts_of(&app.config.declared_resources, "identifier").map(|(_, identifier)| identifier);
            let resources = directory.resources().map(|resource| resource.identifier.as_str()).chain(declared);
            check_client_id(client_id.as_str(), app.issuer(), resources).map_err(|why| CliError::usage(format!("{client_id} {why}")))?;
            if find_person_called(connection, &[&client_id]).await?.is_some() {
                return Err(CliError::usage(format!("{client_id} {}", NameTaken::Person)));
            }
            check_named(opened, directory, None, &metadata)?;
            clients::insert_client(connection, &client_id, &metadata, false, now).await?;
            if let Some(secret) = &secret {
                keep_secret(opened, connection, &client_id, &metadata, secret, (now, now)).await?;
            }
            events::record(connection, app, EventKind::ClientCreated, &About::client(&client_id)).await?;
            Ok(())
        })
        .await?;
    let mut output = credentials(opened, &client_id, &metadata, secret.as_ref(), "Created");
    if let Some(kind) = create.kind {
        let resource = metadata.resources.iter().chain(&metadata.serves).next();
        let scope = resource
            .and_then(|id| app.clients.directory().resource(id).cloned())
            .map(|resource| resource.scope_names().collect::<Vec<_>>().join(" "));
        let url = create.url(kind);
        let parsed = url::Url::parse(&url).ok();
        let recipe = kind.recipe(&Ingredients {
            issuer: app.issuer().as_str(),
            client_id: client_id.as_str(),
            client_secret: secret.as_ref().map_or("", |secret| secret.expose()),
            url: &url,
            host: parsed.as_ref().and_then(url::Url::host_str).unwrap_or("localhost"),
            redirect_uri: metadata.redirect_uris.first().map_or("", |uri| uri.as_str()),
            resource: resource.map_or("", |resource| resource.as_str()),
            scope: &scope.unwrap_or_default(),
        })?;
        output.text = format!("{}\n\n{recipe}", output.text.trim_end());
        if let Value::Object(document) = &mut output.json {
            document.insert("paste".to_owned(), recipe.into());
        }
    }
    Ok(output)
}

/// A client that begins to need a secret, or one that must be kept in another form, gets a new one; one that needs none any
/// more keeps none.
async fn update(
    opened: &Opened,
    client_id: &str,
    apply: impl Fn(&mut RawClientMetadata) -> Result<(), CliError>,
    enabled: Option<bool>,
) -> Result<Output, CliError> {
    let app = &opened.app;
    refuse_declared(opened, client_id)?;
    let now = app.now();
    let (client, metadata, secret) = opened
        .change(async |connection, directory| {
            let client = find(directory, client_id)?;
            let mut raw = RawClientMetadata::from(client.metadata.clone());
            apply(&mut raw)?;
            let metadata = ClientMetadata::parse(raw, true).map_err(faults)?;
            check_named(opened, directory, Some(&client.metadata), &metadata)?;
            let secret = client.lacks_secret_for(&metadata, now).then(|| new_secret(&app.random));
            // The mark stays: one that has left the file and was not withdrawn yet is so at the next start.
            clients::update_client(connection, &client.client_id, &metadata, client.declared, now).await?;
            if let Some(secret) = &secret {
                keep_secret(opened, connection, &client.client_id, &metadata, secret, (now, now)).await?;
            } else if !metadata.has_secret() {
                clients::end_secrets(connection, &client.client_id, now).await?;
            }
            if let Some(enabled) = enabled {
                clients::set_enabled(connection, &client.client_id, enabled, now).await?;
            }
            if enabled == Some(false) {
                // For good: switched on again, it begins anew.
                end_grants_of_client(connection, &client.client_id, EndReason::ByOperator, now).await?;
            }
            events::record(connection, app, EventKind::ClientChanged, &About::client(&client.client_id)).await?;
            Ok((client, metadata, secret))
        })
        .await?;
    if secret.is_some() {
        return Ok(credentials(opened, &client.client_id, &metadata, secret.as_ref(), "Changed"));
    }
    app.clients.reload(&app.storage).await?;
    Ok(Output::document(document(&*find(&app.clients.directory(), client_id)?)))
}

/// `times`: now, and when the secrets of before end.
async fn keep_secret(
    opened: &Opened,
    connection: &mut Connection,
    client_id: &ClientId,
    metadata: &ClientMetadata,
    secret: &Secret,
    (now, previous_end): (Timestamp, Timestamp),
) -> Result<(), StorageError> {
    let app = &opened.app;
    let kept = ClientSecret::of(secret, metadata.token_endpoint_auth_method, &app.sealing)
        .map_err(|_| StorageError::Settings("the secret could not be sealed".into()))?;
    clients::insert_secret(connection, client_id, &kept, &app.random, now, previous_end).await
}

async fn rotate_secret(opened: &Opened, client_id: &str, keep_old_for: u64) -> Result<Output, CliError> {
    let app = &opened.app;
    refuse_declared(opened, client_id)?;
    let secret = new_secret(&app.random);
    let now = app.now();
    let client = opened
        .change(async |connection, directory| {
            let client = find(directory, client_id)?;
            if !client.metadata.has_secret() {
                return Err(CliError::usage(
                    "this client authenticates without a secret; client update with --confidential makes it one that has a secret",
                ));
            }
            let end = now + Duration::from_secs(keep_old_for);
            keep_secret(opened, connection, &client.client_id, &client.metadata, &secret, (now, end)).await?;
            let about = About::client(&client.client_id).with("what", "secret");
            events::record(connection, app, EventKind::ClientChanged, &about).await?;
            Ok(client)
        })
        .await?;
    Ok(credentials(opened, &client.client_id, &client.metadata, Some(&secret), "New secret for"))
}

/// What the client's developer needs, with the secret, shown this once.
fn credentials(opened: &Opened, client_id: &ClientId, metadata: &ClientMetadata, secret: Option<&Secret>, verb: &str) -> Output {
    let issuer = opened.app.issuer().as_str();
    let mut text = format!(
        "{verb} {}\n\n  issuer         {issuer}\n  discovery      {}\n  client_id      {client_id}\n",
        metadata.client_name,
        opened.app.url(paths::DISCOVERY)
    );
    if let Some(secret) = secret {
        text.push_str(&format!("  client_secret  {}\n\nThe secret is shown this once; it cannot be read again.", secret.expose()));
    }
    let document = json!({
        "issuer": issuer,
        "client_id": client_id,
        "client_secret": secret.map(|secret| secret.expose().as_str()),
        "metadata": metadata,
    });
    Output::new(text, document)
}

fn find(directory: &Directory, client_id: &str) -> Result<Arc<Client>, CliError> {
    let known = directory.client(client_id).cloned();
    known.ok_or_else(|| CliError::not_found(format!("no client {client_id}; see: ostiary client list")))
}

/// By the file, not by the mark of the database: what has left the file is here to be changed.
fn refuse_declared(opened: &Opened, client_id: &str) -> Result<(), CliError> {
    if declares_client(&opened.app.config, client_id) {
        return Err(CliError::usage(format!("the client {client_id} is declared in the configuration; change it there")));
    }
    Ok(())
}

/// Whether the APIs and providers are there that are named anew. What was named before and is gone must not keep the rest from being
/// changed: it counts for nothing.
fn check_named(opened: &Opened, directory: &Directory, before: Option<&ClientMetadata>, after: &ClientMetadata) -> Result<(), CliError> {
    let app = &opened.app;
    let known: Vec<&ResourceIndicator> = before.into_iter().flat_map(ClientMetadata::named_resources).collect();
    let is_new = |resource: &&ResourceIndicator| !known.contains(resource) && !declares_resource(&app.config, resource.as_str());
    if let Some(unknown) = directory.missing_resources(after).into_iter().find(is_new) {
        return Err(CliError::usage(format!("no resource {unknown}; create it first: ostiary resource create")));
    }
    for token in unknown_scope(directory, before, after) {
        complain(&format!("no API has the scope {token}, and no claim goes with it: the client gets it once there is one."));
    }
    let known = before.and_then(|before| before.upstreams.as_deref()).unwrap_or_default();
    match after.upstreams.iter().flatten().find(|id| !known.contains(id) && !app.upstreams.is_known(id)) {
        Some(unknown) => {
            let all: Vec<&str> = app.upstreams.offered(None).map(|upstream| upstream.id.as_str()).collect();
            Err(CliError::usage(format!("--upstream {unknown:?} is none of [[upstreams]]; there are: {}", all.join(" "))))
        }
        None => Ok(()),
    }
}

/// What a client may newly ask for by name that stands for nothing here: most often it is mistyped.
fn unknown_scope<'a>(directory: &Directory, before: Option<&ClientMetadata>, after: &'a ClientMetadata) -> Vec<&'a str> {
    let had = |token: &str| before.and_then(|before| before.scope.as_ref()).is_some_and(|scope| scope.contains(token));
    after.scope.iter().flat_map(Scope::iter).filter(|token| !had(token) && !directory.is_scope(token)).collect()
}

fn faults(faults: Vec<MetadataFault>) -> CliError {
    CliError::usage(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn document(client: &Client) -> Value {
    json!({
        "client_id": client.client_id,
        "enabled": client.enabled,
        "declared": client.declared,
        "created_at": client.created_at.to_string(),
        "updated_at": client.updated_at.to_string(),
        "secrets": client.secrets.len(),
        "metadata": client.metadata,
    })
}

fn kind(client: &Client) -> &'static str {
    match (client.metadata.may_use(GrantType::AuthorizationCode), client.metadata.is_public(), client.metadata.first_party) {
        (false, ..) => "machine",
        (true, true, _) => "public",
        (true, false, true) => "first party",
        (true, false, false) => "third party",
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
