//! Keycloak: the JSON that exporting a realm writes (`kc.sh export --users realm_file`, or one of its files of users).
//!
//! The file is one document, however large: a thread of its own reads through it and hands people over a few at a time. Attributes
//! may be written by people themselves, so that they make a profile and nothing else; roles are what an administrator mapped.
//!
//! Specs: Keycloak, UserRepresentation, CredentialRepresentation and the data of its password and OTP credentials.

use super::row::Row;
use super::source::{Reached, SourceSettings};
use super::{ImportError, ImportedUser, files};
use crate::credentials::foreign_password::pbkdf2_text;
use crate::credentials::password::argon2_text;
use crate::credentials::portable::PortableIdentity;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// People that the reading thread is ahead.
const AHEAD: usize = 1000;
const SERVICE_ACCOUNT: &str = "service account: it is a client's and no person's; register the client here";

/// A file.
pub struct KeycloakSource {
    people: Receiver<Result<Map<String, Value>, String>>,
    settings: SourceSettings,
    fingerprint: String,
    done: u64,
}

impl KeycloakSource {
    pub fn open(path: &Path, settings: SourceSettings) -> Result<Self, ImportError> {
        let fault = |error: std::io::Error| ImportError::Source(format!("{}: {error}", path.display()));
        let mut file = File::open(path).map_err(fault)?;
        let fingerprint = files::fingerprint(&mut file).map_err(fault)?;
        files::refuse_compressed(&mut file, path)?;
        let (sender, people) = sync_channel(AHEAD);
        std::thread::spawn(move || read(file, &sender));
        Ok(Self { people, settings, fingerprint, done: 0 })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = Vec::new();
        while people.len() < limit {
            // The thread ends when the file does.
            let Ok(read) = self.people.recv() else { break };
            let document = read.map_err(ImportError::Source)?;
            self.done += 1;
            people.push(person(&Row(document), &self.settings));
        }
        Ok(people)
    }

    pub(super) fn position(&self) -> Value {
        Value::from(self.done)
    }

    pub(super) fn seek(&mut self, position: &Value) -> Result<(), ImportError> {
        let skip = position.as_u64().unwrap_or(0);
        while self.done < skip {
            match self.people.recv() {
                Ok(read) => drop(read.map_err(ImportError::Source)?),
                Err(_) => break,
            }
            self.done += 1;
        }
        Ok(())
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn reached(&self) -> Reached {
        Reached { done: self.done, of: None, bytes: false }
    }
}

type Sender = SyncSender<Result<Map<String, Value>, String>>;

fn read(file: File, sender: &Sender) {
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::with_capacity(256 * 1024, file));
    let read = Realm { sender, found: false }.deserialize(&mut deserializer);
    let problem = match read {
        Ok(true) => return,
        Ok(false) => "this is no export of a Keycloak realm: it has no list of users (export with --users realm_file)".to_owned(),
        Err(error) => format!("this is no sound export of a Keycloak realm: {error}"),
    };
    // Nobody listens any more when the import was stopped.
    let _ = sender.send(Err(problem));
}

/// Visits the document and hands over each element of `users`.
struct Realm<'a> {
    sender: &'a Sender,
    found: bool,
}

struct Users<'a>(&'a Sender);

impl<'de> DeserializeSeed<'de> for Realm<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Realm<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a realm")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<bool, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "users" {
                map.next_value_seed(Users(self.sender))?;
                self.found = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(self.found)
    }
}

impl<'de> DeserializeSeed<'de> for Users<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Users<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(user) = list.next_element::<Map<String, Value>>()? {
            self.0.send(Ok(user)).map_err(|_| serde::de::Error::custom("stopped"))?;
        }
        Ok(())
    }
}

/// An export of a realm leaves away what is empty, but for the credentials; in another list what is not there is not told.
fn tell(user: &mut ImportedUser, row: &Row) {
    let is_whole = row.says(&["credentials"]);
    user.tells("email_verified", row.has(&["emailVerified"]));
    user.tells("enabled", row.has(&["enabled"]));
    for (facts, names) in [
        (&["name"][..], &["firstName", "lastName"][..]),
        (&["given_name"], &["firstName"]),
        (&["family_name"], &["lastName"]),
        (&["preferred_username"], &["username"]),
        (&["locale", "picture", "nickname", "website", "zoneinfo", "phone_number"], &["attributes"]),
        (&["roles"], &["realmRoles", "clientRoles"]),
        (&["groups"], &["groups"]),
        (&["identities"], &["federatedIdentities"]),
    ] {
        facts.iter().for_each(|fact| user.tells(fact, is_whole || row.says(names)));
    }
}

