//! Who somebody is at a provider, as far as we let it say: bounded, and mapped by explicit rules only (security.md U3, U6).

use super::{Upstream, UpstreamFault};
use crate::clock::Timestamp;
use crate::users::Email;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// OpenID Connect Core §2: `sub` has at most 255 ASCII characters.
const LONGEST_SUBJECT: usize = 255;
const LONGEST_TEXT: usize = 250;
const MOST_ITEMS: usize = 50;

/// Proven by a provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpstreamIdentity {
    /// The provider's id here.
    pub provider: String,
    /// `sub` there.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the address is theirs: it says so of this very address, and its word counts.
    pub email_verified: bool,
    /// Claims of the profile.
    pub profile: Map<String, Value>,
    /// Every attribute that the operator maps; null for what the provider does not say (any more).
    pub attributes: Map<String, Value>,
    /// Whether it says that two factors were used, and its word counts.
    pub multi_factor: bool,
    /// When it saw them prove it, where it says so (`auth_time`) and was not asked to see it anew.
    #[serde(default)]
    pub authenticated_at: Option<Timestamp>,
    /// Left out unless they are to be kept; the ticket that this travels in is sealed.
    pub tokens: Option<UpstreamTokens>,
}

impl UpstreamIdentity {
    /// The account's attributes as they are after this sign-in: what the provider does not say any more is not kept.
    pub fn attributes_after(&self, mut before: Map<String, Value>) -> Map<String, Value> {
        for (name, value) in &self.attributes {
            if value.is_null() {
                before.remove(name);
            } else {
                before.insert(name.clone(), value.clone());
            }
        }
        before
    }
}

/// What a provider gave us for its own APIs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UpstreamTokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// Seconds.
    pub expires_in: Option<u64>,
}

/// What a provider said, by where it said it.
pub(super) struct Documents {
    pub(super) id_token: Map<String, Value>,
    pub(super) userinfo: Map<String, Value>,
}

impl Documents {
    fn get(&self, name: &str) -> Option<&Value> {
        self.id_token.get(name).filter(|value| !value.is_null()).or_else(|| self.userinfo.get(name))
    }
}

impl Upstream {
    fn their_name<'a>(&'a self, claim: &'a str) -> &'a str {
        self.claims.get(claim).map_or(claim, String::as_str)
    }

    pub(super) fn identity(&self, subject: String, said: &Documents) -> Result<UpstreamIdentity, UpstreamFault> {
        if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
            return Err(UpstreamFault::UserInfo("has no usable sub"));
        }
        // An address and the word that it is theirs must stand in one document, or one could vouch for the address of the other
        // (CVE-2026-9092).
        let (email_name, verified_name) = (self.their_name("email"), self.their_name("email_verified"));
        let document = [&said.id_token, &said.userinfo].into_iter().find(|document| document.get(email_name).is_some_and(Value::is_string));
        let email = document.and_then(|document| document.get(email_name)?.as_str()).and_then(|text| Email::parse(text).ok());
        // Only the literal `true`: a provider that writes the text "true" may also write what a person typed (CVE-2026-14781).
        let vouched = document.and_then(|document| document.get(verified_name)) == Some(&Value::Bool(true));
        let mut profile = Map::new();
        for claim in super::declared::PROFILE_CLAIMS {
            if let Some(text) = said.get(self.their_name(claim)).and_then(Value::as_str).and_then(|text| plain(claim, text)) {
                profile.insert(claim.to_owned(), Value::from(text));
            }
        }
        let attributes = self.attributes.iter().map(|(name, claim)| {
            let value = said.get(claim).filter(|value| !value.is_null());
            let bounded = value.and_then(bounded);
            if value.is_some() && bounded.is_none() {
                tracing::warn!(provider = self.id, attribute = name, "a claim is no text, number, truth or list that can be kept");
            }
            (name.clone(), bounded.unwrap_or_default())
        });
        let methods = said.id_token.get("amr").and_then(Value::as_array);
        Ok(UpstreamIdentity {
            authenticated_at: None,
            provider: self.id.clone(),
            subject,
            email_verified: vouched && self.trust_email && email.is_some(),
            email: email.map(|email| email.to_string()),
            profile,
            attributes: attributes.collect(),
            multi_factor: self.trust_amr && methods.is_some_and(|methods| methods.iter().any(|method| method == "mfa")),
            tokens: None,
        })
    }

    /// Whether somebody of this address may come in by this provider. Only an address that is known to be theirs counts.
    pub fn admits(&self, identity: &UpstreamIdentity) -> bool {
        if self.allowed_domains.is_empty() {
            return true;
        }
        let domain = identity.email.as_deref().filter(|_| identity.email_verified).and_then(|email| email.rsplit_once('@'));
        domain.is_some_and(|(_, domain)| self.allowed_domains.iter().any(|allowed| allowed == domain))
    }
}

/// A text for the profile; what is no such text is left out.
fn plain(claim: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let is_address = ["picture", "website", "profile"].contains(&claim);
    // security.md U6: a picture is shown by applications; `javascript:` and the like lead somewhere else.
    let leads_to_the_web = || url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_TEXT && !text.chars().any(char::is_control);
    (fits && (!is_address || leads_to_the_web())).then(|| text.to_owned())
}

/// A value for an attribute: a text, a number, a truth, or a list of texts.
fn bounded(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => plain("", text).map(Value::from),
        Value::Number(_) | Value::Bool(_) => Some(value.clone()),
        Value::Array(items) if items.len() <= MOST_ITEMS => {
            Some(items.iter().filter_map(Value::as_str).filter_map(|text| plain("", text)).map(Value::from).collect())
        }
        _ => None,
    }
}
