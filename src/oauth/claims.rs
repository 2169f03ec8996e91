//! Claims about a person: which scope stands for which, and the `claims` parameter.
//!
//! Specs: OpenID Connect Core §5.1, §5.4 and §5.5.

use super::scope::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Claims by name, as they go into ID tokens and userinfo answers.
pub type Claims = Map<String, Value>;

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
const EMAIL: [&str; 2] = ["email", "email_verified"];
const ADDRESS: [&str; 1] = ["address"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

/// The claims that a standard scope stands for (OpenID Connect Core §5.4; `groups` and `roles` are ours).
pub fn claims_of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &PROFILE,
        "email" => &EMAIL,
        "address" => &ADDRESS,
        "phone" => &PHONE,
        "groups" => &["groups"],
        "roles" => &["roles"],
        _ => &[],
    }
}

/// The standard scope that stands for a claim.
pub fn scope_of_claim(claim: &str) -> Option<&'static str> {
    Scope::STANDARD.into_iter().find(|scope| claims_of_scope(scope).contains(&claim))
}

/// Every claim that the standard scopes can yield, for discovery.
pub fn standard_claims() -> impl Iterator<Item = &'static str> {
    Scope::STANDARD.into_iter().flat_map(|scope| claims_of_scope(scope).iter().copied())
}

/// The longest `claims` parameter that is read, bytes.
const LONGEST: usize = 4096;

/// One entry of the `claims` parameter (OpenID Connect Core §5.5.1).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct ClaimRequest {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// The members of [`ClaimRequest`]. Read from an object only: serde would read a list as a struct's members in order.
#[derive(Deserialize)]
struct ClaimRequestMembers {
    #[serde(default)]
    essential: bool,
    value: Option<Value>,
    values: Option<Vec<Value>>,
}

impl TryFrom<Map<String, Value>> for ClaimRequest {
    type Error = serde_json::Error;
    fn try_from(members: Map<String, Value>) -> Result<Self, Self::Error> {
        let ClaimRequestMembers { essential, value, values } = serde_json::from_value(Value::Object(members))?;
        Ok(Self { essential, value, values })
    }
}

impl ClaimRequest {
    /// The values that would satisfy the request; empty when any does.
    pub fn accepted_values(&self) -> impl Iterator<Item = &Value> {
        self.value.iter().chain(self.values.iter().flatten())
    }

    /// Whether this value satisfies the request.
    pub fn accepts(&self, value: &Value) -> bool {
        let mut accepted = self.accepted_values().peekable();
        accepted.peek().is_none() || accepted.any(|one| one == value)
    }
}

/// The parsed `claims` parameter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Option<ClaimRequest>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Option<ClaimRequest>>,
}

/// Why a `claims` parameter is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClaims {
    #[error("claims is not a JSON object with the members userinfo and id_token (OpenID Connect Core, section 5.5).")]
    Malformed,
    #[error("claims: {0} is not an object with a member for each claim (OpenID Connect Core, section 5.5).")]
    Member(&'static str),
    #[error("claims: {0} is neither null nor an object with essential (true or false), value or values (a list).")]
    Claim(String),
    #[error("claims asks for more than 64 claims.")]
    TooMany,
    #[error("claims is longer than 4096 bytes.")]
    TooLong,
}

impl ClaimsRequest {
    pub fn parse(text: &str) -> Result<Self, InvalidClaims> {
        // It travels along through every page, in links that proxies cut off.
        if text.len() > LONGEST {
            return Err(InvalidClaims::TooLong);
        }
        // serde would read a list as a struct's members in order.
        if !text.trim_start().starts_with('{') {
            return Err(InvalidClaims::Malformed);
        }
        let request: Self = serde_json::from_str(text).map_err(|_| Self::fault_of(text))?;
        if request.userinfo.len() + request.id_token.len() > 64 {
            return Err(InvalidClaims::TooMany);
        }
        Ok(request)
    }

    /// What of a text is at fault that could not be read.
    fn fault_of(text: &str) -> InvalidClaims {
        let Ok(document) = serde_json::from_str::<Map<String, Value>>(text) else { return InvalidClaims::Malformed };
        for member in ["userinfo", "id_token"] {
            let Some(claims) = document.get(member) else { continue };
            let Some(claims) = claims.as_object() else { return InvalidClaims::Member(member) };
            let wrong = claims.iter().find(|(_, request)| serde_json::from_value::<Option<ClaimRequest>>((*request).clone()).is_err());
            if let Some((name, _)) = wrong {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-:/.".contains(c);
                let name: String = name.chars().filter(|c| is_plain(*c)).take(100).collect();
                return InvalidClaims::Claim(format!("{name} of {member}"));
            }
        }
        InvalidClaims::Malformed
    }

