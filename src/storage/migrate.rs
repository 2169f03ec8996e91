//! The schema, step by step: `migrations/` is compiled in and serves both databases.
//!
//! Expand, then contract: a replica of the version before keeps working on the schema of this one, so a step only adds what the
//! version before can ignore, or drops an index. One for each step: a replica that writes to two tables and a step that locks both would wait
//! for each other.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::migration::MigrationSource;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::backend::Backend;
use super::error::{StorageError, StorageResult};
use super::postgres::{PostgresConnector, quoted};
use super::sqlite::SqliteFile;
use super::{Connection, Held, Storage, query};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// One step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its folder's name; only the version for a step that this program does not know (a newer one has migrated the database).
    pub name: String,
    /// Its order in time, as the database records it.
    pub version: String,
    /// Whether the database has it.
    pub applied: bool,
    /// Whether this program has it.
    pub known: bool,
}

/// Every step, in order, applied or pending. Changes nothing.
pub async fn status(storage: &Storage) -> StorageResult<Vec<MigrationState>> {
    let applied = applied(&mut storage.read().await?).await?;
    let mut states = Vec::new();
    for (name, version) in embedded()? {
        states.push(MigrationState { applied: applied.contains(&version), name, version, known: true });
    }
    let unknown: Vec<_> = applied.into_iter().filter(|version| !states.iter().any(|state| state.version == *version)).collect();
    states.extend(unknown.into_iter().map(|version| MigrationState { name: version.clone(), version, applied: true, known: false }));
    Ok(states)
}

/// Whether the database has no step yet.
pub async fn is_new(storage: &Storage) -> StorageResult<bool> {
    Ok(applied(&mut storage.read().await?).await?.is_empty())
}

/// Applies what is pending and tells the names of the steps that this call applied.
///
/// Safe when several replicas start at once: one applies, the others wait for it. Works on any runtime. Makes the PostgreSQL
/// schema when it is missing. Needs no right to change the schema when nothing is pending; fails with [`StorageError::Migration`], which
/// names the SQL to run, when the role lacks one that it needs, and with [`StorageError::Settings`] on a PostgreSQL that is too old.
pub async fn run(storage: &Storage) -> StorageResult<Vec<String>> {
    refuse_old_postgres(storage).await?;
    if status(storage).await?.iter().all(|state| state.applied) {
        return Ok(Vec::new());
    }
    match storage.backend() {
        Backend::Postgres { pools, .. } => {
            let connector = pools.connector().clone();
            on_a_thread(move || {
                // AsyncMigrationHarness calls block_in_place, which works on this kind of runtime only
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
                runtime.map_err(failed)?.block_on(on_postgres(&connector))
            })
            .await
        }
        Backend::Sqlite { file, .. } => {
            let file = file.clone();
            on_a_thread(move || on_sqlite(&file)).await
        }
    }
}

/// PostgreSQL before this one is not tested with.
pub(crate) const OLDEST_POSTGRES: u32 = 15;

async fn refuse_old_postgres(storage: &Storage) -> StorageResult<()> {
    if !matches!(storage.backend(), Backend::Postgres { .. }) {
        return Ok(());
    }
    let mut connection = storage.read().await?;
    let version = diesel::dsl::sql::<Text>("SELECT current_setting('server_version_num')");
    let version = query!(&mut connection, |c| version.get_result::<String>(c).await)?;
    let major = version.parse::<u32>().map_or(0, |number| number / 10_000);
    if major < OLDEST_POSTGRES {
        return Err(StorageError::Settings(format!("PostgreSQL {OLDEST_POSTGRES} or newer is needed, and this one is {major}")));
    }
    Ok(())
}

async fn on_postgres(connector: &PostgresConnector) -> StorageResult<Vec<String>> {
    let mut connection = connector.connect_here().await.map_err(|error| StorageError::Unavailable(error.to_string()))?;
    // A lock of this session, given back when it ends, however it ends. One for each schema.
    connection.batch_execute("SET statement_timeout TO 0").await?;
    let free = diesel::sql_query("SELECT pg_try_advisory_lock(727274, hashtext($1)) AS taken").bind::<Text, _>(connector.schema());
    if !free.get_result::<Lock>(&mut connection).await?.taken {
        tracing::info!(schema = connector.schema(), "another process is migrating this schema: waiting until it is done");
        let lock = diesel::sql_query("SELECT pg_advisory_lock(727274, hashtext($1))").bind::<Text, _>(connector.schema());
        lock.execute(&mut connection).await?;
    }
    let rights: Rights = diesel::sql_query(RIGHTS).bind::<Text, _>(connector.schema()).get_result(&mut connection).await?;
    if let Some(missing) = rights.missing() {
        return Err(failed(missing));
    }
    if !rights.has_schema {
        connection.batch_execute(&format!("CREATE SCHEMA {}", quoted(connector.schema()))).await?;
    }
    apply(&mut AsyncMigrationHarness::new(connection))
}

