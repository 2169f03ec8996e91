//! `ostiary migrate`.

use super::output::{Output, Table};
use super::{Arguments, CliError, missing_file};
use crate::server::storage_settings;
use crate::storage::{Storage, migrate};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Only show what is applied and what is not
    #[arg(long)]
    status: bool,
}

pub(super) async fn run(arguments: &Arguments, command: &Migrate) -> Result<Output, CliError> {
    let settings = storage_settings(&arguments.load()?);
    // A look makes nothing: not the file either.
    if let Some(path) = missing_file(&settings.url).filter(|_| command.status) {
        return Err(CliError::Failed(format!(
            "there is no database at {path}: ostiary migrate makes it, and so does a server at its start. If a server runs already, run this in its folder or with its configuration."
        )));
    }
    let storage = Storage::open(&settings).await?;
    let applied = if command.status { Vec::new() } else { migrate::run(&storage).await? };
    let states = migrate::status(&storage).await?;
    let mut table = Table::new(["migration", "state"]);
    for state in &states {
        let word = match (state.applied, state.known) {
            (true, true) => "applied",
            (true, false) => "applied by a newer version",
            (false, _) => "pending",
        };
        table.row([&state.name, word]);
    }
    let documents: Vec<_> =
        states.iter().map(|state| json!({ "name": state.name, "applied": state.applied, "known": state.known })).collect();
    let text = match applied.len() {
        0 => table.to_string(),
        _ => format!("{table}\nApplied now: {}", applied.join(", ")),
    };
    Ok(Output::new(text, json!({ "applied_now": applied, "migrations": documents })))
}
