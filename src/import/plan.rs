//! What becomes of each person of a batch: nothing is written here.
//!
//! Order of checks: 1. what the source says can be read, and says it for the first time; 2. they were brought in before: what has changed
//! there since, or nothing, where they were deleted here; 3. the source says that they do not come; 4. they have an address; 5. their id is
//! nobody's here; 6. their address is nobody's here. Nobody is merged with an account by address: whoever had it there has proven nothing
//! here.
//!
//! Cost: 5 round trips a batch, one more where there are passkeys, one more where addresses are taken, one more where ids could be those
//! of clients (UUIDs cannot), up to two more where people were brought in before.

use super::auth0::NO_HASH;
use super::report::{Entry, Missing, Verdict};
use super::seen::{PHONE_NUMBER, Seen, follow};
use super::taken::{Earlier, Taken};
use super::{ImportError, ImportedUser};
use crate::clients::declared::declares_client;
use crate::clients::{ClientId, list_client_ids_among};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::credentials::portable::{
    PortableCredentials, PortableIdentity, PortablePasskey, list_owners_of_identities, list_owners_of_passkeys, list_owners_of_passwords,
    list_owners_of_totp_secrets,
};
use crate::random::Random;
use crate::storage::Connection;
use crate::storage::columns::Json;
use crate::upstreams::Upstreams;
use crate::users::{self, ADMINISTRATOR, Email, ImportedFrom, User, UserId};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// What is the same for a whole run.
pub(super) struct Context<'a> {
    /// The name that the source goes by here.
    pub source: &'a str,
    /// Whether `ostiary:admin` may come.
    pub is_our_own: bool,
    /// Whether those who were brought in before are left as they are.
    pub only_new: bool,
    pub earlier: &'a Earlier,
    pub upstreams: &'a Upstreams,
    /// It may declare clients that no server has brought into the database yet.
    pub config: &'a Config,
    pub random: &'a Random,
    pub now: Timestamp,
}

/// What is to be done for one person.
pub(super) struct Planned {
    pub entry: Entry,
    pub step: Step,
}

pub(super) enum Step {
    Nothing,
    Create(Box<Creation>),
    Update(Box<Change>),
}

pub(super) struct Creation {
    pub user: User,
    pub credentials: PortableCredentials,
    pub from: ImportedFrom,
}

pub(super) struct Change {
    pub user: User,
    /// When the account had last been changed as it was read.
    pub read_at: Timestamp,
    /// The account was switched off, or its password changed: what was begun with the old one ends.
    pub ends_sessions: bool,
    pub password: Option<String>,
    pub replaces_totp: bool,
    /// Only what is new.
    pub credentials: PortableCredentials,
    pub removed_identities: Vec<(String, String)>,
    pub from: ImportedFrom,
}

/// Everything that the database says of a batch.
struct Known {
    imported: HashMap<String, ImportedFrom>,
    /// Ids of the source.
    deleted: HashSet<String>,
    by_id: HashMap<UserId, User>,
    by_email: HashMap<String, UserId>,
    /// Ids of the batch that are client_ids.
    clients: HashSet<ClientId>,
    /// Of those who have an address of the batch, whom this source brought in.
    of_source: HashSet<UserId>,
    identities: HashMap<(String, String), UserId>,
    passkeys: HashMap<String, UserId>,
    /// Who of those that were brought in before has a password here, and who an authenticator app.
    with_password: HashSet<UserId>,
    with_totp: HashSet<UserId>,
}

pub(super) async fn plan(
    connection: &mut Connection,
    context: &Context<'_>,
    batch: &[ImportedUser],
    taken: &mut Taken,
) -> Result<Vec<Planned>, ImportError> {
    let mut known = look_up(connection, context, batch).await?;
    Ok(batch.iter().map(|user| decide(context, user.clone(), &mut known, taken)).collect())
}