fn person(row: &Row, settings: &SourceSettings) -> ImportedUser {
    let mut user = ImportedUser::new(row.id(&["id"]).unwrap_or_default());
    if row.has(&["serviceAccountClientId"]) {
        user.refuse(SERVICE_ACCOUNT);
    }
    tell(&mut user, row);
    user.email = row.text(&["email"]).map(str::to_owned);
    user.email_verified = row.flag(&["emailVerified"]);
    user.enabled = row.flag(&["enabled"]);
    user.created_at = row.instant(&["createdTimestamp"]);
    let names = [row.text(&["firstName"]), row.text(&["lastName"])];
    let name = Value::from(names.into_iter().flatten().collect::<Vec<_>>().join(" "));
    user.claim("name", Some(&name));
    user.claim("given_name", row.0.get("firstName"));
    user.claim("family_name", row.0.get("lastName"));
    user.claim("preferred_username", row.0.get("username"));
    let attributes = Row(row.document(&["attributes"]));
    for (claim, name) in
        [("locale", "locale"), ("picture", "picture"), ("nickname", "nickname"), ("website", "website"), ("zoneinfo", "zoneinfo")]
    {
        user.claim(claim, attributes.texts(&[name]).first().map(|text| Value::from(text.as_str())).as_ref());
    }
    if let Some(phone) = attributes.texts(&["phoneNumber", "phone_number"]).first() {
        user.phone(phone, false);
    }
    // These two and the realm's own default stand for nothing that an app looks for.
    let is_default = |role: &String| role.starts_with("default-roles-") || ["offline_access", "uma_authorization"].contains(&role.as_str());
    user.roles = row.texts(&["realmRoles"]).into_iter().filter(|role| !is_default(role)).collect();
    for (client, roles) in row.document(&["clientRoles"]) {
        let own = ["account", "broker", "realm-management", "account-console"].contains(&client.as_str());
        let roles = super::row::texts(&roles).into_iter().map(|role| format!("{client}:{role}"));
        user.roles.extend(roles.filter(|_| !own));
    }
    user.groups = row.texts(&["groups"]).into_iter().map(|path| path.trim_start_matches('/').to_owned()).collect();
    row.rows("credentials").iter().for_each(|credential| self::credential(&mut user, credential));
    for identity in row.rows("federatedIdentities") {
        let subject = identity.id(&["userId"]);
        let provider = identity.text(&["identityProvider"]).and_then(|provider| settings.provider(provider));
        if let (Some(subject), Some(provider)) = (subject, provider) {
            user.identity(PortableIdentity { provider, subject, email: None, created_at: None, last_used_at: None });
        }
    }
    user
}

fn credential(user: &mut ImportedUser, row: &Row) {
    let (data, secret) = (Row(row.document(&["credentialData"])), Row(row.document(&["secretData"])));
    let at = row.instant(&["createdDate"]);
    match row.text(&["type"]) {
        Some("password") => match password(&data, &secret) {
            Some(text) => user.password(&text, at),
            None => user.misses("password: its format is unknown"),
        },
        Some("otp") if user.credentials.totp.is_some() => user.misses("a second authenticator app: there is one for each account"),
        Some("otp") => otp(user, &data, &secret, at),
        Some("webauthn" | "webauthn-passwordless") => user.misses("passkey or security key: ask for a new one"),
        Some("recovery-authn-codes") => user.misses("recovery codes: ask for new ones"),
        other => user.misses(format!("credential of the kind {:?}", other.unwrap_or_default())),
    }
}

fn password(data: &Row, secret: &Row) -> Option<String> {
    let decoded = |name: &str| STANDARD.decode(secret.text(&[name])?).ok();
    let (salt, hash) = (decoded("salt")?, decoded("value")?);
    let iterations = u64::try_from(data.integer(&["hashIterations"])?).ok()?;
    match data.text(&["algorithm"])? {
        algorithm @ ("pbkdf2-sha256" | "pbkdf2-sha512") => Some(pbkdf2_text(algorithm, iterations, &salt, &hash)),
        "argon2" => {
            let more = Row(data.document(&["additionalParameters"]));
            let number = |name: &str| more.texts(&[name]).first()?.parse::<u64>().ok();
            let variant = format!("argon2{}", more.texts(&["type"]).first()?);
            let is_13 = more.texts(&["version"]).first().is_none_or(|version| version == "1.3");
            argon2_text(&variant, (number("memory")?, iterations, number("parallelism")?), &salt, &hash).filter(|_| is_13)
        }
        _ => None,
    }
}

