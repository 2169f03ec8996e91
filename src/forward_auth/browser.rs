//! Places for browsers (`browser = true`): who has no session there is sent to sign in and comes back with a cookie of that host.
//!
//! 1. The gateway passes our redirect to `/auth/start` on, with a cookie that binds the visit to this browser.
//! 2. `/auth/start` asks for a sign-in as every page does, then sends the browser to `/.ostiary/callback` of the protected host with a
//!    sealed pass: good for a minute, once, in the browser that began (no login CSRF, no session for whoever finds the URL).
//! 3. There the gateway asks us again, and passes our answer on: the cookie, and the way to the page that was asked for first. A pass that
//!    cannot let anybody in any more still tells where they wanted to go: once they are sent to sign in anew, then told what may be wrong.
//!
//! The cookie names the session at the provider and dies with it, at once. The URL that people return to travels only under seal, made
//! of what a trusted gateway said and of the host as the operator named it.
//!
//! Cost: a request with a cookie 1 round trip, and once a day 1 more, 1 commit, which keeps the session alive; the callback 1 round trip, 1 commit.

use super::original::Original;
use super::{forbidden, identity, is_in_group};
use crate::app::App;
use crate::clients::ClientId;
use crate::clock::Timestamp;
use crate::config::ProtectedPlace;
use crate::credentials::factors::find_factors;
use crate::grants::policy::{SecondFactorPolicy, check_person};
use crate::grants::{self, Standing};
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::Purpose;
use crate::sessions::{self, SessionId};
use crate::users::UserId;
use crate::web::browser::{Browser, cookie_value};
use crate::web::oauth_error::bearer_challenge;
use crate::web::page::Layout;
use crate::web::page_error::PageError;
use crate::web::protected_visit::ProtectedVisit;
use crate::web::redirect::{see_other, see_other_at};
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(super) const CALLBACK: &str = "/.ostiary/callback";
const VISIT_COOKIE_LIFETIME: Duration = Duration::from_secs(3600);
const PASS_LIFETIME: Duration = Duration::from_secs(60);
const SESSION_COOKIE: &str = "ostiary_gate";
const VISIT_COOKIE: &str = "ostiary_gate_visit";
/// Characters of a visit's secret, as [`crate::random::Random::token`] makes them.
const SECRET_LENGTH: usize = 43;
const LONGEST_URI: usize = 2000;

/// They may enter.
#[derive(Serialize, Deserialize)]
struct Pass {
    id: String,
    visit: ProtectedVisit,
    user_id: UserId,
    session_id: SessionId,
    expires_at: Timestamp,
}

/// What their cookie on the protected host holds.
#[derive(Serialize, Deserialize)]
struct GateSession {
    host: String,
    user_id: UserId,
    session_id: SessionId,
}

/// A request of a browser to a protected place; `may_begin` unless it carries what no browser sends by itself.
pub(super) async fn by_cookie(
    app: &App,
    http: &HttpRequest,
    original: &Original,
    place: &ProtectedPlace,
    may_begin: bool,
) -> Result<HttpResponse, OAuthError> {
    // The place has a host, and the request is for it: `place_of` saw to that.
    let Some(host) = place.host.as_ref().map(ToString::to_string) else { return Ok(super::unauthorized(None)) };
    if let Some(standing) = standing_here(app, http, original, &host).await? {
        let user = &standing.user;
        if !is_in_group(place, Some(user)) {
            return Ok(forbidden());
        }
        note_use(app, &standing).await?;
        let mut answer = HttpResponse::Ok();
        identity(&mut answer, "x-auth-subject", [user.id.as_str()]);
        identity(&mut answer, "x-auth-email", [user.email.as_str()]);
        identity(&mut answer, "x-auth-groups", user.groups.0.iter().map(String::as_str));
        identity(&mut answer, "x-auth-roles", user.roles.0.iter().map(String::as_str));
        identity(&mut answer, "x-auth-client", []);
        identity(&mut answer, "x-auth-scope", []);
        return Ok(answer.insert_header((CACHE_CONTROL, "no-store")).finish());
    }
    // A form that was sent cannot be sent again after the sign-in.
    if !may_begin || !matches!(original.method.as_str(), "GET" | "HEAD") || original.uri.len() > LONGEST_URI {
        return Ok(super::unauthorized(None));
    }
    let secret = visit_secret(app, http, original);
    let visit = ProtectedVisit::begin(app, original.scheme, &host, &original.uri, &secret);
    begin(app, original, &visit, secret)
}

