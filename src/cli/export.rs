//! `ostiary export`: everybody, to be taken elsewhere.

use super::output::Output;
use super::{CliError, Opened};
use crate::events::{self, About, EventKind};
use crate::import;
use clap::Args;
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to make, readable by its owner alone: it holds password hashes and authenticator secrets in the clear
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

pub(super) async fn run(opened: &Opened, command: &Export) -> Result<Output, CliError> {
    let failed = |error: std::io::Error| CliError::Failed(format!("{}: {error}", command.to.display()));
    let mut out = BufWriter::new(create(&command.to).map_err(failed)?);
    let exported = import::export(&opened.app, &mut out).await;
    let exported = exported.map_err(|error| CliError::Failed(error.to_string()))?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    let mut connection = opened.app.storage.write().await?;
    events::record(&mut connection, &opened.app, EventKind::UsersExported, &About::default().with("users", exported.users)).await?;
    let text = format!(
        "{} people are in {}. It holds secrets in the clear: delete it when it has been used.",
        exported.users,
        command.to.display()
    );
    Ok(Output::new(text, json!({ "users": exported.users, "file": command.to })))
}

/// Never over a file that is there: it may be readable by others, or a link to somewhere else.
fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