async fn look_up(connection: &mut Connection, context: &Context<'_>, batch: &[ImportedUser]) -> Result<Known, ImportError> {
    let ids: Vec<String> = batch.iter().map(|user| user.id.clone()).collect();
    let imported = users::list_imported_users(connection, context.source, &ids).await?;
    let deleted = users::list_deleted_imports(connection, context.source, &ids).await?;
    let emails: Vec<Email> = batch.iter().filter_map(|user| Email::parse(user.email.as_deref()?).ok()).collect();
    let ids: Vec<UserId> = ids.into_iter().map(UserId::new).chain(imported.iter().map(|row| row.user_id.clone())).collect();
    let people = users::list_users_among(connection, &ids, &emails).await?;
    let is_known = |user: &User| imported.iter().any(|row| row.user_id == user.id);
    let owners: Vec<UserId> = people.iter().filter(|user| !is_known(user)).map(|user| user.id.clone()).collect();
    let of_source = if owners.is_empty() { Vec::new() } else { users::list_imported_among(connection, context.source, &owners).await? };
    let client_ids: Vec<ClientId> = batch.iter().filter(|user| user.keeps_id).filter_map(|user| ClientId::parse(&user.id).ok()).collect();
    let subjects: Vec<String> =
        batch.iter().flat_map(|user| &user.credentials.identities).map(|identity| identity.subject.clone()).collect();
    let keys: Vec<String> = batch.iter().flat_map(|user| &user.credentials.passkeys).map(|key| key.credential_id.clone()).collect();
    let known: Vec<UserId> = imported.iter().map(|row| row.user_id.clone()).collect();
    let tells_totp = batch.iter().any(|user| user.credentials.totp.is_some());
    Ok(Known {
        deleted,
        clients: if client_ids.is_empty() { HashSet::new() } else { list_client_ids_among(connection, &client_ids).await? },
        with_password: if known.is_empty() { HashSet::new() } else { list_owners_of_passwords(connection, &known).await? },
        with_totp: if known.is_empty() || !tells_totp { HashSet::new() } else { list_owners_of_totp_secrets(connection, &known).await? },
        imported: imported.into_iter().map(|row| (row.source_id.clone(), row)).collect(),
        of_source: of_source.into_iter().chain(known).collect(),
        by_email: people.iter().map(|user| (user.email.as_str().to_owned(), user.id.clone())).collect(),
        by_id: people.into_iter().map(|user| (user.id.clone(), user)).collect(),
        identities: if subjects.is_empty() { HashMap::new() } else { list_owners_of_identities(connection, &subjects).await? },
        passkeys: if keys.is_empty() { HashMap::new() } else { list_owners_of_passkeys(connection, &keys).await? },
    })
}

const ADDRESS_TWICE: &str = "its address is twice in the source: the first keeps it";

fn decide(context: &Context<'_>, mut user: ImportedUser, known: &mut Known, taken: &mut Taken) -> Planned {
    if !context.is_our_own && user.roles.iter().any(|role| role == ADMINISTRATOR) {
        user.roles.retain(|role| role != ADMINISTRATOR);
        user.misses("role ostiary:admin: give it here, to whom you mean");
    }
    if let Some(why) = user.unreadable.clone() {
        return skipped(context, user, &why, None);
    }
    if !user.id.is_empty() && (context.earlier.had(&user.id) || !taken.take("source id", &user.id)) {
        return skipped(context, user, "it is twice in the source: the first counts", None);
    }
    let email = user.email.as_deref().and_then(|email| Email::parse(email).ok());
    let before = known.imported.get(&user.id).and_then(|row| Some((row.clone(), known.by_id.get(&row.user_id)?.clone())));
    if let Some((row, current)) = before {
        return change(context, user, email, row, current, known, taken);
    }
    if known.deleted.contains(&user.id) {
        return skipped(context, user, "deleted here", None);
    }
    if let Some(why) = user.refused.clone() {
        return skipped(context, user, &why, None);
    }
    if user.id.is_empty() {
        return skipped(context, user, "it has no id", None);
    }
    let Some(email) = email else {
        let why = if user.email.is_some() { "its address is no email address" } else { "it has no email address" };
        return skipped(context, user, why, None);
    };
    if user.keeps_id && !can_be_sub(&user.id) {
        user.misses("id: it cannot be a `sub` (printable ASCII, 255 characters at most); the account gets a new one");
        user.keeps_id = false;
    }
    // RFC 9700 §4.15: in tokens, the client would pass for the person.
    if user.keeps_id && (known.clients.contains(user.id.as_str()) || declares_client(context.config, &user.id)) {
        user.misses("id: it is a client_id here, and a client must not pass for a person (RFC 9700 §4.15); the account gets a new one");
        user.keeps_id = false;
    }
    let id = if user.keeps_id { UserId::new(user.id.clone()) } else { UserId::generate(context.random, context.now) };
    if known.by_id.contains_key(&id) || !taken.take("id", id.as_str()) {
        return skipped(context, user, "an account with this id is here already", Some(&id));
    }
    if let Some(owner) = known.by_email.get(email.as_str()).cloned() {
        let why = if known.of_source.contains(&owner) { ADDRESS_TWICE } else { "an account with this address is here already" };
        return skipped(context, user, why, Some(&owner));
    }
    if !taken.take("email", email.as_str()) {
        return skipped(context, user, ADDRESS_TWICE, None);
    }
    create(context, user, id, email, known, taken)
}

