//! Supabase: the tables of its schema `auth`, from a database (a dump is `supabase_dump`).
//!
//! Of what people post themselves (`raw_user_meta_data`, and most of an `email` identity's data) only a profile is made; roles and
//! groups come from `raw_app_meta_data`, which only a server can write. Sign-ups that used single sign-on may repeat an address: they
//! come after all others, so that the account with a password is the one that keeps it.
//!
//! Specs: supabase/auth, its migrations and models; columns are read by name, since older projects have fewer.

use super::encrypted::ForeignKeys;
use super::passkey::{self, StoredPasskey};
use super::row::Row;
use super::source::{Reached, SourceSettings};
use super::{ImportError, ImportedUser};
use crate::credentials::portable::PortableIdentity;
use crate::storage::foreign::{ForeignDatabase, ForeignTable};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What is read beside `users`, each by its `user_id`.
pub(super) const RELATED: [&str; 3] = ["identities", "mfa_factors", "webauthn_credentials"];

const NO_SMS: &str = "codes by telephone at sign-in: ask for another second factor";
const SAML: &str =
    "linked account (SAML single sign-on): there is no SAML here; connect its provider by OpenID Connect, and name it with --provider";

/// Claims, and what they are called there.
const PROFILE: [(&str, &[&str]); 9] = [
    ("name", &["full_name", "name", "display_name"]),
    ("given_name", &["given_name", "first_name"]),
    ("family_name", &["family_name", "last_name"]),
    ("nickname", &["nickname"]),
    ("preferred_username", &["preferred_username", "user_name", "username"]),
    ("picture", &["avatar_url", "picture"]),
    ("website", &["website"]),
    ("locale", &["locale"]),
    ("zoneinfo", &["zoneinfo"]),
];

/// A row of `users` with the rows that belong to it.
pub(super) struct Person {
    pub user: Row,
    /// In the order of [`RELATED`].
    pub related: [Vec<Row>; 3],
    /// Whether all linked accounts are in it: a dump may have no such table, or a row of it that cannot be read.
    pub has_all_identities: bool,
}

/// What is made of it.
pub(super) fn person(person: Person, settings: &SourceSettings) -> ImportedUser {
    let Person { user: row, related: [identities, factors, passkeys], has_all_identities } = person;
    let id = row.id(&["id"]).unwrap_or_default();
    let mut user = ImportedUser::new(id.clone());
    user.email = row.text(&["email"]).map(str::to_owned);
    user.email_verified = row.has(&["email_confirmed_at"]) || (!row.0.contains_key("email_confirmed_at") && row.has(&["confirmed_at"]));
    user.created_at = row.instant(&["created_at"]);
    user.updated_at = row.instant(&["updated_at"]).or(user.created_at);
    if row.has(&["deleted_at"]) {
        user.refuse("deleted there");
    }
    if row.flag(&["is_anonymous"]) {
        user.refuse("anonymous there");
    }
    // An end that cannot be read is none: a banned person stays out.
    user.enabled = !row.has(&["banned_until"]) || row.instant(&["banned_until"]).is_some_and(|until| until <= settings.clock.now());
    if let Some(phone) = row.text(&["phone"]) {
        user.phone(phone, row.has(&["phone_confirmed_at"]));
    }
    user.tells("email_verified", row.says(&["email_confirmed_at", "confirmed_at"]));
    user.tells("enabled", row.says(&["banned_until"]));
    user.tells("phone_number", row.says(&["phone"]));
    user.tells("phone_number_verified", row.says(&["phone_confirmed_at"]));
    user.tells("roles", row.says(&["raw_app_meta_data"]));
    user.tells("groups", row.says(&["raw_app_meta_data"]));
    user.tells("identities", has_all_identities);
    PROFILE.iter().for_each(|(name, _)| user.tells(name, row.says(&["raw_user_meta_data"])));
    profile(&mut user, &Row(row.document(&["raw_user_meta_data"])));
    let app = Row(row.document(&["raw_app_meta_data"]));
    user.roles = app.texts(&["roles"]).into_iter().chain(app.texts(&["role"])).collect();
    user.groups = app.texts(&["groups"]);
    if let Some(stored) = row.text(&["encrypted_password"]) {
        opened(&mut user, "password", stored, &id, &settings.keys, |user, hash| user.password(hash, None));
    }
    identities.iter().for_each(|row| identity(&mut user, row, settings));
    factors_of(&mut user, &factors, settings);
    passkeys.iter().for_each(|row| passkey::take(&mut user, stored_passkey(row), settings));
    user
}

fn profile(user: &mut ImportedUser, claims: &Row) {
    for (name, there) in PROFILE {
        there.iter().for_each(|there| user.claim(name, claims.0.get(*there)));
    }
}

