//! The storage layer on both databases. Each rule is a scenario, run by one test on SQLite and by one on PostgreSQL.

mod cancel;
mod copy;
mod migrate;
mod queries;
mod recovery;
mod tls;
mod watch;

use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;

use super::{Held, Storage, StorageSettings, migrate as migrations};
use crate::clock::Timestamp;
use crate::random::Random;

/// A database of a test's own, gone with it.
struct Database {
    settings: StorageSettings,
    storage: Storage,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    async fn sqlite() -> Self {
        let database = Self::sqlite_without_tables().await;
        migrations::run(&database.storage).await.expect("migrations");
        database
    }

    async fn sqlite_without_tables() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("data/ostiary.db").display());
        let settings = StorageSettings { max_connections: 8, ..StorageSettings::new(url) };
        let storage = Storage::open(&settings).await.expect("a SQLite file");
        Self { settings, storage, _folder: Some(folder) }
    }

    async fn postgres() -> Self {
        let database = Self::postgres_without_tables().await;
        migrations::run(&database.storage).await.expect("migrations");
        database
    }

    async fn postgres_without_tables() -> Self {
        Self::postgres_at(postgres_url()).await
    }

    async fn postgres_at(url: String) -> Self {
        let schema = format!("test_{}", Random::System.uuid_v7(Timestamp::from_unix_seconds(0)).simple());
        let settings = StorageSettings { max_connections: 8, schema, ..StorageSettings::new(url) };
        let storage = Storage::open(&settings).await.expect("a PostgreSQL URL");
        Self { settings, storage, _folder: None }
    }

    /// Another process with the same database.
    async fn opened_again(&self) -> Storage {
        Storage::open(&self.settings).await.expect("the same database again")
    }

    /// Drops the tables on PostgreSQL; a SQLite file goes with its folder.
    async fn clean_up(&self) {
        run_sql(&self.storage, &format!("DROP SCHEMA IF EXISTS {} CASCADE", self.settings.schema)).await;
    }
}

/// Runs statements on PostgreSQL, none on SQLite.
async fn run_sql(storage: &Storage, sql: &str) {
    if let Held::Postgres(c) = storage.write().await.expect("a connection").held() {
        c.batch_execute(sql).await.expect("the statement");
    }
}

fn postgres_url() -> String {
    std::env::var("OSTIARY_TEST_POSTGRES_URL").expect(
        "OSTIARY_TEST_POSTGRES_URL must name a PostgreSQL database that tests may make schemas in, as postgres://user@host/database",
    )
}

/// Waits, in a test, for what another task is about to do: by looking, never by sleeping a guessed time.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("nothing happened within 20 seconds")
}

/// `both!(rule)`: the scenario `rule(&Database)` on SQLite and on PostgreSQL.
macro_rules! both {
    ($($(#[$attribute:meta])* $scenario:ident),+ $(,)?) => {
        mod sqlite {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                super::$scenario(&crate::storage::tests::Database::sqlite().await).await;
            })+
        }
        mod postgres {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                let database = crate::storage::tests::Database::postgres().await;
                super::$scenario(&database).await;
                database.clean_up().await;
            })+
        }
    };
}
use both;
