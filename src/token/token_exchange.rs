//! Token exchange: a service that was called for a person gets a token of its own to call the next one for them.
//!
//! Order of checks:
//! 1. the client may use the grant type (asked for every grant type alike);
//! 2. the parameters are there and of types that exist here (RFC 8693 §2.1);
//! 3. the subject token is a person's access token, alive, and meant for this client or issued to it;
//! 4. the operator's rule for this pair of clients, and the token's own `may_act` (RFC 8693 §4.4);
//! 5. the actor token, if any, is this client's own and alive;
//! 6. the targets are the rule's (RFC 8693 §2.2.2: `invalid_target`);
//! 7. the scope is within what the person granted, the rule and the targets; a token that was exchanged before only gets narrower;
//! 8. the chain of actors is not too long.
//!
//! What comes out never outlives the subject token, hangs on the same grant and dies with it.
//!
//! Cost: 1 round trip (2 with an actor token), no commit, 1 signature.
//!
//! Specs: RFC 8693; security.md X1 to X4.

use super::issue::{TokenResponse, form_of, sign};
use crate::app::App;
use crate::clients::Client;
use crate::clients::refusals::EXCHANGED;
use crate::grants::access_token::{AccessTokenClaims, Actor};
use crate::oauth::client_metadata::ExchangeRule;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::params::Params;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::web::live_token::{DeadToken, LiveToken, live_token};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// More services in a row than this is a circle.
const LONGEST_CHAIN: usize = 4;

/// The parameters of RFC 8693 §2.1.
pub(super) struct ExchangeRequest {
    subject_token: String,
    actor_token: Option<String>,
    /// `resource` and `audience`: both name APIs here.
    targets: Vec<String>,
    scope: Option<Scope>,
}

impl ExchangeRequest {
    pub(super) fn parse(params: &Params, scope: Option<Scope>) -> Result<Self, OAuthError> {
        let invalid = |description: String| OAuthError::invalid_request(description);
        let needed = |name: &str| params.get(name).map(str::to_owned).ok_or_else(|| invalid(format!("{name} is missing.")));
        let is_access_token = |text: &str| text == ACCESS_TOKEN || text == JWT;
        if !is_access_token(&needed("subject_token_type")?) {
            return Err(invalid(format!("subject_token_type must be {ACCESS_TOKEN}; other tokens are not exchanged here.")));
        }
        if params.get("requested_token_type").is_some_and(|text| !is_access_token(text)) {
            return Err(invalid(format!("requested_token_type must be {ACCESS_TOKEN}.")));
        }
        let actor_token = params.get("actor_token").map(str::to_owned);
        match (&actor_token, params.get("actor_token_type")) {
            (None, None) => {}
            (Some(_), Some(text)) if is_access_token(text) => {}
            (Some(_), _) => return Err(invalid(format!("actor_token_type must be {ACCESS_TOKEN}."))),
            (None, Some(_)) => return Err(invalid("actor_token_type was sent without actor_token.".into())),
        }
        let targets = params.resources().iter().chain(params.audiences()).cloned().collect();
        Ok(Self { subject_token: needed("subject_token")?, actor_token, targets, scope })
    }
}

