//! The table `users`.

use super::{Email, User, UserId};
use crate::clock::Timestamp;
use crate::storage::columns::Json;
use crate::storage::schema::users;
use crate::storage::{Connection, StorageError, insert_many, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

pub async fn find_user(connection: &mut Connection, id: &UserId) -> Result<Option<User>, StorageError> {
    query!(connection, |c| users::table.find(id).select(User::as_select()).first(c).await.optional())
}

pub async fn find_user_by_email(connection: &mut Connection, email: &Email) -> Result<Option<User>, StorageError> {
    query!(connection, |c| users::table.filter(users::email.eq(email)).select(User::as_select()).first(c).await.optional())
}

/// Inserts a person. Errors: a unique violation when the address is taken.
pub async fn insert_user(connection: &mut Connection, user: &User) -> Result<(), StorageError> {
    let row = Row::of(user);
    query!(connection, |c| diesel::insert_into(users::table).values(&row).execute(c).await)?;
    Ok(())
}

/// A row as it is written.
#[derive(Insertable)]
// A default in place of NULL would be another statement for each choice, prepared each time.
#[diesel(treat_none_as_default_value = false, table_name = users)]
struct Row {
    id: UserId,
    email: Email,
    email_verified: bool,
    enabled: bool,
    profile: String,
    attributes: String,
    user_groups: String,
    roles: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    phone_number_verified: bool,
    deletion_due_at: Option<Timestamp>,
    sign_up_language: Option<String>,
}

impl Row {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            enabled: user.enabled,
            profile: Value::from(user.profile.0.clone()).to_string(),
            attributes: Value::from(user.attributes.0.clone()).to_string(),
            user_groups: Value::from(user.groups.0.clone()).to_string(),
            roles: Value::from(user.roles.0.clone()).to_string(),
            created_at: user.created_at,
            updated_at: user.updated_at,
            phone_number_verified: user.phone_number_verified,
            deletion_due_at: user.deletion_due_at,
            sign_up_language: user.sign_up_language.clone(),
        }
    }
}

/// Inserts many people. Errors: a unique violation when an id or an address is taken; then none is inserted.
///
/// Cost: 1 round trip.
pub async fn insert_users(connection: &mut Connection, people: &[User]) -> Result<(), StorageError> {
    let rows: Vec<Row> = people.iter().map(Row::of).collect();
    insert_many!(connection, users, rows)?;
    Ok(())
}

/// Writes what an import may change of a person, unless the account was changed after it was read, when its `updated_at` was `read_at`.
/// Returns whether it was written: a deletion that was asked for, or an account that was switched off, must not be taken back by somebody
/// who has not seen it. Errors: a unique violation when the address is taken.
pub async fn update_user(connection: &mut Connection, user: &User, read_at: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(&user.id))
        .filter(users::updated_at.eq(read_at))
        .set((
            users::email.eq(&user.email),
            users::email_verified.eq(user.email_verified),
            users::enabled.eq(user.enabled),
            users::profile.eq(user.profile.clone()),
            users::attributes.eq(user.attributes.clone()),
            users::user_groups.eq(user.groups.clone()),
            users::roles.eq(user.roles.clone()),
            users::created_at.eq(user.created_at),
            users::updated_at.eq(user.updated_at),
            users::phone_number_verified.eq(user.phone_number_verified),
        ))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Those who have one of these ids or addresses.
///
/// Cost: 1 round trip.
pub async fn list_users_among(connection: &mut Connection, ids: &[UserId], emails: &[Email]) -> Result<Vec<User>, StorageError> {
    query!(connection, |c| users::table
        .filter(users::id.eq_any(ids).or(users::email.eq_any(emails)))
        .select(User::as_select())
        .load(c)
        .await)
}

/// Replaces the profile; the caller knows whether its telephone number is proven. Returns whether the person exists.
pub async fn update_profile(
    connection: &mut Connection,
    id: &UserId,
    profile: &Map<String, Value>,
    phone_number_verified: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::profile.eq(Json(profile.clone())), users::phone_number_verified.eq(phone_number_verified), users::updated_at.eq(now),))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Replaces the operator's attributes. Returns whether the person exists.
pub async fn set_attributes(
    connection: &mut Connection,
    id: &UserId,
    attributes: &Map<String, Value>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::attributes.eq(Json(attributes.clone())), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Notes that something about the account changes, and holds it until the transaction ends. Returns whether the person exists.
pub async fn touch_user(connection: &mut Connection, id: &UserId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id)).set(users::updated_at.eq(now)).execute(c).await)?;
    Ok(updated == 1)
}

