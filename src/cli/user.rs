//! `ostiary user …`.

use super::client_settings::listed;
use super::output::{Output, Table};
use super::{CliError, Opened};
use crate::credentials::factors::{delete_second_factors, find_factors};
use crate::credentials::mailed_proofs::end_proofs_of;
use crate::credentials::password::WeakPassword;
use crate::credentials::set_password_hash;
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::mail::notices::Notice;
use crate::sessions::end_sessions_of;
use crate::storage::columns::Json;
use crate::users::{self, Email, User, UserId};
use crate::web::deletion::delete_account;
use crate::web::notices::tell_absent;
use crate::web::problems::{LONGEST_NAME, NameProblem};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::io::IsTerminal;

/// People.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; asks for the password, or reads it from standard input
    Create(CreateUser),
    /// List people, oldest first
    List {
        /// The id after which to go on
        #[arg(long)]
        after: Option<String>,
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
    /// Show one person, by address or id
    Show { user: String },
    /// Switch an account off; sessions and tokens end at once
    Disable { user: String },
    /// Switch an account on again
    Enable { user: String },
    /// Set a password; asks for it, or reads it from standard input; sessions and tokens end
    SetPassword { user: String },
    /// Take all second factors away from somebody who has lost them; sessions and tokens end
    RemoveSecondFactors { user: String },
    /// Set roles, or groups, or both; a list replaces what was there, and an empty text alone takes all away
    Update {
        user: String,
        #[arg(long = "role")]
        roles: Option<Vec<String>>,
        #[arg(long = "group")]
        groups: Option<Vec<String>>,
    },
    /// Delete a person and everything that is known of them
    Delete { user: String },
}

#[derive(Debug, Args)]
pub struct CreateUser {
    email: String,
    #[arg(long)]
    name: Option<String>,
    /// May be repeated; `ostiary:admin` makes an administrator
    #[arg(long = "role")]
    roles: Vec<String>,
    #[arg(long = "group")]
    groups: Vec<String>,
    /// The address is known to be theirs
    #[arg(long)]
    email_verified: bool,
    /// An attribute for claim mappings: `name=value`, the value JSON or text; may be repeated
    #[arg(long = "attribute")]
    attributes: Vec<String>,
    /// An account that cannot sign in with a password yet
    #[arg(long)]
    without_password: bool,
}