/// What is stored in the clear or encrypted under the row's own id.
fn opened(user: &mut ImportedUser, what: &str, stored: &str, row_id: &str, keys: &ForeignKeys, take: impl FnOnce(&mut ImportedUser, &str)) {
    if !ForeignKeys::is_envelope(stored) {
        return take(user, stored);
    }
    match keys.open_envelope(stored, row_id) {
        Ok(plain) => take(user, &plain),
        Err(why) => user.misses(format!("{what}: {why}")),
    }
}

fn identity(user: &mut ImportedUser, row: &Row, settings: &SourceSettings) {
    let Some(provider) = row.text(&["provider"]).filter(|provider| !["email", "phone"].contains(provider)) else { return };
    let data = Row(row.document(&["identity_data"]));
    // Until 2023 the provider's own id stood in `id`.
    let subject = row.id(&["provider_id"]).or_else(|| data.id(&["sub"])).or_else(|| row.id(&["id"]));
    let is_renamed = settings.providers.contains_key(provider);
    if provider.starts_with("sso:") && !is_renamed {
        return user.misses(SAML);
    }
    let (Some(subject), Some(provider)) = (subject, settings.provider(provider)) else { return };
    user.identity(PortableIdentity {
        provider,
        subject,
        email: data.text(&["email"]).map(str::to_lowercase),
        created_at: row.instant(&["created_at"]),
        last_used_at: row.instant(&["last_sign_in_at"]),
    });
}

/// The newest authenticator app that was confirmed.
fn factors_of(user: &mut ImportedUser, factors: &[Row], settings: &SourceSettings) {
    let mut confirmed: Vec<&Row> = factors.iter().filter(|row| row.text(&["status"]) == Some("verified")).collect();
    confirmed.sort_by_key(|row| std::cmp::Reverse(row.instant(&["created_at"])));
    for row in confirmed {
        match (row.text(&["factor_type"]), row.text(&["secret"])) {
            (Some("totp"), Some(_)) if user.credentials.totp.is_some() => {
                user.misses("a second authenticator app: there is one for each account")
            }
            (Some("totp"), Some(secret)) => {
                let (id, at) = (row.id(&["id"]).unwrap_or_default(), row.instant(&["created_at"]));
                opened(user, "authenticator app", secret, &id, &settings.keys, |user, secret| user.totp_text(secret, at));
            }
            (Some("phone"), _) => user.misses(NO_SMS),
            (Some("webauthn"), _) => user.misses("security key at sign-in: ask for a new one"),
            _ => {}
        }
    }
}

fn stored_passkey(row: &Row) -> StoredPasskey<'_> {
    let bytes = |name: &str| {
        let hex = row.text(&[name])?.strip_prefix("\\x")?;
        data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()
    };
    let transports = row.0.get("transports").map(|value| match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        list => super::row::texts(list),
    });
    StoredPasskey {
        name: row.text(&["friendly_name"]),
        credential_id: bytes("credential_id"),
        cose_key: bytes("public_key"),
        counter: row.integer(&["sign_count"]),
        transports: transports.unwrap_or_default(),
        backup_eligible: row.flag(&["backup_eligible"]),
        backed_up: row.flag(&["backed_up"]),
        // The text of the id that the person keeps.
        foreign_handle: false,
        created_at: row.instant(&["created_at"]),
        last_used_at: row.instant(&["last_used_at"]),
    }
}

/// The tables in a running database.
pub struct SupabaseSource {
    database: ForeignDatabase,
    settings: SourceSettings,
    users: ForeignTable,
    related: [Option<ForeignTable>; 3],
    fingerprint: String,
    /// First those who did not come by single sign-on, then the others; older projects do not tell them apart.
    sso: Option<bool>,
    after: Option<String>,
    since: Option<String>,
    done: u64,
    of: u64,
}