/// Whoever is in by their cookie of this host.
async fn standing_here(app: &App, http: &HttpRequest, original: &Original, host: &str) -> Result<Option<Standing>, OAuthError> {
    let cookie = cookie_value(http, &cookie_name(original, SESSION_COOKIE));
    let session: Option<GateSession> = cookie.and_then(|cookie| app.sealing.open(Purpose::GateSession, &cookie));
    let Some(session) = session.filter(|session| session.host == host) else { return Ok(None) };
    standing_of(app, &session.user_id, &session.session_id).await
}

/// Whoever is at work behind the gateway is not idle.
async fn note_use(app: &App, standing: &Standing) -> Result<(), OAuthError> {
    let now = app.now();
    if let Some(session) = standing.session.as_ref().filter(|session| session.is_refresh_due(&app.sessions, now)) {
        sessions::refresh_session(&mut app.storage.write().await?, &session.id, now).await?;
    }
    Ok(())
}

/// Step 1.
fn begin(app: &App, original: &Original, visit: &ProtectedVisit, secret: String) -> Result<HttpResponse, OAuthError> {
    let ticket = visit.seal(app).map_err(OAuthError::server_error)?;
    let location = format!("{}?ticket={ticket}", app.url(paths::AUTH_START));
    let cookie = gate_cookie(original, VISIT_COOKIE, secret, Some(VISIT_COOKIE_LIFETIME));
    // 302: what the gateways' documentation names; the request was a GET.
    Ok(HttpResponse::Found().cookie(cookie).insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store")).finish())
}

/// What binds a visit to this browser: the secret that it holds already, so that several tabs can be on their way at once, or a new one.
fn visit_secret(app: &App, http: &HttpRequest, original: &Original) -> String {
    let kept = cookie_value(http, &cookie_name(original, VISIT_COOKIE));
    let is_plain = |secret: &str| secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    kept.filter(|secret| secret.len() == SECRET_LENGTH && is_plain(secret)).unwrap_or_else(|| app.random.token())
}

/// `GET /auth/start`: step 2, at the provider's own address.
pub async fn get_start(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|_| PageError::expired_ticket())?;
    let text = params.get("ticket").unwrap_or("");
    let visit = ProtectedVisit::open(&app, text).ok_or_else(PageError::expired_ticket)?;
    let Some(signed_in) = browser.signed_in(&app, "").await? else {
        return Ok(see_other(&app, paths::LOGIN, &[("ticket", text)]));
    };
    // What the policy would refuse at the place is asked for here.
    if app.second_factor.demands_of(&signed_in.user) && !SecondFactorPolicy::is_met_by(&signed_in.session.amr.0) {
        let factors = find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?;
        let there = if factors.has_second() || factors.passkeys > 0 { paths::LOGIN_FACTOR } else { paths::ACCOUNT_TOTP };
        return Ok(see_other(&app, there, &[("ticket", text)]));
    }
    if app.sessions.needs_verified_email && !signed_in.user.email_verified {
        return Ok(see_other(&app, paths::VERIFY, &[("ticket", text)]));
    }
    let now = app.now();
    let location = format!("{}{CALLBACK}", visit.origin());
    let pass = Pass {
        id: app.random.uuid_v7(now).to_string(),
        visit,
        user_id: signed_in.user.id,
        session_id: signed_in.session.id,
        expires_at: now + PASS_LIFETIME,
    };
    let pass = app.sealing.seal(Purpose::GatePass, &pass).map_err(PageError::internal)?;
    Ok(see_other_at(format!("{location}?pass={pass}")))
}