#[derive(diesel::QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// What the role may do for the schema, and names to write SQL with.
const RIGHTS: &str = "SELECT n.oid IS NOT NULL AS has_schema,
        CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE')
            ELSE has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE') END AS may_create,
        quote_ident(current_database()::text) AS of_database, quote_ident(s.name) AS of_schema, quote_ident(current_user::text) AS of_role
    FROM (SELECT $1::text AS name) s LEFT JOIN pg_catalog.pg_namespace n ON n.nspname::text = s.name";

#[derive(diesel::QueryableByName)]
struct Rights {
    #[diesel(sql_type = Bool)]
    has_schema: bool,
    #[diesel(sql_type = Bool)]
    may_create: bool,
    #[diesel(sql_type = Text)]
    of_database: String,
    #[diesel(sql_type = Text)]
    of_schema: String,
    #[diesel(sql_type = Text)]
    of_role: String,
}

impl Rights {
    /// What to run as somebody who may, where this role may not make what is to be made.
    fn missing(&self) -> Option<String> {
        let Self { has_schema, may_create, of_database, of_schema, of_role } = self;
        match (may_create, has_schema) {
            (true, _) => None,
            (false, true) => Some(format!(
                "the role {of_role} may not make tables in the schema {of_schema}. Run this as its owner: \
                 GRANT USAGE, CREATE ON SCHEMA {of_schema} TO {of_role};"
            )),
            (false, false) => Some(format!(
                "there is no schema {of_schema} in the database {of_database}, and the role {of_role} may not make it. Run this as the \
                 database's owner: CREATE SCHEMA {of_schema} AUTHORIZATION {of_role}; or this: GRANT CREATE ON DATABASE {of_database} TO {of_role};"
            )),
        }
    }
}

fn on_sqlite(file: &SqliteFile) -> StorageResult<Vec<String>> {
    let mut connection = diesel::sqlite::SqliteConnection::establish(file.path()).map_err(failed)?;
    connection.batch_execute(&file.pragmas(false))?;
    // Whoever else migrates is waited for longer than another writer is.
    connection.batch_execute("PRAGMA busy_timeout=60000")?;
    connection.immediate_transaction(apply)
}

fn apply<DB: diesel::backend::Backend>(database: &mut impl MigrationHarness<DB>) -> StorageResult<Vec<String>> {
    let versions = database.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    Ok(embedded()?.into_iter().filter(|(_, version)| versions.contains(version)).map(|(name, _)| name).collect())
}

/// Name and version of each step that is compiled in.
fn embedded() -> StorageResult<Vec<(String, String)>> {
    let steps = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&MIGRATIONS).map_err(failed)?;
    let mut names: Vec<_> = steps.iter().map(|step| (step.name().to_string(), step.name().version().to_string())).collect();
    names.sort();
    Ok(names)
}

/// The versions that the database records; none when it has not been migrated yet.
async fn applied(conn: &mut Connection) -> StorageResult<Vec<String>> {
    let found = match conn.held() {
        Held::Postgres(_) => {
            "(SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '__diesel_schema_migrations')"
        }
        _ => "(SELECT count(*) FROM sqlite_master WHERE name = '__diesel_schema_migrations')",
    };
    let found = query!(conn, |c| diesel::select(diesel::dsl::sql::<BigInt>(found)).get_result::<i64>(c).await)?;
    if found == 0 {
        return Ok(Vec::new());
    }
    query!(conn, |c| diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations ORDER BY version").load::<String>(c).await)
}

/// On a thread of its own: migrations block, and the caller's runtime may have only one.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> StorageResult<T> + Send + 'static) -> StorageResult<T> {
    let (send, done) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("migrations".to_owned()).spawn(move || send.send(work())).map_err(failed)?;
    done.await.map_err(failed)?
}

fn failed(error: impl std::fmt::Display) -> StorageError {
    StorageError::Migration(error.to_string())
}
