//! `/authorize`: an application asks for a person.
//!
//! Order of checks:
//! 1. each parameter once, query and body together (RFC 6749 §3.1);
//! 2. stage one: client and redirect URI, else a page;
//! 3. stage two: everything else, else an error to the target;
//! 4. [`next_step`]: sign-in, account, consent, or the answer. Each page ends in a redirect back to `/authorize/resume`,
//!    which decides again.
//!
//! Cost: with a live session 1 round trip, no commit (once a day 1, which notes that the session is in use).
//!
//! Specs: RFC 6749 §4.1, RFC 9207, OpenID Connect Core §3.1.2, RFC 9700 §4.11 (a request of a registered, operator-trusted
//! client with an error is answered to its registered URI without a page).

mod consent;
mod next_step;
pub mod page;
mod request;
mod response;

use crate::app::App;
use crate::clients::Client;
use crate::credentials::factors::find_factors;
use crate::grants::authorization_code::AuthorizationCode;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::oauth::scope::Scope;
use crate::paths;
use crate::sessions::{self, SignedIn};
use crate::web::authorization_request::{AuthorizationRequest, Unanswerable};
use crate::web::browser::Browser;
use crate::web::page_error::PageError;
use crate::web::page_form::PageBody;
use crate::web::redirect::see_other;
use crate::web::refusals::{name_client, note_refusal};
use crate::web::response_target::ResponseTarget;
use crate::web::speak::as_the_application_asks;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use next_step::{NextStep, Situation, lacks, next_step};

pub use consent::{get_consent, post_consent};

/// `GET /authorize`.
pub async fn get_authorize(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    authorize(&app, &http, "").await
}

/// `POST /authorize` (OpenID Connect Core §3.1.2.1). Posted by another site the browser sends no cookies along, so the
/// request goes on by a redirect, which carries them.
pub async fn post_authorize(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    authorize(&app, &http, &body.0).await
}

async fn authorize(app: &App, http: &HttpRequest, body: &str) -> Result<HttpResponse, PageError> {
    let (params, repeated) = Params::parse_answerable(http.query_string(), body)
        .map_err(|why| PageError::unanswerable(app, &Unanswerable::Malformed(why.to_string())))?;
    as_the_application_asks(http, params.get("ui_locales"));
    params.get("client_id").inspect(|client_id| name_client(http, client_id));
    let (client, target) = request::find_target(app, &params).map_err(|why| unanswerable(app, http, &why))?;
    if let Some(why) = repeated {
        return Ok(response::send_error(&target, app, http, &OAuthError::invalid_request(why.to_string())));
    }
    let request = match request::parse(app, &client, &params) {
        Ok(request) => request,
        Err(error) => return Ok(response::send_error(&target, app, http, &error)),
    };
    // Posted by another site it comes without cookies, wherever its parameters are.
    if http.method() == Method::POST {
        let ticket = request.seal_posted(app).map_err(PageError::internal)?;
        return Ok(see_other(app, paths::RESUME, &[("ticket", &ticket)]));
    }
    proceed(app, http, request, &client, &target).await
}

/// `GET /authorize/resume`: after a page, decide again; or begin with what was posted.
pub async fn get_resume(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let text = ticket_text(http.query_string())?;
    let request = AuthorizationRequest::open(&app, &browser, &text).or_else(|| AuthorizationRequest::open_posted(&app, &browser, &text));
    let request = request.ok_or_else(PageError::expired_ticket)?;
    name_client(&http, request.client_id.as_str());
    let (client, target) = request.target(&app).map_err(|why| unanswerable(&app, &http, &why))?;
    proceed(&app, &http, request, &client, &target).await
}

/// A page for the person, and a note for the client's developer.
fn unanswerable(app: &App, http: &HttpRequest, why: &Unanswerable) -> PageError {
    if let Unanswerable::NoTarget { sent, .. } = why {
        let error = OAuthError::invalid_request("redirect_uri is not one of those that are registered.");
        note_refusal(app, http, &error, sent.as_deref());
    }
    PageError::unanswerable(app, why)
}

fn ticket_text(query: &str) -> Result<String, PageError> {
    let params = Params::parse(query).map_err(|_| PageError::expired_ticket())?;
    params.get("ticket").map(str::to_owned).ok_or_else(PageError::expired_ticket)
}

