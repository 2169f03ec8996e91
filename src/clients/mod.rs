//! Clients (applications that people sign in to, and machines) and resources (the APIs that tokens are meant for).
//!
//! Both change rarely and are asked for at every request, so the whole directory is kept in memory and read again when
//! anybody changes it, here or on another replica.
//!
//! Specs: RFC 6749 §2, RFC 7591, RFC 8707.

pub mod authentication;
pub mod declared;
pub mod jwks_uri;
pub mod logout_failures;
pub mod names;
pub mod refusals;
pub mod resource;
mod store;
pub mod targets;

use crate::clock::Timestamp;
use crate::config::ClaimMapping;
use crate::oauth::client_metadata::{ClientAuthenticationMethod, ClientMetadata};
use crate::oauth::grant_type::GrantType;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::random::Random;
use crate::sealing::{Purpose, Sealing, SealingError};
use crate::secret::{Secret, SecretDigest};
use crate::storage::columns::id_newtype;
use crate::storage::{Connection, Storage, StorageError};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

pub use resource::Resource;
pub use store::{
    delete_client, delete_expired_secrets, delete_resource, end_secrets, insert_client, insert_secret, list_client_ids_among,
    list_sealed_secrets, lock_directory, set_enabled, update_client, update_sealed_secret, upsert_resource,
};

id_newtype! {
    /// Names a client: `client_id` on the wire.
    pub struct ClientId;
}

/// Why a text cannot name a new client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClientId {
    /// RFC 6749 Appendix A.1 allows spaces, too; nobody can see where such an id ends.
    #[error("must have 1 to 200 printable ASCII characters without spaces")]
    Characters,
    #[error("must not begin with -: command lines would read an option")]
    Dash,
    /// RFC 9700 §4.15: a client must not be able to pass for a person, whose ids are UUIDs.
    #[error("must not be a UUID: those are the ids of people")]
    Uuid,
}

impl ClientId {
    /// An id that an operator chose for a new client.
    pub fn parse(text: &str) -> Result<Self, InvalidClientId> {
        if text.is_empty() || text.len() > 200 || !text.bytes().all(|b| matches!(b, 0x21..=0x7E)) {
            return Err(InvalidClientId::Characters);
        }
        if text.starts_with('-') {
            return Err(InvalidClientId::Dash);
        }
        if uuid::Uuid::try_parse(text).is_ok() {
            return Err(InvalidClientId::Uuid);
        }
        Ok(Self::new(text))
    }

    /// A new id that nobody chose.
    pub fn random(random: &Random) -> Self {
        Self::new(random.token().trim_start_matches('-').chars().take(22).collect::<String>())
    }
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    pub client_id: ClientId,
    pub metadata: ClientMetadata,
    pub enabled: bool,
    /// Declared in the configuration: the file is the only place to change it.
    pub declared: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Usually one; two while a secret is being rotated.
    pub secrets: Vec<ClientSecret>,
}

/// A client's secret, as far as it is kept.
#[derive(Debug, Clone)]
pub struct ClientSecret {
    pub digest: SecretDigest,
    /// The secret itself, sealed: only for `client_secret_jwt`, which cannot be checked with a digest.
    pub sealed: Option<String>,
    pub expires_at: Option<Timestamp>,
}

/// Every client and resource at one moment.
#[derive(Debug, Default)]
pub struct Directory {
    clients: HashMap<ClientId, Arc<Client>>,
    resources: BTreeMap<ResourceIndicator, Arc<Resource>>,
    /// The origins that may read answers of the token endpoint from a browser: those of registered redirect URIs.
    web_origins: HashSet<String>,
    /// Of the configuration's claim mappings.
    claim_scopes: Scope,
}

/// The directory in memory.
#[derive(Default)]
pub struct Clients {
    directory: ArcSwap<Directory>,
    claim_scopes: Scope,
    pub jwks: jwks_uri::JwksCache,
    /// Requests that were refused, until they are written down.
    pub refusals: refusals::Refusals,
}

impl Clients {
    /// None yet. `mappings`: what claims there are beside the standard ones, whose scopes clients may ask for.
    pub fn new(mappings: &[ClaimMapping]) -> Self {
        let scopes: Vec<&str> = mappings.iter().map(ClaimMapping::scope).collect();
        Self { claim_scopes: Scope::parse(&scopes.join(" ")).unwrap_or_default(), ..Self::default() }
    }

    /// Reads clients and resources anew.
    ///
    /// Cost: 3 round trips.
    pub async fn reload(&self, storage: &Storage) -> Result<(), StorageError> {
        let directory = self.read(&mut storage.read().await?).await?;
        self.directory.store(Arc::new(directory));
        Ok(())
    }

    /// Everything as it is in the database now.
    ///
    /// Cost: 3 round trips.
    pub async fn read(&self, connection: &mut Connection) -> Result<Directory, StorageError> {
        Directory::read(connection, self.claim_scopes.clone()).await
    }

    /// The directory as it is now.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    /// A client that exists and is enabled: what every endpoint asks for.
    pub fn find(&self, client_id: &str) -> Option<Arc<Client>> {
        self.directory.load().clients.get(client_id).filter(|client| client.enabled).cloned()
    }
}

