//! What a client registers about itself: `ClientMetadata`, raw and checked.
//!
//! Specs: RFC 7591 §2, OpenID Connect Registration §2, RFC 8252, RFC 9700 §2.1; the members without a specification
//! (`first_party`, `require_pkce`, `claims_in_id_token`, `resources`, `default_resource`, `serves`,
//! `token_exchange`, `may_act`, `upstreams`) are the operator's.

use super::authentication::Acr;
use super::grant_type::GrantType;
use super::redirect_uri::{ApplicationType, RegisteredRedirectUri};
use super::resource::ResourceIndicator;
use super::scope::Scope;
use super::signature_algorithm::SignatureAlgorithm;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a client proves itself at the token endpoint (RFC 7591 §2, OpenID Connect Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthenticationMethod {
    None,
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
}

impl ClientAuthenticationMethod {
    pub const ALL: [Self; 5] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::ClientSecretJwt, Self::PrivateKeyJwt];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// Metadata as it is written: by an operator's file, the command line or a registration request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawClientMetadata {
    pub client_name: Option<String>,
    pub application_type: ApplicationType,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub token_endpoint_auth_method: Option<ClientAuthenticationMethod>,
    pub grant_types: Option<Vec<GrantType>>,
    pub scope: Option<Scope>,
    pub jwks: Option<Value>,
    pub jwks_uri: Option<String>,
    pub id_token_signed_response_alg: Option<SignatureAlgorithm>,
    pub access_token_signed_response_alg: Option<SignatureAlgorithm>,
    pub default_max_age: Option<u32>,
    pub default_acr_values: Vec<Acr>,
    pub client_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub contacts: Vec<String>,
    pub first_party: bool,
    pub require_pkce: Option<bool>,
    pub claims_in_id_token: Option<bool>,
    pub resources: Vec<ResourceIndicator>,
    pub default_resource: Option<ResourceIndicator>,
    /// The APIs that this client is: it may introspect the tokens meant for them.
    pub serves: Vec<ResourceIndicator>,
    /// The providers that its people may sign in with; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstreams: Option<Vec<String>>,
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: bool,
    pub token_exchange: Vec<ExchangeRule>,
    pub may_act: Option<String>,
}

/// What a client may exchange tokens of another client for (RFC 8693): one pair of clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRule {
    /// Whose tokens.
    pub subject_client: String,
    /// For which APIs; each must be among the client's own resources.
    pub resources: Vec<ResourceIndicator>,
    /// With which scope at most.
    pub scope: Scope,
    /// Whether the token may be one that does not name who acts (RFC 8693 §1.1).
    #[serde(default)]
    pub impersonation: bool,
}

impl RawClientMetadata {
    /// Whether the client authenticates with a shared secret.
    pub fn has_secret(&self) -> bool {
        uses_secret(self.token_endpoint_auth_method)
    }
}

fn uses_secret(method: Option<ClientAuthenticationMethod>) -> bool {
    use ClientAuthenticationMethod::{ClientSecretBasic, ClientSecretJwt, ClientSecretPost};
    matches!(method, Option::None | Some(ClientSecretBasic | ClientSecretPost | ClientSecretJwt))
}