/// [`next_step`] as things are now. `signed_in` holds the consent to this client.
///
/// Cost: none; 1 round trip when a second factor is missing.
async fn decide(
    app: &App,
    request: &AuthorizationRequest,
    client: &Client,
    target: &ResponseTarget,
    signed_in: Option<&SignedIn>,
) -> Result<NextStep, PageError> {
    let consent_scope = &request.consent_scope(app, client);
    let mut situation = Situation {
        request,
        client,
        signed_in,
        consent_scope,
        needs_verified_email: app.sessions.needs_verified_email,
        second_factor: &app.second_factor,
        factors: None,
        target_proves_client: target.proves_the_client(),
        now: app.now(),
    };
    let factors = match signed_in {
        Some(signed_in) if lacks(&situation).is_some() => Some(find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?),
        _ => None,
    };
    situation.factors = factors.as_ref();
    Ok(next_step(&situation))
}

/// With `prompt=none` nobody is there to read a page (OpenID Connect Core §3.1.2.1): what fails is told to the application.
async fn proceed(
    app: &App,
    http: &HttpRequest,
    request: AuthorizationRequest,
    client: &Client,
    target: &ResponseTarget,
) -> Result<HttpResponse, PageError> {
    let is_silent = request.prompt.none;
    match go_on(app, http, request, client, target).await {
        Err(failed) if is_silent => Ok(response::send_error(target, app, http, &failed.into())),
        done => done,
    }
}

async fn go_on(
    app: &App,
    http: &HttpRequest,
    mut request: AuthorizationRequest,
    client: &Client,
    target: &ResponseTarget,
) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(app, http);
    let signed_in = browser.signed_in(app, client.client_id.as_str()).await?;
    let consent_scope = request.consent_scope(app, client);
    let step = decide(app, &request, client, target, signed_in.as_ref()).await?;
    let (path, kind) = match (step, signed_in) {
        (NextStep::Answer, Some(signed_in)) => return answer(app, http, &request, &consent_scope, &signed_in, target).await,
        (NextStep::Refuse(error), _) => return Ok(response::send_error(target, app, http, &error)),
        (NextStep::SignUp, _) if app.config.sign_up.enabled => (paths::SIGN_UP, ""),
        (NextStep::VerifyEmail, _) => (paths::VERIFY, ""),
        (NextStep::Consent, _) => (paths::CONSENT, ""),
        (NextStep::ChooseAccount, _) => (paths::LOGIN, "choose"),
        (NextStep::SecondFactor, _) => (paths::LOGIN_FACTOR, ""),
        (NextStep::EnrolSecondFactor, _) => (paths::ACCOUNT_TOTP, ""),
        (NextStep::Login | NextStep::SignUp | NextStep::Answer, _) => (paths::LOGIN, ""),
    };
    request.browser = Some(browser.binding_digest(app));
    let ticket = request.seal(app).map_err(PageError::internal)?;
    let mut redirect = if kind.is_empty() {
        see_other(app, path, &[("ticket", &ticket)])
    } else {
        see_other(app, path, &[("ticket", &ticket), ("show", kind)])
    };
    if let Some(cookie) = browser.new_binding_cookie(app) {
        redirect.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(redirect)
}

async fn answer(
    app: &App,
    http: &HttpRequest,
    request: &AuthorizationRequest,
    consent_scope: &Scope,
    signed_in: &SignedIn,
    target: &ResponseTarget,
) -> Result<HttpResponse, PageError> {
    let now = app.now();
    let session = &signed_in.session;
    if session.is_refresh_due(&app.sessions, now) {
        let mut connection = app.storage.write().await?;
        sessions::refresh_session(&mut connection, &session.id, now).await?;
    }
    let mut claims = request.claims.clone();
    claims.keep_within(consent_scope);
    let code = AuthorizationCode {
        id: app.random.uuid_v7(now).to_string(),
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        user_id: signed_in.user.id.clone(),
        session_id: session.id.clone(),
        scope: request.scope.clone(),
        resources: request.resources.clone(),
        claims,
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        authenticated_at: session.authenticated_at,
        acr: session.reached().told_to(&request.acr_values).as_str().to_owned(),
        amr: session.amr.0.clone(),
        offline: request.scope.contains(Scope::OFFLINE_ACCESS),
        expires_at: now + app.tokens.authorization_code_lifetime,
    };
    match code.seal(&app.sealing) {
        Ok(code) => Ok(response::send_code(target, app, http, code)),
        Err(error) => Ok(response::send_error(target, app, http, &OAuthError::server_error(error))),
    }
}
