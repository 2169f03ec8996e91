//! Does what was planned for a batch, in one transaction with the place that the source has reached: all of it or nothing.

use super::checkpoint::Checkpoint;
use super::plan::{Change, Context, Creation, Planned, Step, plan};
use super::taken::Taken;
use super::{Entry, ImportError, ImportedUser, Totals, Verdict};
use crate::app::App;
use crate::clients::lock_directory;
use crate::credentials::mailed_proofs::end_proofs_of;
use crate::credentials::portable::insert_credentials;
use crate::credentials::set_password_hash;
use crate::credentials::totp::delete_totp;
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::grants::{EndReason, end_grants_of_user};
use crate::sessions::end_sessions_of;
use crate::storage::{Connection, StorageError};
use crate::upstreams::delete_link;
use crate::users::{self, User};

/// Tries against sign-ups that take an address, and people and operators who change an account, between our look and our write.
const ROUNDS: usize = 5;

/// Writes a batch and where to go on after it. Returns what became of each.
///
/// Cost: about 16 round trips and 1 commit, 12 where nobody is new; 5 to 13 round trips more for each person who was changed there.
pub(super) async fn write(
    app: &App,
    context: &Context<'_>,
    batch: &[ImportedUser],
    checkpoint: &mut Checkpoint,
) -> Result<Vec<Planned>, ImportError> {
    let mut round = 1;
    loop {
        let mut next = checkpoint.clone();
        let written = app
            .storage
            .transaction(async |connection| {
                let mut planned = plan(connection, context, batch, &mut Taken::default()).await?;
                if planned.iter().any(|planned| matches!(planned.step, Step::Create(_))) {
                    // Whoever makes a client meanwhile finds the people of this batch, or is found: no id is both one's.
                    lock_directory(connection).await?;
                    planned = plan(connection, context, batch, &mut Taken::default()).await?;
                }
                planned.iter().for_each(|planned| next.totals.add(&planned.entry));
                apply(connection, app, context, &mut planned).await?;
                next.save(connection, context.source).await?;
                Ok::<_, ImportError>(planned)
            })
            .await;
        match written {
            Err(ImportError::Storage(error)) if error.is_unique_violation() && round < ROUNDS => round += 1,
            Err(ImportError::Overtaken) if round < ROUNDS => round += 1,
            Ok(planned) => {
                *checkpoint = next;
                return Ok(planned);
            }
            Err(error) => return Err(error),
        }
    }
}

async fn apply(connection: &mut Connection, app: &App, context: &Context<'_>, planned: &mut [Planned]) -> Result<(), ImportError> {
    let (mut people, mut credentials, mut rows) = (Vec::<User>::new(), Vec::new(), Vec::new());
    let mut totals = Totals::default();
    for planned in planned {
        totals.add(&planned.entry);
        match std::mem::replace(&mut planned.step, Step::Nothing) {
            Step::Nothing => {}
            Step::Create(creation) => {
                let Creation { user, credentials: own, from } = *creation;
                credentials.push((user.id.clone(), own));
                people.push(user);
                rows.push(from);
            }
            Step::Update(change) => update(connection, app, context, *change).await?,
        }
    }
    users::insert_users(connection, &people).await?;
    insert_credentials(connection, &app.sealing, &credentials, context.now).await?;
    users::insert_imported_users(connection, rows).await?;
    if totals.created + totals.updated > 0 {
        let about = About::default().with("source", context.source).with("created", totals.created).with("updated", totals.updated);
        events::record(connection, app, EventKind::UsersImported, &about).await?;
    }
    Ok(())
}

async fn update(connection: &mut Connection, app: &App, context: &Context<'_>, change: Change) -> Result<(), ImportError> {
    let (id, now) = (change.user.id.clone(), context.now);
    if !users::update_user(connection, &change.user, change.read_at).await? {
        return Err(ImportError::Overtaken);
    }
    if let Some(hash) = &change.password {
        set_password_hash(connection, &id, hash, now).await?;
        events::record(connection, app, EventKind::PasswordChanged, &About::user(&id).with("by", "import")).await?;
    }
    if change.ends_sessions {
        let why = if change.user.enabled { EndReason::PasswordChanged } else { EndReason::ByOperator };
        end_all(connection, &change.user, why, context).await?;
    }
    if change.replaces_totp {
        delete_totp(connection, &id).await?;
        delete_trusted_devices_of(connection, &id).await?;
    }
    for (provider, subject) in &change.removed_identities {
        delete_link(connection, &id, provider, subject).await?;
    }
    insert_credentials(connection, &app.sealing, &[(id, change.credentials)], now).await?;
    users::update_imported_user(connection, &change.from).await?;
    Ok(())
}

async fn end_all(connection: &mut Connection, user: &User, why: EndReason, context: &Context<'_>) -> Result<(), StorageError> {
    users::cut_off(connection, &user.id, context.now).await?;
    end_proofs_of(connection, &user.id).await?;
    delete_trusted_devices_of(connection, &user.id).await?;
    end_sessions_of(connection, &user.id, None, why, context.now).await?;
    end_grants_of_user(connection, &user.id, None, why, context.now).await?;
    Ok(())
}

/// Whether something of this person is worth telling where only what is odd is told.
pub(super) fn is_odd(planned: &Planned) -> bool {
    let Entry { verdict, missing, changes, .. } = &planned.entry;
    *verdict == Verdict::Skipped || !changes.is_empty() || !missing.is_empty() && *verdict != Verdict::Unchanged
}