pub(super) async fn run(opened: &Opened, command: UserCommand) -> Result<Output, CliError> {
    let app = &opened.app;
    match command {
        UserCommand::Create(create) => self::create(opened, create).await,
        UserCommand::List { after, limit } => {
            let after = after.map(UserId::new);
            let mut connection = app.storage.read().await?;
            let found = users::list_users(&mut connection, after.as_ref(), i64::from(limit.max(1))).await?;
            let total = users::count_users(&mut connection).await?;
            let mut table = Table::new(["id", "email", "name", "enabled", "roles"]);
            for user in &found {
                table.row([
                    user.id.as_str(),
                    user.email.as_str(),
                    user.display_name(),
                    if user.enabled { "yes" } else { "no" },
                    &user.roles.0.join(" "),
                ]);
            }
            Ok(Output::new(format!("{table}\n{} of {total}", found.len()), json!({ "users": found, "total": total })))
        }
        UserCommand::Show { user } => Ok(Output::document(json!(find(opened, &user).await?))),
        UserCommand::Disable { user } => set_enabled(opened, &user, false).await,
        UserCommand::Enable { user } => set_enabled(opened, &user, true).await,
        UserCommand::SetPassword { user } => {
            let user = find(opened, &user).await?;
            let hash = hash_new_password(opened, &[user.email.as_str(), user.display_name()]).await?;
            let now = app.now();
            opened
                .transaction(async |connection| {
                    let had_one = find_factors(connection, &user.id).await?.password;
                    set_password_hash(connection, &user.id, &hash, now).await?;
                    users::cut_off(connection, &user.id, now).await?;
                    end_proofs_of(connection, &user.id).await?;
                    delete_trusted_devices_of(connection, &user.id).await?;
                    end_sessions_of(connection, &user.id, None, EndReason::PasswordChanged, now).await?;
                    end_grants_of_user(connection, &user.id, None, EndReason::PasswordChanged, now).await?;
                    events::record(connection, app, EventKind::PasswordChanged, &About::user(&user.id).with("by", "operator")).await?;
                    // A running server, or the next one, sends it.
                    let notice = if had_one { Notice::PasswordChanged } else { Notice::PasswordAdded };
                    tell_absent(app, connection, &user, &notice).await.map(drop)
                })
                .await?;
            Ok(Output::new(format!("The password of {} is set; sessions and tokens have ended.", user.email), json!({ "id": user.id })))
        }
        UserCommand::RemoveSecondFactors { user } => {
            let user = find(opened, &user).await?;
            let now = app.now();
            let had_one = opened
                .transaction(async |connection| {
                    if !delete_second_factors(connection, &user.id).await? {
                        return Ok(false);
                    }
                    users::cut_off(connection, &user.id, now).await?;
                    end_sessions_of(connection, &user.id, None, EndReason::ByOperator, now).await?;
                    end_grants_of_user(connection, &user.id, None, EndReason::ByOperator, now).await?;
                    let about = About::user(&user.id).with("by", "operator").with("factor", "all");
                    events::record(connection, app, EventKind::SecondFactorRemoved, &about).await?;
                    // A running server, or the next one, sends it.
                    tell_absent(app, connection, &user, &Notice::FactorRemoved).await.map(drop)?;
                    Ok(true)
                })
                .await?;
            if !had_one {
                return Err(CliError::usage(format!("{} has no second factor; nothing was changed", user.email)));
            }
            let text = format!("{} has no second factor any longer; sessions and tokens have ended.", user.email);
            Ok(Output::new(text, json!({ "id": user.id })))
        }
        UserCommand::Update { user, roles, groups } => {
            let roles = roles.map(|roles| names(&roles, "--role")).transpose()?;
            let groups = groups.map(|groups| names(&groups, "--group")).transpose()?;
            let user = find(opened, &user).await?;
            let now = app.now();
            let changed = opened
                .transaction(async |connection| {
                    users::set_roles_and_groups(connection, &user.id, roles.as_deref(), groups.as_deref(), now).await?;
                    let changed = users::find_user(connection, &user.id).await?.unwrap_or_else(|| user.clone());
                    let (roles, groups) = (changed.roles.0.clone(), changed.groups.0.clone());
                    let about = About::user(&user.id).with("by", "operator").with("roles", roles).with("groups", groups);
                    events::record(connection, app, EventKind::UserChanged, &about).await?;
                    Ok(changed)
                })
                .await?;
            Ok(Output::document(json!(changed)))
        }
        UserCommand::Delete { user } => {
            let user = find(opened, &user).await?;
            opened
                .transaction(async |connection| {
                    end_grants_of_user(connection, &user.id, None, EndReason::ByOperator, app.now()).await?;
                    delete_account(app, connection, &user.id, "operator").await
                })
                .await?;
            Ok(Output::new(format!("Deleted {}.", user.email), json!({ "deleted": user.id })))
        }
    }
}

async fn create(opened: &Opened, create: CreateUser) -> Result<Output, CliError> {
    let app = &opened.app;
    let email = Email::parse(&create.email).map_err(|why| CliError::usage(why.to_string()))?;
    let now = app.now();
    if create.name.as_deref().is_some_and(|name| NameProblem::of(name).is_some()) {
        return Err(CliError::usage(format!("--name: at most {LONGEST_NAME} characters, and no control characters")));
    }
    let mut user = User::new(UserId::generate(&app.random, now), email, create.name.as_deref(), now);
    user.email_verified = create.email_verified;
    user.roles = Json(names(&create.roles, "--role")?);
    user.groups = Json(names(&create.groups, "--group")?);
    user.attributes = Json(attributes(&create.attributes)?);
    let hash =
        if create.without_password { None } else { Some(hash_new_password(opened, &[user.email.as_str(), user.display_name()]).await?) };
    opened
        .transaction(async |connection| {
            users::insert_user(connection, &user).await?;
            if let Some(hash) = &hash {
                set_password_hash(connection, &user.id, hash, now).await?;
            }
            events::record(connection, app, EventKind::UserCreated, &About::user(&user.id).with("by", "operator")).await
        })
        .await
        .map_err(|error| if error.is_unique_violation() { CliError::usage("this address has an account") } else { error.into() })?;
    Ok(Output::document(json!(user)))
}

