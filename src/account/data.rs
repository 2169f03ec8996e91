//! `/account/data`: what is known of a person, to take along as one JSON document, and the way to the end of the account.
//!
//! The document is theirs alone and holds no secret: no digest, no key, nothing that opens anything. Its shape is in `docs/accounts.md`.
//!
//! Order of checks of a POST: 1. somebody is signed in; 2. the form is from our page; 3. the proof is fresh.
//!
//! Cost: GET 1 round trip; POST 15 round trips, 1 for each 500 events and each 500 grants more, 1 commit.
//!
//! Specs: Regulation (EU) 2016/679 Articles 15 and 20; OWASP ASVS 14.2, 7.5.1.

use super::data_page::DataPage;
use super::{Visitor, apps, layout, visitor};
use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::factors::find_factors;
use crate::credentials::find_password_changed_at;
use crate::credentials::mailed_proofs::list_taken_emails;
use crate::credentials::passkeys::list_passkeys;
use crate::credentials::totp::find_totp;
use crate::credentials::trusted_devices::list_trusted_devices;
use crate::events::{self, About, Event, EventKind, list_events_of};
use crate::grants::{Grant, list_consents, list_grants_of};
use crate::sessions::{SignedIn, list_sessions};
use crate::storage::{Connection, StorageError};
use crate::upstreams::list_links;
use crate::users::{User, list_imports_of};
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::page::Page;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::sign_in::device_of;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

/// Raised when a member changes its meaning.
const FORMAT: u32 = 1;
/// Events, or grants, that are read at a time.
const BATCH: usize = 500;

