//! Discovery and keys, from memory, with ETags.
//!
//! Cost: none; the metadata document is made anew when clients or resources have been read again.
//!
//! Specs: OpenID Connect Discovery 1.0 §3 and §4, RFC 8414, RFC 9207 §3, RFC 7517.

use crate::app::App;
use crate::clients::Directory;
use crate::keys::etag_of;
use crate::keys::jose::{CLIENT_SECRET_ALGORITHMS, CLIENT_SIGNATURE_ALGORITHMS};
use crate::language::Language;
use crate::oauth::authentication::Acr;
use crate::oauth::claims::standard_claims;
use crate::oauth::client_metadata::ClientAuthenticationMethod as Method;
use crate::oauth::grant_type::GrantType;
use crate::oauth::prompt::Prompt;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::scope::Scope;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use crate::paths;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, IfNoneMatch};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use arc_swap::ArcSwapOption;
use serde_json::{Value, json};
use std::sync::Arc;

/// Caches may keep the documents for this long; far less than a key is published before it signs.
const CACHE: &str = "public, max-age=300";

/// The metadata document as it is served, kept for as long as the directory that it was made of is the current one.
#[derive(Default)]
pub struct KeptMetadata(ArcSwapOption<Kept>);

struct Kept {
    of: Arc<Directory>,
    body: Bytes,
    etag: String,
}

impl KeptMetadata {
    fn current(&self, app: &App) -> Arc<Kept> {
        let directory = app.clients.directory();
        if let Some(kept) = self.0.load_full().filter(|kept| Arc::ptr_eq(&kept.of, &directory)) {
            return kept;
        }
        let body = metadata(app, &directory).to_string();
        let made = Arc::new(Kept { of: directory, etag: etag_of(&body), body: body.into() });
        self.0.store(Some(made.clone()));
        made
    }
}

/// `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: one document for both.
pub async fn get_metadata(app: web::Data<App>, kept: web::Data<KeptMetadata>, request: HttpRequest) -> HttpResponse {
    let kept = kept.current(&app);
    document(&request, kept.body.clone(), &kept.etag)
}

/// `GET /jwks`.
pub async fn get_jwks(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let jwks = app.keys.document();
    document(&request, jwks.body, &jwks.etag)
}

fn document(request: &HttpRequest, body: Bytes, etag: &str) -> HttpResponse {
    let ours: Option<EntityTag> = etag.parse().ok();
    let unchanged = match (request.get_header::<IfNoneMatch>(), ours) {
        (Some(IfNoneMatch::Any), _) => true,
        (Some(IfNoneMatch::Items(known)), Some(ours)) => known.iter().any(|tag| tag.weak_eq(&ours)),
        _ => false,
    };
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, CACHE)).insert_header((ETAG, etag));
    if unchanged { answer.finish() } else { answer.insert_header((CONTENT_TYPE, "application/json")).body(body) }
}

/// The metadata document. True: everything it names exists, and what exists it names.
fn metadata(app: &App, directory: &Directory) -> Value {
    let api_scopes = directory.resources().flat_map(|resource| resource.scope_names().map(str::to_owned));
    let mapped_scopes = app.config.claims.iter().map(|mapping| mapping.scope().to_owned());
    let mut scopes: Vec<String> = Scope::STANDARD.into_iter().map(str::to_owned).collect();
    for scope in api_scopes.chain(mapped_scopes) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let protocol_claims = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    let mut claims: Vec<&str> = protocol_claims.into_iter().chain(standard_claims()).collect();
    let mapped: Vec<&str> = app.config.claims.iter().map(|mapping| mapping.name.as_str()).filter(|name| !claims.contains(name)).collect();
    claims.extend(mapped);
    let methods: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
    let confidential: Vec<&str> = methods.iter().copied().filter(|method| *method != Method::None.as_str()).collect();
    let signing: Vec<&str> = SignatureAlgorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    let assertions: Vec<&str> = CLIENT_SIGNATURE_ALGORITHMS.into_iter().chain(CLIENT_SECRET_ALGORITHMS).collect();
    let prompts: Vec<&str> = Prompt::SUPPORTED.into_iter().filter(|value| app.config.sign_up.enabled || *value != "create").collect();
    let acr_values: Vec<&str> =
        Acr::SUPPORTED.into_iter().filter(|value| app.passkeys.is_some() || *value != Acr::PhishingResistant.as_str()).collect();
    let mut document = json!({
        "issuer": app.issuer().as_str(),
        "authorization_endpoint": app.url(paths::AUTHORIZE),
        "token_endpoint": app.token_endpoint,
        "userinfo_endpoint": app.url(paths::USERINFO),
        "jwks_uri": app.url(paths::JWKS),
        "introspection_endpoint": app.url(paths::INTROSPECT),
        "revocation_endpoint": app.url(paths::REVOKE),
        "end_session_endpoint": app.url(paths::LOGOUT),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::SUPPORTED,
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": signing,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        "acr_values_supported": acr_values,
        "prompt_values_supported": prompts,
        "display_values_supported": ["page", "popup", "touch"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "ui_locales_supported": Language::ALL.map(Language::tag),
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": false,
    });
    let brand = &app.config.brand;
    for (name, url) in [("op_policy_uri", &brand.privacy_url), ("op_tos_uri", &brand.terms_url)] {
        if let (Some(url), Some(members)) = (url, document.as_object_mut()) {
            members.insert(name.into(), url.as_str().into());
        }
    }
    document
}

/// `GET /.well-known/passkey-endpoints` (W3C, Passkey Endpoints): where password managers send people to.
pub async fn get_passkey_endpoints(app: web::Data<App>) -> HttpResponse {
    let (enroll, manage) = (app.url(paths::ACCOUNT_PASSKEYS_ADD), app.url(paths::ACCOUNT_SECURITY));
    HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHE)).json(json!({ "enroll": enroll, "manage": manage }))
}

/// `GET /.well-known/webauthn` (Web Authentication §5.11.1): the origins that may use the passkeys of this RP ID.
pub async fn get_related_origins(app: web::Data<App>) -> HttpResponse {
    let others = app.config.passkeys.related_origins.iter().map(|origin| origin.origin().ascii_serialization());
    let origins: Vec<String> = std::iter::once(app.issuer().origin()).chain(others).collect();
    HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHE)).json(json!({ "origins": origins }))
}
