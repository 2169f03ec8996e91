//! A resource: an API of the operator's, with its scopes and the form of its access tokens.
//!
//! Specs: RFC 8707, RFC 9068.

use crate::oauth::client_metadata::MetadataFault;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of the access tokens for an API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// RFC 9068: the API checks it by itself.
    #[default]
    Jwt,
    /// The API asks the introspection endpoint.
    Opaque,
}

/// An API that access tokens are meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// What clients send as `resource` and what tokens carry as `aud`.
    pub identifier: ResourceIndicator,
    /// What people read on the consent page.
    pub name: String,
    /// Scope token to the words that people read.
    #[serde(default)]
    pub scopes: BTreeMap<String, String>,
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// Seconds; the installation's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<u32>,
    #[serde(skip)]
    pub declared: bool,
}

impl Resource {
    pub fn scope_names(&self) -> impl Iterator<Item = &str> {
        self.scopes.keys().map(String::as_str)
    }

    /// Checks what its type does not: every fault, by member.
    pub fn check(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        let mut fault = |member, problem: String| faults.push(MetadataFault { member, problem });
        if self.name.trim().is_empty() || self.name.chars().count() > 100 || self.name.chars().any(char::is_control) {
            fault("name", "must have 1 to 100 characters and no control characters".into());
        }
        for (scope, words) in &self.scopes {
            let scope = scope.as_str();
            let single = Scope::parse(scope).is_ok_and(|parsed| parsed.iter().eq([scope]));
            if !single {
                fault("scopes", format!("{} is not one token of printable ASCII", scope.escape_debug()));
            }
            if Scope::STANDARD.contains(&scope) {
                fault("scopes", format!("{scope} is a standard scope and cannot belong to a resource"));
            }
            let length = words.trim().chars().count();
            if length == 0 || length > 200 || words.chars().any(char::is_control) {
                let scope = scope.escape_debug();
                let why = "1 to 200 characters of words for people, who are asked whether an app may do that, and no control characters";
                fault("scopes", format!("{scope} needs {why}"));
            }
        }
        if self.access_token_lifetime.is_some_and(|seconds| !(30..=86_400).contains(&seconds)) {
            fault("access_token_lifetime", "must be 30 to 86400 seconds".into());
        }
        faults
    }
}