    /// The standard scopes that would yield what is asked for by name: the person consents to them as to any scope.
    pub fn scope(&self) -> Scope {
        let asked = |name: &&str| self.userinfo.contains_key(*name) || self.id_token.contains_key(*name);
        let tokens: Vec<&str> = Scope::STANDARD.into_iter().filter(|token| claims_of_scope(token).iter().any(&asked)).collect();
        Scope::parse(&tokens.join(" ")).unwrap_or_default()
    }

    /// Drops the standard claims that no token of `scope` stands for: the client may not see them.
    pub fn keep_within(&mut self, scope: &Scope) {
        let allowed = |name: &String| {
            !standard_claims().any(|known| known == name) || scope.iter().any(|token| claims_of_scope(token).contains(&name.as_str()))
        };
        self.userinfo.retain(|name, _| allowed(name));
        self.id_token.retain(|name, _| allowed(name));
    }

    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Whether the answer may be about this person (OpenID Connect Core §3.1.2.2: about nobody else than the client insists on).
    pub fn accepts_subject(&self, sub: &str) -> bool {
        match self.id_token.get("sub") {
            Some(Some(request)) => request.accepts(&Value::from(sub)),
            _ => true,
        }
    }

    /// The `acr` values that the client would like to see, essential or not.
    pub fn acr_values(&self) -> Vec<&str> {
        let asked = self.id_token.get("acr").and_then(Option::as_ref);
        asked.map(|request| request.accepted_values().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// Whether the client wants no token without one of the `acr` values that it names, known ones or not (OpenID Connect Core §5.5.1.1).
    pub fn demands_acr(&self) -> bool {
        matches!(self.id_token.get("acr"), Some(Some(request)) if request.essential && request.accepted_values().next().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_parses() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null},
                "id_token":{"auth_time":{"essential":true},"acr":{"essential":true,"values":["2"]},"sub":{"value":"u1"}}}"#,
        )
        .unwrap();
        assert_eq!((request.demands_acr(), request.acr_values()), (true, vec!["2"]));
        assert!(request.accepts_subject("u1") && !request.accepts_subject("u2"));
    }

    #[test]
    fn a_value_of_another_type_matches_nothing() {
        let of = |sub: &str| ClaimsRequest::parse(&format!(r#"{{"id_token":{{"sub":{sub}}}}}"#)).unwrap();
        assert!(["null", "{}", r#"{"essential":true}"#, r#"{"values":["u2","u1"]}"#].iter().all(|sub| of(sub).accepts_subject("u1")));
        assert!([r#"{"value":1}"#, r#"{"values":["u2"]}"#, r#"{"value":["u1"]}"#].iter().all(|sub| !of(sub).accepts_subject("u1")));
        let acr = ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true,"values":[2]}}}"#).unwrap();
        assert!(acr.demands_acr() && acr.acr_values().is_empty());
    }

    // security.md A23
    #[test]
    fn hostile_claims_are_refused_without_harm() {
        let deep = "[".repeat(3000);
        assert_eq!(ClaimsRequest::parse(&format!(r#"{{"userinfo":{{"a":{{"value":{deep}"#)), Err(InvalidClaims::Malformed));
        let claim = |name: &str| InvalidClaims::Claim(name.to_owned());
        for (text, why) in [
            ("[]", InvalidClaims::Malformed),
            (r#"{"id_token":{"name":[]}}"#, claim("name of id_token")),
            (r#"{"id_token":{"sub":null,"acr":[true,"2"]}}"#, claim("acr of id_token")),
            (r#"{"id_token":{"auth_time":{"essential":"true"}}}"#, claim("auth_time of id_token")),
            (r#"{"userinfo":{"\u202e<b>":1}}"#, claim("b of userinfo")),
            (r#"{"userinfo":[]}"#, InvalidClaims::Member("userinfo")),
            (r#"{"userinfo":null}"#, InvalidClaims::Member("userinfo")),
        ] {
            assert_eq!(ClaimsRequest::parse(text), Err(why), "{text}");
        }
        let many: Vec<String> = (0..65).map(|n| format!(r#""c{n}":null"#)).collect();
        assert_eq!(ClaimsRequest::parse(&format!(r#"{{"userinfo":{{{}}}}}"#, many.join(","))), Err(InvalidClaims::TooMany));
    }
}
