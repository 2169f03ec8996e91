//! `App`: everything that a request may use. Made once at start-up and shared by all workers.

use crate::brand::Brand;
use crate::clients::Clients;
use crate::clients::authentication::AuthenticationContext;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::credentials::password::PasswordHasher;
use crate::grants::TokenPolicy;
use crate::keys::{KeyPolicy, KeyRing};
use crate::mail::messages::Letterhead;
use crate::mail::{Mail, MailError, Mailer};
use crate::metrics::Metrics;
use crate::oauth::issuer::Issuer;
use crate::outbound::Outbound;
use crate::paths;
use crate::random::Random;
use crate::sealing::Sealing;
use crate::sessions::SessionPolicy;
use crate::storage::Storage;
use std::sync::Arc;

/// What handlers ask for by `web::Data<App>`.
pub struct App {
    pub config: Config,
    pub storage: Storage,
    pub clock: Clock,
    pub random: Random,
    pub sealing: Sealing,
    pub keys: KeyRing,
    pub clients: Clients,
    pub passwords: PasswordHasher,
    pub mailer: Mailer,
    /// The mails that can be written.
    pub letters: Letterhead,
    pub metrics: Metrics,
    pub brand: Arc<Brand>,
    pub outbound: Outbound,
    pub sessions: SessionPolicy,
    pub tokens: TokenPolicy,
    pub key_policy: KeyPolicy,
    /// The token endpoint's URL, which some client assertions carry as `aud`.
    pub token_endpoint: String,
}

impl App {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn issuer(&self) -> &Issuer {
        &self.config.issuer
    }

    /// The absolute URL of one of our paths. Never made of the Host header (security.md H1).
    pub fn url(&self, path: &str) -> String {
        self.config.issuer.join(path)
    }

    /// Sends a mail on its way; a mail that cannot be written is logged and holds nothing up.
    pub fn send(&self, mail: Result<Mail, MailError>) {
        match mail {
            Ok(mail) => self.mailer.send(mail),
            Err(error) => tracing::error!(%error, "a mail could not be written"),
        }
    }

    /// What proving a client takes.
    pub fn authentication_context(&self) -> AuthenticationContext<'_> {
        AuthenticationContext {
            clients: &self.clients,
            storage: &self.storage,
            sealing: &self.sealing,
            outbound: &self.outbound,
            issuer: self.issuer(),
            token_endpoint: &self.token_endpoint,
            now: self.now(),
        }
    }

    /// The policies that follow from the configuration.
    pub fn policies(config: &Config) -> (SessionPolicy, TokenPolicy, KeyPolicy, String) {
        let tokens = &config.tokens;
        let sessions = SessionPolicy {
            idle_lifetime: config.sessions.idle_lifetime,
            absolute_lifetime: config.sessions.absolute_lifetime,
            refresh_interval: config.sessions.refresh_interval,
        };
        let token_policy = TokenPolicy {
            access_token_lifetime: tokens.access_token_lifetime,
            id_token_lifetime: tokens.id_token_lifetime,
            authorization_code_lifetime: tokens.authorization_code_lifetime,
            refresh_token_idle_lifetime: tokens.refresh_token_idle_lifetime,
            refresh_token_absolute_lifetime: tokens.refresh_token_absolute_lifetime,
            refresh_token_grace: tokens.refresh_token_grace,
        };
        // A resource may set a longer life for its tokens than the default, a day at most.
        let longest_token = std::time::Duration::from_secs(86_400).max(tokens.access_token_lifetime).max(tokens.id_token_lifetime);
        let keys = KeyPolicy { rotation_interval: config.keys.rotation_interval, publish_ahead: config.keys.publish_ahead, longest_token };
        (sessions, token_policy, keys, config.issuer.join(paths::TOKEN))
    }
}
