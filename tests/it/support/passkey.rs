//! An authenticator in software: makes passkeys and answers with them, and lies where a test wants it to, signing its lies.

use super::browser::{Arrival, Browser};
use super::people::{Person, words};
use super::server::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Web Authentication §6.1: the flags of authenticator data.
pub mod flags {
    pub const USER_PRESENT: u8 = 1;
    pub const USER_VERIFIED: u8 = 1 << 2;
    pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
    pub const BACKED_UP: u8 = 1 << 4;
    pub const ATTESTED: u8 = 1 << 6;
    pub const EXTENDED: u8 = 1 << 7;
}

/// A device with the passkeys that it has made.
#[derive(Clone)]
pub struct Authenticator {
    pub origin: String,
    /// What it says of itself and of its person.
    pub flags: u8,
    /// Whether it counts its answers; synced passkeys don't.
    pub counts: bool,
    pub keys: Vec<Key>,
}

/// A passkey.
#[derive(Clone)]
pub struct Key {
    pub id: Vec<u8>,
    pub user_handle: Vec<u8>,
    pub counter: u32,
    secret: PKey<Private>,
}

impl Key {
    /// The public key as other systems keep it (COSE), out of what `create` answered.
    pub fn cose_key(created: &Value) -> Vec<u8> {
        let object = decode(&created["response"]["attestationObject"]);
        let serde_cbor_2::Value::Map(object) = serde_cbor_2::from_slice(&object).unwrap() else { panic!("no map") };
        let serde_cbor_2::Value::Bytes(data) = &object[&serde_cbor_2::Value::Text("authData".into())] else { panic!("no authData") };
        // Web Authentication §6.1 and §6.5.1: 37 bytes, the AAGUID, the id's length and the id come before.
        let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
        data[55 + length..].to_vec()
    }
}

/// What is about to be signed; a test changes what it likes.
pub struct Draft {
    pub client_data: Value,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    pub credential_id: Vec<u8>,
    pub user_handle: Option<Vec<u8>>,
    /// Of the public key (COSE): -7 is ES256.
    pub algorithm: i8,
    /// Put after the authenticator data.
    pub trailing: Vec<u8>,
}

impl Authenticator {
    /// Verifies its person and syncs its passkeys, as a phone does.
    pub fn phone(server: &TestServer) -> Self {
        use flags::*;
        Self {
            origin: server.issuer.clone(),
            flags: USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP,
            counts: false,
            keys: Vec::new(),
        }
    }

    /// Verifies its person, keeps its passkeys to itself and counts, as a stick with a fingerprint reader does.
    pub fn stick(server: &TestServer) -> Self {
        Self { flags: flags::USER_PRESENT | flags::USER_VERIFIED, counts: true, ..Self::phone(server) }
    }

    /// Is only touched, as an old stick is.
    pub fn touched(server: &TestServer) -> Self {
        Self { flags: flags::USER_PRESENT, ..Self::stick(server) }
    }

    /// `navigator.credentials.create` with the options of a page.
    pub fn create(&mut self, options: &Value) -> Value {
        self.create_with(options, |_| {})
    }