pub(super) async fn exchange(app: &App, client: &Client, request: ExchangeRequest) -> Result<TokenResponse, OAuthError> {
    let now = app.now();
    let subject = live(app, &request.subject_token, "subject_token").await?;
    let Some(state) = &subject.state else {
        return Err(refused("subject_token is a machine's own token; there is nobody to act for.", "no grant"));
    };
    let is_meant_for_client = client.metadata.serves.iter().any(|own| subject.claims.aud.iter().any(|aud| aud == own.as_str()));
    if subject.claims.client_id != client.client_id && !is_meant_for_client {
        return Err(refused("subject_token is neither meant for this client (serves) nor issued to it.", "audience"));
    }
    let rule = rule_for(client, &subject.claims)?;
    let act = actor(app, client, rule, &subject.claims, request.actor_token.as_deref()).await?;

    let directory = app.clients.directory();
    // By name: one that is no longer there is refused. Left out, it would leave a token for nothing in particular.
    let wanted = targets(client, rule, &request.targets)?;
    let targets = directory.narrow_targets(&wanted, &wanted.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    // An impersonated token names no actor, but another client than the one that the person signed in to.
    let was_exchanged = subject.claims.act.is_some() || subject.claims.client_id != state.grant.client_id;
    // What the token could have held and does not was taken out of it on purpose; of other APIs it says nothing, and the grant does.
    let (told, audience) = (&subject.claims.scope, &subject.claims.aud);
    let is_of_audience = |token: &str| {
        let mut apis = directory.resources().filter(|api| audience.iter().any(|aud| aud == api.identifier.as_str()));
        Scope::STANDARD.contains(&token) || apis.any(|api| api.scopes.contains_key(token))
    };
    let granted = state.grant.scope.filtered(|token| told.contains(token) || !is_of_audience(token));
    let bound = if was_exchanged { told } else { &granted };
    // What the operator has taken since from the client that the token was issued to comes back by no exchange (security.md R8).
    let (bound, _) = directory.still_allowed(&subject.client, bound, &[]);
    let allowed = rule.scope.filtered(|token| bound.contains(token) && token != Scope::OPENID && token != Scope::OFFLINE_ACCESS);
    let asked_for = request.scope.clone().unwrap_or_default();
    let scope = match request.scope {
        Some(wanted) if !wanted.is_subset_of(&allowed) => {
            let error =
                OAuthError::new(ErrorCode::InvalidScope, "scope is wider than what the person granted and this client may have of it.");
            return Err(error.because(lacking(rule, &wanted, &bound)).about(&wanted));
        }
        Some(wanted) => wanted,
        None => allowed,
    };
    let scope = directory.scope_asked_for(&asked_for, &scope, &targets)?;

    let (format, lifetime) = form_of(&targets, app.tokens.access_token_lifetime)?;
    let exp = subject.claims.exp.min((now + lifetime).unix_seconds());
    let user = state.standing.as_ref().map(|standing| &standing.user);
    let claims = AccessTokenClaims {
        iss: app.issuer().as_str().to_owned(),
        sub: subject.claims.sub.clone(),
        aud: targets.iter().map(|resource| resource.identifier.to_string()).collect(),
        exp,
        iat: now.unix_seconds(),
        jti: app.random.uuid_v7(now).to_string(),
        client_id: client.client_id.clone(),
        grant_id: Some(state.grant.id.clone()),
        act,
        may_act: None,
        // How the person signed in is told on as it was (security.md X4).
        sid: subject.claims.sid.clone(),
        auth_time: subject.claims.auth_time,
        acr: subject.claims.acr.clone(),
        amr: subject.claims.amr.clone(),
        roles: user.filter(|_| scope.contains("roles")).map(|user| user.roles.0.clone()),
        groups: user.filter(|_| scope.contains("groups")).map(|user| user.groups.0.clone()),
        scope,
    };
    Ok(TokenResponse {
        access_token: sign(app, client, &claims, format, now)?,
        issued_token_type: Some(ACCESS_TOKEN),
        token_type: "Bearer",
        expires_in: u64::try_from(exp - now.unix_seconds()).unwrap_or_default(),
        refresh_token: None,
        id_token: None,
        scope: claims.scope.to_string(),
    })
}

/// RFC 8693 §2.2.2: a token that does not count is an `invalid_request`.
fn refused(description: &'static str, cause: &str) -> OAuthError {
    OAuthError::invalid_request(description).because(cause)
}

async fn live(app: &App, token: &str, parameter: &'static str) -> Result<LiveToken, OAuthError> {
    live_token(app, token).await.map_err(|dead| match dead {
        DeadToken::Storage(error) => error.into(),
        dead => OAuthError::invalid_request(format!("{parameter} is no access token of this server, or what it stood for has ended."))
            .because(dead),
    })
}

fn rule_for<'a>(client: &'a Client, subject: &AccessTokenClaims) -> Result<&'a ExchangeRule, OAuthError> {
    let rule = client.metadata.token_exchange.iter().find(|rule| rule.subject_client == subject.client_id.as_str());
    let rule = rule.ok_or_else(|| refused("No rule lets this client exchange tokens that were issued to that one.", "no rule"))?;
    match &subject.may_act {
        Some(named) if named.sub != client.client_id.as_str() => {
            Err(refused("subject_token names another client as the one that may act with it (may_act).", "may_act"))
        }
        _ => Ok(rule),
    }
}

