//! What is done on the side: expired rows leave, keys rotate, mail is delivered, changes made elsewhere are read.
//!
//! Every replica does all of it: each step is harmless when done twice.

use crate::app::App;
use crate::clock::Timestamp;
use crate::events::{About, EventKind};
use crate::storage::{StorageError, Topic};
use crate::web::deletion::delete_account;
use crate::{backchannel_logout, clients, credentials, events, grants, keys, mail, sessions, users};
use actix_web::web;
use std::time::Duration;

/// Rows removed at a time: small enough that nobody waits for it (security.md F8).
const BATCH: i64 = 500;
const CLEANING_INTERVAL: Duration = Duration::from_secs(60);
const SETTLING_INTERVAL: Duration = Duration::from_secs(5);
const REFUSALS_INTERVAL: Duration = Duration::from_secs(1);
/// A change that cannot be read is tried again, after twice as long each time.
const FIRST_RELOAD_WAIT: Duration = Duration::from_millis(500);
const LONGEST_RELOAD_WAIT: Duration = Duration::from_secs(30);
const ROTATION_CHECK_INTERVAL: Duration = Duration::from_secs(600);

/// Starts the tasks on the current runtime; they end with it or when the handle is dropped.
pub struct Housekeeping {
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Housekeeping {
    pub fn start(app: web::Data<App>) -> Self {
        let tasks = vec![
            tokio::spawn(follow_changes(app.clone())),
            tokio::spawn(clean(app.clone())),
            tokio::spawn(backchannel_logout::run(app.clone())),
            tokio::spawn(app.mailer.clone().work()),
            tokio::spawn(watch_key_age(app.clone())),
            tokio::spawn(settle(app.clone())),
            tokio::spawn(note_refusals(app)),
        ];
        Self { tasks }
    }

    /// Ends the tasks, and returns when none runs any more: one that outlived its runtime would report what it then misses.
    pub async fn stop(mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await;
        }
    }
}

async fn clean(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(CLEANING_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.places.read_again_if_changed() {
            tracing::warn!(%error, "the database of places has changed and could not be read; the one of before is used");
        }
        if let Err(error) = delete_expired(&app).await {
            tracing::warn!(%error, "expired rows could not be removed; tried again in a minute");
        }
    }
}

async fn watch_key_age(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(ROTATION_CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = rotate_keys(&app).await {
            tracing::error!(%error, "signing keys could not be rotated; tried again in ten minutes");
        }
    }
}

/// Latencies wait in a list that grows with the traffic until they are settled; the memory of hashes is kept while passwords come in.
async fn settle(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(SETTLING_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        app.metrics.settle();
        app.passwords.free_idle_buffers();
    }
}

async fn note_refusals(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(REFUSALS_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = write_refusals(&app).await {
            tracing::warn!(%error, "why clients were refused could not be written down; the log has it");
        }
    }
}

/// Writes down why clients were refused since the last time.
pub async fn write_refusals(app: &App) -> Result<(), StorageError> {
    let noted = app.clients.refusals.take();
    if noted.is_empty() {
        return Ok(());
    }
    app.storage.transaction(async |connection| clients::refusals::write_refusals(connection, &noted).await).await
}

/// Reads again what another replica or the command line has changed.
async fn follow_changes(app: web::Data<App>) {
    let mut changes = app.storage.watch();
    loop {
        let Some(topic) = changes.next().await else { return };
        let (mut topic, mut wait) = (topic, FIRST_RELOAD_WAIT);
        // Nobody tells it again: until it is read, this process works by what was before.
        while let Err(error) = reload(&app, topic).await {
            tracing::warn!(%error, again_in = ?wait, "a change could not be read yet");
            tokio::time::sleep(wait).await;
            // What else has changed meanwhile is read along.
            topic = Topic::All;
            wait = (wait * 2).min(LONGEST_RELOAD_WAIT);
        }
    }
}

/// Reads what belongs to a topic into memory.
pub async fn reload(app: &App, topic: Topic) -> Result<(), keys::KeyError> {
    if matches!(topic, Topic::Clients | Topic::Resources | Topic::All) {
        app.clients.reload(&app.storage).await?;
    }
    if matches!(topic, Topic::Keys | Topic::All) {
        app.keys.reload(&app.storage, &app.sealing, app.now()).await?;
    }
    Ok(())
}

