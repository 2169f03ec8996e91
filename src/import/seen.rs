//! What a source said of somebody last, fact by fact: what has not changed there since is not touched here, whatever became of it here.
//! Digests, so that nothing is kept twice.

use super::ImportedUser;
use crate::users::Email;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The claim that has a flag of its own.
pub(super) const PHONE_NUMBER: &str = "phone_number";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Of all facts together: rows until November 2026 do not tell them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    facts: Option<String>,
    /// Of roles and groups together, in the same rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub email_verified: bool,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub phone_verified: bool,
    /// Each claim but the telephone number.
    #[serde(default)]
    pub profile: BTreeMap<String, String>,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub roles: String,
    #[serde(default)]
    pub groups: String,
    pub enabled: bool,
    pub password: Option<String>,
    pub totp: Option<String>,
    pub identities: Vec<(String, String)>,
    pub passkeys: Vec<String>,
}

impl Seen {
    pub fn of(user: &ImportedUser) -> Self {
        let credentials = &user.credentials;
        let email = user.email.as_deref();
        // However it is written: the same address is no change.
        let email = email.map(|text| Email::parse(text).map_or_else(|_| text.to_owned(), |email| email.to_string()));
        let mut identities: Vec<_> =
            credentials.identities.iter().map(|identity| (identity.provider.clone(), identity.subject.clone())).collect();
        identities.sort();
        let mut passkeys: Vec<_> = credentials.passkeys.iter().map(|key| key.credential_id.clone()).collect();
        passkeys.sort();
        Self {
            facts: None,
            rights: None,
            email: email.map(|email| digest(&email)),
            email_verified: user.email_verified,
            phone: user.profile.get(PHONE_NUMBER).map(digest),
            phone_verified: user.phone_number_verified,
            profile: each(user.profile.iter().filter(|(name, _)| *name != PHONE_NUMBER)),
            attributes: each(user.attributes.iter()),
            roles: digest(&user.roles),
            groups: digest(&user.groups),
            enabled: user.enabled,
            password: credentials.password.as_ref().map(|password| digest(&password.hash)),
            totp: credentials.totp.as_ref().map(|totp| digest(&totp.secret)),
            identities,
            passkeys,
        }
    }

    /// Fills in what an old row does not tell apart. Where it cannot be known which of the facts has changed, and somebody has changed
    /// the account here since, none counts as changed: nobody's address goes back to what it was.
    pub fn told_apart(mut self, user: &ImportedUser, now: &Self, was_changed_here: bool) -> Self {
        if let Some(facts) = self.facts.take() {
            let all = (&user.email, user.email_verified, user.phone_number_verified, &user.profile, &user.attributes);
            if was_changed_here || facts == digest(&all) {
                let Self { email, email_verified, phone, phone_verified, profile, attributes, .. } = now.clone();
                self = Self { email, email_verified, phone, phone_verified, profile, attributes, ..self };
            }
        }
        if let Some(rights) = self.rights.take()
            && (was_changed_here || rights == digest(&(&user.roles, &user.groups)))
        {
            (self.roles, self.groups) = (now.roles.clone(), now.groups.clone());
        }
        self
    }

    /// Takes what the source does not tell this time from what it told before. Nothing that proves somebody is ever forgotten: a password,
    /// an authenticator app or a passkey that it tells once more was told already, and what became of it here since stays.
    pub fn keeping(mut self, before: &Self, user: &ImportedUser) -> Self {
        let silent = |fact: &str| user.silent.contains(fact);
        let is_same_email = self.email.is_none() || self.email == before.email;
        if self.email.is_none() || is_same_email && silent("email_verified") {
            self.email_verified = before.email_verified;
        }
        self.email = self.email.or_else(|| before.email.clone());
        let is_silent_of_phone = silent(PHONE_NUMBER);
        if is_silent_of_phone {
            self.phone.clone_from(&before.phone);
        }
        if is_silent_of_phone || self.phone == before.phone && silent("phone_number_verified") {
            self.phone_verified = before.phone_verified;
        }
        for (name, digest) in before.profile.iter().filter(|(name, _)| silent(name)) {
            self.profile.entry(name.clone()).or_insert_with(|| digest.clone());
        }
        if silent("attributes") {
            self.attributes.clone_from(&before.attributes);
        }
        if silent("roles") {
            self.roles.clone_from(&before.roles);
        }
        if silent("groups") {
            self.groups.clone_from(&before.groups);
        }
        // Being deleted there is said in another way.
        if silent("enabled") && user.refused.is_none() {
            self.enabled = before.enabled;
        }
        if silent("identities") {
            self.identities.clone_from(&before.identities);
        }
        self.password = self.password.or_else(|| before.password.clone());
        self.totp = self.totp.or_else(|| before.totp.clone());
        self.passkeys.extend(before.passkeys.iter().cloned());
        self.passkeys.sort();
        self.passkeys.dedup();
        self
    }
}

