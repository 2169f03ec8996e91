//! Our own export, one person a line: everything as it was, `ostiary:admin` too. Passkeys work where the RP ID is the same.

use super::files::Lines;
use super::source::Reached;
use super::{ImportError, ImportedUser};
use crate::credentials::password;
use crate::oauth::claims::claims_of_scope;
use serde_json::Value;
use std::path::Path;

/// A file.
pub struct OstiarySource {
    lines: Lines,
}

impl OstiarySource {
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        Ok(Self { lines: Lines::open(path)? })
    }

    pub(super) fn next(&mut self, limit: usize) -> Result<Vec<ImportedUser>, ImportError> {
        let mut people = Vec::new();
        while people.len() < limit {
            let Some(line) = self.lines.next_text()? else { break };
            let mut user: ImportedUser = serde_json::from_str(&line)
                .map_err(|error| ImportError::Source(format!("line {} is none of our own export: {error}", self.lines.number())))?;
            check(&mut user);
            people.push(user);
        }
        Ok(people)
    }

    pub(super) fn position(&self) -> Value {
        Value::from(self.lines.offset())
    }

    pub(super) fn seek(&mut self, position: &Value) -> Result<(), ImportError> {
        self.lines.seek_to(position)
    }

    pub(super) fn fingerprint(&self) -> &str {
        self.lines.fingerprint()
    }

    pub(super) fn reached(&self) -> Reached {
        self.lines.reached()
    }
}

/// A file may have been written by hand since.
fn check(user: &mut ImportedUser) {
    let known = |name: &str| ["profile", "address", "phone"].iter().any(|scope| claims_of_scope(scope).contains(&name));
    user.profile.retain(|name, _| known(name));
    if user.credentials.password.as_ref().is_some_and(|password| !password::is_checkable(&password.hash)) {
        user.credentials.password = None;
        user.misses("password: its format is unknown");
    }
    let is_base32 = |secret: &str| data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).is_ok();
    if user.credentials.totp.as_ref().is_some_and(|totp| !is_base32(&totp.secret)) {
        user.credentials.totp = None;
        user.misses("authenticator app: its secret is no base 32");
    }
}
