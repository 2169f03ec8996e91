//! What is done on the side: expired rows leave, keys rotate, changes made elsewhere are read.
//!
//! Every replica does all of it: each step is harmless when done twice.

use crate::app::App;
use crate::storage::{StorageError, Topic};
use crate::{clients, credentials, events, grants, keys, sessions};
use actix_web::web;
use std::time::Duration;

/// Rows removed at a time: small enough that nobody waits for it (security.md F8).
const BATCH: i64 = 500;
const CLEANING_INTERVAL: Duration = Duration::from_secs(60);
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
        let tasks = vec![tokio::spawn(follow_changes(app.clone())), tokio::spawn(clean(app.clone())), tokio::spawn(watch_key_age(app))];
        Self { tasks }
    }
}

async fn clean(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(CLEANING_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
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

/// Reads again what another replica or the command line has changed.
async fn follow_changes(app: web::Data<App>) {
    let mut changes = app.storage.watch();
    loop {
        let Some(topic) = changes.next().await else { return };
        if let Err(error) = reload(&app, topic).await {
            tracing::warn!(%error, "a change could not be read yet");
            tokio::time::sleep(Duration::from_millis(500)).await;
            if let Err(error) = reload(&app, Topic::All).await {
                tracing::error!(%error, "a change could not be read");
            }
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
    let made = keys::rotate(&app.storage, &app.sealing, &app.random, &app.key_policy, app.now(), false).await?;
    if !made.is_empty() {
        tracing::info!(kids = ?made, "the next signing keys are published");
    }
    app.keys.reload(&app.storage, &app.sealing, app.now()).await
}

/// Removes what has expired, in batches: a connection for each, since on SQLite there is one writer and people wait for it.
pub async fn delete_expired(app: &App) -> Result<(), StorageError> {
    let now = app.now();
    let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
    while sessions::delete_expired_sessions(&mut app.storage.write().await?, &app.sessions, now, BATCH).await? >= full {}
    while grants::delete_expired_grants(&mut app.storage.write().await?, now, BATCH).await? >= full {}
    while events::delete_old_events(&mut app.storage.write().await?, now, BATCH).await? >= full {}
    let mut connection = app.storage.write().await?;
    grants::delete_expired_revocations(&mut connection, now).await?;
    grants::delete_expired_tickets(&mut connection, now).await?;
    clients::authentication::delete_expired_assertions(&mut connection, now).await?;
    clients::delete_expired_secrets(&mut connection, now).await?;
    credentials::guesses::delete_expired_guesses(&mut connection, now).await?;
    keys::delete_expired(&mut connection, now).await?;
    Ok(())
}
