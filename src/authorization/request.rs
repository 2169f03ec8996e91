//! Reading an authorization request: from text to [`AuthorizationRequest`], in two stages.
//!
//! Stage one finds the client and the target; what fails there is a page. Stage two reads the rest; what fails there is
//! sent to the target.
//!
//! Specs: RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2, OpenID Connect Core §3.1.2.1.

use crate::app::App;
use crate::clients::Client;
use crate::grants::policy::{Refusal, check_client};
use crate::oauth::authentication::Acr;
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::grant_type::GrantType;
use crate::oauth::params::Params;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::prompt::Prompt;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::scope::Scope;
use crate::web::authorization_request::{AuthorizationRequest, Unanswerable, answer_to};
use crate::web::response_target::ResponseTarget;
use crate::web::speak::LONGEST_UI_LOCALES;
use serde_json::Value;
use std::sync::Arc;

const LONGEST_STATE: usize = 4096;
const LONGEST_NONCE: usize = 1024;

/// Stage one.
///
/// Order of checks: 1. `client_id`; 2. the client exists and is enabled; 3. `redirect_uri` matches to the letter.
pub(super) fn find_target(app: &App, params: &Params) -> Result<(Arc<Client>, ResponseTarget), Unanswerable> {
    let client_id = params.get("client_id").ok_or(Unanswerable::MissingClientId)?;
    let unknown =
        || Unanswerable::UnknownClient { sent: client_id.to_owned(), redirect_uri: params.get("redirect_uri").map(str::to_owned) };
    let client = app.clients.find(client_id).ok_or_else(unknown)?;
    // An unknown response_mode is an error of stage two and goes back in the default mode.
    let mode = params.get("response_mode").and_then(ResponseMode::parse).unwrap_or_default();
    let state = params.get("state").filter(|state| is_returnable(state));
    answer_to(client, params.get("redirect_uri"), mode, state)
}

/// Stage two.
///
/// Order of checks: 1. features that do not exist here; 2. `response_type` and the client's right to it;
/// 3. `response_mode`; 4. lengths; 5. `scope`; 6. `resource`; 7. PKCE; 8. `prompt`, `max_age`, `claims`.
pub(super) fn parse(app: &App, client: &Client, params: &Params) -> Result<AuthorizationRequest, OAuthError> {
    let now = app.now();
    let invalid = |description: &'static str| OAuthError::invalid_request(description);
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if params.get(name).is_some() {
            return Err(OAuthError::new(code, format!("The parameter {name} is not supported; send plain parameters.")));
        }
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code.")),
        None => return Err(invalid("response_type is missing; send response_type=code.")),
    }
    check_client(client, GrantType::AuthorizationCode).map_err(|refusal: Refusal| {
        OAuthError::new(ErrorCode::UnauthorizedClient, "This client is not registered for authorization_code; add it to its grant_types.")
            .because(refusal)
    })?;
    let response_mode = match params.get("response_mode") {
        Some(text) => ResponseMode::parse(text).ok_or_else(|| invalid("response_mode must be query or form_post."))?,
        None => ResponseMode::default(),
    };
    let state = params.get("state").map(str::to_owned);
    if state.as_ref().is_some_and(|state| !is_returnable(state)) {
        return Err(invalid("state must have at most 4096 bytes and no control characters (RFC 6749 Appendix A.5)."));
    }
    let nonce = params.get("nonce").map(str::to_owned);
    if nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
        return Err(invalid("nonce is longer than 1024 bytes."));
    }
    let directory = app.clients.directory();
    let requested =
        Scope::parse(params.get("scope").unwrap_or("")).map_err(|why| OAuthError::new(ErrorCode::InvalidScope, why.to_string()))?;
    let scope = directory.grantable_scope(client, &requested)?;
    let resources = directory.targets(client, params.resources(), &scope)?;
    // What no token could be of is refused here, and not when the code is redeemed.
    directory.scope_asked_for(&scope, &scope, &directory.narrow_targets(&resources, &[])?)?;
    let prompt = match params.get("prompt") {
        Some(text) => Prompt::parse(text).map_err(|why| OAuthError::invalid_request(why.to_string()))?,
        None => Prompt::default(),
    };
    let max_age = match params.get("max_age") {
        Some(text) => {
            Some(whole_seconds(text).ok_or_else(|| invalid("max_age must be a number of seconds: digits, and not more than 19."))?)
        }
        None => client.metadata.default_max_age.map(u64::from),
    };
    let claims = match params.get("claims") {
        Some(text) => ClaimsRequest::parse(text).map_err(|why| OAuthError::invalid_request(why.to_string()))?,
        None => ClaimsRequest::default(),
    };
    let acr_values = acr_values(client, params, &claims);
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        redirect_uri: params.get("redirect_uri").map(str::to_owned),
        response_mode,
        state,
        scope,
        resources,
        claims,
        nonce,
        code_challenge: code_challenge(client, params)?,
        prompt,
        max_age,
        acr_values,
        login_hint: params.get("login_hint").filter(|hint| hint.len() <= 254).map(str::to_owned),
        ui_locales: params.get("ui_locales").filter(|locales| locales.len() <= LONGEST_UI_LOCALES).map(str::to_owned),
        hinted_subject: params.get("id_token_hint").and_then(|hint| subject_of_hint(app, hint)),
        issued_at: now,
        expires_at: now + app.config.tokens.authorization_request_lifetime,
        browser: None,
        chosen_session: None,
    })
}