/// Checked metadata: what is stored and what requests are measured against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientMetadata {
    pub client_name: String,
    pub application_type: ApplicationType,
    pub redirect_uris: Vec<RegisteredRedirectUri>,
    pub post_logout_redirect_uris: Vec<RegisteredRedirectUri>,
    /// `None`: a secret, sent either way (Basic or in the body); many libraries have a fixed habit.
    pub token_endpoint_auth_method: Option<ClientAuthenticationMethod>,
    pub grant_types: Vec<GrantType>,
    /// The scope the client may ask for; `None`: the standard scopes and those of its resources.
    pub scope: Option<Scope>,
    pub jwks: Option<Value>,
    pub jwks_uri: Option<String>,
    pub id_token_signed_response_alg: SignatureAlgorithm,
    pub access_token_signed_response_alg: SignatureAlgorithm,
    /// Seconds.
    pub default_max_age: Option<u32>,
    /// The least of them is what a sign-in to this client takes when its request says nothing else.
    #[serde(default)]
    pub default_acr_values: Vec<Acr>,
    pub client_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub contacts: Vec<String>,
    /// The operator's own application: no consent page (but for a program on a device), and a refresh token without `offline_access`.
    pub first_party: bool,
    pub require_pkce: bool,
    /// Puts the claims of the granted scopes into the ID token too; many clients read nothing else.
    pub claims_in_id_token: bool,
    pub resources: Vec<ResourceIndicator>,
    pub default_resource: Option<ResourceIndicator>,
    /// The APIs that this client is: it may introspect the tokens meant for them.
    pub serves: Vec<ResourceIndicator>,
    /// The providers that its people may sign in with; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstreams: Option<Vec<String>>,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout §2.2).
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// The tokens that it may exchange, by the client that they were issued to.
    #[serde(default)]
    pub token_exchange: Vec<ExchangeRule>,
    /// The one client that may act for people with this client's tokens (RFC 8693 §4.4); anybody with a rule, if none is named.
    #[serde(default)]
    pub may_act: Option<String>,
}

/// A member of the metadata that is refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFault {
    pub member: &'static str,
    pub problem: String,
}

impl std::fmt::Display for MetadataFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.member, self.problem)
    }
}

