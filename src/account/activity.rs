//! `/account/activity`: what happened in the account, the newest first; its newest lines are a part of the security page.
//!
//! Order of checks: 1. somebody is signed in. `before` names an event; whosever it is, only one's own are listed (security.md P7).
//!
//! Cost: GET 2 round trips.
//!
//! Specs: OWASP ASVS 7.5, 16.2.

use super::activity_page::{ActivityLine, ActivityPage};
use super::security::name_of;
use super::{Visitor, apps, layout, visitor};
use crate::app::App;
use crate::events::{Event, EventId, EventKind, list_events_of};
use crate::language::{Argument, Text};
use crate::sessions::SignedIn;
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::read_query;
use crate::web::whereabouts::Whereabouts;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

/// Lines of a page.
const LINES: usize = 25;
/// Lines on the security page.
pub(super) const NEWEST: usize = 3;

/// `GET /account/activity`.
pub async fn get_activity(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let signed_in = match visitor(&app, &http).await? {
        Visitor::SignedIn(_, signed_in) => signed_in,
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_query(&http)?;
    let before = params.get("before").map(EventId::new);
    let (lines, older) = lines(&app, &http, &signed_in, before.as_ref(), LINES).await?;
    let view =
        ActivityPage { layout: layout(&app, &http, &signed_in), lines, older: older.map(|id| id.to_string()), newest: before.is_none() };
    Ok(Page::new(view).respond_to(&http))
}

/// A page of them, and where the next one begins.
pub(super) async fn lines(
    app: &App,
    http: &HttpRequest,
    signed_in: &SignedIn,
    before: Option<&EventId>,
    limit: usize,
) -> Result<(Vec<ActivityLine>, Option<EventId>), PageError> {
    let asked = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut events = list_events_of(&mut app.storage.read().await?, &signed_in.user.id, before, asked).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    let older = events.last().filter(|_| more).map(|event| event.id.clone());
    Ok((events.iter().filter_map(|event| line(app, http, event, signed_in)).collect(), older))
}

/// `None` for what is no news to a person.
fn line(app: &App, http: &HttpRequest, event: &Event, signed_in: &SignedIn) -> Option<ActivityLine> {
    let detail = |name: &str| event.detail.0.get(name).and_then(Value::as_str);
    // An event without a device is an app's doing, or the operator's.
    let device = event.user_agent.as_deref().or(event.address.as_deref()).map(|_| name_of(event.user_agent.as_deref()));
    Some(ActivityLine {
        said: said(app, event)?,
        at: Moment::of(event.at),
        device,
        seen: event.address.as_deref().map(|address| Whereabouts::of(app, http, address)),
        by_operator: matches!(detail("by"), Some("operator" | "import")),
        current: event.session_id.as_ref() == Some(&signed_in.session.id),
    })
}

/// What an event is called. Every kind is here, so that a new one cannot be forgotten.
fn said(app: &App, event: &Event) -> Option<Text> {
    let detail = |name: &str| event.detail.0.get(name).and_then(Value::as_str).unwrap_or_default();
    let about_app = |id| {
        let client = event.client_id.as_ref().map(|client| apps::name_of(app, client)).unwrap_or_default();
        Text::new(id).with("app", Argument::from(client))
    };
    let about_provider = |id| Text::new(id).with("provider", app.upstreams.name_of(detail("provider")));
    let about_passkey = |id| Text::new(id).with("passkey", detail("passkey"));
    Some(match EventKind::parse(&event.kind)? {
        EventKind::SignedUp | EventKind::AdministratorCreated | EventKind::UserCreated => Text::new("activity-signed-up"),
        EventKind::SignedIn => Text::new("activity-signed-in"),
        EventKind::AccountTakenOver => Text::new("activity-taken-over"),
        EventKind::IdentityLinked => about_provider("activity-identity-linked"),
        EventKind::IdentityUnlinked => about_provider("activity-identity-unlinked"),
        EventKind::SecondFactorProven => Text::new("activity-second-step-given"),
        EventKind::SecondFactorFailed => Text::new("activity-second-step-failed"),
        EventKind::DeviceTrusted => Text::new("activity-device-trusted"),
        EventKind::DeviceNoLongerTrusted => Text::new("activity-device-distrusted"),
        EventKind::SecondFactorAdded => match detail("factor") {
            "sms" => Text::new("activity-sms-added"),
            _ => Text::new("activity-totp-added"),
        },
        EventKind::SecondFactorRemoved => match detail("factor") {
            "sms" => Text::new("activity-sms-removed"),
            "all" => Text::new("activity-second-steps-removed"),
            _ => Text::new("activity-totp-removed"),
        },
        EventKind::PhoneNumberVerified => Text::new("activity-phone-verified"),
        EventKind::RecoveryCodesMade => Text::new("activity-recovery-codes-made"),
        EventKind::RecoveryCodeUsed => Text::new("activity-recovery-code-used"),
        EventKind::SignedOut => Text::new("activity-signed-out"),
        EventKind::SessionEnded if detail("ended") == "others" => Text::new("activity-sessions-ended"),
        EventKind::SessionEnded => Text::new("activity-session-ended"),
        EventKind::PasswordChanged => Text::new("activity-password-changed"),
        EventKind::PasswordReset => Text::new("activity-password-reset"),
        EventKind::DataDownloaded => Text::new("activity-data-downloaded"),
        EventKind::DeletionAskedFor => Text::new("activity-deletion-asked-for"),
        EventKind::DeletionTakenBack => Text::new("activity-deletion-taken-back"),
        EventKind::EmailVerified => Text::new("activity-email-verified"),
        EventKind::EmailChanged => Text::new("activity-email-changed"),
        EventKind::EmailChangeUndone => Text::new("activity-email-restored"),
        EventKind::LockedDown => Text::new("activity-locked-down"),
        EventKind::ProfileChanged => Text::new("activity-profile-changed"),
        EventKind::PasskeyAdded => about_passkey("activity-passkey-added"),
        EventKind::PasskeyRenamed => about_passkey("activity-passkey-renamed"),
        EventKind::PasskeyRemoved => about_passkey("activity-passkey-removed"),
        EventKind::PasskeyCloneSuspected => about_passkey("activity-passkey-copied"),
        EventKind::ConsentGiven => about_app("activity-consent-given"),
        EventKind::ConsentWithdrawn => about_app("activity-consent-withdrawn"),
        EventKind::GrantRevoked => about_app("activity-grant-revoked"),
        EventKind::CodeReused | EventKind::RefreshTokenReused => about_app("activity-reuse"),
        EventKind::UserDisabled => Text::new("activity-user-disabled"),
        EventKind::UserEnabled => Text::new("activity-user-enabled"),
        EventKind::UserChanged => Text::new("activity-user-changed"),
        // It is in the log alone: strangers do that as often as they like, and would fill the page of whose address they know.
        EventKind::SignInFailed => return None,
        // These are about no person.
        EventKind::ClientCreated
        | EventKind::ClientChanged
        | EventKind::ClientDeleted
        | EventKind::ResourceChanged
        | EventKind::ResourceDeleted
        | EventKind::UserDeleted
        | EventKind::UsersImported
        | EventKind::UsersExported
        | EventKind::KeyRotated
        | EventKind::KeyRevoked
        | EventKind::MasterKeyRotated => return None,
    })
}
