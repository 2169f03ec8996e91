//! Auth0: a bulk export (one JSON document a line), the same with the password hashes that its support hands out, and documents in
//! the form of its bulk import.
//!
//! Roles and groups come from `app_metadata`; `user_metadata` is people's own. An id of its database is `auth0|…`, also in the
//! support's file, which leaves the prefix away.
//!
//! Specs: Auth0, "Bulk User Exports", "Bulk User Import Database Schema".

use super::files::Lines;
use super::row::Row;
use super::source::SourceSettings;
use super::{ImportError, ImportedUser};
use crate::credentials::portable::PortableIdentity;
use serde_json::{Map, Value};
use std::path::Path;

/// What is told of whoever has a password there that is not in the file.
pub(super) const NO_HASH: &str = "password: Auth0 hands hashes out by its support only; until then people use a link to set a new one";

/// A file.
pub struct Auth0Source {
    pub(super) lines: Lines,
    settings: SourceSettings,
}

impl Auth0Source {
    pub fn open(path: &Path, settings: SourceSettings) -> Result<Self, ImportError> {
        Ok(Self { lines: Lines::open(path)?, settings })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let Self { lines, settings } = self;
        let expected = "is no JSON object: one is expected on each line";
        lines.people(limit, expected, |document: Map<String, Value>| person(&Row(document), settings))
    }
}

fn person(row: &Row, settings: &SourceSettings) -> ImportedUser {
    let of_support = || Row(row.document(&["_id"])).id(&["$oid"]).or_else(|| row.id(&["_id"])).map(|id| format!("auth0|{id}"));
    let id = row.id(&["user_id", "Id", "id"]).or_else(of_support).unwrap_or_default();
    let id = if id.is_empty() || id.contains('|') { id } else { format!("auth0|{id}") };
    let mut user = ImportedUser::new(id);
    user.email = row.text(&["email", "Email"]).map(str::to_owned);
    user.email_verified = row.flag(&["email_verified", "Email Verified"]);
    user.enabled = !row.flag(&["blocked"]);
    user.created_at = row.instant(&["created_at", "Created At"]);
    user.updated_at = row.instant(&["updated_at", "Updated At"]).or(user.created_at);
    // Its own default for a name is the address.
    let name = row.text(&["name", "Name"]).filter(|name| !name.contains('@')).map(Value::from);
    user.claim("name", name.as_ref());
    user.tells("name", row.says(&["name", "Name"]));
    // The file of hashes has none of these, and the other no hashes.
    user.tells("email_verified", row.has(&["email_verified", "Email Verified"]));
    user.tells("enabled", row.has(&["blocked"]));
    user.tells("phone_number", row.says(&["phone_number"]));
    user.tells("phone_number_verified", row.has(&["phone_verified", "phone_number_verified"]));
    user.tells("roles", row.says(&["app_metadata"]));
    user.tells("groups", row.says(&["app_metadata"]));
    user.tells("identities", row.0.get("identities").is_some_and(Value::is_array));
    for (claim, there) in [
        ("given_name", "given_name"),
        ("family_name", "family_name"),
        ("nickname", "nickname"),
        ("picture", "picture"),
        ("preferred_username", "username"),
    ] {
        user.claim(claim, row.0.get(there));
        user.tells(claim, row.says(&[there]));
    }
    if let Some(phone) = row.text(&["phone_number"]) {
        user.phone(phone, row.flag(&["phone_verified", "phone_number_verified"]));
    }
    let app = Row(row.document(&["app_metadata"]));
    let authorization = Row(app.document(&["authorization"]));
    user.roles = app.texts(&["roles"]).into_iter().chain(authorization.texts(&["roles"])).collect();
    user.groups = app.texts(&["groups"]).into_iter().chain(authorization.texts(&["groups"])).collect();
    password(&mut user, row);
    for factor in row.rows("mfa_factors") {
        match Row(factor.document(&["totp"])).text(&["secret"]) {
            Some(secret) => user.totp_text(secret, None),
            None => user.misses("second factor that is no authenticator app: ask for a new one"),
        }
    }
    if row.has(&["multifactor"]) && user.credentials.totp.is_none() {
        user.misses("second factor: Auth0 does not hand it out; ask for a new one");
    }
    for identity in row.rows("identities") {
        identity_of(&mut user, &identity, settings);
    }
    user
}

fn password(user: &mut ImportedUser, row: &Row) {
    let custom = Row(row.document(&["custom_password_hash"]));
    let hash = Row(custom.document(&["hash"]));
    let changed_at = row.instant(&["password_set_date", "last_password_reset"]);
    match (row.text(&["passwordHash", "password_hash"]), hash.text(&["value"])) {
        (Some(stored), _) => user.password(stored, changed_at),
        (None, Some(_)) if custom.has(&["salt"]) => user.misses("password: a hash whose salt stands beside it is not read"),
        (None, Some(stored)) => user.password(stored, changed_at),
        (None, None) => {}
    }
}

fn identity_of(user: &mut ImportedUser, identity: &Row, settings: &SourceSettings) {
    let provider = identity.text(&["provider"]).unwrap_or_default();
    if ["auth0", "email", "sms"].contains(&provider) {
        if user.credentials.password.is_none() && provider == "auth0" {
            user.misses(NO_HASH);
        }
        return;
    }
    // What the operator renames may be the connection; Google's is called differently everywhere else.
    let connection = identity.text(&["connection"]).filter(|connection| settings.providers.contains_key(*connection));
    let name =
        connection.unwrap_or(if provider == "google-oauth2" && !settings.providers.contains_key(provider) { "google" } else { provider });
    if let (Some(subject), Some(provider)) = (identity.id(&["user_id"]), settings.provider(name)) {
        let email = Row(identity.document(&["profileData"])).text(&["email"]).map(str::to_lowercase);
        user.identity(PortableIdentity { provider, subject, email, created_at: None, last_used_at: None });
    }
}
