//! The table `users`.

use super::{Email, User, UserId};
use crate::clock::Timestamp;
use crate::storage::columns::Json;
use crate::storage::schema::users;
use crate::storage::{Connection, StorageError, query};
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
    query!(connection, |c| diesel::insert_into(users::table)
        .values((
            users::id.eq(&user.id),
            users::email.eq(&user.email),
            users::email_verified.eq(user.email_verified),
            users::enabled.eq(user.enabled),
            users::profile.eq(user.profile.clone()),
            users::attributes.eq(user.attributes.clone()),
            users::user_groups.eq(user.groups.clone()),
            users::roles.eq(user.roles.clone()),
            users::created_at.eq(user.created_at),
            users::updated_at.eq(user.updated_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// Replaces the profile. Returns whether the person exists.
pub async fn update_profile(
    connection: &mut Connection,
    id: &UserId,
    profile: &Map<String, Value>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::profile.eq(Json(profile.clone())), users::updated_at.eq(now)))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Replaces roles and groups. Returns whether the person exists.
pub async fn set_roles_and_groups(
    connection: &mut Connection,
    id: &UserId,
    roles: &[String],
    groups: &[String],
    now: Timestamp,
) -> Result<bool, StorageError> {
    let updated = query!(connection, |c| diesel::update(users::table.find(id))
        .set((users::roles.eq(Json(roles.to_vec())), users::user_groups.eq(Json(groups.to_vec())), users::updated_at.eq(now)))
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
    // Roles are a JSON list of strings; the quotes make the match exact.
    let pattern = format!("%{}%", Value::from(role).to_string().replace(['%', '_'], ""));
    let found: i64 = query!(connection, |c| users::table.filter(users::roles.like(pattern)).count().get_result(c).await)?;
    Ok(found > 0)
}