fn create(context: &Context<'_>, mut user: ImportedUser, id: UserId, email: Email, known: &Known, taken: &mut Taken) -> Planned {
    keep_own_identities(&mut user, &id, known, taken);
    let seen = Seen::of(&user);
    let now = context.now;
    let mut account = User::new(id.clone(), email, None, now);
    account.email_verified = user.email_verified;
    account.phone_number_verified = user.phone_number_verified;
    account.enabled = user.enabled;
    account.profile = Json(user.profile.clone());
    account.attributes = Json(user.attributes.clone());
    account.roles = Json(user.roles.clone());
    account.groups = Json(user.groups.clone());
    account.created_at = user.created_at.unwrap_or(now);
    account.updated_at = user.updated_at.unwrap_or(now);
    account.deletion_due_at = user.deletion_due_at;
    account.sign_up_language = user.sign_up_language.clone();
    let from = from(context, &user.id, &id, &seen);
    let entry = entry(context, &user, Verdict::Created, Some(&id), None);
    Planned { entry, step: Step::Create(Box::new(Creation { user: account, credentials: user.credentials, from })) }
}

/// What has changed there since. What the source does not tell has not.
fn change(
    context: &Context<'_>,
    mut user: ImportedUser,
    email: Option<Email>,
    row: ImportedFrom,
    mut account: User,
    known: &Known,
    taken: &mut Taken,
) -> Planned {
    // Whoever was deleted there does not go on here.
    user.enabled &= user.refused.is_none();
    keep_own_identities(&mut user, &account.id, known, taken);
    let (after, read_at) = (Seen::of(&user), account.updated_at);
    let before: Seen = serde_json::from_str(&row.seen).unwrap_or_default();
    let before = before.told_apart(&user, &after, read_at > row.imported_at);
    let after = after.keeping(&before, &user);
    let id = account.id.clone();
    if known.with_password.contains(&id) {
        user.missing.retain(|what| what.text != NO_HASH);
    }
    if before == after || context.only_new {
        return Planned { entry: entry(context, &user, Verdict::Unchanged, Some(&id), None), step: Step::Nothing };
    }
    keep_what_was_set_here(&mut user, &id, &before, known);
    let was = account.clone();
    change_email(&mut account, &mut user, email, (&before, &after), known, taken);
    change_phone(&mut account, &user, &before, &after);
    follow(&mut account.profile.0, &user.profile, &before.profile, &after.profile);
    follow(&mut account.attributes.0, &user.attributes, &before.attributes, &after.attributes);
    if before.roles != after.roles {
        let keeps_admin = account.roles.0.iter().any(|role| role == ADMINISTRATOR) && !user.roles.iter().any(|role| role == ADMINISTRATOR);
        account.roles = Json(user.roles.iter().cloned().chain(keeps_admin.then(|| ADMINISTRATOR.to_owned())).collect());
    }
    if before.groups != after.groups {
        account.groups = Json(user.groups.clone());
    }
    let is_disabled = before.enabled && !after.enabled;
    if before.enabled != after.enabled {
        account.enabled = after.enabled;
    }
    account.updated_at = context.now;
    // This import made the account, perhaps before the source told when it was made there.
    account.created_at = user.created_at.map_or(account.created_at, |at| at.min(account.created_at));
    let password = user.credentials.password.as_ref().filter(|_| before.password != after.password).map(|password| password.hash.clone());
    let replaces_totp = after.totp.is_some() && before.totp != after.totp;
    let credentials = PortableCredentials {
        password: None,
        totp: user.credentials.totp.clone().filter(|_| replaces_totp),
        phone_factor: None,
        identities: new_identities(&user, &before, known),
        passkeys: new_passkeys(&user, &before, known),
    };
    let removed_identities: Vec<_> = before.identities.into_iter().filter(|identity| !after.identities.contains(identity)).collect();
    let from = from(context, &user.id, &id, &after);
    let mut entry = entry(context, &user, Verdict::Updated, Some(&id), None);
    entry.changes = changes(&was, &account, &removed_identities);
    let replaced = [
        (password.is_some() && known.with_password.contains(&id), "password replaced"),
        (replaces_totp && known.with_totp.contains(&id), "authenticator app replaced"),
    ];
    entry.changes.extend(replaced.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| Missing::of_a_kind(what)));
    let ends_sessions = is_disabled || password.is_some();
    let change = Change { user: account, read_at, ends_sessions, password, replaces_totp, credentials, removed_identities, from };
    Planned { entry, step: Step::Update(Box::new(change)) }
}

