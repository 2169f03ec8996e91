//! Other providers that people may sign in with: Google, a company's own, another Ostiary.
//!
//! Who somebody is elsewhere is the pair of the provider's id here and the `sub` there, never an address (security.md U3). Providers
//! come from the configuration; what a provider says of itself (metadata, keys) is fetched by the guarded client and kept a while.
//!
//! Specs: OpenID Connect Core §3.1, Discovery §4; RFC 6749 §4.1, RFC 7636, RFC 9207, RFC 9700 §4.4 (mix-up).

pub mod declared;
mod github;
mod identity;
mod kind;
mod openid;
mod store;

use crate::clients::Client;
use crate::clients::jwks_uri::JwksCache;
use crate::clock::Timestamp;
use crate::outbound::{Outbound, OutboundError};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use identity::{UpstreamIdentity, UpstreamTokens};
pub use kind::UpstreamKind;
pub use store::{LinkedIdentity, delete_link, find_linked_user, insert_link, list_links, note_use_of_link, reseal_tokens};

/// A provider as the operator configured it.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Part of the redirect URI and of every link: it never changes.
    pub id: String,
    pub kind: UpstreamKind,
    /// What people call it.
    pub name: String,
    /// To the letter; for many tenants with a place for the tenant in it.
    issuer: String,
    /// Where its metadata is.
    discovery: String,
    client_id: String,
    credentials: UpstreamCredentials,
    scopes: Vec<String>,
    /// Claims of the profile under another name there.
    claims: BTreeMap<String, String>,
    /// Attributes of the user and the claims that they come from.
    attributes: BTreeMap<String, String>,
    pub allowed_domains: Vec<String>,
    enabled: bool,
    /// Whether it may bring new people.
    pub sign_up: bool,
    pub keep_tokens: bool,
    /// Whether its word counts that an address is somebody's.
    trust_email: bool,
    /// Whether its word counts that two factors were used.
    trust_amr: bool,
}

/// How we prove ourselves to a provider.
#[derive(Debug, Clone)]
enum UpstreamCredentials {
    None,
    Secret(Secret),
    /// A secret that is signed anew for each request.
    Apple {
        team_id: String,
        key_id: String,
        private_key: Secret,
    },
}

/// What one sign-in with a provider has to itself, from the request to the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpstreamProof {
    pub nonce: String,
    /// RFC 7636 §4.1.
    pub code_verifier: String,
    /// Since when the person must have proven themselves there, where they are asked to do it again.
    pub authenticated_after: Option<Timestamp>,
    /// How old what they have proven there may be, seconds, where the application says so.
    #[serde(default)]
    pub max_age: Option<u64>,
}

/// Why a provider's answer is not believed, or there is none. For the log; people read one of two sentences.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamFault {
    #[error("the provider cannot be asked: {0}")]
    Outbound(#[from] OutboundError),
    #[error("the provider's metadata or keys are not to be had")]
    NoMetadata,
    #[error("the provider's metadata: {0}")]
    Metadata(String),
    #[error("the token endpoint: {0}")]
    TokenEndpoint(String),
    #[error("the ID token: {0}")]
    IdToken(String),
    #[error("the iss of the answer is not the provider's (RFC 9207)")]
    Issuer,
    #[error("userinfo: {0}")]
    UserInfo(&'static str),
    #[error("our own credentials: {0}")]
    Credentials(String),
}

impl UpstreamFault {
    /// Whether it may go away by itself.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Outbound(_) | Self::NoMetadata)
    }
}

/// The providers, with what they said of themselves lately.
#[derive(Default)]
pub struct Upstreams {
    all: Vec<Arc<Upstream>>,
    documents: JwksCache,
}

impl Upstreams {
    pub fn new(all: Vec<Upstream>) -> Self {
        Self { all: all.into_iter().map(Arc::new).collect(), documents: JwksCache::default() }
    }

    /// A provider that is configured and enabled: every step of a sign-in asks anew (security.md U5).
    pub fn find(&self, id: &str) -> Option<Arc<Upstream>> {
        self.all.iter().find(|upstream| upstream.id == id && upstream.enabled).cloned()
    }

    /// Whether there is or was such a provider, enabled or not.
    pub fn is_known(&self, id: &str) -> bool {
        self.all.iter().any(|upstream| upstream.id == id)
    }

    /// What to call a provider, also one that is no longer there.
    pub fn name_of(&self, id: &str) -> String {
        self.all.iter().find(|upstream| upstream.id == id).map_or(id, |upstream| &upstream.name).to_owned()
    }

    /// The mark of a provider.
    pub fn mark_of(&self, id: &str) -> &'static str {
        self.all.iter().find(|upstream| upstream.id == id).map_or(UpstreamKind::OpenIdConnect, |upstream| upstream.kind).mark()
    }

    /// The providers that a client's people may choose from; all of them where there is no client.
    pub fn offered(&self, client: Option<&Client>) -> impl Iterator<Item = &Arc<Upstream>> {
        self.all.iter().filter(move |upstream| upstream.enabled && upstream.is_offered(client))
    }
}

/// What asking a provider takes.
pub struct UpstreamContext<'a> {
    pub upstreams: &'a Upstreams,
    pub outbound: &'a Outbound,
    /// Our callback for this provider.
    pub redirect_uri: String,
    pub now: Timestamp,
}

impl UpstreamContext<'_> {
    async fn document(&self, uri: &str) -> Result<Arc<Value>, UpstreamFault> {
        self.upstreams.documents.get(self.outbound, uri, self.now).await.ok_or(UpstreamFault::NoMetadata)
    }

    async fn newer_document(&self, uri: &str) -> Result<Arc<Value>, UpstreamFault> {
        self.upstreams.documents.refetch(self.outbound, uri, self.now).await.ok_or(UpstreamFault::NoMetadata)
    }
}

impl Upstream {
    /// Where its metadata is; `None` for one that has none (OAuth alone).
    pub fn discovery(&self) -> Option<&str> {
        Some(self.discovery.as_str()).filter(|url| !url.is_empty())
    }

    /// Whether a client's people may use it.
    pub fn is_offered(&self, client: Option<&Client>) -> bool {
        client.and_then(|client| client.metadata.upstreams.as_ref()).is_none_or(|allowed| allowed.contains(&self.id))
    }

    /// Where to send the browser.
    ///
    /// Cost: 1 request to the provider in ten minutes, for its metadata.
    pub async fn authorization_url(
        &self,
        context: &UpstreamContext<'_>,
        state: &str,
        proof: &UpstreamProof,
    ) -> Result<String, UpstreamFault> {
        let endpoints = self.endpoints(context).await?;
        self.url(context, &endpoints, state, proof)
    }

    /// Redeems the code and says who the person is there.
    ///
    /// `iss`: of the answer (RFC 9207).
    ///
    /// Cost: 1 to 3 requests to the provider, and its keys once in ten minutes; 1 signature check.
    pub async fn redeem(
        &self,
        context: &UpstreamContext<'_>,
        code: &str,
        iss: Option<&str>,
        proof: &UpstreamProof,
    ) -> Result<UpstreamIdentity, UpstreamFault> {
        match self.kind {
            UpstreamKind::GitHub => self.redeem_at_github(context, code, iss, proof).await,
            _ => self.redeem_by_openid(context, code, iss, proof).await,
        }
    }
}