/// Step 3.
pub(super) async fn callback(
    app: &App,
    http: &HttpRequest,
    original: &Original,
    place: &ProtectedPlace,
) -> Result<HttpResponse, OAuthError> {
    let Some(host) = place.host.as_ref().map(ToString::to_string) else { return Ok(super::unauthorized(None)) };
    let query = original.uri.split_once('?').map_or("", |(_, query)| query);
    let pass: Option<Pass> =
        Params::parse(query).ok().and_then(|params| params.get("pass").and_then(|pass| app.sealing.open(Purpose::GatePass, pass)));
    // Sealed by us and for this host: it leads to where somebody wanted to go here, and nowhere else.
    let Some(pass) = pass.filter(|pass| pass.visit.host == host) else {
        return Ok(refused_in_words(app, http, ["errors-expired", "errors-expired-why", "errors-expired-do"], None));
    };
    // Absolute: Traefik reads a bare path as one of ours.
    let location = format!("{}{}", pass.visit.origin(), pass.visit.uri);
    if is_let_in(app, http, original, &pass).await? {
        let session = GateSession { host, user_id: pass.user_id, session_id: pass.session_id };
        let sealed = app.sealing.seal(Purpose::GateSession, &session).map_err(OAuthError::server_error)?;
        return Ok(HttpResponse::Found()
            .cookie(gate_cookie(original, SESSION_COOKIE, sealed, None))
            .cookie(gate_cookie(original, VISIT_COOKIE, String::new(), Some(Duration::ZERO)))
            .insert_header((LOCATION, location))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish());
    }
    // Another tab was let in meanwhile, or the pass was used by a reload: nothing of the pass counts but the way.
    if standing_here(app, http, original, &host).await?.is_some() {
        return Ok(HttpResponse::Found().insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store")).finish());
    }
    // A browser that keeps no cookies would go round for ever. An old pass comes from no such round: somebody has opened it again.
    if pass.visit.is_repeated && pass.expires_at > app.now() {
        return Ok(refused_in_words(app, http, ["errors-gate", "errors-gate-why", "errors-gate-do"], Some(&location)));
    }
    let secret = visit_secret(app, http, original);
    let visit = ProtectedVisit::begin(app, original.scheme, &host, &pass.visit.uri, &secret).repeated();
    begin(app, original, &visit, secret)
}

/// Whether the pass lets this browser in: it began the visit, the pass is fresh and used for the first time, and the person may come in.
async fn is_let_in(app: &App, http: &HttpRequest, original: &Original, pass: &Pass) -> Result<bool, OAuthError> {
    let secret = cookie_value(http, &cookie_name(original, VISIT_COOKIE)).unwrap_or_default();
    if pass.expires_at <= app.now() || !pass.visit.is_of(app, &secret) {
        return Ok(false);
    }
    let first = grants::consume_ticket(&mut app.storage.write().await?, &pass.id, "gate_pass", pass.expires_at).await?;
    Ok(first && standing_of(app, &pass.user_id, &pass.session_id).await?.is_some())
}

/// 401 for a person to read. Plain: the style of our pages is not to be had at this host.
fn refused_in_words(app: &App, http: &HttpRequest, texts: [&'static str; 3], address: Option<&str>) -> HttpResponse {
    let layout = Layout::of(app, http);
    let words: Vec<String> = texts.into_iter().map(|id| layout.t(id)).chain(address.map(str::to_owned)).collect();
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, bearer_challenge(None, None)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, layout.language.tag()))
        .body(words.join("\n\n"))
}

/// The person and their session as they are now, if the policy lets them in.
async fn standing_of(app: &App, user_id: &UserId, session_id: &SessionId) -> Result<Option<Standing>, OAuthError> {
    let mut connection = app.storage.read().await?;
    let found = grants::find_standing(&mut connection, user_id, session_id, &ClientId::new("")).await?;
    Ok(found.map(|(standing, _)| standing).filter(|standing| check_person(Some(standing), app.rules(), app.now()).is_ok()))
}

fn cookie_name(original: &Original, name: &str) -> String {
    if original.scheme == "https" { format!("__Host-{name}") } else { name.to_owned() }
}

fn gate_cookie(original: &Original, name: &str, value: String, lifetime: Option<Duration>) -> Cookie<'static> {
    let mut cookie = Cookie::build(cookie_name(original, name), value)
        .path("/")
        .secure(original.scheme == "https")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    if let Some(lifetime) = lifetime {
        cookie.set_max_age(time::Duration::seconds(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)));
    }
    cookie
}
