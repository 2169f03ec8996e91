//! Passkeys and security keys: what authenticators are asked, and whether what they answer holds. The only file that names
//! `webauthn-rs`, which checks challenge, origin, RP ID, flags, algorithm, counter and signature; what it leaves to us is checked
//! here: that the answer is of a public key, that no other site framed the page, whose user handle it is.
//!
//! A *passkey* is kept by its authenticator with the person's handle and verifies them (by PIN, finger or face): it stands alone.
//! A *security key* does neither for certain: it is one factor, asked for after another.
//!
//! A challenge travels as its state, sealed by whoever asks (`web/passkeys.rs`); it holds no key. The key that an answer is held
//! against is the row as it stands now, so that the counter is that of now.
//!
//! Specs: Web Authentication Level 3 §7.1, §7.2, §5.10.3; security.md W1 to W7.

mod store;

use crate::clock::Timestamp;
use crate::config::Config;
use crate::storage::columns::id_newtype;
use crate::storage::schema::passkeys;
use crate::users::{User, UserId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::Duration;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as AloneKey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey,
    SecurityKeyRegistration, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

pub use store::{delete_passkey, find_passkey, flag_suspected_clone, insert_passkey, list_passkeys, note_use, rename_passkey};

/// How long browsers wait for the person, and how long a challenge is good.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// Passkeys that one person may have.
pub const MOST_PASSKEYS: usize = 20;

id_newtype! {
    /// Names a passkey: its credential id, base64url.
    pub struct CredentialId;
}

/// A key that somebody has registered.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, Deserialize)]
#[diesel(table_name = passkeys)]
pub struct Passkey {
    pub credential_id: CredentialId,
    pub user_id: UserId,
    /// As its person calls it.
    pub name: String,
    /// The public key, the counter and what else is checked: webauthn-rs's own document.
    #[diesel(column_name = passkey)]
    pub document: String,
    /// Whether it verifies its person each time and so stands alone; else it is a second factor only.
    #[diesel(column_name = user_verified)]
    pub stands_alone: bool,
    /// Whether it may be copied to other devices of its person; else it never leaves the one.
    pub backup_eligible: bool,
    /// Whether it is copied.
    pub backed_up: bool,
    /// Its counter went back once: two devices use the same key. It opens nothing any more.
    pub suspected_clone: bool,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// Its authenticator knows the person by a handle of the system that it came from, which nobody has kept.
    pub foreign_handle: bool,
}

/// What a key is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Passkey,
    SecurityKey,
}

/// What was asked of an authenticator that is to make a key.
#[derive(Debug, Serialize, Deserialize)]
pub enum RegistrationState {
    Passkey(PasskeyRegistration),
    SecurityKey(SecurityKeyRegistration),
}

/// What was asked of an authenticator that has a key.
#[derive(Debug, Serialize, Deserialize)]
pub struct AuthenticationState(DiscoverableAuthentication);

/// What an authenticator made, checked.
#[derive(Debug)]
pub struct Registered {
    pub credential_id: CredentialId,
    pub document: String,
    pub stands_alone: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
}

/// What an authenticator answered; nothing of it is proven yet.
#[derive(Debug)]
pub struct Assertion(PublicKeyCredential);

/// An answer that holds.
#[derive(Debug)]
pub struct Proven {
    /// By PIN, finger or face, on the device.
    pub user_verified: bool,
    pub backed_up: bool,
    /// The key's document from now on.
    pub document: String,
}

/// Why an answer does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is no answer of an authenticator at all.
    Malformed(String),
    /// The device did not make sure who holds it, where it had to.
    NotVerified,
    /// Its counter went back.
    Cloned,
    Wrong(String),
}

/// The relying party that this server is.
pub struct Passkeys {
    webauthn: Webauthn,
    rp_id: String,
}

/// What webauthn-rs keeps of a key, as far as we show it.
#[derive(Deserialize)]
struct KeyDocument {
    cred: KeyFacts,
}

#[derive(Deserialize)]
struct KeyFacts {
    backup_eligible: bool,
    backup_state: bool,
}

/// What browsers say of the page that asked (§5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

impl Passkeys {
    /// `None` where browsers know no passkeys: under an address in place of a name.
    ///
    /// Errors: an RP ID that is not the issuer's host or above it.
    pub fn new(config: &Config) -> Result<Option<Self>, String> {
        let origin = Url::parse(&config.issuer.origin()).map_err(|error| error.to_string())?;
        if origin.domain().is_none() {
            return Ok(None);
        }
        let rp_id = &config.passkeys.rp_id;
        let mut builder = WebauthnBuilder::new(rp_id, &origin).map_err(|_| format!("{rp_id} is not above {}", config.issuer.host()))?;
        builder = builder.rp_name(&config.brand.name).timeout(PATIENCE);
        for related in &config.passkeys.related_origins {
            builder = builder.append_allowed_origin(related);
        }
        let webauthn = builder.build().map_err(|error| error.to_string())?;
        Ok(Some(Self { webauthn, rp_id: rp_id.clone() }))
    }

