//! `ostiary client …`.

use super::output::{Output, Table};
use super::{CliError, Opened};
use crate::clients::{self, Client, ClientId, ClientSecret, new_secret};
use crate::events::{self, About, EventKind};
use crate::oauth::client_metadata::{ClientAuthenticationMethod, ClientMetadata, MetadataFault, RawClientMetadata};
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri::ApplicationType;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::paths;
use crate::secret::Secret;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
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
        /// Switch the client on
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Switch the client off: nobody signs in, its tokens end
        #[arg(long)]
        disable: bool,
    },
    /// Delete a client with its grants and consents
    Delete { client_id: String },
    /// Make a new secret; the old one stays good for a while
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
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    settings: ClientSettings,
}

/// Settings of a client; lists replace what was there.
#[derive(Debug, Default, Args)]
pub struct ClientSettings {
    /// The application's name
    #[arg(long = "client-name")]
    client_name: Option<String>,
    /// Where people are sent back to, exactly; may be repeated
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// Where people may be sent after signing out; may be repeated
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt; absent: a secret, sent either way
    #[arg(long = "auth-method")]
    auth_method: Option<String>,
    /// A public client: no secret, PKCE only (the same as --auth-method none)
    #[arg(long)]
    public: bool,
    /// A native application: custom schemes, free loopback ports
    #[arg(long)]
    native: bool,
    /// Your own application: no consent page, refresh tokens without offline_access
    #[arg(long)]
    first_party: bool,
    /// authorization_code, refresh_token, client_credentials; may be repeated
    #[arg(long = "grant-type")]
    grant_types: Vec<String>,
    /// The scope it may ask for, in one text; absent: the standard scopes and those of its resources
    #[arg(long)]
    scope: Option<String>,
    /// An API it may ask tokens for; may be repeated
    #[arg(long = "resource")]
    resources: Vec<String>,
    /// The API its tokens are for when it names none
    #[arg(long)]
    default_resource: Option<String>,
    /// An API that this client is: it may introspect tokens for it; may be repeated
    #[arg(long = "serves")]
    serves: Vec<String>,
    /// A file with its public keys (JWK Set)
    #[arg(long)]
    jwks_file: Option<std::path::PathBuf>,
    /// Where it publishes its public keys
    #[arg(long)]
    jwks_uri: Option<String>,
    /// RS256, PS256, ES256 or EdDSA
    #[arg(long)]
    id_token_alg: Option<String>,
    /// RS256, PS256, ES256 or EdDSA
    #[arg(long)]
    access_token_alg: Option<String>,
    /// Whether PKCE is required (true unless switched off for a confidential client)
    #[arg(long)]
    require_pkce: Option<bool>,
    /// Whether the claims of the granted scopes are in the ID token too
    #[arg(long)]
    claims_in_id_token: Option<bool>,
    /// Seconds after which people must sign in again
    #[arg(long)]
    default_max_age: Option<u32>,
    /// The application's home page
    #[arg(long)]
    client_uri: Option<String>,
    /// Its privacy policy
    #[arg(long)]
    policy_uri: Option<String>,
    /// Its terms
    #[arg(long)]
    tos_uri: Option<String>,
}

