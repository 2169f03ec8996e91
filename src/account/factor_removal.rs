//! What goes along when a second factor goes: text messages that nothing is left to stand beside, recovery codes that have nothing left to
//! stand in for, and trust in devices. The person is told of each.
//!
//! Cost: 1 round trip; 5 to 8 more when a second factor has gone.
//!
//! Specs: OWASP ASVS 6.3.7, 6.5.6; security.md O4, W8.

use crate::app::App;
use crate::credentials::factors::{Factors, find_factors};
use crate::credentials::phone_factors::delete_phone_factor;
use crate::credentials::recovery_codes::delete_recovery_codes;
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::sessions::SignedIn;
use crate::storage::{Connection, StorageError};
use crate::web::notices::tell;
use crate::web::sign_in::device_of;
use actix_web::HttpRequest;

/// What the caller has taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    Totp,
    Phone,
    SecurityKey,
    /// One that stands alone: it was no second step, but text messages may have been one beside it.
    Passkey,
}

/// Text messages can be read by others (SIM swap, SS7): they are no account's only second factor unless the operator says so.
pub(super) fn may_text_messages(app: &App, factors: &Factors) -> bool {
    app.config.sms.sole_factor || factors.totp || factors.passkeys > 0
}

/// Whether text messages are a second step now, and are none any longer once `without` has lost something.
pub(super) fn takes_text_messages_along(app: &App, without: &Factors) -> bool {
    without.phone_number.is_some() && !may_text_messages(app, without)
}

/// Finishes a removal in the caller's transaction. Returns whether sign-in asks for a second step still.
pub(super) async fn finish(
    app: &App,
    connection: &mut Connection,
    http: &HttpRequest,
    signed_in: &SignedIn,
    removed: Removed,
) -> Result<(bool, Posted), StorageError> {
    let user = &signed_in.user;
    let mut left = find_factors(connection, &user.id).await?;
    let phone_goes = takes_text_messages_along(app, &left) && delete_phone_factor(connection, &user.id).await?;
    if phone_goes {
        left.phone_number = None;
    }
    if removed == Removed::Passkey && !phone_goes {
        return Ok((left.has_second(), Posted::nothing()));
    }
    if !left.has_second() {
        delete_recovery_codes(connection, &user.id).await?;
    }
    delete_trusted_devices_of(connection, &user.id).await?;
    let own = match removed {
        Removed::Totp => Some("totp"),
        Removed::Phone => Some("sms"),
        // The caller has written down which key it was.
        Removed::SecurityKey | Removed::Passkey => None,
    };
    for factor in own.into_iter().chain(phone_goes.then_some("sms")) {
        let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(http)).with("factor", factor);
        events::record(connection, app, EventKind::SecondFactorRemoved, &about).await?;
    }
    Ok((left.has_second(), tell(app, connection, http, user, &Notice::FactorRemoved).await?))
}
