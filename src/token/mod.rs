//! `POST /token`: codes and refresh tokens become tokens; machines get theirs.
//!
//! Order of checks:
//! 1. the body is a form with each parameter once, nothing in the query (RFC 6749 §3.2);
//! 2. `grant_type` is one that exists here;
//! 3. the client proves itself (RFC 6749 §3.2.1);
//! 4. the policy: the client may use the grant type (RFC 6749 §5.2: `unauthorized_client`);
//! 5. the parameters of the grant type are there;
//! 6. the grant type's own checks.
//!
//! Cost: authorization_code 2 round trips, 1 commit; refresh_token 2 round trips, 1 commit; client_credentials none;
//! token exchange 1 round trip (2 with an actor token); each 1 signature a JWT. An assertion adds 1 commit.
//!
//! Specs: RFC 8693, RFC 6749 §4 to §6, RFC 7636, RFC 8707, OpenID Connect Core §3.1.3 and §12.

mod authorization_code;
mod client_credentials;
mod id_token;
mod issue;
mod refresh_token;
mod token_exchange;

use crate::app::App;
use crate::grants::policy::check_client;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::grant_type::GrantType;
use crate::oauth::params::Params;
use crate::oauth::pkce::CodeVerifier;
use crate::oauth::scope::Scope;
use crate::web::authenticated_client::{authenticated_client, name_unproven_client};
use crate::web::form::ProtocolForm;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use actix_web::{HttpRequest, HttpResponse, web};
use token_exchange::ExchangeRequest;

/// A token request, by grant type.
enum TokenRequest {
    AuthorizationCode { code: String, redirect_uri: Option<String>, code_verifier: Option<String>, resources: Vec<String> },
    RefreshToken { refresh_token: String, scope: Option<Scope>, resources: Vec<String> },
    ClientCredentials { scope: Scope, resources: Vec<String> },
    TokenExchange(ExchangeRequest),
}

/// `POST /token`.
pub async fn post_token(app: web::Data<App>, request: HttpRequest, form: ProtocolForm) -> Result<HttpResponse, OAuthError> {
    let params = form.0;
    let grant_type = grant_type(&params).inspect_err(|_| name_unproven_client(&request, &params))?;
    let client = authenticated_client(&app, &request, &params).await?;
    check_client(&client, grant_type).map_err(|refusal| not_registered_for(grant_type).because(refusal))?;
    let issued = match parse(grant_type, &params)? {
        TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resources } => {
            let verifier = code_verifier.as_deref().map(parse_verifier).transpose()?;
            authorization_code::redeem(&app, &client, &code, redirect_uri.as_deref(), verifier.as_ref(), &resources).await?
        }
        TokenRequest::RefreshToken { refresh_token, scope, resources } => {
            refresh_token::refresh(&app, &client, &refresh_token, scope.as_ref(), &resources).await?
        }
        TokenRequest::ClientCredentials { scope, resources } => client_credentials::issue_to(&app, &client, &scope, &resources)?,
        TokenRequest::TokenExchange(request) => token_exchange::exchange(&app, &client, request).await?,
    };
    app.metrics.tokens_issued(grant_type.as_str());
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache")).json(issued))
}

fn grant_type(params: &Params) -> Result<GrantType, OAuthError> {
    let text = params.get("grant_type").ok_or_else(|| OAuthError::invalid_request("grant_type is missing."))?;
    GrantType::parse(text).ok_or_else(|| {
        OAuthError::new(
            ErrorCode::UnsupportedGrantType,
            "grant_type is not one of authorization_code, refresh_token, client_credentials and urn:ietf:params:oauth:grant-type:token-exchange.",
        )
    })
}

fn not_registered_for(grant_type: GrantType) -> OAuthError {
    let description = match grant_type {
        GrantType::AuthorizationCode => "This client is not registered for authorization_code; add it to its grant_types.",
        GrantType::RefreshToken => "This client is not registered for refresh_token; add it to its grant_types.",
        GrantType::ClientCredentials => "This client is not registered for client_credentials; add it to its grant_types.",
        GrantType::TokenExchange => {
            "This client is not registered for token exchange; add urn:ietf:params:oauth:grant-type:token-exchange to its grant_types."
        }
    };
    OAuthError::new(ErrorCode::UnauthorizedClient, description)
}

fn parse(grant_type: GrantType, params: &Params) -> Result<TokenRequest, OAuthError> {
    let text = |name| params.get(name).map(str::to_owned);
    let needed = |name: &'static str| text(name).ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing.")));
    let resources = params.resources().to_vec();
    let scope = || {
        let parsed = params.get("scope").map(Scope::parse).transpose();
        parsed.map_err(|why| OAuthError::new(ErrorCode::InvalidScope, why.to_string()))
    };
    Ok(match grant_type {
        GrantType::AuthorizationCode => TokenRequest::AuthorizationCode {
            code: needed("code")?,
            redirect_uri: text("redirect_uri"),
            code_verifier: text("code_verifier"),
            resources,
        },
        GrantType::RefreshToken => TokenRequest::RefreshToken { refresh_token: needed("refresh_token")?, scope: scope()?, resources },
        GrantType::ClientCredentials => TokenRequest::ClientCredentials { scope: scope()?.unwrap_or_default(), resources },
        GrantType::TokenExchange => TokenRequest::TokenExchange(ExchangeRequest::parse(params, scope()?)?),
    })
}

fn parse_verifier(text: &str) -> Result<CodeVerifier, OAuthError> {
    CodeVerifier::parse(text).ok_or_else(|| {
        OAuthError::invalid_grant("code_verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636, section 4.1).")
    })
}