    /// The name that keys are made for.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The options for `navigator.credentials.create`, and what to remember of them. `known` are the person's keys: an
    /// authenticator that has one of them makes no second.
    pub fn begin_registration(&self, user: &User, kind: Kind, known: &[Passkey]) -> Result<(Value, RegistrationState), Refusal> {
        let handle = user_handle(&user.id);
        let (name, display_name) = (user.email.as_str(), user.display_name());
        let exclude = Some(known.iter().filter_map(|key| key.credential_id.bytes()).collect());
        let (mut options, state) = match kind {
            Kind::Passkey => {
                let (options, state) = self.webauthn.start_passkey_registration(handle, name, display_name, exclude)?;
                (options, RegistrationState::Passkey(state))
            }
            Kind::SecurityKey => {
                let (options, state) = self.webauthn.start_securitykey_registration(handle, name, display_name, exclude, None, None)?;
                (options, RegistrationState::SecurityKey(state))
            }
        };
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            // The library asks authenticators not to keep the key, since some have little room; one that does not keep it cannot
            // offer it to a person who has not said who they are.
            selection.resident_key = Some(match kind {
                Kind::Passkey => ResidentKeyRequirement::Required,
                Kind::SecurityKey => ResidentKeyRequirement::Preferred,
            });
            selection.require_resident_key = kind == Kind::Passkey;
        }
        // The library asks that the key verify its person at every use (CTAP 2.1 §12.1). Chromium refuses that outright beside a
        // verification that is only preferred, so that no security key could be made there.
        if let (Kind::SecurityKey, Some(extensions)) = (kind, &mut options.public_key.extensions) {
            extensions.cred_protect = None;
        }
        Ok((to_json(&options.public_key)?, state))
    }

    /// Checks what an authenticator made (§7.1).
    pub fn finish_registration(&self, state: &RegistrationState, answer: &str) -> Result<Registered, Refusal> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(malformed)?;
        check_client(&answer.type_, &answer.response.client_data_json)?;
        let (credential_id, document, stands_alone) = match state {
            RegistrationState::Passkey(state) => {
                let key = self.webauthn.finish_passkey_registration(&answer, state)?;
                (CredentialId::of(key.cred_id()), to_json(&key)?, true)
            }
            RegistrationState::SecurityKey(state) => {
                let key = self.webauthn.finish_securitykey_registration(&answer, state)?;
                (CredentialId::of(key.cred_id()), to_json(&key)?, false)
            }
        };
        let KeyDocument { cred } = serde_json::from_value(document.clone()).map_err(|error| Refusal::Wrong(error.to_string()))?;
        Ok(Registered {
            credential_id,
            document: document.to_string(),
            stands_alone,
            backup_eligible: cred.backup_eligible,
            backed_up: cred.backup_state,
        })
    }

    /// The options for `navigator.credentials.get` where nobody has said who they are, and what to remember of them.
    pub fn begin_sign_in(&self) -> Result<(Value, AuthenticationState), Refusal> {
        let (options, state) = self.webauthn.start_discoverable_authentication()?;
        Ok((to_json(&options.public_key)?, AuthenticationState(state)))
    }

    /// The options for `navigator.credentials.get` that allow these keys only, as the second factor.
    pub fn begin_second_factor(&self, keys: &[Passkey]) -> Result<(Value, AuthenticationState), Refusal> {
        let keys: Vec<SecurityKey> = keys.iter().filter_map(|key| serde_json::from_str(&key.document).ok()).collect();
        let (mut options, state) = self.webauthn.start_securitykey_authentication(&keys)?;
        // The keys of a person may be of both kinds.
        options.public_key.hints = None;
        // Both kinds of state are the same document; without the keys, which are read again when the answer comes.
        let mut state = to_json(&state)?;
        if let Some(credentials) = state.pointer_mut("/ast/credentials") {
            *credentials = Value::Array(Vec::new());
        }
        let state = serde_json::from_value(state).map_err(|error| Refusal::Wrong(error.to_string()))?;
        Ok((to_json(&options.public_key)?, AuthenticationState(state)))
    }

    /// Checks an answer against the key that it names (§7.2). Who `key` belongs to is the caller's question before and after.
    pub fn finish_authentication(&self, state: &AuthenticationState, answer: &Assertion, key: &Passkey) -> Result<Proven, Refusal> {
        let Assertion(answer) = answer;
        check_client(&answer.type_, &answer.response.client_data_json)?;
        check_length(&answer.response.authenticator_data)?;
        let mut known: AloneKey = serde_json::from_str(&key.document).map_err(|error| Refusal::Wrong(error.to_string()))?;
        let result = self.webauthn.finish_discoverable_authentication_v2(answer, state.0.clone(), &known)?;
        known.update_credential(&result);
        let document = to_json(&known)?.to_string();
        Ok(Proven { user_verified: result.user_verified(), backed_up: result.backup_state(), document })
    }
}

