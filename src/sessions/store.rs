//! The table `sessions`.

use super::logout_deliveries::note_clients_of;
use super::{BrowserSession, SessionId, SessionPolicy, SessionSecret};
use crate::clock::Timestamp;
use crate::grants::{EndReason, StoredConsent, end_grants_of_session};
use crate::oauth::authentication::{Acr, Amr};
use crate::storage::columns::Json;
use crate::storage::schema::{consents, sessions, users};
use crate::storage::{Connection, StorageError, prepared, query};
use crate::users::{User, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

/// Sessions that one person may have; the oldest end.
pub const MOST_SESSIONS: i64 = 100;

/// A live session with the person it belongs to and, where a client was named, what they consented to for it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: BrowserSession,
    pub user: User,
    pub consent: Option<StoredConsent>,
}

/// The live session behind a cookie, with its person and their consent to `client_id`.
///
/// Cost: 1 round trip.
pub async fn find_signed_in(
    connection: &mut Connection,
    secret: &SessionSecret,
    client_id: &str,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<Option<SignedIn>, StorageError> {
    let digest = secret.digest();
    let row: Option<(BrowserSession, User, Option<StoredConsent>)> = query!(connection, |c| sessions::table
        .inner_join(users::table)
        .left_join(consents::table.on(consents::user_id.eq(sessions::user_id).and(consents::client_id.eq(client_id))))
        .filter(sessions::secret_digest.eq(digest.as_str()))
        .filter(users::enabled.eq(true))
        .select((BrowserSession::as_select(), User::as_select(), Option::<StoredConsent>::as_select()))
        .first(c)
        .await
        .optional())?;
    Ok(row.map(|(session, user, consent)| SignedIn { session, user, consent }).filter(|found| found.session.is_live(policy, now)))
}

/// The statement that inserts a session, of what it owns.
macro_rules! insertion {
    ($session:ident, $digest:ident) => {{
        use diesel::prelude::*;
        use $crate::storage::schema::sessions;
        diesel::insert_into(sessions::table).values((
            sessions::id.eq(&$session.id),
            sessions::secret_digest.eq(&$digest),
            sessions::user_id.eq(&$session.user_id),
            sessions::authenticated_at.eq($session.authenticated_at),
            sessions::acr.eq(&$session.acr),
            sessions::amr.eq($session.amr.clone()),
            sessions::created_at.eq($session.created_at),
            sessions::refreshed_at.eq($session.refreshed_at),
            sessions::expires_at.eq($session.expires_at),
            sessions::user_agent.eq(&$session.user_agent),
            sessions::address.eq(&$session.address),
        ))
    }};
}
pub(crate) use insertion;

/// The statement of [`insertion!`] that gives how many its person had before, for [`end_surplus_sessions`].
macro_rules! counting_insertion {
    ($session:ident, $digest:ident) => {{
        use diesel::prelude::*;
        use $crate::storage::schema::sessions;
        let theirs = diesel::alias!(sessions as theirs);
        let before = theirs.filter(theirs.field(sessions::user_id).eq($session.user_id.clone())).count().single_value();
        $crate::sessions::insertion!($session, $digest).returning(before)
    }};
}
pub(crate) use counting_insertion;

/// Ends the oldest sessions of a person past [`MOST_SESSIONS`], who had so many `before` another was inserted: nobody fills the table by
/// signing in (security.md S9). Call it in the transaction of that. The `new` one stays, also where the clock that dated it is behind.
///
/// Cost: none, and some round trips where sessions end.
pub async fn end_surplus_sessions(
    connection: &mut Connection,
    before: Option<i64>,
    user_id: &UserId,
    new: &SessionId,
    now: Timestamp,
) -> Result<(), StorageError> {
    // SQLite does not say whether it counts the new row.
    if before < Some(MOST_SESSIONS) {
        return Ok(());
    }
    let surplus: Vec<SessionId> = query!(connection, |c| sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::id.ne(new))
        .order(sessions::id.desc())
        .offset(MOST_SESSIONS - 1)
        .limit(10)
        .select(sessions::id)
        .load(c)
        .await)?;
    for id in &surplus {
        end_session(connection, user_id, id, EndReason::Replaced, now).await?;
    }
    Ok(())
}

/// The same person proved themselves again: the session goes on under its id with a new secret; the old secret is dead.
/// Returns whether the session was still there.
pub async fn renew_session(
    connection: &mut Connection,
    id: &SessionId,
    renewed: &BrowserSession,
    secret: &SessionSecret,
) -> Result<bool, StorageError> {
    let digest = secret.digest();
    let renewal = diesel::update(sessions::table.find(id)).filter(sessions::user_id.eq(&renewed.user_id)).set((
        sessions::secret_digest.eq(digest.as_str()),
        sessions::authenticated_at.eq(renewed.authenticated_at),
        sessions::acr.eq(&renewed.acr),
        sessions::amr.eq(renewed.amr.clone()),
        sessions::refreshed_at.eq(renewed.refreshed_at),
        sessions::expires_at.eq(renewed.expires_at),
        sessions::user_agent.eq(&renewed.user_agent),
        sessions::address.eq(&renewed.address),
    ));
    let updated = query!(connection, |c| prepared(renewal).execute(c).await)?;
    Ok(updated == 1)
}

