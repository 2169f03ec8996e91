//! The database: it answers, its clock agrees, its schema is this version's.

use super::Finding;
use crate::clock::Clock;
use crate::config::Config;
use crate::server::storage_settings;
use crate::storage::foreign::ForeignDatabase;
use crate::storage::migrate::OLDEST_POSTGRES;
use crate::storage::{Storage, StorageError, migrate};
use std::time::Instant;

/// Seconds that clocks may differ.
const SKEW: f64 = 5.0;

/// What was found, and whether an installation can be opened without changing anything.
pub(super) async fn examine(config: &Config) -> (Vec<Finding>, bool) {
    let url = config.database.url.expose();
    if let Some(path) = url.strip_prefix("sqlite:")
        && !std::path::Path::new(path).exists()
    {
        let found = format!("there is none at {path}");
        let advice = "start a server once; or run this in the server's folder, or with its configuration (--config)";
        return (vec![Finding::ill("database", found, advice)], false);
    }
    let mut findings = Vec::new();
    match states(config).await {
        Err(error) => {
            let advice = "check database.url, that the server runs, and that this machine may reach it";
            return (vec![Finding::ill("database", error.to_string(), advice)], false);
        }
        Ok((described, milliseconds, states)) => {
            let pending = states.iter().filter(|state| !state.applied).count();
            let unknown = states.iter().filter(|state| !state.known).count();
            let place = format!("{described}, answers in {milliseconds:.1} ms");
            if pending > 0 {
                let found = format!("{place}; {pending} migrations are pending");
                return (vec![Finding::ill("database", found, "ostiary migrate (a server does it at its start)")], false);
            }
            findings.push(if unknown > 0 {
                Finding::unwise("database", format!("{place}; a newer version has migrated it"), "bring every replica to the newer version")
            } else {
                Finding::well("database", format!("{place}, its schema is current"))
            });
        }
    }
    if !url.starts_with("sqlite:") {
        match of_postgres(&url).await {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(Finding::ill("database", error.to_string(), "check database.url")),
        }
    }
    (findings, true)
}

async fn states(config: &Config) -> Result<(String, f64, Vec<migrate::MigrationState>), StorageError> {
    let storage = Storage::open(&storage_settings(config)).await?;
    storage.ping().await?;
    let asked = Instant::now();
    storage.ping().await?;
    let milliseconds = asked.elapsed().as_secs_f64() * 1000.0;
    Ok((storage.describe(), milliseconds, migrate::status(&storage).await?))
}

async fn of_postgres(url: &str) -> Result<Vec<Finding>, StorageError> {
    let database = ForeignDatabase::connect(url).await?;
    let version = database.text("SELECT current_setting('server_version_num')").await?;
    let clock = database.text("SELECT extract(epoch FROM clock_timestamp())::text").await?;
    let mut findings = Vec::new();
    let major = version.parse::<u32>().map_or(0, |number| number / 10_000);
    if major < OLDEST_POSTGRES {
        findings.push(Finding::ill("database", format!("PostgreSQL {major}"), format!("use PostgreSQL {OLDEST_POSTGRES} or newer")));
    }
    #[allow(clippy::cast_precision_loss)]
    let here = Clock::System.now().unix_seconds() as f64;
    let skew = clock.parse::<f64>().map_or(0.0, |there| there - here);
    if skew.abs() > SKEW {
        findings.push(Finding::ill(
            "clock",
            format!("the database's differs by {skew:.0} s"),
            "set both by NTP: what expires goes by them",
        ));
    }
    Ok(findings)
}