impl ClientSettings {
    fn apply(&self, raw: &mut RawClientMetadata) -> Result<(), CliError> {
        let set = |to: &mut Option<String>, from: &Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        let replace = |to: &mut Vec<String>, from: &[String]| {
            if !from.is_empty() {
                *to = from.to_vec();
            }
        };
        set(&mut raw.client_name, &self.client_name);
        replace(&mut raw.redirect_uris, &self.redirect_uris);
        replace(&mut raw.post_logout_redirect_uris, &self.post_logout_redirect_uris);
        if let Some(method) = &self.auth_method {
            raw.token_endpoint_auth_method =
                Some(ClientAuthenticationMethod::ALL.into_iter().find(|known| known.as_str() == method).ok_or_else(|| {
                    CliError::usage(
                        "--auth-method is not one of none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt",
                    )
                })?);
        }
        if self.public {
            raw.token_endpoint_auth_method = Some(ClientAuthenticationMethod::None);
        }
        if self.native {
            raw.application_type = ApplicationType::Native;
        }
        if self.first_party {
            raw.first_party = true;
        }
        if !self.grant_types.is_empty() {
            let parsed: Option<Vec<_>> = self.grant_types.iter().map(|text| GrantType::parse(text)).collect();
            raw.grant_types = Some(
                parsed
                    .ok_or_else(|| CliError::usage("--grant-type is not one of authorization_code, refresh_token, client_credentials"))?,
            );
        }
        if let Some(scope) = &self.scope {
            raw.scope = Some(Scope::parse(scope).map_err(|why| CliError::usage(format!("--scope: {why}")))?);
        }
        let resource = |text: &String| ResourceIndicator::parse(text).map_err(|why| CliError::usage(format!("{text}: {why}")));
        if !self.resources.is_empty() {
            raw.resources = self.resources.iter().map(resource).collect::<Result<_, _>>()?;
        }
        if !self.serves.is_empty() {
            raw.serves = self.serves.iter().map(resource).collect::<Result<_, _>>()?;
        }
        if let Some(text) = &self.default_resource {
            raw.default_resource = Some(resource(text)?);
        }
        if let Some(path) = &self.jwks_file {
            let text = std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("--jwks-file: {error}")))?;
            raw.jwks = Some(serde_json::from_str(&text).map_err(|error| CliError::usage(format!("--jwks-file: {error}")))?);
        }
        set(&mut raw.jwks_uri, &self.jwks_uri);
        let algorithm = |text: &String| {
            SignatureAlgorithm::parse(text).ok_or_else(|| CliError::usage(format!("{text} is not one of RS256, PS256, ES256, EdDSA")))
        };
        if let Some(text) = &self.id_token_alg {
            raw.id_token_signed_response_alg = Some(algorithm(text)?);
        }
        if let Some(text) = &self.access_token_alg {
            raw.access_token_signed_response_alg = Some(algorithm(text)?);
        }
        raw.require_pkce = self.require_pkce.or(raw.require_pkce);
        raw.claims_in_id_token = self.claims_in_id_token.or(raw.claims_in_id_token);
        raw.default_max_age = self.default_max_age.or(raw.default_max_age);
        set(&mut raw.client_uri, &self.client_uri);
        set(&mut raw.policy_uri, &self.policy_uri);
        set(&mut raw.tos_uri, &self.tos_uri);
        Ok(())
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
            let client = find(opened, &client_id)?;
            Ok(Output::document(document(&client)))
        }
        ClientCommand::Update { client_id, settings, enable, disable } => update(opened, &client_id, &settings, enable, disable).await,
        ClientCommand::Delete { client_id } => {
            let client = find(opened, &client_id)?;
            refuse_declared(&client)?;
            opened
                .transaction(async |connection| {
                    clients::delete_client(connection, &client.client_id).await?;
                    let about = About::default().with("client_id", client_id.as_str());
                    events::record(connection, &opened.app, EventKind::ClientDeleted, &about).await
                })
                .await?;
            Ok(Output::new(format!("Deleted {client_id} with its grants and consents."), json!({ "deleted": client_id })))
        }
        ClientCommand::RotateSecret { client_id, keep_old_for } => rotate_secret(opened, &client_id, keep_old_for).await,
    }
}

