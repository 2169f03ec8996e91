//! Other people's PostgreSQL, to read from: what `ostiary import` moves in from. With the TLS of `database.url`, in sessions that
//! refuse to write, and by tables whose columns are not known before.

use super::error::{StorageError, StorageResult, with_causes};
use super::postgres::{other_way_may_work, quoted};
use super::tls::Tls;
use crate::secret::Secret;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Rows as JSON, so that what a column is called decides, not where it stands.
pub type ForeignRow = Map<String, Value>;

/// A connection to a database that is not ours.
pub struct ForeignDatabase {
    client: Client,
    /// To connect once more.
    url: Secret,
    /// Digest of the hosts and the user of its URL.
    place: String,
}

/// A table there, and the columns that it has.
#[derive(Debug, Clone)]
pub struct ForeignTable {
    /// With its schema, quoted.
    pub name: String,
    pub columns: Vec<String>,
}

impl ForeignDatabase {
    /// Connects by a `postgres://` URL. No error holds the URL.
    pub async fn connect(url: &str) -> StorageResult<Self> {
        let kept = Secret::new(url.to_owned());
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(StorageError::Settings("only PostgreSQL can be read, and its URL begins with postgres://".to_owned()));
        }
        let (url, tls) = Tls::from_url(url).map_err(StorageError::Settings)?;
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| StorageError::Settings(with_causes(&error)))?;
        let is_socket = config.get_hosts().iter().any(|host| matches!(host, Host::Unix(_)));
        let tls = if is_socket { Tls::without() } else { tls };
        config.application_name("ostiary import").connect_timeout(Duration::from_secs(10));
        let client = match attempt(&config, &tls, tls.first).await {
            Ok(client) => client,
            Err(error) => match tls.second {
                Some(mode) if other_way_may_work(&error) => attempt(&config, &tls, mode).await.map_err(told)?,
                _ => return Err(told(error)),
            },
        };
        // With row_security off, rows that a policy would hide are an error and not left out.
        let set = "SET default_transaction_read_only TO on; SET TimeZone TO 'UTC'; SET row_security TO off";
        client.batch_execute(set).await.map_err(told)?;
        // Debug output of addresses and names; the password is in neither.
        let place = format!("{:?} {:?} {:?}", config.get_hosts(), config.get_ports(), config.get_user());
        Ok(Self { client, url: kept, place: URL_SAFE_NO_PAD.encode(Sha256::digest(place)) })
    }

    /// Connects anew: the connection before may be lost.
    pub async fn reconnect(&mut self) -> StorageResult<()> {
        let url = self.url.clone();
        *self = Self::connect(url.expose()).await?;
        Ok(())
    }

    /// A table with its columns; `None` when there is none of this name. Errors: it is there and may not be read, or not all of it; the
    /// GRANT that is missing, or what lifts row level security, is named.
    pub async fn find_table(&self, schema: &str, table: &str) -> StorageResult<Option<ForeignTable>> {
        // information_schema hides what may not be read, and the two must not be mixed up.
        let query = "SELECT a.attname::text, has_schema_privilege(n.oid, 'USAGE'), has_column_privilege(c.oid, a.attnum, 'SELECT'),
                quote_ident(current_user::text), row_security_active(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname::text = $1 AND c.relname::text = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND a.attnum > 0 AND NOT a.attisdropped";
        let rows = self.client.query(query, &[&schema, &table]).await.map_err(told)?;
        let name = format!("{}.{}", quoted(schema), quoted(table));
        let (mut columns, mut may_use, mut may_read, mut hides_rows, mut role) = (Vec::<String>::new(), true, true, false, String::new());
        for row in &rows {
            columns.push(row.try_get(0).map_err(told)?);
            may_use &= row.try_get::<_, bool>(1).map_err(told)?;
            may_read &= row.try_get::<_, bool>(2).map_err(told)?;
            role = row.try_get(3).map_err(told)?;
            hides_rows |= row.try_get::<_, bool>(4).map_err(told)?;
        }
        let grants = [
            (may_use, format!("GRANT USAGE ON SCHEMA {} TO {role};", quoted(schema))),
            (may_read, format!("GRANT SELECT ON {name} TO {role};")),
        ];
        let missing: Vec<String> = grants.into_iter().filter(|(is_given, _)| !*is_given).map(|(_, grant)| grant).collect();
        if !missing.is_empty() {
            let missing = missing.join(" ");
            return Err(StorageError::Settings(format!("the table {name} is there, but this role may not read it; give it: {missing}")));
        }
        if hides_rows {
            return Err(StorageError::Settings(format!(
                "the table {name} has row level security, by which this role sees no more than its policies show; {}",
                all_rows(&format!("ALTER ROLE {role} BYPASSRLS;"))
            )));
        }
        Ok(Some(ForeignTable { name, columns }).filter(|table| !table.columns.is_empty()))
    }

    /// The rows of `SELECT to_jsonb(t)::text FROM table t …`; `rest` is what follows, its parameters are `$1`, `$2` as texts and
    /// lists of texts.
    pub async fn rows(&self, table: &ForeignTable, rest: &str, texts: &[&str], list: Option<&[String]>) -> StorageResult<Vec<ForeignRow>> {
        let query = format!("SELECT to_jsonb(t)::text FROM {} t {rest}", table.name);
        let mut parameters: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = Vec::new();
        texts.iter().for_each(|text| parameters.push(text));
        list.iter().for_each(|list| parameters.push(list));
        let rows = self.client.query(&query, &parameters).await.map_err(told)?;
        let documents = rows.iter().map(|row| {
            let text: String = row.try_get(0).map_err(told)?;
            serde_json::from_str(&text).map_err(|error| StorageError::Settings(format!("a row is no JSON object: {error}")))
        });
        documents.collect()
    }

    /// What tells this database from every other: its name, the identifier of its server where our role may read it, and where it is
    /// reached. Each alone is not enough. Every hosted project has a database of the same name, a project that was made from a backup of
    /// another has its identifier, and a pooler serves all projects at one address, told apart by the user. A false difference costs a
    /// whole read; a false likeness would cost people.
    pub async fn fingerprint(&self) -> StorageResult<String> {
        let name = self.text("SELECT current_database()::text").await?;
        let system = self.text("SELECT system_identifier::text FROM pg_control_system()").await.unwrap_or_default();
        Ok(format!("{name} {system} {}", self.place))
    }

    /// One text, of a query without parameters.
    pub async fn text(&self, query: &str) -> StorageResult<String> {
        self.client.query_one(query, &[]).await.and_then(|row| row.try_get(0)).map_err(told)
    }
}