    pub fn create_with(&mut self, options: &Value, change: impl FnOnce(&mut Draft)) -> Value {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let secret = EcKey::generate(&group).unwrap();
        let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
        secret.public_key().affine_coordinates(&group, &mut x, &mut y, &mut BigNumContext::new().unwrap()).unwrap();
        let id = Sha256::digest(x.to_vec()).to_vec();
        let mut draft = Draft {
            client_data: self.client_data("webauthn.create", options),
            rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
            flags: self.flags | flags::ATTESTED,
            counter: 0,
            credential_id: id,
            user_handle: Some(decode(&options["user"]["id"])),
            algorithm: -7,
            trailing: Vec::new(),
        };
        change(&mut draft);
        let mut data = draft.head();
        data.extend([0; 16]);
        data.extend(u16::try_from(draft.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&draft.credential_id);
        // RFC 9052 §7: {1: 2 (EC2), 3: algorithm, -1: 1 (P-256), -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, u8::try_from(-1 - draft.algorithm).unwrap() | 0x20, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x.to_vec_padded(32).unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y.to_vec_padded(32).unwrap());
        data.extend(&draft.trailing);
        self.keys.push(Key {
            id: draft.credential_id.clone(),
            user_handle: draft.user_handle.clone().unwrap_or_default(),
            counter: 0,
            secret: PKey::from_ec_key(secret).unwrap(),
        });
        json!({
            "id": encode(&draft.credential_id),
            "rawId": encode(&draft.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(draft.client_data.to_string().as_bytes()),
                "attestationObject": encode(&attestation(&data)),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// `navigator.credentials.get` with the options of a page: the newest key that is allowed.
    pub fn get(&mut self, options: &Value) -> Value {
        self.get_with(options, |_| {})
    }

    pub fn get_with(&mut self, options: &Value, change: impl FnOnce(&mut Draft)) -> Value {
        let allowed: Vec<Vec<u8>> = options["allowCredentials"].as_array().into_iter().flatten().map(|one| decode(&one["id"])).collect();
        let client_data = self.client_data("webauthn.get", options);
        let (own, counts) = (self.flags, self.counts);
        let key = self.keys.iter_mut().rev().find(|key| allowed.is_empty() || allowed.contains(&key.id));
        let key = key.unwrap_or_else(|| panic!("no key for {options}"));
        if counts {
            key.counter += 1;
        }
        let mut draft = Draft {
            client_data,
            rp_id: options["rpId"].as_str().unwrap().to_owned(),
            flags: own,
            counter: key.counter,
            credential_id: key.id.clone(),
            user_handle: Some(key.user_handle.clone()),
            algorithm: -7,
            trailing: Vec::new(),
        };
        change(&mut draft);
        let mut data = draft.head();
        data.extend(&draft.trailing);
        let client_data = draft.client_data.to_string();
        let mut signer = Signer::new(MessageDigest::sha256(), &key.secret).unwrap();
        let signature = signer.sign_oneshot_to_vec(&[data.as_slice(), &Sha256::digest(&client_data)].concat()).unwrap();
        json!({
            "id": encode(&draft.credential_id),
            "rawId": encode(&draft.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()),
                "authenticatorData": encode(&data),
                "signature": encode(&signature),
                "userHandle": draft.user_handle.map(|handle| encode(&handle)),
            },
        })
    }

    fn client_data(&self, type_: &str, options: &Value) -> Value {
        json!({ "type": type_, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
    }

    /// Opens the page that adds a passkey and does what it asks.
    pub async fn add_to(&mut self, browser: &mut Browser, name: &str) -> Arrival {
        self.add_on(browser, "/account/passkeys/add", name).await
    }

    /// The same for a security key.
    pub async fn add_as_security_key(&mut self, browser: &mut Browser, name: &str) -> Arrival {
        self.add_on(browser, "/account/security-keys/add", name).await
    }

    async fn add_on(&mut self, browser: &mut Browser, page: &str, name: &str) -> Arrival {
        browser.open(page).await;
        let answer = self.create(&options(browser));
        send(browser, &answer, &[("name", name)]).await
    }

    /// Signs in on the page that is open, without an address.
    pub async fn sign_in(&mut self, browser: &mut Browser) -> Arrival {
        let answer = self.get(&options(browser));
        send(browser, &answer, &[]).await
    }

    /// On the sign-up page: asks for an account with a passkey in place of a password, and makes it. Whatever the page says then stays open.
    pub async fn fill_sign_up(&mut self, browser: &mut Browser, person: &Person) -> Arrival {
        ask_to_sign_up(browser, person).await;
        let answer = self.create(&options(browser));
        send(browser, &answer, &[]).await
    }

    /// Opens the sign-up page and makes an account.
    pub async fn sign_up(&mut self, browser: &mut Browser, person: &Person) -> Arrival {
        browser.open("/signup").await;
        self.fill_sign_up(browser, person).await
    }

    /// Opens the sign-in page and signs in.
    pub async fn open_and_sign_in(&mut self, browser: &mut Browser) -> Arrival {
        browser.open("/login").await;
        self.sign_in(browser).await
    }
}

impl Draft {
    /// RP ID hash, flags, counter.
    fn head(&self) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

/// Web Authentication §8.7: {"fmt": "none", "attStmt": {}, "authData": …}
fn attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, data].concat()
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

const FORM: &str = "form[data-passkey]";

/// On the sign-up page: goes to the one that asks an authenticator.
pub async fn ask_to_sign_up(browser: &mut Browser, person: &Person) -> Arrival {
    browser.fill(words::EMAIL, &person.email);
    browser.fill(words::NAME, &person.name);
    browser.press("Use a passkey instead").await
}

/// What the open page asks an authenticator.
pub fn options(browser: &Browser) -> Value {
    let text = browser.page().attribute(FORM, "data-options");
    serde_json::from_str(&text.unwrap_or_else(|| panic!("nothing asked on {}", browser.describe()))).unwrap()
}

/// The fields of the open page's form for an authenticator, as a script would send them.
pub fn fields(browser: &Browser, answer: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = more.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    for name in ["csrf", "ticket", "challenge", "email", "name"] {
        if more.iter().any(|(given, _)| *given == name) {
            continue;
        }
        if let Some(value) = browser.page().attribute(&format!("{FORM} [name={name}]"), "value") {
            fields.push((name.to_owned(), value));
        }
    }
    fields.push(("credential".to_owned(), answer.to_owned()));
    fields
}

/// Sends an answer with the form of the open page.
pub async fn send(browser: &mut Browser, answer: &Value, more: &[(&str, &str)]) -> Arrival {
    let action = browser.page().attribute(FORM, "action").unwrap();
    let fields = fields(browser, &answer.to_string(), more);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&action, &fields, true).await
}
