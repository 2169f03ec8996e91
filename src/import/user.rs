//! A person as a source tells of them, in the one form that is written; also one line of our own export.

use super::report::Missing;
use super::sound::{can_be_linked, has_control};
use crate::clock::Timestamp;
use crate::credentials::foreign_password::better_auth_text;
use crate::credentials::password;
use crate::credentials::portable::{PortableCredentials, PortableIdentity, PortablePassword, PortableTotp};
use crate::oauth::claims::claims_of_scope;
use crate::upstreams::Upstreams;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use url::Url;

/// Longest text of a claim.
const LONGEST_CLAIM: usize = 2000;
/// RFC 6238 allows more; less than 80 bits is no secret, and no source makes more than 128 bytes.
pub(super) const TOTP_SECRET_LENGTHS: std::ops::RangeInclusive<usize> = 10..=128;

/// Somebody who is to have an account here. Has no `Debug`: it is full of secrets.
#[derive(Clone, Serialize, Deserialize)]
pub struct ImportedUser {
    /// Their id there.
    pub id: String,
    /// As it is written there.
    pub email: Option<String>,
    #[serde(default)]
    pub email_verified: bool,
    #[serde(default)]
    pub phone_number_verified: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Standard claims.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub profile: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Unix microseconds, as are all instants here.
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_due_at: Option<Timestamp>,
    /// Of letters to them, where their profile names no language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_up_language: Option<String>,
    #[serde(flatten)]
    pub credentials: PortableCredentials,
    /// Whether the id there may be the `sub` here.
    #[serde(skip, default = "yes")]
    pub keeps_id: bool,
    /// What of them cannot come, and why.
    #[serde(skip)]
    pub missing: Vec<Missing>,
    /// Why they do not come at all.
    #[serde(skip)]
    pub refused: Option<String>,
    /// Why nothing is made of what the source says of them.
    #[serde(skip)]
    pub unreadable: Option<String>,
    /// Facts that the source says nothing about: claims by their names, and `enabled`, `roles`, `groups`, `attributes`, `identities`.
    /// They stay as they are here.
    #[serde(skip)]
    pub silent: BTreeSet<&'static str>,
}

fn yes() -> bool {
    true
}

