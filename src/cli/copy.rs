//! `ostiary copy`: a whole installation into another, empty database.

use super::output::{Output, Table};
use super::{Arguments, CliError, missing_file};
use crate::config::{Config, DatabaseUrl};
use crate::server::storage_settings;
use crate::storage::{Storage, StorageSettings, copy};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct Copy {
    /// Where from: `sqlite:PATH` or `postgres://…`
    #[arg(long)]
    from: String,
    /// Where to: an empty database, of the other kind or the same
    #[arg(long)]
    to: String,
}

pub(super) async fn run(arguments: &Arguments, command: &Copy) -> Result<Output, CliError> {
    let config = arguments.load()?;
    let (from, to) = (settings(&config, &command.from, "--from")?, settings(&config, &command.to, "--to")?);
    if let Some(path) = missing_file(&from.url) {
        return Err(CliError::usage(format!("--from: there is no {path} here")));
    }
    let failed = |error: copy::CopyError| CliError::Failed(error.to_string());
    let from = Storage::open(&from).await?;
    // Before the target is opened, which makes its file.
    copy::check_source(&from).await.map_err(failed)?;
    let tables = copy::copy(&from, &Storage::open(&to).await?).await.map_err(failed)?;
    let mut table = Table::new(["table", "rows", "sha-256"]);
    for report in &tables {
        table.row([report.table, &report.rows.to_string(), report.checksum.get(..16).unwrap_or(&report.checksum)]);
    }
    let documents: Vec<_> =
        tables.iter().map(|report| json!({ "table": report.table, "rows": report.rows, "checksum": report.checksum })).collect();
    let text = format!("{table}\nCopied and verified. Start the server with the new database and the same master key.");
    Ok(Output::new(text, json!(documents)))
}

fn settings(config: &Config, url: &str, option: &str) -> Result<StorageSettings, CliError> {
    let url = DatabaseUrl::parse(url).map_err(|why| CliError::usage(format!("{option}: {why}")))?;
    Ok(StorageSettings { url: url.expose(), ..storage_settings(config) })
}