/// `GET /account/data`.
pub async fn get_data(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => {
            Ok(Page::new(DataPage { layout: layout(&app, &http, &signed_in), csrf: browser.csrf(&app) }).respond_to(&http))
        }
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/data`: the document, as a file.
pub async fn post_data(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    read_form(&app, &http, &browser, &body)?;
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Data).await? {
        return Ok(way);
    }
    let document = document(&app, &signed_in).await?;
    let about = About::user(&signed_in.user.id).in_session(&signed_in.session.id).from(device_of(&http));
    events::record(&mut app.storage.write().await?, &app, EventKind::DataDownloaded, &about).await?;
    let day: String = app.now().to_string().chars().take(10).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"account-{day}.json\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(serde_json::to_vec_pretty(&document).map_err(PageError::internal)?))
}

async fn document(app: &App, signed_in: &SignedIn) -> Result<Value, PageError> {
    let (user, now) = (&signed_in.user, app.now());
    let mut connection = app.storage.read().await?;
    let sessions = list_sessions(&mut connection, &user.id, &app.sessions, now).await?;
    let session = |session: &crate::sessions::BrowserSession| {
        json!({
            "signed_in_at": at(session.authenticated_at), "began_at": at(session.created_at), "last_active_at": at(session.refreshed_at),
            "expires_at": at(session.expires_at), "acr": session.acr, "amr": session.amr.0, "user_agent": session.user_agent,
            "address": session.address,
        })
    };
    let mut document = json!({
        "format": FORMAT,
        "issuer": app.issuer().as_str(),
        "made_at": at(now),
        "account": account(user),
        "sessions": sessions.iter().map(session).collect::<Vec<_>>(),
        "apps": apps_of(app, &mut connection, user).await?,
        "activity": activity(app, &mut connection, user).await?,
    });
    if let Some(members) = document.as_object_mut() {
        members.extend(ways_in(app, &mut connection, user).await?);
        members.extend(past(&mut connection, user, now).await?);
    }
    Ok(document)
}

fn account(user: &User) -> Value {
    json!({
        "sub": user.id, "email": user.email, "email_verified": user.email_verified, "phone_number_verified": user.phone_number_verified,
        "profile": user.profile.0, "attributes": user.attributes.0, "groups": user.groups.0, "roles": user.roles.0,
        "sign_up_language": user.sign_up_language,
        "created_at": at(user.created_at), "updated_at": at(user.updated_at),
    })
}

/// Where the person was brought in from, and the addresses that they had and can have back.
async fn past(connection: &mut Connection, user: &User, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
    let imports = list_imports_of(connection, &user.id).await?;
    let taken = list_taken_emails(connection, &user.id, now).await?;
    let import =
        |from: &crate::users::ImportedFrom| json!({ "source": from.source, "id": from.source_id, "imported_at": at(from.imported_at) });
    let address = |proof: &crate::credentials::mailed_proofs::MailedProof| json!({ "email": proof.email, "changed_at": at(proof.created_at), "kept_until": at(proof.expires_at) });
    let members = json!({
        "imported_from": imports.iter().map(import).collect::<Vec<_>>(),
        "former_addresses": taken.iter().map(address).collect::<Vec<_>>(),
    });
    Ok(members.as_object().cloned().unwrap_or_default())
}

/// What the person proves themselves with: that it is there, and since when.
async fn ways_in(app: &App, connection: &mut Connection, user: &User) -> Result<Map<String, Value>, StorageError> {
    let factors = find_factors(connection, &user.id).await?;
    let password = find_password_changed_at(connection, &user.id).await?;
    let totp = find_totp(connection, &user.id).await?;
    let passkeys = list_passkeys(connection, &user.id).await?;
    let devices = list_trusted_devices(connection, &user.id, app.now()).await?;
    let links = list_links(connection, &user.id).await?;
    let passkey = |key: &crate::credentials::passkeys::Passkey| {
        json!({
            "name": key.name, "stands_alone": key.stands_alone, "synced": key.backup_eligible, "added_at": at(key.created_at),
            "last_used_at": key.last_used_at.map(at),
        })
    };
    let device = |device: &crate::credentials::trusted_devices::TrustedDevice| {
        json!({
            "user_agent": device.user_agent, "address": device.address, "trusted_at": at(device.created_at),
            "last_used_at": at(device.last_used_at), "until": at(device.expires_at),
        })
    };
    let link = |link: &crate::upstreams::LinkedIdentity| {
        json!({
            "provider": link.provider, "sub": link.subject, "email": link.email, "linked_at": at(link.created_at),
            "last_used_at": at(link.last_used_at),
        })
    };
    let members = json!({
        "password": password.map(|changed| json!({ "changed_at": at(changed) })),
        "passkeys": passkeys.iter().map(passkey).collect::<Vec<_>>(),
        "authenticator_app": totp.map(|totp| json!({ "added_at": at(totp.created_at), "last_used_at": totp.last_used_at.map(at) })),
        "text_messages": factors.phone_number.map(|number| json!({ "phone_number": number })),
        "recovery_codes": { "unused": factors.recovery_codes },
        "trusted_devices": devices.iter().map(device).collect::<Vec<_>>(),
        "linked_accounts": links.iter().map(link).collect::<Vec<_>>(),
    });
    Ok(members.as_object().cloned().unwrap_or_default())
}

async fn apps_of(app: &App, connection: &mut Connection, user: &User) -> Result<Value, StorageError> {
    let consents = list_consents(connection, &user.id).await?;
    let grants = all_grants(connection, user).await?;
    let consent = |consent: &crate::grants::StoredConsent| {
        json!({
            "client_id": consent.client_id, "name": apps::name_of(app, &consent.client_id), "scope": consent.scope.to_string(),
            "resources": consent.resources.0, "allowed_at": at(consent.granted_at),
        })
    };
    let grant = |grant: &Grant| {
        json!({
            "client_id": grant.client_id, "name": apps::name_of(app, &grant.client_id), "scope": grant.scope.to_string(),
            "resources": grant.resources.0, "granted_at": at(grant.created_at), "last_used_at": at(grant.rotated_at),
            "expires_at": at(grant.expires_at), "ended_at": grant.ended_at.map(at), "ended_because": grant.ended_reason,
        })
    };
    Ok(json!({ "consents": consents.iter().map(consent).collect::<Vec<_>>(), "grants": grants.iter().map(grant).collect::<Vec<_>>() }))
}

async fn all_grants(connection: &mut Connection, user: &User) -> Result<Vec<Grant>, StorageError> {
    let mut all: Vec<Grant> = Vec::new();
    loop {
        let last = all.last().map(|grant| &grant.id);
        let grants = list_grants_of(connection, &user.id, last, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        let is_last = grants.len() < BATCH;
        all.extend(grants);
        if is_last {
            return Ok(all);
        }
    }
}

async fn activity(app: &App, connection: &mut Connection, user: &User) -> Result<Vec<Value>, StorageError> {
    let mut all = Vec::new();
    let mut last = None;
    loop {
        let events = list_events_of(connection, &user.id, last.as_ref(), i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        all.extend(events.iter().map(|event| happened(app, event)));
        match events.last() {
            Some(event) if events.len() == BATCH => last = Some(event.id.clone()),
            _ => return Ok(all),
        }
    }
}

fn happened(app: &App, event: &Event) -> Value {
    json!({
        "at": at(event.at), "kind": event.kind, "app": event.client_id.as_ref().map(|id| apps::name_of(app, id)),
        "address": event.address, "user_agent": event.user_agent, "detail": event.detail.0,
    })
}

/// RFC 3339.
fn at(moment: Timestamp) -> String {
    moment.to_string()
}
