//! Better Auth: its tables in PostgreSQL. Names of columns may be in camel case, as it makes them, or in snake case, as some adapters
//! do; tables may have other names (`--table user=people`).
//!
//! `role` (of its admin plugin) is written by servers only. Its passkeys know their person by 32 random characters that it keeps nowhere:
//! here their credential id tells whose they are.
//!
//! A linked account that is deleted leaves nothing to be found by: digests of the links, by group of people, are compared at each look.
//!
//! Specs: better-auth, its core schema and the plugins admin, username, phone-number, two-factor, passkey.

use super::passkey::{self, StoredPasskey};
use super::row::Row;
use super::run::notice;
use super::source::{Reached, SourceSettings};
use super::{ImportError, ImportedUser};
use crate::credentials::portable::PortableIdentity;
use crate::storage::foreign::{ForeignDatabase, ForeignTable};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// What `--table` may give another name.
const TABLES: [&str; 4] = ["user", "account", "twoFactor", "passkey"];

const NO_SECRET: &str =
    "authenticator app: it is switched on, but the table twoFactor has no row for it, or has another name (--table twoFactor=NAME)";

/// A table that belongs to people, with its column that names them.
struct Owned {
    table: ForeignTable,
    owner: String,
}

/// The tables in a running database.
pub struct BetterAuthSource {
    database: ForeignDatabase,
    settings: SourceSettings,
    users: ForeignTable,
    accounts: Option<Owned>,
    two_factors: Option<Owned>,
    passkeys: Option<Owned>,
    fingerprint: String,
    after: Option<String>,
    since: Option<String>,
    /// Of people whose links are others than they were, see [`BetterAuthSource::links`].
    groups: Vec<u32>,
    done: u64,
    of: u64,
}