impl ClientMetadata {
    /// Checks raw metadata. `by_operator` switches the kinder defaults on (`claims_in_id_token`).
    ///
    /// Errors: every fault at once, by member.
    pub fn parse(raw: RawClientMetadata, by_operator: bool) -> Result<Self, Vec<MetadataFault>> {
        let mut faults = Vec::new();
        let mut fault = |member, problem: String| faults.push(MetadataFault { member, problem });
        let method = raw.token_endpoint_auth_method;
        let public = method == Some(ClientAuthenticationMethod::None);

        // RFC 7591 §2: authorization_code when absent. A machine says that it is one.
        let grant_types = raw.grant_types.unwrap_or_else(|| vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
        let mut uris = |member, texts: &[String]| {
            let mut parsed = Vec::new();
            for text in texts {
                match RegisteredRedirectUri::parse(text, raw.application_type) {
                    // Twice the same is one: a request need not say which.
                    Ok(uri) if parsed.contains(&uri) => {}
                    Ok(uri) => parsed.push(uri),
                    Err(why) => fault(member, format!("{why}: {}", text.escape_debug())),
                }
            }
            parsed
        };
        let redirect_uris = uris("redirect_uris", &raw.redirect_uris);
        let post_logout_redirect_uris = uris("post_logout_redirect_uris", &raw.post_logout_redirect_uris);

        if grant_types.is_empty() {
            fault("grant_types", "must name at least one grant type".into());
        }
        if grant_types.contains(&GrantType::AuthorizationCode) && raw.redirect_uris.is_empty() {
            fault(
                "redirect_uris",
                "must name at least one URI for the authorization_code grant (--redirect-uri); a machine has \
                 grant_types client_credentials instead (--grant-type)"
                    .into(),
            );
        }
        if grant_types.contains(&GrantType::RefreshToken) && !grant_types.contains(&GrantType::AuthorizationCode) {
            fault("grant_types", "refresh_token needs authorization_code beside it: nothing else issues refresh tokens".into());
        }
        if public && grant_types.contains(&GrantType::ClientCredentials) {
            fault("grant_types", "client_credentials needs a client that authenticates (RFC 6749 §4.4)".into());
        }
        let client_name = raw.client_name.unwrap_or_default();
        if client_name.trim().is_empty() || client_name.chars().count() > 100 || client_name.chars().any(char::is_control) {
            fault("client_name", "must have 1 to 100 characters and no control characters".into());
        }
        match (&raw.jwks, &raw.jwks_uri, method) {
            (Some(_), Some(_), _) => fault("jwks", "and jwks_uri exclude each other (RFC 7591 §2)".into()),
            (None, None, Some(ClientAuthenticationMethod::PrivateKeyJwt)) => {
                fault("jwks", "or jwks_uri is needed for private_key_jwt".into());
            }
            _ => {}
        }
        if let Some(problem) = raw.jwks.as_ref().and_then(jwks_problem) {
            fault("jwks", problem);
        }
        for (member, uri) in [
            ("jwks_uri", &raw.jwks_uri),
            ("client_uri", &raw.client_uri),
            ("policy_uri", &raw.policy_uri),
            ("tos_uri", &raw.tos_uri),
            ("backchannel_logout_uri", &raw.backchannel_logout_uri),
        ] {
            if let Some(uri) = uri
                && let Err(why) = RegisteredRedirectUri::parse(uri, ApplicationType::Web)
            {
                fault(member, why.to_string());
            }
        }
        if raw.default_resource.as_ref().is_some_and(|default| !raw.resources.contains(default)) {
            fault("default_resource", "must be one of resources".into());
        }
        if public && grant_types.contains(&GrantType::TokenExchange) {
            fault("grant_types", "token exchange needs a client that authenticates (RFC 8693 §2.1)".into());
        }
        if !raw.token_exchange.is_empty() && !grant_types.contains(&GrantType::TokenExchange) {
            fault("token_exchange", format!("needs {} in grant_types", GrantType::TokenExchange.as_str()));
        }
        for rule in &raw.token_exchange {
            if rule.resources.is_empty() || rule.resources.iter().any(|resource| !raw.resources.contains(resource)) {
                fault(
                    "token_exchange",
                    format!("the resources for {} must be some of this client's resources", rule.subject_client.escape_debug()),
                );
            }
        }
        if raw.require_pkce == Some(false) && public {
            fault("require_pkce", "cannot be switched off for a public client (RFC 9700 §2.1.1)".into());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            client_name,
            application_type: raw.application_type,
            redirect_uris,
            post_logout_redirect_uris,
            token_endpoint_auth_method: method,
            grant_types,
            scope: raw.scope,
            jwks: raw.jwks,
            jwks_uri: raw.jwks_uri,
            id_token_signed_response_alg: raw.id_token_signed_response_alg.unwrap_or(SignatureAlgorithm::RS256),
            access_token_signed_response_alg: raw.access_token_signed_response_alg.unwrap_or(SignatureAlgorithm::ES256),
            default_max_age: raw.default_max_age,
            default_acr_values: raw.default_acr_values,
            client_uri: raw.client_uri,
            policy_uri: raw.policy_uri,
            tos_uri: raw.tos_uri,
            contacts: raw.contacts,
            first_party: raw.first_party,
            require_pkce: raw.require_pkce.unwrap_or(true),
            claims_in_id_token: raw.claims_in_id_token.unwrap_or(by_operator),
            resources: raw.resources,
            default_resource: raw.default_resource,
            serves: raw.serves,
            upstreams: raw.upstreams,
            backchannel_logout_uri: raw.backchannel_logout_uri,
            backchannel_logout_session_required: raw.backchannel_logout_session_required,
            token_exchange: raw.token_exchange,
            may_act: raw.may_act,
        })
    }

    /// Whether the client has nothing to prove itself with (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == Some(ClientAuthenticationMethod::None)
    }

    /// Whether the client authenticates with a shared secret.
    pub fn has_secret(&self) -> bool {
        uses_secret(self.token_endpoint_auth_method)
    }

    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// The registered redirect URI that `sent` matches.
    pub fn redirect_uri_matching(&self, sent: &str) -> Option<&RegisteredRedirectUri> {
        self.redirect_uris.iter().find(|uri| uri.matches(sent, self.application_type))
    }
}