impl ImportedUser {
    pub(super) fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            email: None,
            email_verified: false,
            phone_number_verified: false,
            enabled: true,
            profile: Map::new(),
            attributes: Map::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            created_at: None,
            updated_at: None,
            deletion_due_at: None,
            sign_up_language: None,
            credentials: PortableCredentials::default(),
            keeps_id: true,
            missing: Vec::new(),
            refused: None,
            unreadable: None,
            silent: BTreeSet::new(),
        }
    }

    /// Notes whether the source speaks of a fact at all: nothing said is neither "no" nor "none".
    pub(super) fn tells(&mut self, fact: &'static str, told: bool) {
        if !told {
            self.silent.insert(fact);
        }
    }

    /// Notes something that does not come.
    pub(super) fn misses(&mut self, what: impl Into<String>) {
        let what = Missing::of_a_kind(what);
        if !self.missing.contains(&what) {
            self.missing.push(what);
        }
    }

    /// Notes one of several things, by its name.
    pub(super) fn misses_one(&mut self, kind: &str, name: &str, why: &str) {
        self.missing.push(Missing::named(kind, name, why));
    }

    /// The person does not come; the first reason is told.
    pub(super) fn refuse(&mut self, why: &str) {
        self.refused.get_or_insert_with(|| why.to_owned());
    }

    /// What is there of them is no sound record: they do not come, and who came before stays as they are; the first reason is told.
    pub(super) fn cannot_be_read(&mut self, why: impl Into<String>) {
        self.unreadable.get_or_insert_with(|| why.into());
    }

    /// Takes a claim over, unless it has one already. What is no standard claim of a person, or no sound value of it, is left behind.
    pub(super) fn claim(&mut self, name: &str, value: Option<&Value>) {
        let standard = claims_of_scope("profile").contains(&name) && name != "updated_at";
        let text = value.and_then(Value::as_str).map(str::trim).filter(|text| standard && !text.is_empty());
        let Some(text) = text.filter(|_| !self.profile.contains_key(name)) else { return };
        let is_link = ["picture", "profile", "website"].contains(&name);
        let why = if has_control(text) {
            "it has control characters".to_owned()
        } else if text.len() > LONGEST_CLAIM {
            format!("it is longer than {LONGEST_CLAIM} bytes")
        // A page elsewhere may make a link of it.
        } else if is_link && !Url::parse(text).is_ok_and(|url| ["https", "http"].contains(&url.scheme())) {
            "it is no web address".to_owned()
        } else {
            self.profile.insert(name.to_owned(), Value::from(text));
            return;
        };
        self.misses(format!("{name}: {why}"));
    }

    /// Takes a telephone number over, in E.164; digits without a plus sign are one, as Supabase keeps them.
    pub(super) fn phone(&mut self, number: &str, verified: bool) {
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
        let digits = digits.strip_prefix('+').unwrap_or(&digits);
        if digits.len() >= 5 && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.profile.insert("phone_number".to_owned(), Value::from(format!("+{digits}")));
            self.phone_number_verified = verified;
        } else {
            self.misses("telephone number: it is none that is written internationally");
        }
    }

    /// Takes a password hash over if it can be checked here.
    pub(super) fn password(&mut self, stored: &str, changed_at: Option<Timestamp>) {
        let hash = better_auth_text(stored).unwrap_or_else(|| stored.to_owned());
        match password::recognise(&hash) {
            Ok(_) => self.credentials.password = Some(PortablePassword { hash, changed_at }),
            Err(why) => self.misses(format!("password: {why}")),
        }
    }

    /// Takes an authenticator app over.
    pub(super) fn totp(&mut self, secret: &[u8], created_at: Option<Timestamp>) {
        if TOTP_SECRET_LENGTHS.contains(&secret.len()) {
            let secret = data_encoding::BASE32_NOPAD.encode(secret);
            self.credentials.totp = Some(PortableTotp { secret, created_at });
        } else {
            self.misses("authenticator app: its secret has no usable length");
        }
    }

    /// The same of a secret in base 32, as apps show it.
    pub(super) fn totp_text(&mut self, secret: &str, created_at: Option<Timestamp>) {
        let text: String = secret.chars().filter(|c| !c.is_whitespace() && *c != '=' && *c != '-').collect();
        match data_encoding::BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()) {
            Ok(bytes) => self.totp(&bytes, created_at),
            Err(_) => self.misses("authenticator app: its secret is no base 32"),
        }
    }

    /// Links an account elsewhere.
    pub(super) fn identity(&mut self, identity: PortableIdentity) {
        let known = |other: &PortableIdentity| (&other.provider, &other.subject) == (&identity.provider, &identity.subject);
        if !can_be_linked(&identity.provider) || !can_be_linked(&identity.subject) {
            self.misses("a linked account: its provider or subject cannot be kept");
        } else if !self.credentials.identities.iter().any(known) {
            self.credentials.identities.push(identity);
        }
    }

    /// What comes, in words.
    pub(super) fn comes(&self, upstreams: &Upstreams) -> Vec<String> {
        let credentials = &self.credentials;
        let kind = |hash: &str| password::recognise(hash).unwrap_or("argon2");
        let password = credentials.password.iter().map(|password| format!("password ({})", kind(&password.hash)));
        let totp = credentials.totp.iter().map(|_| "authenticator app".to_owned());
        let phone = credentials.phone_factor.iter().map(|_| "codes by telephone".to_owned());
        let links = credentials.identities.iter().map(|PortableIdentity { provider, .. }| {
            let unused = if upstreams.is_known(provider) { "" } else { ", unused until a provider with this id is configured" };
            format!("linked account ({provider}){unused}")
        });
        let passkeys = credentials.passkeys.iter().map(|_| "passkey".to_owned());
        let flags = [
            (self.email_verified, "verified address"),
            (self.phone_number_verified, "verified telephone number"),
            (!self.roles.is_empty(), "roles"),
            (!self.groups.is_empty(), "groups"),
            (!self.enabled, "disabled"),
        ];
        let flags = flags.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word.to_owned());
        flags.chain(password).chain(totp).chain(phone).chain(links).chain(passkeys).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_sound_standard_claims_come() {
        let mut user = ImportedUser::new("1");
        for (name, value) in [
            ("name", json!(" Ann ")),
            ("name", json!("Second")),
            ("nickname", json!("")),
            ("given_name", json!("A\u{1b}[2J")),
            ("family_name", json!(7)),
            ("picture", json!("javascript:alert(1)")),
            ("website", json!("https://ann.example/")),
            ("roles", json!("ostiary:admin")),
            ("email", json!("x@y.z")),
            ("updated_at", json!("1")),
            ("locale", json!("x".repeat(2001))),
        ] {
            user.claim(name, Some(&value));
        }
        assert_eq!(Value::from(user.profile), json!({ "name": "Ann", "website": "https://ann.example/" }));
    }

    #[test]
    fn numbers_and_secrets_are_checked() {
        let mut user = ImportedUser::new("1");
        user.phone("49 (30) 901-820", true);
        assert_eq!((user.profile["phone_number"].as_str(), user.phone_number_verified), (Some("+4930901820"), true));
        user.totp_text("jbsw y3dp ehpk 3pxp", None);
        assert_eq!(user.credentials.totp.as_ref().map(|totp| totp.secret.as_str()), Some("JBSWY3DPEHPK3PXP"));
        user.phone("call me", true);
        user.totp_text("JBSWY3DP", None);
        user.totp_text("0189", None);
        user.password("md5:abc", None);
        assert_eq!(user.missing.len(), 4, "{:?}", user.missing);
        assert!(user.credentials.password.is_none());
    }
}