impl Assertion {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map(Self).map_err(malformed)
    }

    pub fn credential_id(&self) -> CredentialId {
        CredentialId::of(self.0.get_credential_id())
    }

    /// Whether the user handle is that of the key's owner. Without one the answer is to `unnamed`: a passkey that stands alone must
    /// name its person (§7.2 step 6), a security key need not. No signature covers the handle: where only another system knew it,
    /// the credential id, which belongs to one account, has to do.
    pub fn names_owner_of(&self, key: &Passkey, unnamed: bool) -> bool {
        self.0.get_user_unique_id().map_or(unnamed, |handle| key.foreign_handle || is_handle_of(handle, &key.user_id))
    }
}

impl CredentialId {
    fn of(bytes: &[u8]) -> Self {
        Self::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.as_str()).ok()
    }
}

/// The 16 bytes that authenticators know a person by: the id's UUID; of an id that is none, a UUID made of its digest
/// (RFC 9562 §5.8 and B.2). Nothing that tells who the person is (§14.6.1).
pub fn user_handle(id: &UserId) -> Uuid {
    Uuid::parse_str(id.as_str()).unwrap_or_else(|_| {
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(Sha256::digest(id.as_str()).split_at(16).0);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    })
}

/// As base64url, for the signals that browsers take (§5.1.10).
pub fn user_handle_text(id: &UserId) -> String {
    URL_SAFE_NO_PAD.encode(user_handle(id).as_bytes())
}

/// Keys that were made elsewhere and imported may know their person by the 36 characters of the same UUID.
fn is_handle_of(handle: &[u8], owner: &UserId) -> bool {
    let written = || std::str::from_utf8(handle).ok().filter(|text| text.len() == 36).and_then(|text| Uuid::parse_str(text).ok());
    Uuid::from_slice(handle).ok().or_else(written) == Some(user_handle(owner))
}

/// What webauthn-rs does not look at in both ceremonies: the type, and whether the page was framed by another site (§5.8.1).
fn check_client(type_: &str, client_data: &[u8]) -> Result<(), Refusal> {
    if type_ != "public-key" {
        return Err(Refusal::Malformed("not of a public key".to_owned()));
    }
    let client: ClientData = serde_json::from_slice(client_data).map_err(malformed)?;
    if client.cross_origin || client.top_origin.is_some() { Err(Refusal::Wrong("framed by another site".to_owned())) } else { Ok(()) }
}

/// §6.1: without attested data and extensions there is nothing after the counter.
fn check_length(authenticator_data: &[u8]) -> Result<(), Refusal> {
    const ATTESTED_OR_EXTENDED: u8 = 0b1100_0000;
    let flags = authenticator_data.get(32).copied().unwrap_or_default();
    let is_plain = flags & ATTESTED_OR_EXTENDED == 0;
    if is_plain && authenticator_data.len() != 37 {
        Err(Refusal::Malformed("authenticator data of a wrong length".to_owned()))
    } else {
        Ok(())
    }
}

fn malformed(error: serde_json::Error) -> Refusal {
    Refusal::Malformed(error.to_string())
}

fn to_json<T: Serialize>(value: &T) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal::Wrong(error.to_string()))
}

impl From<WebauthnError> for Refusal {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::UserNotVerified => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::Cloned,
            WebauthnError::ParseBase64Failure(_)
            | WebauthnError::ParseCBORFailure(_)
            | WebauthnError::ParseJSONFailure(_)
            | WebauthnError::ParseNOMFailure => Self::Malformed(error.to_string()),
            other => Self::Wrong(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198c0de-0000-7000-8000-00000000abcd";

    // clients.md §6.1: what Supabase gave to authenticators
    #[test]
    fn the_handle_is_the_ids_uuid_in_sixteen_bytes_or_as_text() {
        let owner = UserId::new(ID);
        let handle = user_handle(&owner);
        assert!(is_handle_of(handle.as_bytes(), &owner) && is_handle_of(ID.as_bytes(), &owner));
        for other in [&b""[..], &handle.as_bytes()[..15], b"0198c0de-0000-7000-8000-00000000abce", b"0198c0de000070008000-00000000abcd"] {
            assert!(!is_handle_of(other, &owner), "{other:?}");
        }
    }

    #[test]
    fn an_id_that_is_no_uuid_has_a_handle_of_its_own() {
        let (one, other) = (UserId::new("legacy|1"), UserId::new("legacy|2"));
        assert_ne!(user_handle(&one), user_handle(&other));
        assert_eq!(user_handle(&one).get_version_num(), 8);
        assert!(is_handle_of(user_handle(&one).as_bytes(), &one));
    }
}