/// The values of `acr` that are asked for: in `claims`, else in `acr_values`, else by the client's registration. Those that do not
/// exist here are left out: they were asked for as voluntary claims, or are refused later as essential ones.
fn acr_values(client: &Client, params: &Params, claims: &ClaimsRequest) -> Vec<Acr> {
    // Each once: the request travels in an address.
    let known = |values: &mut dyn Iterator<Item = &str>| {
        values.filter_map(Acr::parse).fold(Vec::new(), |mut kept, acr| {
            if !kept.contains(&acr) {
                kept.push(acr);
            }
            kept
        })
    };
    let in_claims = claims.acr_values();
    if !in_claims.is_empty() {
        return known(&mut in_claims.into_iter());
    }
    match params.get("acr_values") {
        Some(text) => known(&mut text.split(' ')),
        None => client.metadata.default_acr_values.clone(),
    }
}

/// Digits and nothing else (OpenID Connect Core §3.1.2.1): Rust would read a sign, too.
fn whole_seconds(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a state can go back as it came: browsers rewrite line breaks in forms (RFC 6749 Appendix A.5 allows none).
fn is_returnable(state: &str) -> bool {
    state.len() <= LONGEST_STATE && !state.chars().any(char::is_control)
}

/// RFC 7636 §4.3 and §4.4.1; RFC 9700 §2.1.1.
fn code_challenge(client: &Client, params: &Params) -> Result<Option<CodeChallenge>, OAuthError> {
    let invalid = |description: &'static str| Err(OAuthError::invalid_request(description));
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => match CodeChallenge::parse(challenge) {
            Some(challenge) => Ok(Some(challenge)),
            None => invalid("code_challenge must be 43 characters of base64url: the SHA-256 digest of code_verifier."),
        },
        (Some(_), _) => invalid("code_challenge_method must be S256."),
        (None, Some(_)) => invalid("code_challenge_method was sent without code_challenge."),
        (None, None) if client.metadata.is_public() || client.metadata.require_pkce => {
            invalid("code_challenge is missing; this client must use PKCE with S256 (RFC 7636).")
        }
        (None, None) => Ok(None),
    }
}

/// The `sub` of an ID token that we issued, to whichever client and expired or not (OpenID Connect Core §3.1.2.1): whoever is meant by it,
/// the answer is about nobody else. A hint that cannot be proven counts as none.
fn subject_of_hint(app: &App, hint: &str) -> Option<String> {
    let claims: Value = app.keys.verify(hint, "JWT")?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let ours = text("iss") == Some(app.issuer().as_str());
    ours.then(|| text("sub").map(str::to_owned)).flatten()
}