/// Who acts: this client, which has proven itself; nobody new, where the rule allows impersonation and no actor is named. Every hop
/// of before stays in the chain.
async fn actor(
    app: &App,
    client: &Client,
    rule: &ExchangeRule,
    subject: &AccessTokenClaims,
    actor_token: Option<&str>,
) -> Result<Option<Actor>, OAuthError> {
    if let Some(text) = actor_token {
        let actor = live(app, text, "actor_token").await?;
        let is_own = actor.state.is_none() && actor.claims.client_id == client.client_id;
        if !is_own {
            return Err(refused("actor_token must be this client's own token (client_credentials).", "another's actor token"));
        }
    } else if rule.impersonation {
        return Ok(subject.act.clone());
    }
    let act = Actor::new(&client.client_id, subject.act.clone());
    if act.depth() > LONGEST_CHAIN {
        return Err(refused("Too many services act one for the other.", "the chain is too long"));
    }
    Ok(Some(act))
}

/// Which of the two lacks what was asked for.
fn lacking(rule: &ExchangeRule, wanted: &Scope, bound: &Scope) -> String {
    let of_rule = wanted.filtered(|token| !rule.scope.contains(token));
    let of_token = wanted.filtered(|token| !bound.contains(token));
    let personal = wanted.filtered(|token| token == Scope::OPENID || token == Scope::OFFLINE_ACCESS);
    let parts = [("the rule lacks", of_rule), ("the subject token lacks", of_token), ("never exchanged:", personal)];
    let parts: Vec<String> = parts.iter().filter(|(_, scope)| !scope.is_empty()).map(|(who, scope)| format!("{who} {scope}")).collect();
    format!("{EXCHANGED}{}: {}", rule.subject_client, parts.join("; "))
}

/// The targets that were asked for; without any, the only one that the rule has.
fn targets(client: &Client, rule: &ExchangeRule, requested: &[String]) -> Result<Vec<ResourceIndicator>, OAuthError> {
    let invalid = |description| Err(OAuthError::new(ErrorCode::InvalidTarget, description));
    if requested.is_empty() {
        let default = client.metadata.default_resource.iter().find(|default| rule.resources.contains(default));
        return match (rule.resources.as_slice(), default) {
            ([only], _) => Ok(vec![only.clone()]),
            (_, Some(default)) => Ok(vec![default.clone()]),
            _ => invalid("resource is missing; name the API that the token is for."),
        };
    }
    let known = |text: &String| rule.resources.iter().find(|resource| resource.as_str() == text).cloned();
    let mut targets: Vec<ResourceIndicator> = Vec::new();
    for text in requested {
        match known(text) {
            Some(target) if targets.contains(&target) => {}
            Some(target) => targets.push(target),
            None => {
                let description = "resource or audience names an API that this client may not exchange these tokens for.";
                let named: Vec<&str> = rule.resources.iter().map(ResourceIndicator::as_str).collect();
                let cause = format!("{EXCHANGED}{}: its resources are {}", rule.subject_client, named.join(" "));
                return Err(OAuthError::new(ErrorCode::InvalidTarget, description).because(cause).about(text));
            }
        }
    }
    Ok(targets)
}
