//! `ostiary export`: everybody, to be taken elsewhere.

use super::output::{Output, printable};
use super::{CliError, Opened};
use crate::events::{self, About, EventKind};
use crate::import::{self, ImportError};
use clap::Args;
use serde_json::json;
use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to make, readable by its owner alone: it holds password hashes and authenticator secrets in the clear
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

pub(super) async fn run(opened: &Opened, command: &Export) -> Result<Output, CliError> {
    let part = Part::beside(&command.to)?;
    let mut out = BufWriter::new(part.create()?);
    let exported = import::export(&opened.app, &mut out).await;
    let exported = exported.map_err(|error| match error {
        ImportError::Source(problem) => part.failed(&problem),
        other => CliError::Failed(other.to_string()),
    })?;
    let file = out.into_inner().map_err(|error| part.failed(error.error()))?;
    file.sync_all().map_err(|error| part.failed(&error))?;
    drop(file);
    part.finish()?;
    let mut connection = opened.app.storage.write().await?;
    events::record(&mut connection, &opened.app, EventKind::UsersExported, &About::default().with("users", exported.users)).await?;
    let file = command.to.display();
    let mut text = format!("{} people are in {file}. It holds secrets in the clear: delete it when it has been used.", exported.users);
    for unreadable in &exported.unreadable {
        let _ = write!(text, "\nNot in it, since it cannot be read: the {} of {}", unreadable.what, printable(unreadable.user_id.as_str()));
    }
    let document = json!({ "users": exported.users, "file": command.to, "unreadable": exported.unreadable });
    Ok(Output::new(text, document).failing(!exported.unreadable.is_empty()))
}

/// The file while it is written: whoever finds one under its own name has all of it. Removed unless it was finished.
struct Part {
    path: PathBuf,
    whole: PathBuf,
    /// Made by us: nothing else is removed.
    is_ours: Cell<bool>,
}

impl Part {
    fn beside(whole: &Path) -> Result<Self, CliError> {
        // Said before everything is written, and once more by `finish`.
        if whole.symlink_metadata().is_ok() {
            return Err(CliError::Failed(format!("{}: it is there already", whole.display())));
        }
        let mut path = whole.as_os_str().to_owned();
        path.push(".part");
        Ok(Self { path: path.into(), whole: whole.to_owned(), is_ours: Cell::new(false) })
    }

    /// Never over a file that is there: it may be readable by others, or a link to somewhere else.
    fn create(&self) -> Result<File, CliError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path).map_err(|error| self.failed(&error))?;
        self.is_ours.set(true);
        Ok(file)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> CliError {
        CliError::Failed(format!("{}: {error}", self.path.display()))
    }

    /// Gives it its own name, which nobody else may have taken meanwhile.
    fn finish(self) -> Result<(), CliError> {
        let linked = match std::fs::hard_link(&self.path, &self.whole) {
            // Some file systems know one name a file.
            Err(error) if error.kind() != ErrorKind::AlreadyExists && self.whole.symlink_metadata().is_err() => {
                std::fs::rename(&self.path, &self.whole)
            }
            done => done,
        };
        linked.map_err(|error| CliError::Failed(format!("{}: {error}", self.whole.display())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_ours.get() {
            // Gone already where it was renamed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
