//! The tables `grants`, `revoked_tokens` and `consumed_tickets`.

use super::{EndReason, Grant, GrantId, Standing, StoredConsent};
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::sessions::{BrowserSession, SessionId, SessionPolicy};
use crate::storage::columns::Json;
use crate::storage::schema::{consents, consumed_tickets, grants, revoked_tokens, sessions, users};
use crate::storage::{Connection, StorageError, insert_held, prepared, query};
use crate::users::{User, UserId};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel_async::RunQueryDsl;

/// What became of a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    Redeemed,
    /// The code was redeemed before.
    AlreadyUsed,
    /// What the grant would hang on has ended.
    Gone,
}

/// A person, their session and their consent to a client, for a code's redemption.
///
/// Cost: 1 round trip.
pub async fn find_standing(
    connection: &mut Connection,
    user_id: &UserId,
    session_id: &SessionId,
    client_id: &ClientId,
) -> Result<Option<(Standing, Option<StoredConsent>)>, StorageError> {
    let row: Option<(User, Option<BrowserSession>, Option<StoredConsent>)> = query!(connection, |c| users::table
        .left_join(sessions::table.on(sessions::user_id.eq(users::id).and(sessions::id.eq(session_id.clone()))))
        .left_join(consents::table.on(consents::user_id.eq(users::id).and(consents::client_id.eq(client_id.clone()))))
        .filter(users::id.eq(user_id))
        .select((User::as_select(), Option::<BrowserSession>::as_select(), Option::<StoredConsent>::as_select()))
        .first(c)
        .await
        .optional())?;
    Ok(row.map(|(user, session, consent)| (Standing { user, session }, consent)))
}

/// Inserts the grant of a code. The UNIQUE `code_id` decides between parallel redemptions. Its session, and the consent where
/// `needs_consent`, are there at that moment and stay until the grant is there too: who ends them finds it and ends it.
///
/// Cost: 1 round trip, 1 commit; 1 round trip more for a code that cannot be redeemed.
pub async fn insert_code_grant(connection: &mut Connection, grant: &Grant, needs_consent: bool) -> Result<Inserted, StorageError> {
    let row = (
        grant.id.clone().into_sql::<Text>(),
        grant.code_id.clone().into_sql::<Nullable<Text>>(),
        grant.grant_type.clone().into_sql::<Text>(),
        grant.client_id.clone().into_sql::<Text>(),
        grant.user_id.clone().into_sql::<Nullable<Text>>(),
        grant.session_id.clone().into_sql::<Nullable<Text>>(),
        grant.scope.to_string().into_sql::<Text>(),
        grant.resources.clone().into_sql::<Text>(),
        grant.claims.clone().into_sql::<Text>(),
        grant.nonce.clone().into_sql::<Nullable<Text>>(),
        grant.authenticated_at.into_sql::<Nullable<BigInt>>(),
        grant.acr.clone().into_sql::<Nullable<Text>>(),
        grant.amr.clone().into_sql::<Nullable<Text>>(),
        grant.offline.into_sql::<Bool>(),
        grant.generation.into_sql::<BigInt>(),
        grant.rotated_at.into_sql::<BigInt>(),
        grant.created_at.into_sql::<BigInt>(),
        grant.expires_at.into_sql::<BigInt>(),
    );
    let columns = (
        grants::id,
        grants::code_id,
        grants::grant_type,
        grants::client_id,
        grants::user_id,
        grants::session_id,
        grants::scope,
        grants::resources,
        grants::claims,
        grants::nonce,
        grants::authenticated_at,
        grants::acr,
        grants::amr,
        grants::offline,
        grants::generation,
        grants::rotated_at,
        grants::created_at,
        grants::expires_at,
    );
    // The person and the client are held by the foreign keys. Holding them here too, in the order in which a deletion takes them, would spare
    // a deletion that crosses a deadlock, which is answered with 503; it costs every redemption a tenth more.
    let session = sessions::table.filter(sessions::id.nullable().eq(grant.session_id.clone()));
    let inserted = if needs_consent {
        let of_person = consents::table.on(consents::user_id.eq(sessions::user_id).and(consents::client_id.eq(grant.client_id.clone())));
        insert_held!(connection, session.inner_join(of_person).select(row), |held, c| diesel::insert_into(grants::table)
            .values(held)
            .into_columns(columns)
            .on_conflict(grants::code_id)
            .do_nothing()
            .execute(c)
            .await)
    } else {
        insert_held!(connection, session.select(row), |held, c| diesel::insert_into(grants::table)
            .values(held)
            .into_columns(columns)
            .on_conflict(grants::code_id)
            .do_nothing()
            .execute(c)
            .await)
    };
    match inserted {
        Ok(1) => return Ok(Inserted::Redeemed),
        // The client or the person was deleted in this moment.
        Err(error) if error.is_foreign_key_violation() => return Ok(Inserted::Gone),
        other => {
            other?;
        }
    }
    let before: i64 = query!(connection, |c| grants::table.filter(grants::code_id.eq(&grant.code_id)).count().get_result(c).await)?;
    Ok(if before > 0 { Inserted::AlreadyUsed } else { Inserted::Gone })
}

