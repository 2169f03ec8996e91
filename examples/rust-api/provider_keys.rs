//! The keys that a provider publishes: read at the first need and kept, so that a request costs no round trip.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, RwLock};

/// A key that the provider has taken back is good for no longer than this.
const KEPT: Duration = Duration::from_secs(600);
/// After a read in vain. Whoever sends tokens with made-up keys must not have us ask the provider each time.
const PAUSE: Duration = Duration::from_secs(10);

pub enum KeyError {
    /// The provider has no such key.
    Unknown,
    /// The provider's keys could not be read.
    Away,
}

pub struct ProviderKeys {
    issuer: String,
    http: reqwest::Client,
    cache: RwLock<Cache>,
    /// Whoever reads holds it: one reads for all.
    reading: Mutex<()>,
}

#[derive(Default)]
struct Cache {
    keys: Option<(JwkSet, Instant)>,
    /// When they were read last and the wanted one was not among them, or they could not be read.
    in_vain: Option<Instant>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl ProviderKeys {
    pub fn new(issuer: String) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { issuer, http, cache: RwLock::default(), reading: Mutex::default() })
    }

    /// The key with this `kid`. One that is not known yet may be new, and has the keys read again.
    pub async fn get(&self, kid: &str) -> Result<Jwk, KeyError> {
        if let Some(known) = self.cache.read().await.get(kid) {
            return known;
        }
        let _turn = self.reading.lock().await;
        // Somebody else may have read them meanwhile.
        if let Some(known) = self.cache.read().await.get(kid) {
            return known;
        }
        let read = self.read().await;
        let mut cache = self.cache.write().await;
        cache.in_vain = Some(Instant::now());
        match read {
            Ok(keys) => {
                if keys.find(kid).is_some() {
                    cache.in_vain = None;
                }
                cache.keys = Some((keys, Instant::now()));
            }
            Err(error) => eprintln!("the keys of {}: {error}", self.issuer),
        }
        cache.get(kid).unwrap_or(Err(KeyError::Away))
    }

    async fn read(&self) -> Result<JwkSet, Box<dyn Error + Send + Sync>> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer);
        let metadata: Metadata = self.http.get(url).send().await?.error_for_status()?.json().await?;
        // Discovery §4.3: a document of another issuer would bring another's keys.
        if metadata.issuer != self.issuer {
            return Err(format!("it calls itself {}", metadata.issuer).into());
        }
        Ok(self.http.get(metadata.jwks_uri).send().await?.error_for_status()?.json().await?)
    }
}

impl Cache {
    /// What is known of a key; `None` when it is time to read.
    fn get(&self, kid: &str) -> Option<Result<Jwk, KeyError>> {
        let keys = self.keys.as_ref().filter(|(_, read_at)| read_at.elapsed() < KEPT).map(|(keys, _)| keys);
        if let Some(key) = keys.and_then(|keys| keys.find(kid)) {
            return Some(Ok(key.clone()));
        }
        let just_now = self.in_vain.is_some_and(|at| at.elapsed() < PAUSE);
        just_now.then_some(Err(if keys.is_some() { KeyError::Unknown } else { KeyError::Away }))
    }
}