/// Carries over what was changed, added or taken away between two looks; everything else stays.
pub(super) fn follow(
    here: &mut Map<String, Value>,
    there: &Map<String, Value>,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) {
    here.retain(|name, _| !before.contains_key(name) || after.contains_key(name));
    for name in after.iter().filter(|(name, digest)| before.get(*name) != Some(digest)).map(|(name, _)| name) {
        if let Some(value) = there.get(name) {
            here.insert(name.clone(), value.clone());
        }
    }
}

fn each<'a>(claims: impl Iterator<Item = (&'a String, &'a Value)>) -> BTreeMap<String, String> {
    claims.map(|(name, value)| (name.clone(), digest(value))).collect()
}

fn digest<T: Serialize + ?Sized>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(name: &str) -> ImportedUser {
        let mut user = ImportedUser::new("1");
        user.email = Some("Ann@example.org".to_owned());
        user.profile.insert("name".to_owned(), json!(name));
        user.roles = vec!["editor".to_owned()];
        user
    }

    /// A row as it was written until November 2026.
    fn old_row(user: &ImportedUser) -> Seen {
        let facts = (&user.email, user.email_verified, user.phone_number_verified, &user.profile, &user.attributes);
        let row = json!({ "facts": digest(&facts), "rights": digest(&(&user.roles, &user.groups)), "enabled": true, "password": null,
            "totp": null, "identities": [], "passkeys": [] });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn an_old_row_is_read_without_taking_anything_back() {
        let (ann, anna) = (user("Ann"), user("Anna"));
        let now = Seen::of(&ann);
        assert_eq!(old_row(&ann).told_apart(&ann, &now, false), now, "nothing has changed there");
        let now = Seen::of(&anna);
        assert_eq!(old_row(&ann).told_apart(&anna, &now, true), now, "what has changed there cannot be told, and something has here");
        let before = old_row(&ann).told_apart(&anna, &now, false);
        assert_eq!((before.email, before.roles), (None, now.roles), "all of it may have changed there");
    }

    #[test]
    fn what_is_not_told_is_no_change() {
        let mut whole = user("Ann");
        (whole.email_verified, whole.enabled) = (true, false);
        whole.profile.insert(PHONE_NUMBER.to_owned(), json!("+4930901820"));
        whole.phone_number_verified = true;
        whole.password("$2b$04$N9qo8uLOickgx2ZMRZoMye9COBKsOPKEJDHJoe/BuRouJin6Qswhq", None);
        let before = Seen::of(&whole);
        let mut part = ImportedUser::new("1");
        for fact in ["email_verified", PHONE_NUMBER, "phone_number_verified", "name", "roles", "groups", "enabled", "identities"] {
            part.tells(fact, false);
        }
        assert_eq!(Seen::of(&part).keeping(&before, &part), before);
        part.email = Some("other@example.org".to_owned());
        assert!(!Seen::of(&part).keeping(&before, &part).email_verified, "another address is proven by nothing");
        part.silent.clear();
        let after = Seen::of(&part).keeping(&before, &part);
        assert!(after.enabled && after.profile.is_empty() && after.phone.is_none() && after.roles != before.roles, "what is told counts");
        assert_eq!(after.password, before.password, "what proves somebody is taken away by nothing that is missing");
    }

    #[test]
    fn only_what_changes_there_changes_here() {
        let (mut here, there) =
            (json!({ "name": "Mine", "locale": "de", "gender": "f" }), json!({ "name": "Ann", "website": "https://b.example/" }));
        let before = json!({ "name": "Ann", "locale": "en", "website": "https://a.example/" });
        let map = |value: &Value| value.as_object().unwrap().clone();
        follow(here.as_object_mut().unwrap(), &map(&there), &each(map(&before).iter()), &each(map(&there).iter()));
        assert_eq!(here, json!({ "name": "Mine", "gender": "f", "website": "https://b.example/" }));
    }
}