/// A grant as it is now, with everything the policy asks for.
#[derive(Debug, Clone)]
pub struct GrantState {
    pub grant: Grant,
    pub standing: Option<Standing>,
    /// Whether the access token that was asked about has been revoked by itself.
    pub token_is_revoked: bool,
}

/// Reads a grant with its person, session and the revocation of one access token.
///
/// Cost: 1 round trip.
pub async fn find_grant_state(connection: &mut Connection, id: &GrantId, jti: &str) -> Result<Option<GrantState>, StorageError> {
    type Row = (Grant, Option<User>, Option<BrowserSession>, Option<String>);
    let row: Option<Row> = query!(connection, |c| grants::table
        .left_join(users::table)
        .left_join(sessions::table.on(sessions::id.nullable().eq(grants::session_id)))
        .left_join(revoked_tokens::table.on(revoked_tokens::jti.eq(jti)))
        .filter(grants::id.eq(id))
        .select((Grant::as_select(), Option::<User>::as_select(), Option::<BrowserSession>::as_select(), revoked_tokens::jti.nullable()))
        .first(c)
        .await
        .optional())?;
    Ok(row.map(|(grant, user, session, revoked)| GrantState {
        grant,
        standing: user.map(|user| Standing { user, session }),
        token_is_revoked: revoked.is_some(),
    }))
}

/// Moves a grant to its next generation if it is alive and still of `generation`. Returns whether this call did it.
///
/// Cost: 1 round trip, 1 commit.
pub async fn rotate(connection: &mut Connection, id: &GrantId, generation: i64, now: Timestamp) -> Result<bool, StorageError> {
    let rotation = diesel::update(grants::table.find(id))
        .filter(grants::generation.eq(generation))
        .filter(grants::ended_at.is_null())
        .set((grants::generation.eq(generation + 1), grants::rotated_at.eq(now)));
    Ok(query!(connection, |c| prepared(rotation).execute(c).await)? == 1)
}

/// Ends a grant: introspection, userinfo and refresh know at once. Returns whether it was alive.
pub async fn end_grant(connection: &mut Connection, id: &GrantId, why: EndReason, now: Timestamp) -> Result<bool, StorageError> {
    let ended = query!(connection, |c| diesel::update(grants::table.find(id))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .execute(c)
        .await)?;
    Ok(ended == 1)
}

/// Ends a grant of one client's, and of no other's. Returns it if it was alive.
///
/// Cost: 1 round trip.
pub async fn end_grant_of_client(
    connection: &mut Connection,
    id: &GrantId,
    client_id: &ClientId,
    why: EndReason,
    now: Timestamp,
) -> Result<Option<Grant>, StorageError> {
    let end = diesel::update(grants::table.find(id))
        .filter(grants::client_id.eq(client_id))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())));
    query!(connection, |c| prepared(end.returning(Grant::as_returning())).get_result(c).await.optional())
}

