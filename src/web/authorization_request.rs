//! The authorization request on its way through sign-in and consent: a sealed ticket, so that nothing is stored for
//! somebody who has not signed in, reloads and tabs work, and any replica can take the next step.
//!
//! Specs: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1.

use super::browser::Browser;
use super::response_target::{NoTarget, ResponseTarget};
use super::speak;
use crate::app::App;
use crate::clients::refusals::without_values;
use crate::clients::{Client, ClientId};
use crate::clock::Timestamp;
use crate::oauth::authentication::Acr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::prompt::Prompt;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::scope::Scope;
use crate::sealing::{Purpose, SealingError};
use crate::sessions::SessionId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a posted request may take to come back by its redirect.
const POSTED_LIFETIME: Duration = Duration::from_secs(60);

/// A request that was understood. It travels through sign-in and consent as a sealed ticket: nothing is stored for
/// somebody who has not signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    pub redirect_uri: Option<String>,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
    pub scope: Scope,
    pub resources: Vec<ResourceIndicator>,
    #[serde(default, skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
    pub nonce: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: Prompt,
    /// Seconds.
    pub max_age: Option<u64>,
    /// Values of `acr` that the application asks for, those that exist here (RFC 9470 §4).
    #[serde(default)]
    pub acr_values: Vec<Acr>,
    pub login_hint: Option<String>,
    /// Languages for the pages, best first.
    #[serde(default)]
    pub ui_locales: Option<String>,
    /// The `sub` of an `id_token_hint` that is proven ours.
    pub hinted_subject: Option<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Digest of the browser's binding cookie; `None` until the first page, and no page opens without.
    pub browser: Option<String>,
    /// The session that was chosen on the account page (`prompt=select_account`).
    pub chosen_session: Option<SessionId>,
}

/// Why a request cannot even be answered to the client: a page for the person, details for the developer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswerable {
    Malformed(String),
    MissingClientId,
    UnknownClient { sent: String, redirect_uri: Option<String> },
    NoTarget { why: NoTarget, sent: Option<String>, registered: Vec<String>, client_id: String },
}

/// For the log.
impl fmt::Display for Unanswerable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |uri: &Option<String>| uri.as_deref().map_or("none".to_owned(), without_values);
        match self {
            Self::Malformed(problem) => f.write_str(problem),
            Self::MissingClientId => f.write_str("no client_id"),
            Self::UnknownClient { sent, redirect_uri } => write!(f, "no client {sent:?}; redirect_uri {:?}", shown(redirect_uri)),
            Self::NoTarget { why, sent, registered, client_id } => {
                write!(f, "{why:?}: {client_id} sent redirect_uri {:?}, registered are {registered:?}", shown(sent))
            }
        }
    }
}

impl AuthorizationRequest {
    /// The scope that the person must have consented to: what is asked for as a scope, and by name in `claims`.
    pub fn consent_scope(&self, app: &App, client: &Client) -> Scope {
        let allowed = app.clients.directory().allowed_scope(client);
        self.scope.union(&self.claims.scope().filtered(|token| allowed.contains(token)))
    }

    /// The least that satisfies what the application asks for; stronger ones do too.
    pub fn needed_acr(&self) -> Option<Acr> {
        self.acr_values.iter().copied().min()
    }

    pub fn seal(&self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::AuthorizationRequest, self)
    }

    /// Opens a ticket of this browser that has not expired.
    pub fn open(app: &App, browser: &Browser, ticket: &str) -> Option<Self> {
        let request: Self = app.sealing.open(Purpose::AuthorizationRequest, ticket)?;
        let bound = request.browser.as_ref().is_some_and(|digest| browser.is_bound_by(app, digest));
        speak::as_the_application_asks(browser.http(), request.ui_locales.as_deref());
        (bound && request.expires_at > app.now()).then_some(request)
    }

    /// Seals a request that was posted, on its way back to us by a redirect. It says no more than a link does: whoever opens it asks then.
    pub fn seal_posted(self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::PostedRequest, &Self { expires_at: app.now() + POSTED_LIFETIME, ..self })
    }

    /// Opens it, for any browser: it is made now. Kept for later it must not pass for older than what the person has done since.
    pub fn open_posted(app: &App, browser: &Browser, ticket: &str) -> Option<Self> {
        let request: Self = app.sealing.open(Purpose::PostedRequest, ticket)?;
        let now = app.now();
        speak::as_the_application_asks(browser.http(), request.ui_locales.as_deref());
        let expires_at = now + app.config.tokens.authorization_request_lifetime;
        (request.expires_at > now).then_some(Self { issued_at: now, expires_at, ..request })
    }

    /// The client and target, checked anew: either may have changed while the person was on a page (security.md A9).
    pub fn target(&self, app: &App) -> Result<(Arc<Client>, ResponseTarget), Unanswerable> {
        let client = app
            .clients
            .find(self.client_id.as_str())
            .ok_or_else(|| Unanswerable::UnknownClient { sent: self.client_id.as_str().to_owned(), redirect_uri: None })?;
        answer_to(client, self.redirect_uri.as_deref(), self.response_mode, self.state.as_deref())
    }
}

/// The target of a client's request, with the client.
pub fn answer_to(
    client: Arc<Client>,
    redirect_uri: Option<&str>,
    mode: ResponseMode,
    state: Option<&str>,
) -> Result<(Arc<Client>, ResponseTarget), Unanswerable> {
    match ResponseTarget::new(&client, redirect_uri, mode, state) {
        Ok(target) => Ok((client, target)),
        Err(why) => Err(Unanswerable::NoTarget {
            why,
            sent: redirect_uri.map(str::to_owned),
            registered: client.metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
            client_id: client.client_id.to_string(),
        }),
    }
}
