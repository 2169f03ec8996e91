//! Configuration: file and environment → raw texts → [`Config`], checked once, every fault listed at once.
//!
//! The keys are declared in one table (`config/keys.rs`); what can be read, the names of the environment variables, `config show` and
//! the reference page follow from it.

mod check;
mod choice;
mod color;
mod database_url;
mod docs;
mod document;
mod fault;
mod keys;
pub mod master_key;
mod protected;
mod source;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;

pub use choice::{
    AllowedHost, ClaimMapping, Claims, Documents, EmailVerification, Listen, LogFormat, MailTransport, SmsProvider, SmtpTls,
    SqliteSynchronous,
};
pub use color::Color;
pub use database_url::DatabaseUrl;
pub use docs::{config_docs, config_docs_json};
pub use document::Place;
pub(crate) use fault::suggestion;
pub use fault::{ConfigFaults, Fault};
pub use keys::{
    Brand, Config, Database, Keys, Log, Login, Mail, Metrics, Otlp, Passkeys, Password, ProofOfWork, RateLimit, Resend, SecondFactor,
    Sessions, SignUp, Sms, Smtp, Tokens,
};
pub use master_key::MasterKey;
pub use protected::{Protected, ProtectedPlace};
pub use spelling::{PlaceHost, plain_path};

use source::{Origin, Raw};
use table::Reader;

/// What the key table has as the default of `issuer`; the derived defaults start from it.
const DEFAULT_ISSUER: &str = "http://localhost:3004";

impl Config {
    /// Reads the file, when one is given, and the environment (variables that begin with `OSTIARY_`), and checks everything.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn load(path: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigFaults> {
        Self::load_and_check(path, environment, |_| Vec::new())
    }

    /// The same with rules of higher floors, for what the configuration hands on as it is: their faults stand in the same list.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn load_and_check(
        path: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        further: impl FnOnce(&Self) -> Vec<Fault>,
    ) -> Result<Self, ConfigFaults> {
        let mut faults = Vec::new();
        let mut raw = Raw::collect(&Self::keys(), path, environment, &mut faults);
        raw.derive();
        let mut reader = Reader { raw, faults };
        let config = Self::read(&mut reader);
        let Reader { raw, mut faults } = reader;
        if let Some(config) = &config {
            let origin = |key: &str| raw.values.get(key).map_or(Origin::Default, |given| given.origin.clone());
            let issuer_is_faulty = faults.iter().any(|fault| fault.key == "issuer");
            let faulty_issuer = issuer_is_faulty.then(|| raw.values.get("issuer").map_or("", |given| given.text.expose()));
            // What was written wrongly has a default in its place; what that breaks is no fault of anybody's.
            let told: Vec<String> = faults.iter().map(|fault| fault.key.clone()).collect();
            let is_told = |key: &str| told.iter().any(|told| told.strip_suffix("_file").unwrap_or(told) == key);
            let found = check::check(config, &origin, faulty_issuer).into_iter().chain(further(config));
            faults.extend(found.filter(|fault| !is_told(&fault.key)));
        }
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(ConfigFaults(faults)),
        }
    }

    /// Whether this is a developer's machine: an `http` issuer, which is possible on a loopback host only.
    pub fn is_development(&self) -> bool {
        !self.issuer.is_https()
    }

    /// Whether cookies carry `Secure` and the `__Host-` prefix.
    pub fn secure_cookies(&self) -> bool {
        self.issuer.is_https() && !self.insecure_cookies
    }
}
