//! `/account/passkeys/…`: add a passkey or a security key; rename or remove one.
//!
//! Order of checks: 1. somebody is signed in, and proved who they are within the last ten minutes (for a new name it does not
//! matter when); 2. the form is from our page; 3. of a new key what `web/passkeys.rs` lists; of an old one that it is theirs, and not
//! the last way into the account: the row of the person is locked meanwhile, so that two removals see each other.
//!
//! Cost: GET 2 or 3 round trips; adding 1 transaction of 7 or 8 round trips, removing 1 transaction of 5.
//!
//! Specs: Web Authentication Level 3 §7.1; security.md W8, O4.

use super::factor_removal::{self, Removed, takes_text_messages_along};
use super::passkeys_page::{AddPasskeyPage, Done, EditPasskeyPage, EditProblem, PasskeyLine, PasskeySection};
use super::ways_in::{is_way_in, opens};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::credentials::factors::{Factors, find_factors};
use crate::credentials::passkeys::{CredentialId, Kind, Passkey, delete_passkey, list_passkeys, rename_passkey, user_handle_text};
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::oauth::params::Params;
use crate::paths;
use crate::sessions::SignedIn;
use crate::storage::StorageError;
use crate::upstreams::list_links;
use crate::users::hold_account;
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::{Moment, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{KeyProblem, PasskeyForm, default_name, read_name, register};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// `GET /account/passkeys/add`.
pub async fn get_add_passkey(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    get_add(&app, &http, Kind::Passkey).await
}

/// `POST /account/passkeys/add`.
pub async fn post_add_passkey(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    post_add(&app, &http, &body, Kind::Passkey).await
}

/// `GET /account/security-keys/add`.
pub async fn get_add_security_key(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    get_add(&app, &http, Kind::SecurityKey).await
}

/// `POST /account/security-keys/add`.
pub async fn post_add_security_key(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    post_add(&app, &http, &body, Kind::SecurityKey).await
}

/// The page that an errand for fresh proof comes back to.
fn page_of(kind: Kind) -> AccountPage {
    match kind {
        Kind::Passkey => AccountPage::AddPasskey,
        Kind::SecurityKey => AccountPage::AddSecurityKey,
    }
}

async fn get_add(app: &App, http: &HttpRequest, kind: Kind) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(app, http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    if let Some(way) = ask_for_fresh_proof(app, &browser, &signed_in, page_of(kind)).await? {
        return Ok(way);
    }
    let layout = layout(app, http, &signed_in);
    let name = if kind == Kind::Passkey { default_name(http, &layout) } else { String::new() };
    add_page(app, http, &browser, &signed_in, Draft { kind, name: &name, problem: None }).await
}

async fn post_add(app: &App, http: &HttpRequest, body: &PageBody, kind: Kind) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(app, http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(app, http, &browser, body)?;
    if let Some(way) = ask_for_fresh_proof(app, &browser, &signed_in, page_of(kind)).await? {
        return Ok(way);
    }
    let typed = params.get("name").unwrap_or("");
    let problem = match read_name(typed) {
        None => KeyProblem::Name,
        Some(name) => match register(app, &browser, &params, &signed_in, &name).await? {
            Ok(_) if kind == Kind::SecurityKey && lacks_recovery_codes(app, &signed_in).await? => {
                return Ok(see_other(app, paths::ACCOUNT_RECOVERY_CODES, &[]));
            }
            Ok(_) => return Ok(Done::Added.way(app)),
            Err(problem) => KeyProblem::Passkey(problem),
        },
    };
    add_page(app, http, &browser, &signed_in, Draft { kind, name: typed, problem: Some(problem) }).await
}

/// Who has a second factor needs a way back in without it.
async fn lacks_recovery_codes(app: &App, signed_in: &SignedIn) -> Result<bool, PageError> {
    Ok(find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?.recovery_codes == 0)
}

/// What the form shows of what was typed.
struct Draft<'a> {
    kind: Kind,
    name: &'a str,
    problem: Option<KeyProblem>,
}

async fn add_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    draft: Draft<'_>,
) -> Result<HttpResponse, PageError> {
    let Some(passkeys) = &app.passkeys else { return Err(PageError::not_found()) };
    let known = list_passkeys(&mut app.storage.read().await?, &signed_in.user.id).await?;
    let view = AddPasskeyPage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        form: PasskeyForm::to_register(app, passkeys, browser, signed_in, draft.kind, &known)?,
        kind: draft.kind,
        name: draft.name.to_owned(),
        problem: draft.problem,
    };
    Ok(Page::new(view).respond_to(http))
}

/// `GET /account/passkeys/edit?passkey=…`.
pub async fn get_edit(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_query(&http)?;
    let id = CredentialId::new(params.get("passkey").unwrap_or(""));
    edit_page(&app, &http, &browser, &signed_in, &id, None).await
}

