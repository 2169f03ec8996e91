//! `/account/security`: how the account is protected, and the way to change each of it.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. what takes a factor away: fresh proof with all factors, and that the
//! policy does not demand the last one.
//!
//! Cost: GET 10 round trips; POST 2 to 11 round trips and 1 commit more.
//!
//! Specs: OWASP ASVS 6.5.6, 7.5; security.md O4.

use super::factor_removal::{self, Removed, takes_text_messages_along};
use super::security_page::{DeviceLine, EmailSection, PasswordSection, SecondFactorSection, SecurityNotice, SecurityPage};
use super::{Visitor, activity, apps, layout, links, passkeys, sessions, visitor};
use crate::app::App;
use crate::credentials::factors::{Factors, find_factors};
use crate::credentials::find_password_changed_at;
use crate::credentials::phone_factors::delete_phone_factor;
use crate::credentials::totp::{delete_totp, find_totp};
use crate::credentials::trusted_devices::{TrustedDeviceId, delete_trusted_device, delete_trusted_devices_of, list_trusted_devices};
use crate::events::{self, About, EventKind};
use crate::language::{Argument, Text};
use crate::mail::Posted;
use crate::sessions::SignedIn;
use crate::users::hold_account;
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::sign_in::device_of;
use crate::web::whereabouts::Whereabouts;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// Sessions and apps that the page shows; the others have pages of their own.
const SHOWN: usize = 3;

/// `GET /account/security`.
pub async fn get_security(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_query(&http)?;
    let notice = params.get("done").and_then(SecurityNotice::parse);
    security_page(&app, &http, &browser, &signed_in, notice).await
}

/// `POST /account/security`: `remove` names a second factor, `distrust` a device or `all`.
pub async fn post_security(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let notice = match (params.get("remove"), params.get("distrust")) {
        (Some(factor @ ("totp" | "sms")), _) => {
            if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Security).await? {
                return Ok(way);
            }
            remove(&app, &http, &signed_in, factor).await?
        }
        (_, Some(device)) => distrust(&app, &http, &signed_in, device).await?,
        _ => None,
    };
    security_page(&app, &http, &browser, &signed_in, notice).await
}

/// Takes the authenticator app or the telephone number away, and what goes along with it.
async fn remove(app: &App, http: &HttpRequest, signed_in: &SignedIn, factor: &str) -> Result<Option<SecurityNotice>, PageError> {
    let user = &signed_in.user;
    let (notice, _posted) = app
        .storage
        .transaction(async |connection| {
            // Two removals at once see each other, so that neither takes what was to be left by the other.
            if !hold_account(connection, user).await? {
                return Err(PageError::expired_ticket());
            }
            let factors = find_factors(connection, &user.id).await?;
            let (there, others) = match factor {
                "totp" => (factors.totp, factors.phone_number.is_some() && app.config.sms.sole_factor),
                _ => (factors.phone_number.is_some(), factors.totp),
            };
            // What is left must be enough by itself: text messages are not, unless the operator says so.
            if app.second_factor.demands_of(user) && there && !others && factors.passkeys == 0 {
                return Ok((Some(SecurityNotice::LastFactor), Posted::nothing()));
            }
            let removed = match factor {
                "totp" => delete_totp(connection, &user.id).await?,
                _ => delete_phone_factor(connection, &user.id).await?,
            };
            if !removed {
                return Ok((None, Posted::nothing()));
            }
            let removed = if factor == "totp" { Removed::Totp } else { Removed::Phone };
            let (asked_still, posted) = factor_removal::finish(app, connection, http, signed_in, removed).await?;
            let notice = if asked_still { SecurityNotice::FactorRemoved } else { SecurityNotice::SecondStepGone };
            Ok::<_, PageError>((Some(notice), posted))
        })
        .await?;
    Ok(notice)
}

async fn distrust(app: &App, http: &HttpRequest, signed_in: &SignedIn, device: &str) -> Result<Option<SecurityNotice>, PageError> {
    let user = &signed_in.user.id;
    app.storage
        .transaction(async |connection| {
            let (ended, notice) = match device {
                "all" => (delete_trusted_devices_of(connection, user).await? > 0, SecurityNotice::DevicesRemoved),
                // Only one's own: the statement names the person too (security.md P2).
                id => (delete_trusted_device(connection, user, &TrustedDeviceId::new(id)).await?, SecurityNotice::DeviceRemoved),
            };
            if ended {
                let about = About::user(user).in_session(&signed_in.session.id).from(device_of(http));
                events::record(connection, app, EventKind::DeviceNoLongerTrusted, &about).await?;
            }
            Ok(Some(notice))
        })
        .await
}

/// A browser and its device, as people recognise them.
pub(super) fn name_of(user_agent: Option<&str>) -> Text {
    let known = user_agent.and_then(|text| woothee::parser::Parser::new().parse(text));
    let word = |text: Option<&str>| text.filter(|text| *text != "UNKNOWN" && !text.is_empty()).map(Argument::from);
    let browser = word(known.as_ref().map(|found| found.name)).unwrap_or_else(|| Text::new("account-session-browser").into());
    let device = word(known.as_ref().map(|found| found.os)).unwrap_or_else(|| Text::new("account-session-device").into());
    Text::new("account-session-on").with("browser", browser).with("device", device)
}

async fn security_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    notice: Option<SecurityNotice>,
) -> Result<HttpResponse, PageError> {
    let user = &signed_in.user;
    let mut connection = app.storage.read().await?;
    let factors = find_factors(&mut connection, &user.id).await?;
    let changed = find_password_changed_at(&mut connection, &user.id).await?;
    let totp = find_totp(&mut connection, &user.id).await?;
    let devices = list_trusted_devices(&mut connection, &user.id, app.now()).await?;
    drop(connection);
    let links = links::section(app, http, user).await?;
    let (activity, _) = activity::lines(app, http, signed_in, None, activity::NEWEST).await?;
    let layout = layout(app, http, signed_in);
    let signed_in_at = sessions::lines(app, http, signed_in, SHOWN).await?;
    let mut connected = apps::connected_apps(app, &layout, &user.id).await?;
    connected.truncate(SHOWN);
    let view = SecurityPage {
        layout,
        csrf: browser.csrf(app),
        email: EmailSection { address: user.email.to_string(), verified: user.email_verified },
        notice,
        passkeys: passkeys::section(app, http, signed_in).await?,
        password: PasswordSection { exists: factors.password, changed: changed.filter(|at| *at > user.created_at).map(Moment::of) },
        links,
        signed_in: signed_in_at,
        connected,
        activity,
        second: SecondFactorSection {
            totp: totp.map(|totp| (Moment::of(totp.created_at), totp.last_used_at.map(Moment::of))),
            phone: (app.sms.is_some() || factors.phone_number.is_some()).then(|| factors.phone_number.clone()),
            exists: factors.has_second(),
            totp_takes_phone: factors.totp && takes_text_messages_along(app, &Factors { totp: false, ..factors.clone() }),
            recovery_codes: usize::try_from(factors.recovery_codes).unwrap_or(0),
        },
        devices: devices
            .iter()
            .map(|device| DeviceLine {
                id: device.id.to_string(),
                name: name_of(device.user_agent.as_deref()),
                seen: device.address.as_deref().map(|address| Whereabouts::of(app, http, address)),
                last_used: Moment::of(device.last_used_at),
                until: Moment::of(device.expires_at),
            })
            .collect(),
    };
    let status = if notice.is_some_and(|notice| notice.is_bad()) { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(Page::new(view).status(status).respond_to(http))
}
