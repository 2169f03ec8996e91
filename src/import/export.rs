//! Everybody, with all that they prove themselves with, one JSON document a line: what `ostiary import ostiary` reads, and what any
//! other system can. Secrets are in the clear, since they are to leave.
//!
//! Not in it: sessions, grants and consents, and recovery codes, of which only digests exist.

use super::{BATCH, ImportError, ImportedUser};
use crate::app::App;
use crate::credentials::portable::{PortableCredentials, Unreadable, list_credentials};
use crate::users::{self, User, UserId};
use std::io::Write;

/// How many were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    pub users: u64,
    /// What could not be read, and so was not written.
    pub unreadable: Vec<Unreadable>,
}

/// Writes everybody in the order of their ids. People who come meanwhile may be missing.
pub async fn export(app: &App, out: &mut impl Write) -> Result<Exported, ImportError> {
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let mut after: Option<UserId> = None;
    let mut exported = Exported::default();
    loop {
        let mut connection = app.storage.read().await?;
        let people = users::list_users(&mut connection, after.as_ref(), limit).await?;
        let ids: Vec<UserId> = people.iter().map(|user| user.id.clone()).collect();
        let Some(last) = ids.last().cloned() else {
            out.flush()?;
            return Ok(exported);
        };
        let (mut credentials, unreadable) = list_credentials(&mut connection, &app.sealing, &ids).await?;
        exported.unreadable.extend(unreadable);
        drop(connection);
        for user in people {
            let own = credentials.remove(&user.id).unwrap_or_default();
            serde_json::to_writer(&mut *out, &line(user, own)).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
            exported.users += 1;
        }
        after = Some(last);
    }
}

fn line(user: User, credentials: PortableCredentials) -> ImportedUser {
    let mut line = ImportedUser::new(user.id.into_string());
    line.email = Some(user.email.to_string());
    line.email_verified = user.email_verified;
    line.phone_number_verified = user.phone_number_verified;
    line.enabled = user.enabled;
    line.profile = user.profile.0;
    line.attributes = user.attributes.0;
    line.roles = user.roles.0;
    line.groups = user.groups.0;
    line.created_at = Some(user.created_at);
    line.updated_at = Some(user.updated_at);
    line.deletion_due_at = user.deletion_due_at;
    line.sign_up_language = user.sign_up_language;
    line.credentials = credentials;
    line
}
