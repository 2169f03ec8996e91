//! A passkey as another system keeps it: it comes, or the report says of it by name why it cannot.

use super::ImportedUser;
use super::source::SourceSettings;
use crate::clock::Timestamp;
use crate::credentials::foreign_passkey::{ForeignPasskey, convert};

const OTHER_RP_ID: &str = "it only works under the RP ID it was made for; say with --passkey-rp-id that it is the same";
const LONGEST_NAME: usize = 100;

/// What a row says; `None` for what cannot be read.
pub(super) struct StoredPasskey<'a> {
    pub name: Option<&'a str>,
    pub credential_id: Option<Vec<u8>>,
    pub cose_key: Option<Vec<u8>>,
    pub counter: Option<i64>,
    pub transports: Vec<String>,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// The system gave its authenticator a handle for the person and has not kept it.
    pub foreign_handle: bool,
    pub created_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

pub(super) fn take(user: &mut ImportedUser, stored: StoredPasskey<'_>, settings: &SourceSettings) {
    let name: String = stored.name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = if name.trim().is_empty() { "Passkey".to_owned() } else { name };
    if !settings.takes_passkeys {
        return user.misses_one("passkey", &name, OTHER_RP_ID);
    }
    let foreign = || {
        Ok(ForeignPasskey {
            credential_id: stored.credential_id.ok_or("its id cannot be read")?,
            cose_key: stored.cose_key.ok_or("its public key cannot be read")?,
            counter: stored.counter.and_then(|counter| u32::try_from(counter).ok()).ok_or("its counter is none")?,
            transports: stored.transports,
            backup_eligible: stored.backup_eligible,
            backed_up: stored.backed_up,
            name: name.clone(),
            foreign_handle: stored.foreign_handle,
        })
    };
    match foreign().and_then(convert) {
        Ok(mut passkey) => {
            (passkey.created_at, passkey.last_used_at) = (stored.created_at, stored.last_used_at);
            user.credentials.passkeys.push(passkey);
        }
        Err(why) => user.misses_one("passkey", &name, why),
    }
}
