//! `ostiary copy`: a whole installation into another, empty database.

use super::output::{Output, Table};
use super::{Arguments, CliError, missing_file};
use crate::config::{Config, DatabaseUrl};
use crate::server::storage_settings;
use crate::storage::{Storage, StorageSettings, copy};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Copy {
    /// Where from: `sqlite:PATH`, or `postgres://…` without a password
    #[arg(long, value_name = "URL", required_unless_present = "from_file")]
    from: Option<String>,
    /// A file that holds the URL where from, in place of --from
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    from_file: Option<PathBuf>,
    /// Where to: an empty database, of the other kind or the same
    #[arg(long, value_name = "URL", required_unless_present = "to_file")]
    to: Option<String>,
    /// A file that holds the URL where to, in place of --to
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    to_file: Option<PathBuf>,
}

pub(super) async fn run(arguments: &Arguments, command: &Copy) -> Result<Output, CliError> {
    let config = arguments.load()?;
    let from = settings(&config, command.from.as_deref(), command.from_file.as_deref(), "--from")?;
    let to = settings(&config, command.to.as_deref(), command.to_file.as_deref(), "--to")?;
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

/// Arguments are seen by every user of the machine (security.md Z5): one with a password is refused.
fn settings(config: &Config, url: Option<&str>, file: Option<&Path>, option: &str) -> Result<StorageSettings, CliError> {
    let text = match (url, file) {
        (_, Some(path)) => {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| CliError::usage(format!("{option}-file: {}: {error}", path.display())))?.trim().to_owned()
        }
        (Some(url), None) if has_password(url) => {
            return Err(CliError::usage(format!(
                "{option}: a URL with a password goes into a file that {option}-file names: arguments are seen by every user of this machine"
            )));
        }
        (url, None) => url.unwrap_or_default().to_owned(),
    };
    let url = DatabaseUrl::parse(&text).map_err(|why| CliError::usage(format!("{option}: {why}")))?;
    Ok(StorageSettings { url: url.expose(), ..storage_settings(config) })
}

fn has_password(url: &str) -> bool {
    DatabaseUrl::parse(url).is_ok_and(|url| url.has_password())
}

#[cfg(test)]
mod tests {
    use super::*;

    // security.md Z5
    #[test]
    fn a_password_in_an_argument_is_seen() {
        for url in [
            "postgres://o:x@db.example/app",
            "postgres://o:x@one:5432,two:5432/app",
            "postgresql://db.example/app?user=o&password=x",
            "postgres:///app?sslpassword=x",
        ] {
            assert!(has_password(url), "{url}");
        }
        for url in ["postgres://o@db.example/app?sslmode=verify-full", "sqlite:a:b@c?password=x", "postgres:///app"] {
            assert!(!has_password(url), "{url}");
        }
    }
}