impl From<ClientMetadata> for RawClientMetadata {
    fn from(checked: ClientMetadata) -> Self {
        let text = |uris: Vec<RegisteredRedirectUri>| uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        Self {
            client_name: Some(checked.client_name),
            application_type: checked.application_type,
            redirect_uris: text(checked.redirect_uris),
            post_logout_redirect_uris: text(checked.post_logout_redirect_uris),
            token_endpoint_auth_method: checked.token_endpoint_auth_method,
            grant_types: Some(checked.grant_types),
            scope: checked.scope,
            jwks: checked.jwks,
            jwks_uri: checked.jwks_uri,
            id_token_signed_response_alg: Some(checked.id_token_signed_response_alg),
            access_token_signed_response_alg: Some(checked.access_token_signed_response_alg),
            default_max_age: checked.default_max_age,
            default_acr_values: checked.default_acr_values,
            client_uri: checked.client_uri,
            policy_uri: checked.policy_uri,
            tos_uri: checked.tos_uri,
            contacts: checked.contacts,
            first_party: checked.first_party,
            require_pkce: Some(checked.require_pkce),
            claims_in_id_token: Some(checked.claims_in_id_token),
            resources: checked.resources,
            default_resource: checked.default_resource,
            serves: checked.serves,
            upstreams: checked.upstreams,
            backchannel_logout_uri: checked.backchannel_logout_uri,
            backchannel_logout_session_required: checked.backchannel_logout_session_required,
            token_exchange: checked.token_exchange,
            may_act: checked.may_act,
        }
    }
}

/// Keys of a client's set that its signatures are tried with.
pub const MOST_KEYS: usize = 20;

/// A client's key set may hold public keys only (security.md G6), and few.
fn jwks_problem(jwks: &Value) -> Option<String> {
    let Some(keys) = jwks.get("keys").and_then(Value::as_array) else {
        return Some("must be an object with a member keys (RFC 7517 §5)".into());
    };
    if keys.is_empty() || keys.len() > MOST_KEYS {
        return Some(format!("must hold 1 to {MOST_KEYS} keys"));
    }
    let private = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];
    if keys.iter().any(|key| private.iter().any(|member| key.get(member).is_some())) {
        return Some("holds a private or symmetric key; send public keys only".into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(value: Value) -> Result<ClientMetadata, Vec<String>> {
        let raw: RawClientMetadata = serde_json::from_value(value).unwrap();
        ClientMetadata::parse(raw, true).map_err(|faults| faults.iter().map(|fault| fault.member.to_owned()).collect())
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults = parse(json!({
            "redirect_uris": ["javascript:x"], "policy_uri": "data:x", "default_resource": "https://api.example",
            "token_endpoint_auth_method": "none", "require_pkce": false,
        }))
        .unwrap_err();
        assert_eq!(faults, ["redirect_uris", "client_name", "policy_uri", "default_resource", "require_pkce"]);
    }

    // RFC 7591 §2: grant_types is authorization_code when absent, which needs a redirect URI.
    #[test]
    fn a_client_that_people_cannot_come_back_to_is_none() {
        assert_eq!(parse(json!({"client_name": "job"})).unwrap_err(), ["redirect_uris"]);
        assert_eq!(parse(json!({"client_name": "job", "grant_types": ["refresh_token"]})).unwrap_err(), ["grant_types"]);
        let uri = json!(["https://app.example/"]);
        let alone = parse(json!({"client_name": "app", "redirect_uris": uri, "grant_types": ["client_credentials", "refresh_token"]}));
        assert_eq!(alone.unwrap_err(), ["grant_types"]);
        let client = parse(json!({"client_name": "job", "grant_types": ["client_credentials"]})).unwrap();
        assert_eq!(client.grant_types, [GrantType::ClientCredentials]);
        let client = parse(json!({"client_name": "app", "redirect_uris": uri})).unwrap();
        assert_eq!(client.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }

    // security.md G6
    #[test]
    fn private_keys_are_refused() {
        let faults =
            parse(json!({"client_name": "x", "grant_types": ["client_credentials"], "jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}))
                .unwrap_err();
        assert_eq!(faults, ["jwks"]);
    }

    // security.md G3, G5: what somebody would like to be is no member that is passed over.
    #[test]
    fn unknown_members_are_refused() {
        let read = |document: Value| serde_json::from_value::<RawClientMetadata>(document);
        assert!(read(json!({"client_name": "x"})).is_ok());
        for member in [
            "trusted",
            "skip_consent",
            "roles",
            "id",
            "client_id",
            "client_secret",
            "enabled",
            "declared",
            "software_statement",
            "logo_uri",
        ] {
            assert!(read(json!({"client_name": "x", member: "x"})).is_err(), "{member}");
        }
    }
}
