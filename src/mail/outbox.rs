//! The outbox of a developer's machine: the last mails as files in the data folder, where every process on it sees them.
//! Each is an `.eml` file, which mail programs open, and a `.json` file beside it, which is what is read back.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::transport::Letter;

/// Mails that are kept; the oldest go first.
const KEPT: usize = 200;

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMail {
    /// A time-ordered id.
    pub id: String,
    /// When it was sent, in Unix seconds.
    pub sent_at: i64,
    /// The message's name.
    pub kind: String,
    /// Who would have got it.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

/// The kept mails.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// The outbox in this folder, which is made with the first mail.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Every kept mail, the newest first. A damaged file is passed over.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> io::Result<Vec<OutboxMail>> {
        let mut mails = Vec::new();
        for id in self.ids()?.into_iter().rev() {
            mails.extend(self.find(&id));
        }
        Ok(mails)
    }

    /// One mail.
    pub fn find(&self, id: &str) -> Option<OutboxMail> {
        // The id may come from a URL: only what is an id names a file.
        let id = uuid::Uuid::parse_str(id).ok()?.to_string();
        let bytes = fs::read(self.file(&id, "json")).ok()?;
        serde_json::from_slice::<OutboxMail>(&bytes).ok().filter(|mail| mail.id == id)
    }

    /// Writes a mail's files and drops the oldest beyond the bound.
    pub(super) async fn keep(&self, letter: &Letter<'_>) -> io::Result<()> {
        let (id, kind) = (letter.id.to_owned(), letter.kind.to_owned());
        let sealed = letter.sealed;
        let (to, subject) = (sealed.to.clone(), sealed.subject.clone());
        let (text, html) = (sealed.text.clone(), sealed.html.clone());
        let mail = OutboxMail { id, sent_at: letter.sent_at.unix_seconds(), kind, to, subject, text, html };
        let (outbox, formatted) = (self.clone(), letter.message.formatted());
        tokio::task::spawn_blocking(move || outbox.write(&mail, &formatted)).await.map_err(io::Error::other)?
    }

    fn write(&self, mail: &OutboxMail, formatted: &[u8]) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        write_private(&self.file(&mail.id, "eml"), formatted)?;
        write_private(&self.file(&mail.id, "json"), &serde_json::to_vec_pretty(mail)?)?;
        let ids = self.ids()?;
        for old in ids.iter().take(ids.len().saturating_sub(KEPT)) {
            self.remove(old);
        }
        Ok(())
    }

    /// The ids of the kept mails, the oldest first.
    fn ids(&self) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                ids.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
        ids.sort();
        Ok(ids)
    }

    fn file(&self, id: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{id}.{extension}"))
    }

    fn remove(&self, id: &str) {
        for extension in ["json", "eml"] {
            if let Err(error) = fs::remove_file(self.file(id, extension)) {
                tracing::debug!(%error, "an old mail of the outbox stays");
            }
        }
    }
}

/// Mails carry links that let people in: no other user of the machine reads them. Renamed into place, so that nobody reads half a file
/// and a mail that is delivered again takes its own place.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    fs::rename(&unfinished, path)
}