/// A password, or an authenticator app, that the source tells for the first time does not take the place of one that the person has set up
/// here since they came.
fn keep_what_was_set_here(user: &mut ImportedUser, id: &UserId, before: &Seen, known: &Known) {
    if before.password.is_none() && known.with_password.contains(id) && user.credentials.password.take().is_some() {
        user.misses("password: one was set here before the source told of it");
    }
    if before.totp.is_none() && known.with_totp.contains(id) && user.credentials.totp.take().is_some() {
        user.misses("authenticator app: one was added here before the source told of it");
    }
}

/// What an operator wants to know before it happens: whatever is taken away, and whoever may sign in again.
fn changes(was: &User, account: &User, removed_identities: &[(String, String)]) -> Vec<Missing> {
    let flags = [
        (!was.enabled && account.enabled, "switched on again"),
        (was.enabled && !account.enabled, "switched off"),
        (was.email_verified && !account.email_verified, "its address is not verified any more"),
        (was.phone_number_verified && !account.phone_number_verified, "its telephone number is not verified any more"),
    ];
    let mut changes: Vec<Missing> = flags.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| Missing::of_a_kind(what)).collect();
    let names = |claims: &Json<Map<String, Value>>| claims.0.keys().cloned().collect::<Vec<_>>();
    for (kind, before, after) in [
        ("roles", was.roles.0.clone(), account.roles.0.clone()),
        ("groups", was.groups.0.clone(), account.groups.0.clone()),
        ("claims", names(&was.profile), names(&account.profile)),
        ("attributes", names(&was.attributes), names(&account.attributes)),
    ] {
        let gone: Vec<String> = before.into_iter().filter(|name| !after.contains(name)).collect();
        if !gone.is_empty() {
            changes.push(Missing::counted_as(&format!("{kind} taken away"), format!("{kind} taken away: {}", gone.join(", "))));
        }
    }
    changes.extend(removed_identities.iter().map(|(provider, _)| Missing::of_a_kind(format!("linked account taken away ({provider})"))));
    changes
}

/// An address that changed there is the account's from now on. Whether it is proven counts for the address that was said to be, and for no
/// other that a person has taken here since.
fn change_email(
    account: &mut User,
    user: &mut ImportedUser,
    email: Option<Email>,
    (before, after): (&Seen, &Seen),
    known: &Known,
    taken: &mut Taken,
) {
    let Some(email) = email else { return };
    if email == account.email {
        if before.email != after.email {
            // What was proven here stays proven.
            account.email_verified |= user.email_verified;
        } else if before.email_verified != after.email_verified {
            account.email_verified = user.email_verified;
        }
    } else if before.email != after.email {
        if known.by_email.contains_key(email.as_str()) || !taken.take("email", email.as_str()) {
            user.misses("changed address: an account with it is here already");
        } else {
            (account.email, account.email_verified) = (email, user.email_verified);
        }
    }
}

