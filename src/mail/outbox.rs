//! The outbox of a developer's machine: the last mails in memory, and as files in the data folder so that they survive a restart.
//! Each is an `.eml` file, which mail programs open, and a `.json` file beside it, which is what is read back.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Mail;

/// Mails that are kept; the oldest go first.
const KEPT: usize = 200;

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMail {
    /// A time-ordered id.
    pub id: String,
    /// When it was sent, in Unix seconds.
    pub sent_at: u64,
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

/// The kept mails. Clones share them.
#[derive(Clone)]
pub struct Outbox {
    folder: PathBuf,
    mails: Arc<Mutex<VecDeque<OutboxMail>>>,
}

impl Outbox {
    /// Opens the folder, making it when missing, and reads what is in it.
    ///
    /// # Errors
    /// The folder cannot be made or read. A damaged file is passed over.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut mails = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let read = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<OutboxMail>(&bytes).ok());
                mails.extend(read.filter(|mail| path.file_stem().is_some_and(|stem| stem == mail.id.as_str())));
            }
        }
        mails.sort_by(|a, b| a.id.cmp(&b.id));
        let surplus = mails.len().saturating_sub(KEPT);
        for old in mails.drain(..surplus) {
            remove(folder, &old.id);
        }
        Ok(Self { folder: folder.to_owned(), mails: Arc::new(Mutex::new(mails.into())) })
    }

    /// Every kept mail, the newest first.
    pub fn list(&self) -> Vec<OutboxMail> {
        self.lock().iter().rev().cloned().collect()
    }

    /// One mail.
    pub fn find(&self, id: &str) -> Option<OutboxMail> {
        self.lock().iter().find(|mail| mail.id == id).cloned()
    }

    /// The newest mail to an address, compared without case.
    pub fn newest_to(&self, address: &str) -> Option<OutboxMail> {
        self.lock().iter().rev().find(|mail| mail.to.eq_ignore_ascii_case(address)).cloned()
    }

    /// Keeps a mail in memory; its id.
    pub(super) fn add(&self, mail: Mail) -> String {
        let id = uuid::Uuid::now_v7().to_string();
        let sent_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let (kind, to) = (mail.kind.to_owned(), mail.to.to_string());
        let kept = OutboxMail { id: id.clone(), sent_at, kind, to, subject: mail.subject, text: mail.text, html: mail.html };
        self.lock().push_back(kept);
        id
    }

    /// Writes the files of a mail that is in memory and drops the oldest beyond the bound. Blocks.
    pub(super) fn write(&self, id: &str, formatted: &[u8]) -> io::Result<()> {
        if let Some(mail) = self.find(id) {
            write_private(&self.folder.join(format!("{id}.eml")), formatted)?;
            write_private(&self.folder.join(format!("{id}.json")), &serde_json::to_vec_pretty(&mail)?)?;
            // Another task may have dropped it from the list while it was being written.
            if self.find(id).is_none() {
                remove(&self.folder, id);
            }
        }
        loop {
            let mut mails = self.lock();
            if mails.len() <= KEPT {
                return Ok(());
            }
            let oldest = mails.pop_front();
            drop(mails);
            if let Some(oldest) = oldest {
                remove(&self.folder, &oldest.id);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<OutboxMail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Mails carry links that let people in: no other user of the machine reads them.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}

fn remove(folder: &Path, id: &str) {
    for extension in ["eml", "json"] {
        if let Err(error) = fs::remove_file(folder.join(format!("{id}.{extension}"))) {
            tracing::debug!(%error, "an old mail of the outbox stays");
        }
    }
}