impl BetterAuthSource {
    pub async fn open(url: &str, settings: SourceSettings) -> Result<Self, ImportError> {
        if let Some(unknown) = settings.tables.keys().find(|table| !TABLES.contains(&table.as_str())) {
            return Err(ImportError::Usage(format!("--table knows no {unknown:?}, but {}", TABLES.join(", "))));
        }
        let database = ForeignDatabase::connect(url).await.map_err(ImportError::of_source)?;
        let schema = settings.schema.clone();
        let named = settings.tables.get("user").map_or("user", String::as_str);
        let users = database.find_table(&schema, named).await.map_err(ImportError::of_source)?;
        let users = users.ok_or_else(|| ImportError::Source(format!("there is no table {named} in the schema {schema}")))?;
        let accounts = find_owned(&database, &settings, "account").await?;
        if accounts.is_none() {
            notice(&format!(
                "the schema {schema} has no table account of Better Auth, so no passwords come; has it another name? --table account=NAME"
            ));
        }
        let two_factors = find_owned(&database, &settings, "twoFactor").await?;
        let passkeys = find_owned(&database, &settings, "passkey").await?;
        let of = database
            .text(&format!("SELECT count(*)::text FROM {}", users.name))
            .await
            .map_err(ImportError::of_source)?
            .parse()
            .unwrap_or(0);
        let fingerprint = format!("{} {schema}", database.fingerprint().await.map_err(ImportError::of_source)?);
        Ok(Self {
            database,
            settings,
            users,
            accounts,
            two_factors,
            passkeys,
            fingerprint,
            after: None,
            since: None,
            groups: Vec::new(),
            done: 0,
            of,
        })
    }

    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let rows = self.page(limit).await?;
        let ids: Vec<String> = rows.iter().filter_map(|row| row.id(&["id"])).collect();
        self.after = ids.last().cloned().or(self.after.take());
        self.done += rows.len() as u64;
        let mut accounts = self.owned(self.accounts.as_ref(), &ids).await?;
        let mut two_factors = self.owned(self.two_factors.as_ref(), &ids).await?;
        let mut passkeys = self.owned(self.passkeys.as_ref(), &ids).await?;
        let people = rows.into_iter().map(|row| {
            let id = row.id(&["id"]).unwrap_or_default();
            let of = |owned: &mut HashMap<String, Vec<Row>>| owned.remove(&id).unwrap_or_default();
            let (accounts, two_factors, passkeys) = (of(&mut accounts), of(&mut two_factors), of(&mut passkeys));
            let mut user = person(&row, &accounts, &two_factors, &self.settings);
            user.tells("identities", self.accounts.is_some());
            passkeys.iter().for_each(|row| passkey::take(&mut user, stored_passkey(row), &self.settings));
            user
        });
        Ok(people.collect())
    }

    async fn page(&self, limit: usize) -> Result<Vec<Row>, ImportError> {
        let (mut conditions, mut texts) = (vec!["true".to_owned()], Vec::new());
        if let Some(after) = &self.after {
            texts.push(after.as_str());
            conditions.push(format!("t.id::text > ${}", texts.len()));
        }
        if let Some(since) = &self.since {
            texts.push(since.as_str());
            conditions.push(self.changed_since(texts.len())?);
        }
        let rest = format!("WHERE {} ORDER BY t.id::text LIMIT {limit}", conditions.join(" AND "));
        let rows = self.database.rows(&self.users, &rest, &texts, None).await.map_err(ImportError::of_source)?;
        Ok(rows.into_iter().map(Row).collect())
    }

    fn changed_since(&self, parameter: usize) -> Result<String, ImportError> {
        const NAMES: [&str; 2] = ["updatedAt", "updated_at"];
        let column = self.users.column(&NAMES);
        let column = column.ok_or_else(|| ImportError::Source("the table of users does not say when a row was changed".to_owned()))?;
        let mut condition = format!("t.{column} >= ${parameter}::text::timestamptz");
        // A passkey's row says only when it was made.
        let made: &[&str] = &["createdAt", "created_at"];
        for (owned, names) in [(&self.accounts, &NAMES[..]), (&self.passkeys, made)] {
            let Some((owned, column)) = owned.as_ref().and_then(|owned| Some((owned, owned.table.column(names)?))) else { continue };
            let Owned { table, owner } = owned;
            let name = &table.name;
            condition.push_str(&format!(
                " OR EXISTS (SELECT 1 FROM {name} r WHERE r.{owner} = t.id AND r.{column} >= ${parameter}::text::timestamptz)"
            ));
        }
        if !self.groups.is_empty() {
            let groups: Vec<String> = self.groups.iter().map(u32::to_string).collect();
            condition.push_str(&format!(" OR {} IN ({})", group_of("t.id"), groups.join(", ")));
        }
        Ok(format!("({condition})"))
    }

    async fn owned(&self, owned: Option<&Owned>, ids: &[String]) -> Result<HashMap<String, Vec<Row>>, ImportError> {
        let mut by_owner: HashMap<String, Vec<Row>> = HashMap::new();
        let Some(Owned { table, owner }) = owned else { return Ok(by_owner) };
        let rows = self
            .database
            .rows(table, &format!("WHERE t.{owner}::text = ANY($1::text[])"), &[], Some(ids))
            .await
            .map_err(ImportError::of_source)?;
        for row in rows.into_iter().map(Row) {
            by_owner.entry(row.id(&["userId", "user_id"]).unwrap_or_default()).or_default().push(row);
        }
        Ok(by_owner)
    }

    pub(super) fn position(&self) -> Value {
        json!({ "after": self.after, "done": self.done })
    }

    pub(super) fn seek(&mut self, position: &Value) {
        self.after = position.get("after").and_then(Value::as_str).map(str::to_owned);
        self.done = position.get("done").and_then(Value::as_u64).unwrap_or(0);
    }

    pub(super) async fn now(&self) -> Result<String, ImportError> {
        self.database.text("SELECT (now() - interval '1 minute')::text").await.map_err(ImportError::of_source)
    }

    pub(super) async fn reconnect(&mut self) -> Result<(), ImportError> {
        self.database.reconnect().await.map_err(ImportError::of_source)
    }

    /// A digest of the linked accounts of each group of people: a row that is deleted leaves no instant behind, and the account's own row
    /// is not touched.
    pub(super) async fn links(&self) -> Result<BTreeMap<u32, String>, ImportError> {
        let columns = self.accounts.as_ref().and_then(|Owned { table, owner }| {
            let (provider, subject) = (table.column(&["providerId", "provider_id"])?, table.column(&["accountId", "account_id"])?);
            Some((&table.name, owner, provider, subject))
        });
        let Some((name, owner, provider, subject)) = columns else { return Ok(BTreeMap::new()) };
        let query = format!(
            "(SELECT {} AS people, sum(hashtext(concat_ws(' ', r.{owner}, r.{provider}, r.{subject})))::text AS links FROM {name} r GROUP BY 1)",
            group_of(&format!("r.{owner}"))
        );
        let groups = ForeignTable { name: query, columns: Vec::new() };
        let rows = self.database.rows(&groups, "WHERE t.people IS NOT NULL", &[], None).await.map_err(ImportError::of_source)?;
        let pair = |row: Row| Some((u32::try_from(row.integer(&["people"])?).ok()?, row.id(&["links"])?));
        Ok(rows.into_iter().map(Row).filter_map(pair).collect())
    }

    pub(super) fn since(&mut self, instant: &str, groups: &[u32]) {
        (self.since, self.after, self.groups) = (Some(instant.to_owned()), None, groups.to_vec());
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn reached(&self) -> Reached {
        Reached { done: self.done, of: Some(self.of), bytes: false }
    }
}

/// A table of people's, which may be missing unless the operator names it.
async fn find_owned(database: &ForeignDatabase, settings: &SourceSettings, table: &str) -> Result<Option<Owned>, ImportError> {
    let (schema, named) = (&settings.schema, settings.tables.get(table));
    let name = named.map_or(table, String::as_str);
    match database.find_table(schema, name).await.map_err(ImportError::of_source)? {
        Some(found) => match (found.column(&["userId", "user_id"]), named) {
            (Some(owner), _) => Ok(Some(Owned { table: found, owner })),
            (None, Some(_)) => Err(ImportError::Source(format!("the table {name} has no column userId or user_id: it is no {table}"))),
            (None, None) => Ok(None),
        },
        None if named.is_some() => {
            Err(ImportError::Source(format!("there is no table {name} in the schema {schema}, which --table names for {table}")))
        }
        None => Ok(None),
    }
}

