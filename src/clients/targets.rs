//! Which APIs a token may be meant for, and which scope is left then.
//!
//! Specs: RFC 8707 §2, RFC 6749 §3.3.

use super::{Client, Directory, Resource};
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::grant_type::GrantType;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use std::sync::Arc;

impl Directory {
    /// The resources of an authorization request: those it names, else those that the scope's tokens belong to, else the
    /// client's default.
    ///
    /// Errors: `invalid_target` for a resource that is unknown or not the client's.
    pub fn targets(&self, client: &Client, requested: &[String], scope: &Scope) -> Result<Vec<ResourceIndicator>, OAuthError> {
        let mut targets: Vec<ResourceIndicator> = Vec::new();
        for text in requested {
            let malformed =
                |_| invalid_target("resource is not an absolute URI without a fragment: send the identifier of an API.").about(text);
            let parsed = ResourceIndicator::parse(text).map_err(malformed)?;
            let known = Some(parsed).filter(|resource| client.metadata.resources.contains(resource));
            match known.filter(|resource| self.resource(resource).is_some()) {
                Some(resource) if targets.contains(&resource) => {}
                Some(resource) => targets.push(resource),
                None => return Err(invalid_target("resource names an API that this client is not registered for; add it to its resources, or send the identifier of one that is there.").about(text)),
            }
        }
        if targets.is_empty() {
            targets = self
                .client_resources(client)
                .filter(|resource| scope.iter().any(|token| resource.scopes.contains_key(token)))
                .map(|resource| resource.identifier.clone())
                .collect();
        }
        if targets.is_empty() {
            targets.extend(client.metadata.default_resource.clone().filter(|default| self.resource(default).is_some()));
        }
        Ok(targets)
    }

    /// The resources of one token out of those that were granted (RFC 8707 §2.2): those it names, else all that are still there.
    pub fn narrow_targets(&self, granted: &[ResourceIndicator], requested: &[String]) -> Result<Vec<Arc<Resource>>, OAuthError> {
        if requested.is_empty() {
            return Ok(granted.iter().filter_map(|resource| self.resource(resource).cloned()).collect());
        }
        let find = |text: &String| granted.iter().find(|resource| resource.as_str() == text);
        let unknown =
            |text: &String| invalid_target("resource names an API that was not granted; name it in the authorization request.").about(text);
        let mut wanted: Vec<&ResourceIndicator> = Vec::new();
        for text in requested {
            let resource = find(text).ok_or_else(|| unknown(text))?;
            if !wanted.contains(&resource) {
                wanted.push(resource);
            }
        }
        wanted
            .into_iter()
            .map(|resource| self.resource(resource).cloned())
            .collect::<Option<_>>()
            .ok_or_else(|| invalid_target("resource names an API that is no longer registered."))
    }

    /// What is left of a grant for new tokens: what the operator has taken from the client since, or deleted, is in none (security.md R6,
    /// R8).
    pub fn still_allowed(&self, client: &Client, scope: &Scope, resources: &[ResourceIndicator]) -> (Scope, Vec<ResourceIndicator>) {
        let allowed = self.allowed_scope(client);
        let own = |resource: &&ResourceIndicator| client.metadata.resources.contains(resource) && self.resource(resource).is_some();
        (scope.filtered(|token| allowed.contains(token)), resources.iter().filter(own).cloned().collect())
    }

    /// Whether a grant of this scope has a refresh token: of the operator's own clients always, of others by `offline_access`, as long
    /// as they may have it (OpenID Connect Core §11).
    pub fn may_refresh(&self, client: &Client, granted: &Scope) -> bool {
        let offline = || granted.contains(Scope::OFFLINE_ACCESS) && self.allowed_scope(client).contains(Scope::OFFLINE_ACCESS);
        client.metadata.may_use(GrantType::RefreshToken) && (client.metadata.first_party || offline())
    }

    /// What is left of a scope for tokens to these resources: what stands for claims, and the resources' own.
    pub fn scope_for(&self, scope: &Scope, resources: &[Arc<Resource>]) -> Scope {
        scope.filtered(|token| self.is_about_people(token) || resources.iter().any(|resource| resource.scopes.contains_key(token)))
    }

    /// The same for a token request that asks for something, by name or as what was granted: an answer without any would say that it got
    /// all of it (RFC 6749 §5.1).
    ///
    /// Errors: `invalid_scope` when nothing is left of something.
    pub fn scope_asked_for(&self, asked_for: &Scope, scope: &Scope, resources: &[Arc<Resource>]) -> Result<Scope, OAuthError> {
        let left = self.scope_for(scope, resources);
        if left.is_empty() && !asked_for.is_empty() {
            let why = "scope holds nothing that the resource knows: name the API that has it, which must be one of the client's resources.";
            return Err(OAuthError::new(ErrorCode::InvalidScope, why).about(asked_for));
        }
        Ok(left)
    }

    /// The scope that a client may have of what it asks for; tokens it may not have are left out (RFC 6749 §3.3).
    ///
    /// Errors: `invalid_scope` when nothing is left of something.
    pub fn grantable_scope(&self, client: &Client, requested: &Scope) -> Result<Scope, OAuthError> {
        let allowed = self.allowed_scope(client);
        let granted = requested.filtered(|token| allowed.contains(token));
        if granted.is_empty() && !requested.is_empty() {
            return Err(OAuthError::new(
                ErrorCode::InvalidScope,
                "scope holds nothing that this client may ask for; add it to its scope, or the API that has it to its resources.",
            )
            .about(requested));
        }
        Ok(granted)
    }

    fn client_resources<'a>(&'a self, client: &'a Client) -> impl Iterator<Item = &'a Resource> {
        client.metadata.resources.iter().filter_map(|id| self.resource(id)).map(Arc::as_ref)
    }
}

fn invalid_target(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, description)
}
