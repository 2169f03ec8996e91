//! What opens an account by itself: the last of it is not removed.
//!
//! Specs: security.md W8, U7.

use crate::app::App;
use crate::credentials::factors::Factors;
use crate::credentials::passkeys::Passkey;
use crate::upstreams::LinkedIdentity;

/// A passkey that verifies its person, and is not suspected to have a copy.
pub(super) fn is_way_in(passkey: &Passkey) -> bool {
    passkey.stands_alone && !passkey.suspected_clone
}

/// Whether one of these opens the account: its password, a passkey, an account at a provider that is still offered.
pub(super) fn opens<'a>(
    app: &App,
    factors: &Factors,
    mut passkeys: impl Iterator<Item = &'a Passkey>,
    mut links: impl Iterator<Item = &'a LinkedIdentity>,
) -> bool {
    factors.password || passkeys.any(is_way_in) || links.any(|link| app.upstreams.find(&link.provider).is_some())
}
