//! What one process tells the others, and other parts of itself: "the clients have changed", so that caches are read again.
//!
//! On PostgreSQL it is NOTIFY and LISTEN; on SQLite the command line may change the file under a running server, so a counter is
//! kept for each topic, and `PRAGMA data_version` tells cheaply whether it is worth reading. In both a change is told when, and
//! only when, the transaction that announced it commits.
//!
//! Cost: on SQLite one pragma each 300 ms; on PostgreSQL one connection beside the pool.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt as _;
use tokio::sync::broadcast;

use super::backend::Backend;
use super::error::{StorageError, StorageResult, with_causes};
use super::postgres::PostgresConnector;
use super::schema::changes;
use super::sqlite::{SqliteConnection, SqliteFile};
use super::{Connection, Held, answered, query};

const CHANNEL: &str = "ostiary_changes";
const POLL_INTERVAL: Duration = Duration::from_millis(300);
/// How long a listening connection may be silent before it is asked whether it lives.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Clients or their secrets.
    Clients,
    /// Resource servers.
    Resources,
    /// Signing keys.
    Keys,
    /// Sessions have ended and applications are to be told.
    Logouts,
    /// Perhaps everything: the watcher has just begun, or may have missed something.
    All,
}

impl Topic {
    fn name(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Resources => "resources",
            Self::Keys => "keys",
            Self::Logouts => "logouts",
            Self::All => "all",
        }
    }

    /// A name that this version does not know was announced by a newer one: everything is read again.
    fn parse(name: &str) -> Self {
        [Self::Clients, Self::Resources, Self::Keys, Self::Logouts].into_iter().find(|topic| topic.name() == name).unwrap_or(Self::All)
    }
}

/// Tells every process that watches this database, this one too, once the transaction of `conn` commits.
pub async fn announce(conn: &mut Connection, topic: Topic) -> StorageResult<()> {
    if matches!(conn.held(), Held::Postgres(_))
        && let Held::Postgres(c) = conn.begun().await?
    {
        // The channel is the whole database's, so the schema goes along: two servers may share a database.
        let notify = diesel::sql_query("SELECT pg_notify($1, current_schema() || '/' || $2)");
        notify.bind::<Text, _>(CHANNEL).bind::<Text, _>(topic.name()).execute(&mut **c).await?;
        return Ok(());
    }
    let row = (changes::topic.eq(topic.name()), changes::version.eq(1));
    query!(conn, |c| diesel::insert_into(changes::table)
        .values(row)
        .on_conflict(changes::topic)
        .do_update()
        .set(changes::version.eq(changes::version + 1))
        .execute(c)
        .await)
    .map(|_| ())
}

/// A stream of changes. The first is always [`Topic::All`], when the watcher has begun to listen: what is read after it is fresh,
/// and no later change is missed.
pub struct Changes {
    receiver: broadcast::Receiver<Topic>,
    /// For a subscriber that came when the watcher's own was gone by.
    first: Option<Topic>,
}

