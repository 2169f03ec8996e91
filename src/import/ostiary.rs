//! Our own export, one person a line: everything as it was, `ostiary:admin` too. Passkeys work where the RP ID is the same.

use super::files::Lines;
use super::user::TOTP_SECRET_LENGTHS;
use super::{ImportError, ImportedUser};
use crate::credentials::portable::PortablePasskey;
use crate::credentials::{foreign_passkey, password};
use crate::language::Language;
use crate::oauth::claims::claims_of_scope;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::path::Path;

/// A file.
pub struct OstiarySource {
    pub(super) lines: Lines,
}

impl OstiarySource {
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        Ok(Self { lines: Lines::open(path)? })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        self.lines.people(limit, "is none of our own export", |line: Line| line.0)
    }
}

/// A person as far as the line tells of them.
struct Line(ImportedUser);

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Map::<String, Value>::deserialize(deserializer)?;
        let names: Vec<String> = document.keys().cloned().collect();
        let mut user: ImportedUser = serde_json::from_value(Value::Object(document)).map_err(D::Error::custom)?;
        tell(&mut user, &names);
        check(&mut user);
        Ok(Self(user))
    }
}

/// What we wrote leaves away lists that are empty, and nothing else. A line that was written by hand, without the rest, is silent about what
/// is not in it.
fn tell(user: &mut ImportedUser, names: &[String]) {
    let says = |name: &str| names.iter().any(|there| there == name);
    let is_ours = ["email_verified", "phone_number_verified", "enabled", "created_at", "updated_at"].into_iter().all(says);
    for fact in ["email_verified", "phone_number_verified", "enabled", "roles", "groups", "attributes", "identities"] {
        user.tells(fact, is_ours || says(fact));
    }
    for claim in ["profile", "address", "phone"].iter().flat_map(|scope| claims_of_scope(scope)) {
        user.tells(claim, is_ours || says("profile"));
    }
}

/// A file may have been written by hand since.
fn check(user: &mut ImportedUser) {
    let known = |name: &str| ["profile", "address", "phone"].iter().any(|scope| claims_of_scope(scope).contains(&name));
    user.profile.retain(|name, _| known(name));
    user.sign_up_language = user.sign_up_language.take().filter(|tag| Language::of_tags([tag.as_str()]).is_some());
    if user.credentials.password.as_ref().is_some_and(|password| !password::is_checkable(&password.hash)) {
        user.credentials.password = None;
        user.misses("password: its format is unknown");
    }
    let bytes = |secret: &str| data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).map_or(0, |bytes| bytes.len());
    let is_usable = |secret: &str| TOTP_SECRET_LENGTHS.contains(&bytes(secret));
    if user.credentials.totp.as_ref().is_some_and(|totp| !is_usable(&totp.secret)) {
        user.credentials.totp = None;
        user.misses("authenticator app: its secret is no base 32, or of no usable length");
    }
    let is_number = |number: &str| number.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if user.credentials.phone_factor.as_ref().is_some_and(|phone| !is_number(&phone.phone_number)) {
        user.credentials.phone_factor = None;
        user.misses("codes by telephone: the number is none that is written internationally");
    }
    let (keys, torn) = std::mem::take(&mut user.credentials.passkeys).into_iter().partition(foreign_passkey::is_checkable);
    user.credentials.passkeys = keys;
    torn.iter().for_each(|key: &PortablePasskey| user.misses_one("passkey", &key.name, "it is none that can be read"));
}
