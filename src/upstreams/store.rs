//! The table `linked_identities`. A row names its owner once and for all: nothing here changes `user_id` (security.md U7).

use crate::clock::Timestamp;
use crate::sealing::{Purpose, Sealing};
use crate::storage::schema::{linked_identities, users};
use crate::storage::{Connection, Storage, StorageError, query};
use crate::users::{User, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

const RESEALED_AT_ONCE: i64 = 500;

/// An account elsewhere that opens an account here.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = linked_identities)]
pub struct LinkedIdentity {
    pub provider: String,
    pub subject: String,
    pub user_id: UserId,
    /// As the provider knew it when it was last used.
    pub email: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

/// Whose account an identity opens; also a disabled one.
///
/// Cost: 1 round trip.
pub async fn find_linked_user(connection: &mut Connection, provider: &str, subject: &str) -> Result<Option<User>, StorageError> {
    query!(connection, |c| linked_identities::table
        .inner_join(users::table)
        .filter(linked_identities::provider.eq(provider))
        .filter(linked_identities::subject.eq(subject))
        .select(User::as_select())
        .first(c)
        .await
        .optional())
}

/// Links an identity, if it is nobody's yet. Returns whether it was.
pub async fn insert_link(connection: &mut Connection, link: &LinkedIdentity, sealed_tokens: Option<&str>) -> Result<bool, StorageError> {
    let inserted = query!(connection, |c| diesel::insert_into(linked_identities::table)
        .values((
            linked_identities::provider.eq(&link.provider),
            linked_identities::subject.eq(&link.subject),
            linked_identities::user_id.eq(&link.user_id),
            linked_identities::email.eq(&link.email),
            linked_identities::sealed_tokens.eq(sealed_tokens),
            linked_identities::created_at.eq(link.created_at),
            linked_identities::last_used_at.eq(link.last_used_at),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(inserted == 1)
}

/// Notes that an identity was used, with what the provider says and gave this time.
pub async fn note_use_of_link(connection: &mut Connection, link: &LinkedIdentity, sealed_tokens: Option<&str>) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(linked_identities::table.find((&link.provider, &link.subject)))
        .filter(linked_identities::user_id.eq(&link.user_id))
        .set((
            linked_identities::email.eq(&link.email),
            linked_identities::sealed_tokens.eq(sealed_tokens),
            linked_identities::last_used_at.eq(link.last_used_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// A person's links, the oldest first.
pub async fn list_links(connection: &mut Connection, user_id: &UserId) -> Result<Vec<LinkedIdentity>, StorageError> {
    query!(connection, |c| linked_identities::table
        .filter(linked_identities::user_id.eq(user_id))
        .order((linked_identities::created_at, linked_identities::provider, linked_identities::subject))
        .limit(100)
        .select(LinkedIdentity::as_select())
        .load(c)
        .await)
}

/// Removes one link of a person. Returns whether it was there.
pub async fn delete_link(connection: &mut Connection, user_id: &UserId, provider: &str, subject: &str) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(linked_identities::table.find((provider, subject)))
        .filter(linked_identities::user_id.eq(user_id))
        .execute(c)
        .await)?;
    Ok(deleted == 1)
}

/// Seals the upstreams' tokens anew that were sealed under a master key of before. Returns how many; what opens with none is forgotten,
/// since it can be had again.
pub async fn reseal_tokens(storage: &Storage, sealing: &Sealing) -> Result<usize, StorageError> {
    let (mut after, mut resealed) = ((String::new(), String::new()), 0);
    loop {
        let rows: Vec<(String, String, Option<String>)> = query!(&mut storage.read().await?, |c| linked_identities::table
            .filter(linked_identities::sealed_tokens.is_not_null())
            .filter(
                linked_identities::provider
                    .gt(&after.0)
                    .or(linked_identities::provider.eq(&after.0).and(linked_identities::subject.gt(&after.1))),
            )
            .order((linked_identities::provider, linked_identities::subject))
            .limit(RESEALED_AT_ONCE)
            .select((linked_identities::provider, linked_identities::subject, linked_identities::sealed_tokens))
            .load(c)
            .await)?;
        let Some((provider, subject, _)) = rows.last() else { return Ok(resealed) };
        after = (provider.clone(), subject.clone());
        for (provider, subject, sealed) in &rows {
            let Some(sealed) = sealed.as_deref().filter(|sealed| !sealing.is_current(sealed)) else { continue };
            let tokens: Option<Value> = sealing.open(Purpose::UpstreamTokens, sealed);
            let anew = tokens.and_then(|tokens| sealing.seal(Purpose::UpstreamTokens, &tokens).ok());
            // Not over those that came meanwhile.
            resealed += query!(&mut storage.write().await?, |c| diesel::update(linked_identities::table.find((provider, subject)))
                .filter(linked_identities::sealed_tokens.eq(sealed))
                .set(linked_identities::sealed_tokens.eq(&anew))
                .execute(c)
                .await)?;
        }
    }
}
