//! `App`: everything that a request may use. Made once at start-up and shared by all workers.

use crate::brand::Brand;
use crate::clients::Clients;
use crate::clients::authentication::AuthenticationContext;
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, EmailVerification};
use crate::credentials::passkeys::Passkeys;
use crate::credentials::password::PasswordHasher;
use crate::credentials::password_rules::PasswordRules;
use crate::grants::TokenPolicy;
use crate::grants::policy::{Rules, SecondFactorPolicy};
use crate::keys::{KeyPolicy, KeyRing};
use crate::language::Texts;
use crate::mail::messages::Letterhead;
use crate::mail::{Mail, MailError, Mailer, Posted};
use crate::metrics::Metrics;
use crate::oauth::issuer::Issuer;
use crate::outbound::Outbound;
use crate::paths;
use crate::places::Places;
use crate::random::Random;
use crate::sealing::Sealing;
use crate::sessions::SessionPolicy;
use crate::sms::Sms;
use crate::storage::{Connection, Storage, StorageError};
use crate::upstreams::Upstreams;
use std::sync::Arc;

/// What handlers ask for by `web::Data<App>`.
pub struct App {
    pub config: Config,
    pub storage: Storage,
    pub clock: Clock,
    pub random: Random,
    pub sealing: Arc<Sealing>,
    pub keys: KeyRing,
    pub clients: Clients,
    /// Who else vouches for people.
    pub upstreams: Upstreams,
    pub passwords: PasswordHasher,
    /// What new passwords must be.
    pub password_rules: PasswordRules,
    /// None where browsers know no passkeys.
    pub passkeys: Option<Passkeys>,
    pub mailer: Mailer,
    /// The mails that can be written.
    pub letters: Letterhead,
    pub metrics: Metrics,
    pub brand: Arc<Brand>,
    /// Roughly where addresses are.
    pub places: Places,
    /// What pages and mails say, in every language.
    pub texts: Texts,
    pub outbound: Outbound,
    /// Text messages, where the operator has a provider for them.
    pub sms: Option<Sms>,
    pub sessions: SessionPolicy,
    pub second_factor: SecondFactorPolicy,
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

    /// Writes a mail down in the caller's transaction: it leaves if and only if that commits. A mail that cannot be made is logged and
    /// holds nothing up. Return what this gives from the transaction.
    ///
    /// Cost: 1 round trip.
    pub async fn enqueue(&self, connection: &mut Connection, mail: Result<Mail, MailError>) -> Result<Posted, StorageError> {
        match mail {
            Ok(mail) => self.mailer.enqueue(connection, &mail).await,
            Err(error) => {
                tracing::error!(%error, "a mail could not be made");
                Ok(Posted::nothing())
            }
        }
    }

    /// The same for a mail that is worth nothing after `expires_at`.
    ///
    /// Cost: 1 round trip.
    pub async fn enqueue_until(
        &self,
        connection: &mut Connection,
        mail: Result<Mail, MailError>,
        expires_at: Timestamp,
    ) -> Result<Posted, StorageError> {
        match mail {
            Ok(mail) => self.mailer.enqueue_until(connection, &mail, expires_at).await,
            Err(error) => {
                tracing::error!(%error, "a mail could not be made");
                Ok(Posted::nothing())
            }
        }
    }

    /// Sends a mail on its way, where there is no transaction to write it down in; holds nothing up.
    pub fn send(&self, mail: Result<Mail, MailError>) {
        match mail {
            Ok(mail) => self.mailer.send(mail),
            Err(error) => tracing::error!(%error, "a mail could not be written"),
        }
    }

    /// What people are judged by before they have a token.
    pub fn rules(&self) -> Rules<'_> {
        Rules { sessions: &self.sessions, second_factor: &self.second_factor }
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
            needs_verified_email: config.sign_up.email_verification == EmailVerification::BeforeToken,
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
        let keys = KeyPolicy {
            rotation_interval: config.keys.rotation_interval,
            publish_ahead: config.keys.publish_ahead,
            longest_token,
            kept_for: longest_token.max(config.sessions.absolute_lifetime),
        };
        (sessions, token_policy, keys, config.issuer.join(paths::TOKEN))
    }
}
