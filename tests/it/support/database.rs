//! The two databases, and a look into them from outside the server.

use super::server::TestServer;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A database of one test's own: a file in the test's folder, or a schema of the PostgreSQL server that `tests/run` starts.
#[derive(Debug, Clone)]
pub enum OwnDatabase {
    Sqlite { file: PathBuf },
    Postgres { url: String, schema: String },
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Database {
    /// Names a database that nobody uses yet; the server makes it.
    pub fn own(self, folder: &std::path::Path) -> OwnDatabase {
        match self {
            Self::Sqlite => OwnDatabase::Sqlite { file: folder.join("ostiary.db") },
            Self::Postgres => OwnDatabase::Postgres { url: postgres_url(), schema: unused_schema() },
        }
    }
}

/// A change that is written and not committed: whoever wants to write the same waits.
pub enum Held {
    Sqlite(SqliteConnection),
    Postgres { client: tokio_postgres::Client, url: String },
}

impl Held {
    /// Returns when a request to this server waits for it.
    pub async fn is_waited_for_by(&self, server: &TestServer) {
        match self {
            // Nobody else writes meanwhile, so that whoever has taken the one connection for it waits for the file.
            Self::Sqlite(_) => {
                until("the server waits", async || {
                    server.app().storage.pools().iter().any(|pool| pool.name == "writer" && pool.in_use > 0)
                })
                .await;
            }
            Self::Postgres { .. } => self.is_waited_for().await,
        }
    }

    /// Returns when somebody waits for it, in whatever process.
    pub async fn is_waited_for(&self) {
        match self {
            // Nothing tells who waits for the file in another process: SQLite asks for the lock again and again, and between two times
            // holds nothing. This is long enough to get there, and who comes later finds the change.
            Self::Sqlite(_) => tokio::time::sleep(Duration::from_millis(700)).await,
            Self::Postgres { client, url } => {
                let own: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
                let other = connect(url, "public").await;
                let query = "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))";
                until("somebody waits", async || other.query_one(query, &[&own]).await.unwrap().get::<_, i64>(0) > 0).await;
            }
        }
    }

    pub async fn commit(self) {
        match self {
            Self::Sqlite(mut connection) => drop(diesel::sql_query("COMMIT").execute(&mut connection).unwrap()),
            Self::Postgres { client, .. } => client.batch_execute("COMMIT").await.unwrap(),
        }
    }
}

/// Returns when this holds. Panics after a minute.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not in a minute: {what}");
}

/// The PostgreSQL server of this test run.
pub fn postgres_url() -> String {
    std::env::var("OSTIARY_TEST_POSTGRES_URL").expect(
        "OSTIARY_TEST_POSTGRES_URL is not set: run `tests/run`, which starts a PostgreSQL of its own, or name one as in postgres://postgres@localhost:5432/postgres",
    )
}

fn unused_schema() -> String {
    // Only hands out numbers: no test sees another's.
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    format!("test_{now:x}_{:x}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

impl OwnDatabase {
    /// As in `database.url`.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { file } => format!("sqlite:{}", file.display()),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// The first column of every row, as text; `NULL` is left out. Tables need no schema in front.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let query = format!("WITH answer(v) AS ({query}) SELECT CAST(v AS TEXT) AS value FROM answer");
        match self {
            Self::Sqlite { file } => {
                let rows: Vec<Row> = diesel::sql_query(query).load(&mut open(file)).unwrap();
                rows.into_iter().filter_map(|row| row.value).collect()
            }
            Self::Postgres { url, schema } => {
                let client = connect(url, schema).await;
                let rows = client.query(&query, &[]).await.unwrap();
                rows.iter().filter_map(|row| row.get::<_, Option<String>>(0)).collect()
            }
        }
    }

    /// The first text. Panics when there is none.
    pub async fn text(&self, query: &str) -> String {
        self.texts(query).await.into_iter().next().unwrap_or_else(|| panic!("no text: {query}"))
    }

    /// One number, as from `SELECT count(*) FROM grants`.
    pub async fn number(&self, query: &str) -> i64 {
        self.texts(query).await.first().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no number: {query}"))
    }

    /// Changes the database behind the server's back.
    pub async fn execute(&self, statement: &str) {
        match self {
            Self::Sqlite { file } => {
                diesel::sql_query(statement).execute(&mut open(file)).unwrap();
            }
            Self::Postgres { url, schema } => connect(url, schema).await.batch_execute(statement).await.unwrap(),
        }
    }

    /// Changes it, and holds what was changed.
    pub async fn hold(&self, statement: &str) -> Held {
        match self {
            Self::Sqlite { file } => {
                let mut connection = open(file);
                for statement in ["BEGIN IMMEDIATE", statement] {
                    diesel::sql_query(statement).execute(&mut connection).unwrap();
                }
                Held::Sqlite(connection)
            }
            Self::Postgres { url, schema } => {
                let client = connect(url, schema).await;
                client.batch_execute(&format!("BEGIN; {statement}")).await.unwrap();
                Held::Postgres { client, url: url.clone() }
            }
        }
    }

    /// Returns when somebody waits for a row of `table` that another transaction holds, whoever's it is. SQLite has one writer, whose
    /// turn others wait for before they begin.
    pub async fn a_row_is_waited_for(&self, table: &str) {
        let Self::Postgres { url, schema } = self else { panic!("there are no locks of rows") };
        let client = connect(url, schema).await;
        let query = format!(
            "SELECT count(*) FROM pg_stat_activity waiting JOIN pg_locks held ON held.pid = ANY(pg_blocking_pids(waiting.pid))
                WHERE held.relation = '{table}'::regclass"
        );
        until("a row is waited for", async || client.query_one(&query, &[]).await.unwrap().get::<_, i64>(0) > 0).await;
    }

    /// The names of all tables, in order.
    pub async fn tables(&self) -> Vec<String> {
        match self {
            Self::Sqlite { .. } => self.texts("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").await,
            Self::Postgres { schema, .. } => {
                self.texts(&format!("SELECT table_name::text FROM information_schema.tables WHERE table_schema = '{schema}' ORDER BY 1"))
                    .await
            }
        }
    }

    /// Rows of every table, for "nothing was written". Why clients were refused is left out: that is written down on the side, bounded.
    pub async fn row_counts(&self) -> Vec<(String, i64)> {
        let mut counts = Vec::new();
        for table in self.tables().await.into_iter().filter(|table| table != "refusals") {
            let count = self.number(&format!("SELECT count(*) FROM \"{table}\"")).await;
            counts.push((table, count));
        }
        counts.sort();
        counts
    }

    /// Everything that is stored, to look for what must not be. SQLite: the bytes of its files, so that deleted rows and the
    /// log count too. PostgreSQL: every row of every table.
    pub async fn everything(&self) -> String {
        match self {
            Self::Sqlite { file } => {
                let parts = ["", "-wal", "-journal"].map(|suffix| std::fs::read(format!("{}{suffix}", file.display())).unwrap_or_default());
                String::from_utf8_lossy(&parts.concat()).into_owned()
            }
            Self::Postgres { .. } => {
                let mut all = String::new();
                for table in self.tables().await {
                    all.push_str(&self.texts(&format!("SELECT t::text FROM \"{table}\" t ORDER BY 1")).await.join("\n"));
                    all.push('\n');
                }
                all
            }
        }
    }
}

fn open(file: &std::path::Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(&file.display().to_string()).unwrap();
    diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut connection).unwrap();
    connection
}

/// A connection of the test's own, which reads the tables of `schema`.
pub async fn connect(url: &str, schema: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO \"{schema}\"")).await.unwrap();
    client
}