async fn create(opened: &Opened, create: CreateClient) -> Result<Output, CliError> {
    let app = &opened.app;
    let mut raw = RawClientMetadata { client_name: Some(create.name), ..RawClientMetadata::default() };
    create.settings.apply(&mut raw)?;
    let metadata = ClientMetadata::parse(raw, true).map_err(faults)?;
    check_resources(opened, &metadata)?;
    let client_id = create.id.unwrap_or_else(|| app.random.token().chars().take(22).collect());
    if client_id.is_empty() || client_id.len() > 200 || !client_id.bytes().all(|b| matches!(b, 0x21..=0x7E)) {
        return Err(CliError::usage("--id must have 1 to 200 printable ASCII characters without spaces"));
    }
    // RFC 9700 §4.15: a client must not be able to pass for a person, whose ids are UUIDs.
    if uuid::Uuid::try_parse(&client_id).is_ok() {
        return Err(CliError::usage("--id must not be a UUID: those are the ids of people"));
    }
    let client_id = ClientId::new(client_id);
    let secret = metadata.has_secret().then(|| new_secret(&app.random));
    let now = app.now();
    opened
        .transaction(async |connection| {
            clients::insert_client(connection, &client_id, &metadata, false, now).await?;
            if let Some(secret) = &secret {
                let kept = ClientSecret::of(secret, metadata.token_endpoint_auth_method, &app.sealing)
                    .map_err(|_| crate::storage::StorageError::Settings("the secret could not be sealed".into()))?;
                clients::insert_secret(connection, &client_id, &kept, &app.random, now, now).await?;
            }
            events::record(connection, app, EventKind::ClientCreated, &About::client(&client_id)).await
        })
        .await
        .map_err(|error| if error.is_unique_violation() { CliError::usage("a client with this id exists") } else { error.into() })?;
    Ok(credentials(opened, &client_id, &metadata, secret.as_ref(), "Created"))
}

async fn update(opened: &Opened, client_id: &str, settings: &ClientSettings, enable: bool, disable: bool) -> Result<Output, CliError> {
    let client = find(opened, client_id)?;
    refuse_declared(&client)?;
    let had_secret = client.metadata.has_secret();
    let mut raw = RawClientMetadata::from(client.metadata.clone());
    settings.apply(&mut raw)?;
    let metadata = ClientMetadata::parse(raw, true).map_err(faults)?;
    check_resources(opened, &metadata)?;
    if metadata.has_secret() && !had_secret {
        return Err(CliError::usage("this method needs a secret; run rotate-secret after the change, or create another client"));
    }
    let now = opened.app.now();
    opened
        .transaction(async |connection| {
            clients::update_client(connection, &client.client_id, &metadata, false, now).await?;
            if enable || disable {
                clients::set_enabled(connection, &client.client_id, enable, now).await?;
            }
            events::record(connection, &opened.app, EventKind::ClientChanged, &About::client(&client.client_id)).await
        })
        .await?;
    opened.app.clients.reload(&opened.app.storage).await?;
    Ok(Output::document(document(&*find(opened, client_id)?)))
}

async fn rotate_secret(opened: &Opened, client_id: &str, keep_old_for: u64) -> Result<Output, CliError> {
    let app = &opened.app;
    let client = find(opened, client_id)?;
    refuse_declared(&client)?;
    if !client.metadata.has_secret() {
        return Err(CliError::usage("this client authenticates without a secret"));
    }
    let secret = new_secret(&app.random);
    let kept = ClientSecret::of(&secret, client.metadata.token_endpoint_auth_method, &app.sealing)
        .map_err(|_| CliError::usage("the secret could not be sealed"))?;
    let now = app.now();
    opened
        .transaction(async |connection| {
            let end = now + Duration::from_secs(keep_old_for);
            clients::insert_secret(connection, &client.client_id, &kept, &app.random, now, end).await?;
            let about = About::client(&client.client_id).with("what", "secret");
            events::record(connection, app, EventKind::ClientChanged, &about).await
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

fn find(opened: &Opened, client_id: &str) -> Result<std::sync::Arc<Client>, CliError> {
    opened
        .app
        .clients
        .directory()
        .client(client_id)
        .cloned()
        .ok_or_else(|| CliError::not_found(format!("no client {client_id}; see: ostiary client list")))
}

fn refuse_declared(client: &Client) -> Result<(), CliError> {
    if client.declared { Err(CliError::usage("this client is declared in the configuration; change it there")) } else { Ok(()) }
}

fn check_resources(opened: &Opened, metadata: &ClientMetadata) -> Result<(), CliError> {
    let directory = opened.app.clients.directory();
    match metadata.resources.iter().chain(&metadata.serves).find(|resource| directory.resource(resource).is_none()) {
        Some(unknown) => Err(CliError::usage(format!("no resource {unknown}; create it first: ostiary resource create"))),
        None => Ok(()),
    }
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