impl SupabaseSource {
    pub async fn open(url: &str, settings: SourceSettings) -> Result<Self, ImportError> {
        let database = ForeignDatabase::connect(url).await.map_err(ImportError::of_source)?;
        let schema = settings.schema.clone();
        let missing = || ImportError::Source(format!("there is no table users in the schema {schema}"));
        let users = database.find_table(&schema, "users").await.map_err(ImportError::of_source)?.ok_or_else(missing)?;
        let mut related = [None, None, None];
        for (table, name) in related.iter_mut().zip(RELATED) {
            *table = database.find_table(&schema, name).await.map_err(ImportError::of_source)?;
        }
        let of = database
            .text(&format!("SELECT count(*)::text FROM {}", users.name))
            .await
            .map_err(ImportError::of_source)?
            .parse()
            .unwrap_or(0);
        let fingerprint = format!("{} {schema}", database.fingerprint().await.map_err(ImportError::of_source)?);
        let sso = users.column(&["is_sso_user"]).map(|_| false);
        Ok(Self { database, settings, users, related, fingerprint, sso, after: None, since: None, done: 0, of })
    }

    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let rows = loop {
            let rows = self.page(limit).await?;
            if rows.is_empty() && self.sso == Some(false) {
                (self.sso, self.after) = (Some(true), None);
                continue;
            }
            break rows;
        };
        let ids: Vec<String> = rows.iter().filter_map(|row| row.id(&["id"])).collect();
        self.after = ids.last().cloned().or(self.after.take());
        self.done += rows.len() as u64;
        let has_all_identities = matches!(self.related, [Some(_), ..]);
        let mut people: Vec<Person> =
            rows.into_iter().map(|user| Person { user, related: Default::default(), has_all_identities }).collect();
        for (place, table) in self.related.iter().enumerate() {
            let Some(table) = table else { continue };
            let rows = self
                .database
                .rows(table, "WHERE t.user_id = ANY($1::text[]::uuid[])", &[], Some(&ids))
                .await
                .map_err(ImportError::of_source)?;
            let mut by_owner: HashMap<String, Vec<Row>> = HashMap::new();
            for row in rows.into_iter().map(Row) {
                by_owner.entry(row.id(&["user_id"]).unwrap_or_default()).or_default().push(row);
            }
            for person in &mut people {
                let owned = person.user.id(&["id"]).and_then(|id| by_owner.remove(&id)).unwrap_or_default();
                if let Some(slot) = person.related.get_mut(place) {
                    *slot = owned;
                }
            }
        }
        Ok(people.into_iter().map(|each| person(each, &self.settings)).collect())
    }

    async fn page(&self, limit: usize) -> Result<Vec<Row>, ImportError> {
        let (mut conditions, mut texts) = (vec!["true".to_owned()], Vec::new());
        if let Some(after) = &self.after {
            texts.push(after.as_str());
            conditions.push(format!("t.id > ${}::text::uuid", texts.len()));
        }
        if let Some(sso) = self.sso {
            conditions.push(format!("t.is_sso_user IS {}", if sso { "TRUE" } else { "NOT TRUE" }));
        }
        if let Some(since) = &self.since {
            texts.push(since.as_str());
            conditions.push(self.changed_since(texts.len()));
        }
        let rest = format!("WHERE {} ORDER BY t.id LIMIT {limit}", conditions.join(" AND "));
        let rows = self.database.rows(&self.users, &rest, &texts, None).await.map_err(ImportError::of_source)?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// A changed identity or factor does not always touch the user's own row.
    fn changed_since(&self, parameter: usize) -> String {
        let later = |table: &ForeignTable, alias: &str| {
            let at = |column: &str| format!("{alias}.{column} >= ${parameter}::text::timestamptz");
            // What was made, and not changed since, may have no `updated_at`.
            let made = table.column(&["created_at"]).map(|column| at(&column));
            std::iter::once(at("updated_at")).chain(made).collect::<Vec<_>>().join(" OR ")
        };
        let related = self.related.iter().flatten().filter(|table| table.column(&["updated_at"]).is_some());
        let related =
            related.map(|table| format!("EXISTS (SELECT 1 FROM {} r WHERE r.user_id = t.id AND ({}))", table.name, later(table, "r")));
        let conditions: Vec<String> = std::iter::once(later(&self.users, "t")).chain(related).collect();
        format!("({})", conditions.join(" OR "))
    }

    pub(super) fn position(&self) -> Value {
        json!({ "after": self.after, "sso": self.sso, "done": self.done })
    }

    pub(super) fn seek(&mut self, position: &Value) {
        self.after = position.get("after").and_then(Value::as_str).map(str::to_owned);
        self.sso = self.sso.map(|first| position.get("sso").and_then(Value::as_bool).unwrap_or(first));
        self.done = position.get("done").and_then(Value::as_u64).unwrap_or(0);
    }

    pub(super) async fn now(&self) -> Result<String, ImportError> {
        self.database.text("SELECT (now() - interval '1 minute')::text").await.map_err(ImportError::of_source)
    }

    pub(super) async fn reconnect(&mut self) -> Result<(), ImportError> {
        self.database.reconnect().await.map_err(ImportError::of_source)
    }

    pub(super) fn since(&mut self, instant: &str) {
        (self.since, self.after, self.sso) = (Some(instant.to_owned()), None, self.sso.map(|_| false));
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn reached(&self) -> Reached {
        Reached { done: self.done, of: Some(self.of), bytes: false }
    }
}