/// Ends the grant that a code made. Returns its id if it was alive.
pub async fn end_grant_of_code(
    connection: &mut Connection,
    code_id: &str,
    why: EndReason,
    now: Timestamp,
) -> Result<Option<GrantId>, StorageError> {
    query!(connection, |c| diesel::update(grants::table.filter(grants::code_id.eq(code_id)))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .returning(grants::id)
        .get_result(c)
        .await
        .optional())
}

/// Ends the grants that live by a session; those with `offline_access` live on.
pub async fn end_grants_of_session(
    connection: &mut Connection,
    id: &SessionId,
    why: EndReason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::update(grants::table.filter(grants::session_id.eq(id)))
        .filter(grants::offline.eq(false))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .execute(c)
        .await)
}

/// Ends every grant of a person, but for those of the session `keep`.
pub async fn end_grants_of_user(
    connection: &mut Connection,
    user_id: &UserId,
    keep: Option<&SessionId>,
    why: EndReason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    let keep = keep.map_or("", SessionId::as_str);
    query!(connection, |c| diesel::update(grants::table.filter(grants::user_id.eq(user_id)))
        .filter(grants::session_id.is_null().or(grants::session_id.ne(keep)))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .execute(c)
        .await)
}

/// Ends what a person granted one client.
pub async fn end_grants_of_user_and_client(
    connection: &mut Connection,
    user_id: &UserId,
    client_id: &ClientId,
    why: EndReason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::update(grants::table.filter(grants::user_id.eq(user_id)))
        .filter(grants::client_id.eq(client_id))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .execute(c)
        .await)
}

/// Ends everything that a client was granted.
pub async fn end_grants_of_client(
    connection: &mut Connection,
    client_id: &ClientId,
    why: EndReason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::update(grants::table.filter(grants::client_id.eq(client_id)))
        .filter(grants::ended_at.is_null())
        .set((grants::ended_at.eq(now), grants::ended_reason.eq(why.as_str())))
        .execute(c)
        .await)
}

/// A client that holds live grants of a person.
#[derive(Debug, Clone)]
pub struct LiveAccess {
    pub client_id: ClientId,
    pub scope: Scope,
    pub resources: Vec<ResourceIndicator>,
    pub since: Timestamp,
    pub last_used: Timestamp,
}

/// The clients that hold something of a person now, each once with all its scopes; first-party ones too, which never asked. What lives by
/// a session that has ended or gone to sleep is worth nothing any more.
///
/// Cost: 1 round trip.
pub async fn list_live_access(
    connection: &mut Connection,
    user_id: &UserId,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<Vec<LiveAccess>, StorageError> {
    type Row = (ClientId, String, Json<Vec<ResourceIndicator>>, Timestamp, Timestamp);
    let awake = || sessions::expires_at.gt(now).and(sessions::refreshed_at.gt(now - policy.idle_lifetime));
    let rows: Vec<Row> = query!(connection, |c| grants::table
        .left_join(sessions::table.on(sessions::id.nullable().eq(grants::session_id).and(awake())))
        .filter(grants::user_id.eq(user_id))
        .filter(grants::ended_at.is_null())
        .filter(grants::expires_at.gt(now))
        .filter(grants::offline.eq(true).or(sessions::id.nullable().is_not_null()))
        .order(grants::created_at)
        .select((grants::client_id, grants::scope, grants::resources, grants::created_at, grants::rotated_at))
        .load(c)
        .await)?;
    let mut found: Vec<LiveAccess> = Vec::new();
    for (client_id, scope, Json(resources), since, last_used) in rows {
        let scope = Scope::parse(&scope).unwrap_or_default();
        match found.iter_mut().find(|known| known.client_id == client_id) {
            Some(known) => {
                known.scope = known.scope.union(&scope);
                let more: Vec<_> = resources.into_iter().filter(|resource| !known.resources.contains(resource)).collect();
                known.resources.extend(more);
                known.last_used = known.last_used.max(last_used);
            }
            None => found.push(LiveAccess { client_id, scope, resources, since, last_used }),
        }
    }
    Ok(found)
}

/// A page of a person's grants, ended ones too as long as they are kept, the newest first; `before` is the last id of the page before.
///
/// Cost: 1 round trip.
pub async fn list_grants_of(
    connection: &mut Connection,
    user_id: &UserId,
    before: Option<&GrantId>,
    limit: i64,
) -> Result<Vec<Grant>, StorageError> {
    // Ids begin with their time; nothing comes after `g`.
    let before = before.map_or("g", |id| id.as_str());
    query!(connection, |c| grants::table
        .filter(grants::user_id.eq(user_id))
        .filter(grants::id.lt(before))
        .order(grants::id.desc())
        .limit(limit)
        .select(Grant::as_select())
        .load(c)
        .await)
}

/// Revokes one access token until it would have expired.
pub async fn revoke_access_token(connection: &mut Connection, jti: &str, expires_at: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::insert_into(revoked_tokens::table)
        .values((revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at)))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(())
}