impl Directory {
    async fn read(connection: &mut Connection, claim_scopes: Scope) -> Result<Self, StorageError> {
        let clients = store::list_clients(connection).await?;
        let resources = store::list_resources(connection).await?;
        let web_origins = clients
            .iter()
            .filter(|client| client.enabled)
            .flat_map(|client| client.metadata.redirect_uris.iter().filter_map(|uri| uri.origin()))
            .collect();
        Ok(Self {
            clients: clients.into_iter().map(|client| (client.client_id.clone(), Arc::new(client))).collect(),
            resources: resources.into_iter().map(|resource| (resource.identifier.clone(), Arc::new(resource))).collect(),
            web_origins,
            claim_scopes,
        })
    }

    /// Every client, by id, disabled ones too.
    pub fn clients(&self) -> Vec<&Client> {
        let mut clients: Vec<_> = self.clients.values().map(Arc::as_ref).collect();
        clients.sort_by(|a, b| a.client_id.as_str().cmp(b.client_id.as_str()));
        clients
    }

    pub fn client(&self, client_id: &str) -> Option<&Arc<Client>> {
        self.clients.get(client_id)
    }

    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().map(Arc::as_ref)
    }

    pub fn resource(&self, identifier: &ResourceIndicator) -> Option<&Arc<Resource>> {
        self.resources.get(identifier)
    }

    /// The APIs that a client names and that are not there: it gets no tokens for them.
    pub fn missing_resources<'a>(&self, client: &'a ClientMetadata) -> Vec<&'a ResourceIndicator> {
        let mut missing: Vec<_> = client.named_resources().filter(|resource| self.resource(resource).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    pub fn is_web_origin(&self, origin: &str) -> bool {
        self.web_origins.contains(origin)
    }

    /// Whether a token of a scope stands for something here: for claims, or for what an API lets do.
    pub fn is_scope(&self, token: &str) -> bool {
        self.is_about_people(token) || self.resources().any(|resource| resource.scopes.contains_key(token))
    }

    /// Whether it stands for claims, or for what the standards say: it goes with every API.
    fn is_about_people(&self, token: &str) -> bool {
        Scope::STANDARD.contains(&token) || self.claim_scopes.contains(token)
    }

    /// The scope that a client may ask for: what it registered and there is, else the standard scopes and those of its resources.
    /// `offline_access` is nothing to a client that can have no refresh token.
    pub fn allowed_scope(&self, client: &Client) -> Scope {
        let scope = client.metadata.scope.clone().unwrap_or_else(|| {
            let of_resources =
                client.metadata.resources.iter().filter_map(|id| self.resource(id)).flat_map(|resource| resource.scope_names());
            let all: Vec<&str> = Scope::STANDARD.into_iter().chain(of_resources).collect();
            Scope::parse(&all.join(" ")).unwrap_or_default()
        });
        let may_refresh = client.metadata.may_use(GrantType::RefreshToken);
        // What was an API's and is none's any more is nobody's to have (security.md R8).
        scope.filtered(|token| self.is_scope(token) && (may_refresh || token != Scope::OFFLINE_ACCESS))
    }
}

impl Client {
    /// Secrets that still count.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &ClientSecret> {
        self.secrets.iter().filter(move |secret| secret.expires_at.is_none_or(|end| end > now))
    }

    /// Whether no secret that counts can be checked by the method of `metadata`: one must be made.
    pub fn lacks_secret_for(&self, metadata: &ClientMetadata, now: Timestamp) -> bool {
        let must_be_sealed = metadata.token_endpoint_auth_method == Some(ClientAuthenticationMethod::ClientSecretJwt);
        metadata.has_secret() && !self.live_secrets(now).any(|secret| secret.sealed.is_some() || !must_be_sealed)
    }
}

impl ClientSecret {
    /// Keeps what a client's authentication method needs of a new secret.
    pub fn of(secret: &Secret, method: Option<ClientAuthenticationMethod>, sealing: &Sealing) -> Result<Self, SealingError> {
        let sealed = match method {
            Some(ClientAuthenticationMethod::ClientSecretJwt) => Some(sealing.seal(Purpose::ClientSecret, secret.expose())?),
            _ => None,
        };
        Ok(Self { digest: SecretDigest::of(secret.expose()), sealed, expires_at: None })
    }
}

/// A new client secret: 256 random bits.
pub fn new_secret(random: &Random) -> Secret {
    Secret::new(random.token())
}

impl std::borrow::Borrow<str> for ClientId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_mislead_are_refused() {
        for (text, fault) in [
            ("", InvalidClientId::Characters),
            ("a b", InvalidClientId::Characters),
            ("a\n", InvalidClientId::Characters),
            ("é", InvalidClientId::Characters),
            ("-", InvalidClientId::Dash),
            ("--json", InvalidClientId::Dash),
            ("0190a2b4-7c1e-7000-8000-000000000000", InvalidClientId::Uuid),
            ("0190A2B47C1E70008000000000000000", InvalidClientId::Uuid),
        ] {
            assert_eq!(ClientId::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(ClientId::parse("shop-1").unwrap().as_str(), "shop-1");
    }

    #[test]
    fn made_up_ids_are_ones_that_could_be_chosen() {
        let random = Random::seeded(7);
        assert!((0..2_000).all(|_| ClientId::parse(ClientId::random(&random).as_str()).is_ok_and(|id| id.as_str().len() == 22)));
    }
}
