//! What a person allowed a client: remembered, so that they are not asked twice for the same.
//!
//! Specs: OpenID Connect Core §3.1.2.4, OWASP ASVS 10.7.

use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::storage::columns::Json;
use crate::storage::schema::consents;
use crate::storage::{Connection, StorageError, prepared, query};
use crate::users::{UserId, lock_user};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// A remembered consent.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = consents)]
pub struct StoredConsent {
    pub client_id: ClientId,
    #[diesel(deserialize_as = super::StoredScope)]
    pub scope: Scope,
    pub resources: Json<Vec<ResourceIndicator>>,
    pub granted_at: Timestamp,
}

impl StoredConsent {
    /// Whether nothing is asked for beyond what was allowed.
    pub fn covers(&self, scope: &Scope, resources: &[ResourceIndicator]) -> bool {
        scope.is_subset_of(&self.scope) && resources.iter().all(|resource| self.resources.0.contains(resource))
    }
}

/// Remembers what was allowed now, beside what was allowed before. Call it in a transaction.
pub async fn record_consent(
    connection: &mut Connection,
    user_id: &UserId,
    client_id: &ClientId,
    scope: &Scope,
    resources: &[ResourceIndicator],
    now: Timestamp,
) -> Result<(), StorageError> {
    // Two pages that allow at once add up, in whichever order.
    lock_user(connection, user_id).await?;
    let before: Option<StoredConsent> =
        query!(connection, |c| consents::table.find((user_id, client_id)).select(StoredConsent::as_select()).first(c).await.optional())?;
    let (scope, resources) = match before {
        Some(before) => {
            let mut all = before.resources.0;
            all.extend(resources.iter().filter(|resource| !all.contains(resource)).cloned().collect::<Vec<_>>());
            (before.scope.union(scope), all)
        }
        None => (scope.clone(), resources.to_vec()),
    };
    let (scope, resources) = (scope.to_string(), Json(resources));
    let consent = diesel::insert_into(consents::table)
        .values((
            consents::user_id.eq(user_id),
            consents::client_id.eq(client_id),
            consents::scope.eq(&scope),
            consents::resources.eq(resources.clone()),
            consents::granted_at.eq(now),
        ))
        .on_conflict((consents::user_id, consents::client_id))
        .do_update()
        .set((consents::scope.eq(&scope), consents::resources.eq(resources.clone()), consents::granted_at.eq(now)));
    query!(connection, |c| prepared(consent).execute(c).await)?;
    Ok(())
}

/// Everything a person has allowed.
pub async fn list_consents(connection: &mut Connection, user_id: &UserId) -> Result<Vec<StoredConsent>, StorageError> {
    query!(connection, |c| consents::table
        .filter(consents::user_id.eq(user_id))
        .order(consents::granted_at.desc())
        .select(StoredConsent::as_select())
        .load(c)
        .await)
}

/// Forgets a consent. Returns whether there was one.
pub async fn delete_consent(connection: &mut Connection, user_id: &UserId, client_id: &ClientId) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(consents::table.find((user_id, client_id))).execute(c).await)?;
    Ok(deleted == 1)
}