/// Makes the next signing keys when they are due.
pub async fn rotate_keys(app: &App) -> Result<(), keys::KeyError> {
    publish_next_keys(app, false).await?;
    app.keys.reload(&app.storage, &app.sealing, app.now()).await
}

/// Makes the next signing keys and notes it; `force` does so whatever the age of the current ones. Returns the ids of the new ones.
pub async fn publish_next_keys(app: &App, force: bool) -> Result<Vec<String>, keys::KeyError> {
    let made = keys::rotate(&app.storage, &app.sealing, &app.random, &app.key_policy, app.now(), force).await?;
    if !made.is_empty() {
        let about = About::default().with("kids", made.join(" "));
        events::record(&mut app.storage.write().await?, app, EventKind::KeyRotated, &about).await?;
    }
    Ok(made)
}

/// Deletes the accounts whose grace is over, each in a transaction of its own: one that cannot be deleted keeps nobody else's.
async fn delete_accounts_due(app: &App) -> Result<(), StorageError> {
    let now = app.now();
    let due = users::list_due_for_deletion(&mut app.storage.read().await?, now, BATCH).await?;
    let mut done = Ok(());
    for id in &due {
        let deleted = app
            .storage
            .transaction(async |connection| match users::claim_for_deletion(connection, id, now).await? {
                true => delete_account(app, connection, id, "person").await,
                false => Ok(false),
            })
            .await;
        done = done.and(deleted.map(|_| ()));
    }
    done
}

async fn delete_expired_grants(app: &App, now: Timestamp) -> Result<usize, StorageError> {
    let ids = grants::list_expired_grants(&mut app.storage.read().await?, now, BATCH).await?;
    if !ids.is_empty() {
        grants::delete_grants(&mut app.storage.write().await?, &ids).await?;
    }
    Ok(ids.len())
}

/// Removes what has expired, all of it even where one part fails; where there may be much in batches, with a connection for each, since on
/// SQLite there is one writer and people wait for it. Returns the first error.
pub async fn delete_expired(app: &App) -> Result<(), StorageError> {
    let now = app.now();
    let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
    macro_rules! in_batches {
        ($batch:expr) => {{
            let done: Result<(), StorageError> = async {
                // It tells how many had ended: another replica may have removed some of them first.
                while $batch.await? >= full {}
                Ok(())
            }
            .await;
            done
        }};
    }
    [
        in_batches!(sessions::delete_expired_sessions(&mut app.storage.write().await?, &app.sessions, now, BATCH)),
        in_batches!(delete_expired_grants(app, now)),
        in_batches!(events::delete_old_events(&mut app.storage.write().await?, now, BATCH)),
        in_batches!(grants::delete_expired_revocations(&mut app.storage.write().await?, now, BATCH)),
        in_batches!(grants::delete_expired_tickets(&mut app.storage.write().await?, now, BATCH)),
        in_batches!(clients::authentication::delete_expired_assertions(&mut app.storage.write().await?, now, BATCH)),
        in_batches!(credentials::guesses::delete_expired_guesses(&mut app.storage.write().await?, now, BATCH)),
        delete_accounts_due(app).await,
        delete_the_few(app, now).await,
    ]
    .into_iter()
    .collect()
}

/// What there is never much of.
async fn delete_the_few(app: &App, now: Timestamp) -> Result<(), StorageError> {
    let mut connection = app.storage.write().await?;
    clients::delete_expired_secrets(&mut connection, now).await?;
    credentials::mailed_proofs::delete_expired_proofs(&mut connection, now).await?;
    clients::refusals::delete_old_refusals(&mut connection, now).await?;
    clients::logout_failures::delete_old_logout_failures(&mut connection, now).await?;
    mail::delete_abandoned_mail(&mut connection, now).await?;
    credentials::replaced_factors::delete_expired_replaced_factors(&mut connection, now).await?;
    credentials::trusted_devices::delete_expired_trusted_devices(&mut connection, now).await?;
    keys::delete_expired(&mut connection, now).await?;
    Ok(())
}
