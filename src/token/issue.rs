//! What a token request is answered with.
//!
//! Specs: RFC 6749 §5.1, RFC 9068 §2.2, RFC 8707 §2.

use super::id_token::{self, IdTokenFor};
use crate::app::App;
use crate::clients::resource::AccessTokenFormat;
use crate::clients::{Client, Resource};
use crate::clock::Timestamp;
use crate::grants::access_token::{AccessTokenClaims, Actor};
use crate::grants::{Grant, Standing};
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::scope::Scope;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// The token endpoint's answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    /// RFC 8693 §2.2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issued_token_type: Option<&'static str>,
    pub(super) token_type: &'static str,
    /// Seconds.
    pub(super) expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    /// RFC 6749 §3.3: a scope has one token at least; without any the member is left out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) scope: String,
}

/// A grant that tokens are issued for.
pub(super) struct Issue<'a> {
    pub app: &'a App,
    pub client: &'a Client,
    pub standing: &'a Standing,
    pub grant: &'a Grant,
    /// Of the tokens; at most the grant's.
    pub scope: Scope,
    pub resources: &'a [Arc<Resource>],
    /// Of [`form_of`]: found before anything is written, since it may refuse.
    pub form: (AccessTokenFormat, Duration),
    pub now: Timestamp,
}

impl Issue<'_> {
    /// Cost: 1 signature for the access token (none when opaque), 1 for the ID token.
    pub fn tokens(self, refresh_token: Option<String>, occasion: IdTokenFor) -> Result<TokenResponse, OAuthError> {
        let (format, lifetime) = self.form;
        let user = &self.standing.user;
        let mut aud: Vec<String> = self.resources.iter().map(|resource| resource.identifier.to_string()).collect();
        // A token with `openid` works at the userinfo endpoint too, as common clients expect of every token they get.
        if aud.is_empty() || self.scope.contains(Scope::OPENID) {
            aud.push(self.app.issuer().as_str().to_owned());
        }
        let claims = AccessTokenClaims {
            iss: self.app.issuer().as_str().to_owned(),
            sub: user.id.to_string(),
            aud,
            exp: (self.now + lifetime).unix_seconds(),
            iat: self.now.unix_seconds(),
            jti: self.app.random.uuid_v7(self.now).to_string(),
            client_id: self.client.client_id.clone(),
            scope: self.scope.clone(),
            grant_id: Some(self.grant.id.clone()),
            sid: self.grant.session_id.as_ref().map(ToString::to_string),
            auth_time: self.grant.authenticated_at.map(Timestamp::unix_seconds),
            acr: self.grant.acr.clone(),
            amr: self.grant.amr.as_ref().map(|amr| amr.0.clone()),
            act: None,
            may_act: self.client.metadata.may_act.as_ref().map(|sub| Actor { sub: sub.clone(), act: None }),
            roles: self.scope.contains("roles").then(|| user.roles.0.clone()),
            groups: self.scope.contains("groups").then(|| user.groups.0.clone()),
        };
        let access_token = sign(self.app, self.client, &claims, format, self.now)?;
        let id_token = self.scope.contains(Scope::OPENID).then(|| id_token::issue(&self, &access_token, occasion)).transpose()?;
        Ok(TokenResponse {
            access_token,
            issued_token_type: None,
            token_type: "Bearer",
            expires_in: lifetime.as_secs(),
            refresh_token,
            id_token,
            scope: self.scope.to_string(),
        })
    }
}

/// A token for a client by itself.
pub(super) fn access_token_for_client(
    app: &App,
    client: &Client,
    scope: Scope,
    resources: &[Arc<Resource>],
) -> Result<TokenResponse, OAuthError> {
    let now = app.now();
    let (format, lifetime) = form_of(resources, app.tokens.access_token_lifetime)?;
    let mut aud: Vec<String> = resources.iter().map(|resource| resource.identifier.to_string()).collect();
    if aud.is_empty() {
        aud.push(app.issuer().as_str().to_owned());
    }
    let claims = AccessTokenClaims {
        iss: app.issuer().as_str().to_owned(),
        sub: client.client_id.to_string(),
        aud,
        exp: (now + lifetime).unix_seconds(),
        iat: now.unix_seconds(),
        jti: app.random.uuid_v7(now).to_string(),
        client_id: client.client_id.clone(),
        scope,
        grant_id: None,
        sid: None,
        auth_time: None,
        acr: None,
        amr: None,
        act: None,
        may_act: None,
        roles: None,
        groups: None,
    };
    Ok(TokenResponse {
        access_token: sign(app, client, &claims, format, now)?,
        issued_token_type: None,
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        refresh_token: None,
        id_token: None,
        scope: claims.scope.to_string(),
    })
}

pub(super) fn sign(
    app: &App,
    client: &Client,
    claims: &AccessTokenClaims,
    format: AccessTokenFormat,
    now: Timestamp,
) -> Result<String, OAuthError> {
    claims.issue(format, client.metadata.access_token_signed_response_alg, &app.keys, &app.sealing, now).map_err(OAuthError::server_error)
}

/// One token has one form and one life: the form that all its resources want, the shortest life that any of them sets.
pub(super) fn form_of(resources: &[Arc<Resource>], default: Duration) -> Result<(AccessTokenFormat, Duration), OAuthError> {
    let format = resources.first().map_or(AccessTokenFormat::Jwt, |resource| resource.access_token_format);
    if resources.iter().any(|resource| resource.access_token_format != format) {
        return Err(OAuthError::new(
            ErrorCode::InvalidTarget,
            "The APIs take different forms of access tokens; ask for one token each, with resource.",
        ));
    }
    let lifetimes =
        resources.iter().filter_map(|resource| resource.access_token_lifetime).map(|seconds| Duration::from_secs(seconds.into()));
    Ok((format, lifetimes.min().unwrap_or(default)))
}