/// SQL of the group that a person is in: 1,024 of them are few enough to be kept, and small enough to be read anew.
fn group_of(id: &str) -> String {
    format!("(hashtext({id}::text) & 1023)")
}

fn person(row: &Row, accounts: &[Row], two_factors: &[Row], settings: &SourceSettings) -> ImportedUser {
    let mut user = ImportedUser::new(row.id(&["id"]).unwrap_or_default());
    user.email = row.text(&["email"]).map(str::to_owned);
    user.email_verified = row.flag(&["emailVerified", "email_verified"]);
    user.created_at = row.instant(&["createdAt", "created_at"]);
    user.updated_at = row.instant(&["updatedAt", "updated_at"]).or(user.created_at);
    user.claim("name", row.0.get("name"));
    user.claim("picture", row.0.get("image"));
    let username =
        ["displayUsername", "display_username", "username"].iter().find_map(|name| row.0.get(*name).filter(|value| !value.is_null()));
    user.claim("preferred_username", username);
    if let Some(phone) = row.text(&["phoneNumber", "phone_number"]) {
        user.phone(phone, row.flag(&["phoneNumberVerified", "phone_number_verified"]));
    }
    user.tells("email_verified", row.says(&["emailVerified", "email_verified"]));
    user.tells("enabled", row.says(&["banned"]));
    user.tells("name", row.says(&["name"]));
    user.tells("picture", row.says(&["image"]));
    user.tells("preferred_username", row.says(&["displayUsername", "display_username", "username"]));
    user.tells("phone_number", row.says(&["phoneNumber", "phone_number"]));
    user.tells("phone_number_verified", row.says(&["phoneNumberVerified", "phone_number_verified"]));
    user.tells("roles", row.says(&["role"]));
    user.tells("groups", false);
    if row.flag(&["isAnonymous", "is_anonymous"]) {
        user.refuse("anonymous there");
    }
    let ban_end = ["banExpires", "ban_expires"];
    let is_over = row.has(&ban_end) && row.instant(&ban_end).is_some_and(|until| until <= settings.clock.now());
    user.enabled = !row.flag(&["banned"]) || is_over;
    let roles = row.text(&["role"]).unwrap_or_default().split(',').map(str::trim);
    user.roles = roles.filter(|role| !role.is_empty()).map(str::to_owned).collect();
    for account in accounts {
        let provider = account.text(&["providerId", "provider_id"]).unwrap_or_default();
        match (provider, account.text(&["password"])) {
            ("credential", Some(stored)) => user.password(stored, account.instant(&["updatedAt", "updated_at"])),
            ("credential", None) => {}
            (provider, _) => {
                let subject = account.id(&["accountId", "account_id"]);
                if let (Some(subject), Some(provider)) = (subject, settings.provider(provider)) {
                    let created_at = account.instant(&["createdAt", "created_at"]);
                    user.identity(PortableIdentity { provider, subject, email: None, created_at, last_used_at: None });
                }
            }
        }
    }
    if row.flag(&["twoFactorEnabled", "two_factor_enabled"]) {
        if two_factors.is_empty() {
            user.misses(NO_SECRET);
        }
        two_factors.iter().for_each(|row| two_factor(&mut user, row, settings));
    }
    user
}

/// The plain value's own bytes are the key, unless it says that it is base 32.
fn two_factor(user: &mut ImportedUser, row: &Row, settings: &SourceSettings) {
    let unconfirmed = row.has(&["verified"]) && !row.flag(&["verified"]);
    let Some(stored) = row.text(&["secret"]).filter(|_| !unconfirmed) else { return };
    match settings.keys.open_better_auth(stored) {
        Ok(plain) => match plain.strip_prefix("base32:") {
            Some(text) => user.totp_text(text, None),
            None => user.totp(plain.as_bytes(), None),
        },
        Err(why) => user.misses(format!("authenticator app: {why}")),
    }
}

/// The key in Base64, the id in base64url, as browsers give it.
fn stored_passkey(row: &Row) -> StoredPasskey<'_> {
    let bytes = |names: &[&str]| {
        let text = row.text(names)?.trim_end_matches('=').replace('+', "-").replace('/', "_");
        URL_SAFE_NO_PAD.decode(text).ok()
    };
    let transports = row.text(&["transports"]).unwrap_or_default().split(',').map(str::trim);
    StoredPasskey {
        name: row.text(&["name"]),
        credential_id: bytes(&["credentialID", "credential_id", "credentialId"]),
        cose_key: bytes(&["publicKey", "public_key"]),
        counter: row.integer(&["counter"]),
        transports: transports.filter(|transport| !transport.is_empty()).map(str::to_owned).collect(),
        backup_eligible: row.text(&["deviceType", "device_type"]) == Some("multiDevice"),
        backed_up: row.flag(&["backedUp", "backed_up"]),
        foreign_handle: true,
        created_at: row.instant(&["createdAt", "created_at"]),
        last_used_at: None,
    }
}