/// More was proven in a session: it goes on under its id with a new secret; the old secret is dead. Returns whether it was still there.
pub async fn raise_session(
    connection: &mut Connection,
    id: &SessionId,
    amr: &[Amr],
    secret: &SessionSecret,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let digest = secret.digest();
    let updated = query!(connection, |c| diesel::update(sessions::table.find(id))
        .set((
            sessions::secret_digest.eq(digest.as_str()),
            sessions::acr.eq(Acr::of(amr).as_str()),
            sessions::amr.eq(Json(amr.to_vec())),
            sessions::refreshed_at.eq(now),
        ))
        .execute(c)
        .await)?;
    Ok(updated == 1)
}

/// Notes that the session is in use. A session that was ended meanwhile stays ended.
pub async fn refresh_session(connection: &mut Connection, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
    let refresh = diesel::update(sessions::table.find(id)).set(sessions::refreshed_at.eq(now));
    query!(connection, |c| prepared(refresh).execute(c).await)?;
    Ok(())
}

/// A person's live sessions, newest first; a hundred at most.
pub async fn list_sessions(
    connection: &mut Connection,
    user_id: &UserId,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Result<Vec<BrowserSession>, StorageError> {
    query!(connection, |c| sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::refreshed_at.gt(now - policy.idle_lifetime))
        .order(sessions::id.desc())
        .limit(100)
        .select(BrowserSession::as_select())
        .load(c)
        .await)
}

/// Ends one session of a person and the grants that live by it. Call it in a transaction. Returns whether it was there.
pub async fn end_session(
    connection: &mut Connection,
    user_id: &UserId,
    id: &SessionId,
    why: EndReason,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let deleted = query!(connection, |c| diesel::delete(sessions::table.find(id).filter(sessions::user_id.eq(user_id))).execute(c).await)?;
    if deleted == 1 {
        note_clients_of(connection, user_id, id, now).await?;
        end_grants_of_session(connection, id, why, now).await?;
    }
    Ok(deleted == 1)
}

/// Ends every session of a person, but for `keep`, and the grants that live by them. Call it in a transaction.
pub async fn end_sessions_of(
    connection: &mut Connection,
    user_id: &UserId,
    keep: Option<&SessionId>,
    why: EndReason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    let keep = keep.map_or("", SessionId::as_str);
    let ended: Vec<SessionId> =
        query!(connection, |c| diesel::delete(sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::id.ne(keep)))
            .returning(sessions::id)
            .get_results(c)
            .await)?;
    for id in &ended {
        note_clients_of(connection, user_id, id, now).await?;
        end_grants_of_session(connection, id, why, now).await?;
    }
    Ok(ended.len())
}

/// Ends sessions of anybody, `limit` of them, and the grants that live by them. Call it in a transaction, until it says that there was
/// none (`None`).
pub async fn end_some_sessions(
    connection: &mut Connection,
    limit: i64,
    why: EndReason,
    now: Timestamp,
) -> Result<Option<usize>, StorageError> {
    let chosen: Vec<SessionId> =
        query!(connection, |c| sessions::table.order(sessions::id).limit(limit).select(sessions::id).load(c).await)?;
    let ended: Vec<(SessionId, UserId)> = query!(connection, |c| diesel::delete(sessions::table.filter(sessions::id.eq_any(&chosen)))
        .returning((sessions::id, sessions::user_id))
        .get_results(c)
        .await)?;
    for (id, user_id) in &ended {
        note_clients_of(connection, user_id, id, now).await?;
        end_grants_of_session(connection, id, why, now).await?;
    }
    // Somebody else may have ended all that were chosen.
    Ok((!chosen.is_empty()).then_some(ended.len()))
}

/// When the last of the sessions ends that had begun by `moment`, in whatever way they are used.
pub async fn last_end_of_sessions_begun_by(connection: &mut Connection, moment: Timestamp) -> Result<Option<Timestamp>, StorageError> {
    let begun = sessions::table.filter(sessions::created_at.le(moment));
    query!(connection, |c| begun.select(diesel::dsl::max(sessions::expires_at)).first(c).await)
}

/// Removes sessions past their absolute or idle end, `limit` at a time.
pub async fn delete_expired_sessions(
    connection: &mut Connection,
    policy: &SessionPolicy,
    now: Timestamp,
    limit: i64,
) -> Result<usize, StorageError> {
    let ended = || sessions::table.filter(sessions::expires_at.le(now).or(sessions::refreshed_at.le(now - policy.idle_lifetime)));
    let ids: Vec<SessionId> = query!(connection, |c| ended().limit(limit).select(sessions::id).load(c).await)?;
    // One that was renewed since then stays.
    query!(connection, |c| diesel::delete(ended().filter(sessions::id.eq_any(&ids))).execute(c).await)?;
    Ok(ids.len())
}