/// `POST /account/passkeys/edit`: `act=rename` or `act=remove`.
pub async fn post_edit(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let id = CredentialId::new(params.get("passkey").unwrap_or(""));
    if params.get("act") == Some("remove") {
        if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Security).await? {
            return Ok(way);
        }
        return match remove(&app, &browser, &signed_in, &id).await? {
            Removal::Done => Ok(Done::Removed.way(&app)),
            Removal::LastWayIn => edit_page(&app, &http, &browser, &signed_in, &id, Some(EditProblem::LastWayIn)).await,
            Removal::LastFactor => edit_page(&app, &http, &browser, &signed_in, &id, Some(EditProblem::LastFactor)).await,
            Removal::Unknown => Err(PageError::not_found()),
        };
    }
    let Some(name) = read_name(params.get("name").unwrap_or("")) else {
        return edit_page(&app, &http, &browser, &signed_in, &id, Some(EditProblem::Name)).await;
    };
    let user_id = &signed_in.user.id;
    let renamed = app
        .storage
        .transaction(async |connection| {
            let renamed = rename_passkey(connection, user_id, &id, &name).await?;
            if renamed {
                let about = About::user(user_id).in_session(&signed_in.session.id).from(device_of(&http)).with("passkey", name.as_str());
                events::record(connection, &app, EventKind::PasskeyRenamed, &about).await?;
            }
            Ok::<_, StorageError>(renamed)
        })
        .await?;
    if renamed { Ok(Done::Renamed.way(&app)) } else { Err(PageError::not_found()) }
}

async fn edit_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    id: &CredentialId,
    problem: Option<EditProblem>,
) -> Result<HttpResponse, PageError> {
    let mut connection = app.storage.read().await?;
    let passkeys = list_passkeys(&mut connection, &signed_in.user.id).await?;
    let Some(passkey) = passkeys.iter().find(|passkey| passkey.credential_id == *id) else { return Err(PageError::not_found()) };
    let factors = find_factors(&mut connection, &signed_in.user.id).await?;
    drop(connection);
    let view = EditPasskeyPage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        passkey: line(passkey),
        takes_phone: takes_text_messages_along(app, &Factors { passkeys: factors.passkeys - 1, ..factors }),
        problem,
    };
    Ok(Page::new(view).respond_to(http))
}

enum Removal {
    Done,
    LastWayIn,
    LastFactor,
    Unknown,
}

async fn remove(app: &App, browser: &Browser, signed_in: &SignedIn, id: &CredentialId) -> Result<Removal, PageError> {
    let user_id = &signed_in.user.id;
    let (removal, _posted) = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? {
                return Err(PageError::expired_ticket());
            }
            let passkeys = list_passkeys(connection, user_id).await?;
            let Some(passkey) = passkeys.iter().find(|passkey| passkey.credential_id == *id) else {
                return Ok((Removal::Unknown, [Posted::nothing(), Posted::nothing()]));
            };
            let factors = find_factors(connection, user_id).await?;
            let links = list_links(connection, user_id).await?;
            let others = passkeys.iter().filter(|other| other.credential_id != *id);
            if is_way_in(passkey) && !opens(app, &factors, others, links.iter()) {
                return Ok((Removal::LastWayIn, [Posted::nothing(), Posted::nothing()]));
            }
            // Text messages are not enough by themselves, unless the operator says so.
            let is_last = passkeys.len() == 1 && !factors.totp;
            let phone_will_do = factors.phone_number.is_some() && app.config.sms.sole_factor;
            if app.second_factor.demands_of(&signed_in.user) && is_last && !phone_will_do {
                return Ok((Removal::LastFactor, [Posted::nothing(), Posted::nothing()]));
            }
            delete_passkey(connection, user_id, id).await?;
            let about = About::user(user_id)
                .in_session(&signed_in.session.id)
                .from(device_of(browser.http()))
                .with("passkey", passkey.name.as_str());
            events::record(connection, app, EventKind::PasskeyRemoved, &about).await?;
            let (http, user) = (browser.http(), &signed_in.user);
            if !passkey.stands_alone {
                let (_, posted) = factor_removal::finish(app, connection, http, signed_in, Removed::SecurityKey).await?;
                return Ok((Removal::Done, [posted, Posted::nothing()]));
            }
            let told = tell(app, connection, http, user, &Notice::PasskeyRemoved).await?;
            let (_, posted) = factor_removal::finish(app, connection, http, signed_in, Removed::Passkey).await?;
            Ok::<_, PageError>((Removal::Done, [told, posted]))
        })
        .await?;
    Ok(removal)
}

/// What `/account/security` shows of somebody's passkeys; `None` where there are none to be had.
///
/// Cost: 1 round trip.
pub(super) async fn section(app: &App, http: &HttpRequest, signed_in: &SignedIn) -> Result<Option<PasskeySection>, PageError> {
    let Some(relying_party) = &app.passkeys else { return Ok(None) };
    let passkeys = list_passkeys(&mut app.storage.read().await?, &signed_in.user.id).await?;
    let ids: Vec<&str> = passkeys.iter().map(|passkey| passkey.credential_id.as_str()).collect();
    // Web Authentication §5.1.10.3: what the browser may hide from now on, since it is not among these.
    let accepted =
        json!({ "rpId": relying_party.rp_id(), "userId": user_handle_text(&signed_in.user.id), "allAcceptedCredentialIds": ids });
    let params = Params::parse(http.query_string()).unwrap_or_default();
    Ok(Some(PasskeySection {
        passkeys: passkeys.iter().map(line).collect(),
        accepted: accepted.to_string(),
        done: params.get("done").and_then(Done::parse),
    }))
}

fn line(passkey: &Passkey) -> PasskeyLine {
    PasskeyLine {
        id: passkey.credential_id.to_string(),
        name: passkey.name.clone(),
        stands_alone: passkey.stands_alone,
        synced: passkey.backup_eligible,
        suspected_clone: passkey.suspected_clone,
        added: Moment::of(passkey.created_at),
        last_used: passkey.last_used_at.map(Moment::of),
    }
}

impl Done {
    fn way(self, app: &App) -> HttpResponse {
        see_other(app, paths::ACCOUNT_SECURITY, &[("done", self.as_str())])
    }
}