/// Roles or groups. One that only looks like another would be granted to whom it was not meant for.
fn names(texts: &[String], option: &str) -> Result<Vec<String>, CliError> {
    let names = listed(texts).unwrap_or_default();
    let is_sound = |name: &String| !name.is_empty() && name.trim() == name && !name.chars().any(char::is_control);
    match names.iter().find(|name| !is_sound(name)) {
        Some(odd) => Err(CliError::usage(format!(
            "{option} {odd:?}: must not be blank, nor have spaces around it or control characters; an empty text alone takes all away"
        ))),
        None => Ok(names.to_vec()),
    }
}

fn attributes(texts: &[String]) -> Result<Map<String, Value>, CliError> {
    texts
        .iter()
        .map(|text| {
            let (name, value) = text.split_once('=').ok_or_else(|| CliError::usage("--attribute is written name=value"))?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((name.to_owned(), value))
        })
        .collect()
}

async fn set_enabled(opened: &Opened, user: &str, enabled: bool) -> Result<Output, CliError> {
    let app = &opened.app;
    let user = find(opened, user).await?;
    let now = app.now();
    opened
        .transaction(async |connection| {
            users::set_enabled(connection, &user.id, enabled, now).await?;
            if !enabled {
                users::cut_off(connection, &user.id, now).await?;
                end_sessions_of(connection, &user.id, None, EndReason::ByOperator, now).await?;
                end_grants_of_user(connection, &user.id, None, EndReason::ByOperator, now).await?;
            }
            let kind = if enabled { EventKind::UserEnabled } else { EventKind::UserDisabled };
            events::record(connection, app, kind, &About::user(&user.id).with("by", "operator")).await
        })
        .await?;
    let what = if enabled { "enabled" } else { "disabled; sessions and tokens have ended" };
    Ok(Output::new(format!("{} is {what}.", user.email), json!({ "id": user.id, "enabled": enabled })))
}

/// Whoever has this address or id. An id that came with an import may look like an address.
pub(super) async fn find(opened: &Opened, user: &str) -> Result<User, CliError> {
    let mut connection = opened.app.storage.read().await?;
    let by_id = users::find_user(&mut connection, &UserId::new(user)).await?;
    let by_email = match Email::parse(user) {
        Ok(email) => users::find_user_by_email(&mut connection, &email).await?,
        Err(_) => None,
    };
    match (by_id, by_email) {
        (Some(one), Some(other)) if one.id != other.id => Err(CliError::usage(format!(
            "{user} is the id of one person, whose address is {}, and the address of another, whose id is {}: say which by those",
            one.email, other.id
        ))),
        (by_id, by_email) => by_id.or(by_email).ok_or_else(|| CliError::not_found(format!("no person {user}"))),
    }
}

/// Never from an argument: those are seen by every user of the machine (security.md Z5).
async fn hash_new_password(opened: &Opened, about: &[&str]) -> Result<String, CliError> {
    let typed = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("New password: ").map_err(|error| CliError::usage(error.to_string()))?
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(|error| CliError::usage(format!("the password cannot be read: {error}")))?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    // No form takes one.
    if typed.contains('\0') {
        return Err(CliError::usage("the password holds a NUL character"));
    }
    let minimum = opened.app.password_rules.minimum_length;
    let password = opened.app.password_rules.accept(&typed, about).await.map_err(|why| match why {
        WeakPassword::TooShort => CliError::usage(format!("the password must have at least {minimum} characters")),
        WeakPassword::TooLong => CliError::usage("the password is longer than 1024 bytes"),
        WeakPassword::Guessable(_) => CliError::usage("the password is easy to guess; add a word or two (password.minimum_strength)"),
        WeakPassword::Breached => CliError::usage("the password is known from a break-in at another service"),
    })?;
    opened.app.passwords.hash(&password).await.map_err(|error| CliError::usage(error.to_string()))
}