/// The text's own bytes are the key, unless it is said to be base 32.
fn otp(user: &mut ImportedUser, data: &Row, secret: &Row, at: Option<crate::clock::Timestamp>) {
    let is_common = data.text(&["subType"]).unwrap_or("totp") == "totp"
        && data.integer(&["digits"]).unwrap_or(6) == 6
        && data.integer(&["period"]).unwrap_or(30) == 30
        && data.text(&["algorithm"]).unwrap_or("HmacSHA1") == "HmacSHA1";
    match secret.text(&["value"]) {
        Some(_) if !is_common => user.misses("authenticator app: only six digits of SHA-1 every thirty seconds are known here"),
        Some(text) if data.text(&["secretEncoding"]) == Some("BASE32") => user.totp_text(text, at),
        Some(text) => user.totp(text.as_bytes(), at),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};
    use crate::import::ForeignKeys;
    use serde_json::json;

    fn read_users(document: &Value) -> Result<Vec<ImportedUser>, ImportError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), document.to_string()).unwrap();
        let settings = SourceSettings {
            clock: Clock::manual(Timestamp::from_unix_seconds(1_700_000_000)),
            schema: String::new(),
            tables: Default::default(),
            providers: Default::default(),
            keys: ForeignKeys::default(),
            takes_passkeys: false,
        };
        KeycloakSource::open(file.path(), settings)?.next(100)
    }

    #[test]
    fn a_realm_gives_its_people_with_hashes_apps_and_links() {
        let users = read_users(&json!({ "realm": "x", "clients": [{ "users": ["not these"] }], "users": [
            { "id": "a", "username": "ann", "email": "Ann@Example.org", "emailVerified": true, "enabled": true, "createdTimestamp": 1_700_000_000_000i64,
              "firstName": "Ann", "lastName": "Ardent", "attributes": { "locale": ["de"], "roles": ["ostiary:admin"], "phoneNumber": ["+4930901820"] },
              "realmRoles": ["default-roles-x", "editor", "offline_access"], "clientRoles": { "shop": ["buyer"], "account": ["view-profile"] }, "groups": ["/staff/berlin"],
              "credentials": [
                { "type": "password", "createdDate": 1_700_000_000_000i64, "secretData": "{\"value\":\"b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0=\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"}", "credentialData": "{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\"}" },
                { "type": "otp", "secretData": "{\"value\":\"abcdefghijklmnopqrst\"}", "credentialData": "{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"algorithm\":\"HmacSHA1\"}" },
                { "type": "webauthn" } ],
              "federatedIdentities": [{ "identityProvider": "google", "userId": "117", "userName": "ann" }] },
            { "id": "s", "username": "service-account-x", "enabled": true, "serviceAccountClientId": "x" },
            { "id": "b", "username": "bob", "enabled": false, "credentials": [{ "type": "password", "secretData": "{\"value\":\"T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE=\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"}",
              "credentialData": "{\"hashIterations\":2,\"algorithm\":\"argon2\",\"additionalParameters\":{\"memory\":[\"64\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}" }] },
        ] }))
        .ok()
        .unwrap();
        let nobody = crate::upstreams::Upstreams::new(Vec::new());
        let [ann, service, bob] = users.as_slice() else { panic!("{}", users.len()) };
        assert_eq!(
            ann.comes(&nobody)[..5],
            ["verified address", "roles", "groups", "password (PBKDF2)", "authenticator app"].map(str::to_owned)
        );
        assert_eq!(ann.comes(&nobody)[5..], ["linked account (google), unused until a provider with this id is configured".to_owned()]);
        assert_eq!((ann.roles.join(" "), ann.groups.join(" ")), ("editor shop:buyer".to_owned(), "staff/berlin".to_owned()));
        assert_eq!(Value::from(ann.profile.clone())["phone_number"], "+4930901820");
        assert_eq!(ann.profile["name"], "Ann Ardent");
        assert_eq!(ann.missing, [super::super::report::Missing::of_a_kind("passkey or security key: ask for a new one")]);
        assert!(service.refused.as_deref().is_some_and(|why| why.starts_with("service account")), "counted, and no person");
        assert_eq!(bob.comes(&nobody), ["disabled", "password (argon2id)"]);
    }

    #[test]
    fn what_is_no_realm_is_refused() {
        for document in [json!({ "realm": "x" }), json!([]), json!({ "users": 7 }), json!({ "users": ["x"] })] {
            assert!(matches!(read_users(&document), Err(ImportError::Source(_))), "{document}");
        }
    }
}