/// The same of the telephone number.
fn change_phone(account: &mut User, user: &ImportedUser, before: &Seen, after: &Seen) {
    let number = user.profile.get(PHONE_NUMBER);
    let is_same = number == account.profile.0.get(PHONE_NUMBER);
    if before.phone != after.phone && is_same {
        account.phone_number_verified |= user.phone_number_verified;
    } else if before.phone != after.phone {
        match number {
            Some(number) => account.profile.0.insert(PHONE_NUMBER.to_owned(), number.clone()),
            None => account.profile.0.remove(PHONE_NUMBER),
        };
        account.phone_number_verified = user.phone_number_verified;
    } else if before.phone_verified != after.phone_verified && is_same {
        account.phone_number_verified = user.phone_number_verified;
    }
}

/// Leaves behind what opens another's account.
fn keep_own_identities(user: &mut ImportedUser, id: &UserId, known: &Known, taken: &mut Taken) {
    let mut missing = Vec::new();
    user.credentials.identities.retain(|identity| {
        let PortableIdentity { provider, subject, .. } = identity;
        let owner = known.identities.get(&(provider.clone(), subject.clone()));
        let own = owner.map_or_else(|| taken.take(&format!("identity of {provider}"), subject), |owner| owner == id);
        if !own {
            missing.push(Missing::of_a_kind(format!("linked account ({provider}): it opens another account here")));
        }
        own
    });
    user.credentials.passkeys.retain(|key| {
        let own = known.passkeys.get(&key.credential_id).map_or_else(|| taken.take("passkey", &key.credential_id), |owner| owner == id);
        if !own {
            missing.push(Missing::named("passkey", &key.name, "it opens another account here"));
        }
        own
    });
    user.missing.extend(missing);
}

/// What was told before and is not here any more was taken away here, and stays away.
fn new_identities(user: &ImportedUser, before: &Seen, known: &Known) -> Vec<PortableIdentity> {
    let is_new = |identity: &&PortableIdentity| {
        let pair = (identity.provider.clone(), identity.subject.clone());
        !known.identities.contains_key(&pair) && !before.identities.contains(&pair)
    };
    user.credentials.identities.iter().filter(is_new).cloned().collect()
}

/// The same.
fn new_passkeys(user: &ImportedUser, before: &Seen, known: &Known) -> Vec<PortablePasskey> {
    let is_new = |key: &&PortablePasskey| !known.passkeys.contains_key(&key.credential_id) && !before.passkeys.contains(&key.credential_id);
    user.credentials.passkeys.iter().filter(is_new).cloned().collect()
}

/// OpenID Connect Core §2: at most 255 ASCII characters; of those, what can be seen.
fn can_be_sub(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

fn from(context: &Context<'_>, source_id: &str, user_id: &UserId, seen: &Seen) -> ImportedFrom {
    ImportedFrom {
        source: context.source.to_owned(),
        source_id: source_id.to_owned(),
        user_id: user_id.clone(),
        seen: serde_json::to_string(seen).unwrap_or_default(),
        imported_at: context.now,
    }
}

fn skipped(context: &Context<'_>, user: ImportedUser, why: &str, owner: Option<&UserId>) -> Planned {
    Planned {
        entry: Entry { comes: Vec::new(), missing: Vec::new(), ..entry(context, &user, Verdict::Skipped, owner, Some(why)) },
        step: Step::Nothing,
    }
}

fn entry(context: &Context<'_>, user: &ImportedUser, verdict: Verdict, id: Option<&UserId>, why: Option<&str>) -> Entry {
    Entry {
        source_id: user.id.clone(),
        verdict,
        user_id: id.map(|id| id.as_str().to_owned()),
        email: user.email.clone(),
        why: why.map(str::to_owned),
        comes: user.comes(context.upstreams),
        missing: user.missing.clone(),
        changes: Vec::new(),
    }
}