impl Changes {
    /// Waits for the next change. [`Topic::All`] also when this receiver was too slow and some are lost. `None` when the storage
    /// is gone.
    pub async fn next(&mut self) -> Option<Topic> {
        if let Some(topic) = self.first.take() {
            return Some(topic);
        }
        match self.receiver.recv().await {
            Ok(topic) => Some(topic),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Topic::All),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// The task that listens, for as long as the storage lives.
pub(super) struct Watcher {
    voice: Voice,
    task: tokio::task::JoinHandle<()>,
}

/// Tells the subscribers.
#[derive(Clone)]
struct Voice {
    sender: broadcast::Sender<Topic>,
    listening: Arc<AtomicBool>,
}

impl Voice {
    fn tell(&self, topic: Topic) {
        // fails when nobody listens: then nobody has to know
        let _ = self.sender.send(topic);
    }

    /// From now on nothing is missed, but something may have been before.
    fn begin(&self) {
        self.listening.store(true, Ordering::SeqCst);
        self.tell(Topic::All);
    }

    fn lost(&self, error: &str) {
        self.listening.store(false, Ordering::SeqCst);
        tracing::warn!(error, "changes by other processes are not heard; trying again");
    }
}

impl Watcher {
    pub(super) fn start(backend: &Backend) -> Self {
        let voice = Voice { sender: broadcast::channel(64).0, listening: Arc::default() };
        let task = match backend {
            Backend::Postgres { pools, .. } => tokio::spawn(listen_again_and_again(pools.connector().clone(), voice.clone())),
            Backend::Sqlite { file, .. } => tokio::spawn(poll_again_and_again(file.clone(), voice.clone())),
        };
        Self { voice, task }
    }

    pub(super) fn subscribe(&self) -> Changes {
        let receiver = self.voice.sender.subscribe();
        // looked at after subscribing: at worst `All` comes twice
        // (spelled out: diesel_async's trait in scope has a `load` of its own)
        let first = AtomicBool::load(&self.voice.listening, Ordering::SeqCst).then_some(Topic::All);
        Changes { receiver, first }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen_again_and_again(connector: PostgresConnector, voice: Voice) {
    loop {
        if let Err(error) = listen(&connector, &voice).await {
            voice.lost(&with_causes(&error));
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// Returns when the connection is lost.
async fn listen(connector: &PostgresConnector, voice: &Voice) -> StorageResult<()> {
    let mut connection: AsyncPgConnection = connector.connect().await.map_err(|error| StorageError::Unavailable(error.to_string()))?;
    answered(PROBE_INTERVAL, connection.batch_execute(&format!("LISTEN {CHANNEL}"))).await?;
    voice.begin();
    loop {
        let heard = {
            let mut stream = std::pin::pin!(connection.notifications_stream());
            tokio::time::timeout(PROBE_INTERVAL, stream.next()).await
        };
        match heard {
            Ok(Some(notification)) => {
                let notification = notification?;
                if let Some((schema, topic)) = notification.payload.rsplit_once('/')
                    && schema == connector.schema()
                {
                    voice.tell(Topic::parse(topic));
                }
            }
            Ok(None) => {
                return Err(StorageError::Unavailable("the listening connection ended".to_owned()));
            }
            // silence may be a lost connection, and so is a question without an answer
            Err(_) => answered(PROBE_INTERVAL, connection.batch_execute("SELECT 1")).await?,
        }
    }
}

async fn poll_again_and_again(file: SqliteFile, voice: Voice) {
    loop {
        if let Err(error) = poll(&file, &voice).await {
            voice.lost(&with_causes(&error));
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// Returns when the file cannot be read.
async fn poll(file: &SqliteFile, voice: &Voice) -> StorageResult<()> {
    let mut connection = file.connect(true).await.map_err(|error| StorageError::Unavailable(error.to_string()))?;
    // first the number, then the rows: a commit between the two is seen once more, not missed
    let mut seen = data_version(&mut connection).await?;
    let mut known = versions(&mut connection).await?;
    voice.begin();
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        let now = data_version(&mut connection).await?;
        if now != seen {
            seen = now;
            let current = versions(&mut connection).await?;
            for (topic, _) in current.iter().filter(|(topic, version)| known.get(*topic) != Some(*version)) {
                voice.tell(Topic::parse(topic));
            }
            known = current;
        }
    }
}

/// Moves whenever another connection, of this process or of another, commits to the file.
async fn data_version(connection: &mut SqliteConnection) -> StorageResult<i64> {
    Ok(diesel::dsl::sql::<BigInt>("PRAGMA data_version").get_result(connection).await?)
}

async fn versions(connection: &mut SqliteConnection) -> StorageResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = changes::table.select((changes::topic, changes::version)).load(connection).await?;
    Ok(rows.into_iter().collect())
}