/// Replaces roles, or groups, or both; the other stays as it is now. Returns whether the person exists.
pub async fn set_roles_and_groups(
    connection: &mut Connection,
    id: &UserId,
    roles: Option<&[String]>,
    groups: Option<&[String]>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((
            roles.map(|roles| users::roles.eq(Json(roles.to_vec()))),
            groups.map(|groups| users::user_groups.eq(Json(groups.to_vec()))),
            users::updated_at.eq(now),
        ))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Switches an account on or off. Returns whether the person exists.
pub async fn set_enabled(connection: &mut Connection, id: &UserId, enabled: bool, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::enabled.eq(enabled), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Gives a person an address, proven or not. Errors: a unique violation when it is another's. Returns whether the person exists.
pub async fn set_email(
    connection: &mut Connection,
    id: &UserId,
    email: &Email,
    verified: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::email.eq(email), users::email_verified.eq(verified), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Sets the day on which an account is deleted. Returns whether this call did it: not for one that has a day already.
pub async fn ask_for_deletion(connection: &mut Connection, id: &UserId, due_at: Timestamp, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .filter(users::deletion_due_at.is_null())
        .set((users::deletion_due_at.eq(due_at), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Takes that back, as long as the account is there. Returns whether this call did it.
pub async fn keep_user(connection: &mut Connection, id: &UserId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .filter(users::deletion_due_at.is_not_null())
        .set((users::deletion_due_at.eq(None::<Timestamp>), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Takes hold of an account whose day has come, until the transaction ends: of keeping and deleting, and of two replicas, one is first.
pub async fn claim_for_deletion(connection: &mut Connection, id: &UserId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .filter(users::deletion_due_at.le(now))
        .set(users::enabled.eq(false))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Whose day has come.
pub async fn list_due_for_deletion(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<UserId>, StorageError> {
    query!(connection, |c| users::table.filter(users::deletion_due_at.le(now)).limit(limit).select(users::id).load(c).await)
}

/// Notes that a person has said "this wasn't me". Questions about the account that are out end with it, and its deletion. Returns whether the person exists.
pub async fn note_lockdown(connection: &mut Connection, id: &UserId, now: Timestamp) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::locked_down_at.eq(now), users::deletion_due_at.eq(None::<Timestamp>), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Locks the row of a person until the transaction ends: two decisions about what an account still has wait for each other.
pub async fn lock_user(connection: &mut Connection, id: &UserId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(users::table.find(id)).set(users::enabled.eq(users::enabled)).execute(c).await)?;
    Ok(())
}

/// Cuts off what is under way: sign-ins that are half finished, or wait for their hash, and whatever else was begun before. Call it in the
/// transaction that takes away what they were begun with: a password, a factor, the account's being switched on (security.md M6, S4).
///
/// Cost: 1 round trip.
pub async fn cut_off(connection: &mut Connection, id: &UserId, now: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(users::table.find(id)).set(users::locked_down_at.eq(now)).execute(c).await)?;
    Ok(())
}

/// Gives an account to whoever has proven its address: the address counts as proven, the telephone number is not theirs, and
/// `language` is the one that they read.
/// What is under way is cut off.
pub async fn take_over(connection: &mut Connection, user: &mut User, language: Option<String>, now: Timestamp) -> Result<(), StorageError> {
    user.profile.0.remove("phone_number");
    user.sign_up_language = language;
    (user.email_verified, user.phone_number_verified, user.cut_off_at, user.updated_at) = (true, false, Some(now), now);
    query!(connection, |c| diesel::update(users::table.find(&user.id))
        .set((
            users::email_verified.eq(true),
            users::phone_number_verified.eq(false),
            users::profile.eq(user.profile.clone()),
            users::sign_up_language.eq(user.sign_up_language.clone()),
            users::locked_down_at.eq(now),
            users::updated_at.eq(now),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The statement of [`hold_account`]; it gives the account's id, or nothing.
macro_rules! holding {
    ($id:expr, $cut_off_at:expr) => {{
        use diesel::prelude::*;
        use $crate::storage::schema::users;
        // The same instant and not an earlier one: replicas' clocks differ.
        let never = $cut_off_at.is_none().into_sql::<diesel::sql_types::Bool>();
        let unchanged = users::locked_down_at.eq($cut_off_at).or(users::locked_down_at.is_null().and(never));
        $crate::storage::locked(users::table.find($id).filter(unchanged).select(users::id))
    }};
}
pub(crate) use holding;

/// Holds the account until the transaction ends, and tells whether nothing was cut off since `user` was read: what was begun before a
/// lockdown, a new password or a take-over must not be finished after it (security.md S4).
///
/// Cost: 1 round trip.
pub async fn hold_account(connection: &mut Connection, user: &User) -> Result<bool, StorageError> {
    let held: Vec<UserId> = query!(connection, |c| holding!(&user.id, user.cut_off_at).load(c).await)?;
    Ok(!held.is_empty())
}

/// Takes hold of an account whose address nobody has proven, until the transaction ends. Returns whether it is one still.
pub async fn claim_unproven(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    let claimed = query!(connection, |c| diesel::update(users::table.find(id))
        .filter(users::email_verified.eq(false))
        .set(users::enabled.eq(users::enabled))
        .execute(c)
        .await)?;
    Ok(claimed == 1)
}

/// Deletes a person; sessions, grants, consents and credentials go with them. Returns whether they existed.
pub async fn delete_user(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(users::table.find(id)).execute(c).await)?;
    Ok(deleted == 1)
}

/// A page of people by id, which is by age; `after` is the last id of the page before.
pub async fn list_users(connection: &mut Connection, after: Option<&UserId>, limit: i64) -> Result<Vec<User>, StorageError> {
    let after = after.map_or("", |id| id.as_str());
    query!(connection, |c| users::table.filter(users::id.gt(after)).order(users::id).limit(limit).select(User::as_select()).load(c).await)
}

pub async fn count_users(connection: &mut Connection) -> Result<i64, StorageError> {
    query!(connection, |c| users::table.count().get_result(c).await)
}

/// Whether anybody has this role.
pub async fn exists_with_role(connection: &mut Connection, role: &str) -> Result<bool, StorageError> {
    // A JSON list of strings. The databases differ in what LIKE finds (upper and lower case), so it only narrows.
    let pattern = format!("%{role}%");
    let found: Vec<Json<Vec<String>>> =
        query!(connection, |c| users::table.filter(users::roles.like(pattern)).select(users::roles).load(c).await)?;
    Ok(found.iter().any(|roles| roles.0.iter().any(|held| held == role)))
}
