//! The end of an account, one way for all: after its grace, by the operator, or for an address that goes back to its owner.
//!
//! Every row about the person goes. The audit log keeps what happened, without the person: an id of nobody stands in for theirs, and
//! neither address, browser nor detail stays. Apps that wait to hear of a sign-out hear of it. Of whom an import brought in, a digest of
//! the id elsewhere stays: the next import must not bring them back.
//!
//! Specs: Regulation (EU) 2016/679 Article 17; security.md P9.

use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::grants::EndReason;
use crate::sessions::end_sessions_of;
use crate::storage::{Connection, StorageError};
use crate::users::{UserId, delete_user, note_deleted_import};

/// Deletes an account for good. Call it in a transaction. Returns whether it was there.
///
/// Cost: 5 round trips, and two for each session.
pub async fn delete_account(app: &App, connection: &mut Connection, user_id: &UserId, by: &str) -> Result<bool, StorageError> {
    end_sessions_of(connection, user_id, None, EndReason::AccountDeleted, app.now()).await?;
    note_deleted_import(connection, user_id, app.now()).await?;
    if !delete_user(connection, user_id).await? {
        return Ok(false);
    }
    let stand_in = UserId::new(format!("deleted-{}", app.random.token()));
    events::forget_person(connection, user_id, &stand_in).await?;
    events::record(connection, app, EventKind::UserDeleted, &About::user(&stand_in).with("by", by)).await?;
    Ok(true)
}
