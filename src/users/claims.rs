//! What is told about a person, to whom: by scope, by the `claims` parameter, by the operator's mappings.
//!
//! Specs: OpenID Connect Core §5.1, §5.4, §5.5.

use super::User;
use crate::config::ClaimMapping;
use crate::oauth::claims::{ClaimRequest, Claims, claims_of_scope};
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::scope::Scope;
use serde_json::Value;
use std::collections::BTreeMap;

/// The claims about `user` that `scope` yields to this client.
pub fn claims_about(user: &User, client: &ClientMetadata, scope: &Scope, mappings: &[ClaimMapping]) -> Claims {
    let mut claims = Claims::new();
    let sees_address = client.first_party || scope.contains(Scope::EMAIL);
    for token in scope.iter() {
        for name in claims_of_scope(token) {
            if let Some(value) = standard_claim(user, name, sees_address) {
                claims.insert((*name).to_owned(), value);
            }
        }
    }
    for mapping in mappings.iter().filter(|mapping| scope.contains(mapping.scope())) {
        if let Some(value) = user.attributes.0.get(&mapping.user_attribute) {
            claims.insert(mapping.name.clone(), value.clone());
        }
    }
    claims
}

/// Those of `requested` that are known; the scope decides what is visible (`visible`, the claims of every scope the
/// client was granted), so that an unknown or foreign name yields nothing.
pub fn requested_claims(visible: &Claims, requested: &BTreeMap<String, Option<ClaimRequest>>) -> Claims {
    requested.keys().filter_map(|name| visible.get(name).map(|value| (name.clone(), value.clone()))).collect()
}

fn standard_claim(user: &User, name: &str, sees_address: bool) -> Option<Value> {
    match name {
        "email" => Some(Value::from(user.email.as_str())),
        "email_verified" => Some(Value::from(user.email_verified)),
        "groups" => Some(Value::from(user.groups.0.clone())),
        "roles" => Some(Value::from(user.roles.0.clone())),
        "preferred_username" => {
            let chosen = user.profile.0.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())).cloned();
            // Many clients need some user name and ask for no other claim. Who may not see the address gets the id, which is
            // the `sub` that it has anyway: `profile` alone must tell nobody how to write to the person (§5.4).
            Some(chosen.unwrap_or_else(|| Value::from(if sees_address { user.email.as_str() } else { user.id.as_str() })))
        }
        "updated_at" => Some(Value::from(user.updated_at.unix_seconds())),
        "phone_number_verified" => user.profile.0.contains_key("phone_number").then(|| Value::from(user.phone_number_verified)),
        _ => user.profile.0.get(name).filter(|value| !value.is_null() && value.as_str() != Some("")).cloned(),
    }
}
