//! The table `outgoing_mail`.

use super::GOOD_FOR;
use crate::clock::Timestamp;
use crate::sealing::{Purpose, Sealing};
use crate::storage::columns::id_newtype;
use crate::storage::schema::outgoing_mail;
use crate::storage::{Connection, Storage, StorageError, prepared, query};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::time::Duration;

id_newtype! {
    /// Names a mail on its way.
    pub(super) struct MailId;
}

/// A mail that may be due, as it was seen.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Due {
    pub(super) id: MailId,
    pub(super) due_at: Timestamp,
}

/// A mail that is ours to deliver until the lease is over.
#[derive(Debug, Queryable)]
pub(super) struct Claimed {
    pub(super) id: MailId,
    pub(super) kind: String,
    pub(super) sealed_message: String,
    /// With this one.
    pub(super) attempts: i64,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert_mail(
    connection: &mut Connection,
    kind: &str,
    sealed: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    // By the machine's clock and counting within it: what is due at the same instant leaves in the order it was written.
    let id = MailId::new(uuid::Uuid::now_v7().to_string());
    query!(connection, |c| diesel::insert_into(outgoing_mail::table)
        .values((
            outgoing_mail::id.eq(&id),
            outgoing_mail::kind.eq(kind),
            outgoing_mail::sealed_message.eq(sealed),
            outgoing_mail::attempts.eq(0i64),
            outgoing_mail::due_at.eq(now),
            outgoing_mail::created_at.eq(now),
            outgoing_mail::expires_at.eq(expires_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// What is due, the longest due first.
pub(super) async fn list_due(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<Vec<Due>, StorageError> {
    query!(connection, |c| outgoing_mail::table
        .filter(outgoing_mail::due_at.le(now))
        .order((outgoing_mail::due_at, outgoing_mail::id))
        .limit(limit)
        .select((outgoing_mail::id, outgoing_mail::due_at))
        .load(c)
        .await)
}

/// Takes a mail for `lease`: of all who saw it due, the one whose statement changes the row.
pub(super) async fn claim(
    connection: &mut Connection,
    due: &Due,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Claimed>, StorageError> {
    let claim = diesel::update(outgoing_mail::table.find(&due.id))
        .filter(outgoing_mail::due_at.eq(due.due_at))
        .set((outgoing_mail::due_at.eq(now + lease), outgoing_mail::attempts.eq(outgoing_mail::attempts + 1)))
        .returning((
            outgoing_mail::id,
            outgoing_mail::kind,
            outgoing_mail::sealed_message,
            outgoing_mail::attempts,
            outgoing_mail::expires_at,
        ));
    query!(connection, |c| prepared(claim).get_result(c).await.optional())
}

/// Puts a claimed mail off.
pub(super) async fn put_off(connection: &mut Connection, id: &MailId, due_at: Timestamp) -> Result<(), StorageError> {
    query!(connection, |c| diesel::update(outgoing_mail::table.find(id)).set(outgoing_mail::due_at.eq(due_at)).execute(c).await)?;
    Ok(())
}

/// Takes a mail out: it was delivered or given up.
pub(super) async fn delete_mail(connection: &mut Connection, id: &MailId) -> Result<(), StorageError> {
    query!(connection, |c| diesel::delete(outgoing_mail::table.find(id)).execute(c).await)?;
    Ok(())
}

/// Removes what no replica could deliver long after its end (a mail's own replica takes it out at the end of its time).
pub async fn delete_abandoned_mail(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    query!(connection, |c| diesel::delete(outgoing_mail::table.filter(outgoing_mail::expires_at.le(now - GOOD_FOR))).execute(c).await)
}

/// Seals the mail on its way anew that was sealed under a master key of before. Returns how much.
pub async fn reseal_mail(storage: &Storage, sealing: &Sealing) -> Result<usize, StorageError> {
    let waiting = outgoing_mail::table.select((outgoing_mail::id, outgoing_mail::sealed_message));
    let rows: Vec<(MailId, String)> = query!(&mut storage.read().await?, |c| waiting.load(c).await)?;
    let mut resealed = 0;
    for (id, sealed) in rows.iter().filter(|(_, sealed)| !sealing.is_current(sealed)) {
        // What opens with no key is not delivered either way.
        let mail: Option<Value> = sealing.open(Purpose::OutgoingMail, sealed);
        let Some(anew) = mail.and_then(|mail| sealing.seal(Purpose::OutgoingMail, &mail).ok()) else { continue };
        resealed += query!(&mut storage.write().await?, |c| diesel::update(outgoing_mail::table.find(id))
            .set(outgoing_mail::sealed_message.eq(&anew))
            .execute(c)
            .await)?;
    }
    Ok(resealed)
}