impl ForeignTable {
    /// The first of these columns that it has, quoted.
    pub fn column(&self, names: &[&str]) -> Option<String> {
        names.iter().find(|name| self.columns.iter().any(|column| column == *name)).map(|name| quoted(name))
    }
}

async fn attempt(config: &Config, tls: &Tls, mode: SslMode) -> Result<Client, tokio_postgres::Error> {
    let mut config = config.clone();
    config.ssl_mode(mode);
    match (&tls.client, mode) {
        (None, _) | (_, SslMode::Disable) => {
            let (client, connection) = config.connect(NoTls).await?;
            drive(connection);
            Ok(client)
        }
        (Some(rustls), _) => {
            let (client, connection) = config.connect(MakeRustlsConnect::new(rustls.as_ref().clone())).await?;
            drive(connection);
            Ok(client)
        }
    }
}

/// The connection does its work beside us; how it ends is told by the query that was waiting.
fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to the source has ended");
        }
    });
}

/// What lifts row level security.
fn all_rows(statement: &str) -> String {
    format!("read as a role that no policy holds back (at Supabase: postgres), or let a superuser say: {statement}")
}

fn told(error: tokio_postgres::Error) -> StorageError {
    match error.as_db_error() {
        // A view or a function of theirs reads a table that hides rows.
        Some(refused) if *refused.code() == SqlState::INSUFFICIENT_PRIVILEGE && refused.message().contains("row-level security") => {
            StorageError::Settings(format!("the source refuses: {}; {}", refused.message(), all_rows("ALTER ROLE … BYPASSRLS;")))
        }
        // PostgreSQL manual, appendix A: the connection, resources, an operator's intervention, a standby's conflict.
        Some(refused) if ["08", "40", "53", "57"].iter().any(|class| refused.code().code().starts_with(class)) => {
            StorageError::Unavailable(refused.message().to_owned())
        }
        Some(refused) => StorageError::Settings(format!("the source refuses: {}", refused.message())),
        None => StorageError::Unavailable(with_causes(&error)),
    }
}