/// Whether one access token has been revoked; for tokens that have no grant.
///
/// Cost: 1 round trip.
pub async fn is_revoked(connection: &mut Connection, jti: &str) -> Result<bool, StorageError> {
    let found: Option<String> =
        query!(connection, |c| revoked_tokens::table.find(jti).select(revoked_tokens::jti).first(c).await.optional())?;
    Ok(found.is_some())
}

/// Uses a single-use ticket. Returns whether this call was the first.
pub async fn consume_ticket(connection: &mut Connection, id: &str, purpose: &str, expires_at: Timestamp) -> Result<bool, StorageError> {
    let inserted = query!(connection, |c| diesel::insert_into(consumed_tickets::table)
        .values((consumed_tickets::id.eq(id), consumed_tickets::purpose.eq(purpose), consumed_tickets::expires_at.eq(expires_at)))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(inserted == 1)
}

/// Grants past their end, `limit` at most. An ended grant stays until then: a replay of its code or tokens must still be recognised. The
/// newest of a client in a session stays as long as the session: it tells whom the session signed in to, and who is to be told of its
/// end (Back-Channel Logout §2.3). There may be many of those, so that looking for the others is nothing for SQLite's one writer.
pub async fn list_expired_grants(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<GrantId>, StorageError> {
    let newer = diesel::alias!(grants as newer);
    let its_session = sessions::table.filter(sessions::id.nullable().eq(grants::session_id)).select(sessions::id);
    let a_newer_one = newer
        .filter(newer.field(grants::session_id).eq(grants::session_id))
        .filter(newer.field(grants::client_id).eq(grants::client_id))
        .filter(newer.field(grants::id).gt(grants::id))
        .select(newer.field(grants::id));
    let superfluous = diesel::dsl::not(exists(its_session)).or(exists(a_newer_one));
    query!(connection, |c| grants::table
        .filter(grants::expires_at.le(now))
        .filter(superfluous)
        .limit(limit)
        .select(grants::id)
        .load(c)
        .await)
}

pub async fn delete_grants(connection: &mut Connection, ids: &[GrantId]) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(grants::table.filter(grants::id.eq_any(ids))).execute(c).await)
}

pub async fn delete_expired_revocations(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let ended = revoked_tokens::table.filter(revoked_tokens::expires_at.le(now)).limit(limit).select(revoked_tokens::jti);
    let ids: Vec<String> = query!(connection, |c| ended.load(c).await)?;
    query!(connection, |c| diesel::delete(revoked_tokens::table.filter(revoked_tokens::jti.eq_any(&ids))).execute(c).await)?;
    Ok(ids.len())
}

pub async fn delete_expired_tickets(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<usize, StorageError> {
    let ended = consumed_tickets::table.filter(consumed_tickets::expires_at.le(now)).limit(limit).select(consumed_tickets::id);
    let ids: Vec<String> = query!(connection, |c| ended.load(c).await)?;
    query!(connection, |c| diesel::delete(consumed_tickets::table.filter(consumed_tickets::id.eq_any(&ids))).execute(c).await)?;
    Ok(ids.len())
}
