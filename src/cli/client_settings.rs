//! What the arguments of `ostiary client create` and `update` say about a client.

use super::CliError;
use crate::oauth::authentication::Acr;
use crate::oauth::client_metadata::{ClientAuthenticationMethod, RawClientMetadata};
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri::ApplicationType;
use crate::oauth::resource::ResourceIndicator;
use crate::oauth::scope::Scope;
use crate::oauth::signature_algorithm::SignatureAlgorithm;
use clap::Args;
use std::str::FromStr;

/// Single URIs, beside those that are there.
#[derive(Debug, Default, Args)]
pub struct UriChanges {
    /// One more URI where people are sent back to; may be repeated
    #[arg(long = "add-redirect-uri", value_name = "URI", conflicts_with = "redirect_uris")]
    add_redirect_uris: Vec<String>,
    /// A URI where people are no longer sent back to; may be repeated
    #[arg(long = "remove-redirect-uri", value_name = "URI", conflicts_with = "redirect_uris")]
    remove_redirect_uris: Vec<String>,
    /// One more URI where people may be sent after signing out; may be repeated
    #[arg(long = "add-post-logout-redirect-uri", value_name = "URI", conflicts_with = "post_logout_redirect_uris")]
    add_post_logout_redirect_uris: Vec<String>,
    /// A URI where people are no longer sent after signing out; may be repeated
    #[arg(long = "remove-post-logout-redirect-uri", value_name = "URI", conflicts_with = "post_logout_redirect_uris")]
    remove_post_logout_redirect_uris: Vec<String>,
    /// One more API it may ask tokens for; may be repeated
    #[arg(long = "add-resource", value_name = "API", conflicts_with = "resources")]
    add_resources: Vec<String>,
    /// An API it may no longer ask tokens for; may be repeated
    #[arg(long = "remove-resource", value_name = "API", conflicts_with = "resources")]
    remove_resources: Vec<String>,
    /// One more API that this client is; may be repeated
    #[arg(long = "add-serves", value_name = "API", conflicts_with = "serves")]
    add_serves: Vec<String>,
    /// An API that this client no longer is; may be repeated
    #[arg(long = "remove-serves", value_name = "API", conflicts_with = "serves")]
    remove_serves: Vec<String>,
}

/// A value that an empty text takes away.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrNone<T>(pub Option<T>);

impl<T: FromStr> FromStr for OrNone<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|value| Self(Some(value))) }
    }
}

/// What a list is replaced by: `None` where the option was not named, nothing at all for an empty text alone.
pub(super) fn listed(texts: &[String]) -> Option<&[String]> {
    match texts {
        [] => None,
        [only] if only.is_empty() => Some(&[]),
        all => Some(all),
    }
}

impl UriChanges {
    pub(super) fn apply(&self, raw: &mut RawClientMetadata) -> Result<(), CliError> {
        change(&mut raw.redirect_uris, &self.add_redirect_uris, &self.remove_redirect_uris)?;
        change(&mut raw.post_logout_redirect_uris, &self.add_post_logout_redirect_uris, &self.remove_post_logout_redirect_uris)?;
        let parsed = |texts: &[String]| texts.iter().map(resource).collect::<Result<Vec<_>, _>>();
        let removed = parsed(&self.remove_resources)?;
        change(&mut raw.resources, &parsed(&self.add_resources)?, &removed)?;
        removed.iter().for_each(|resource| raw.remove_resource(resource));
        change(&mut raw.serves, &parsed(&self.add_serves)?, &parsed(&self.remove_serves)?)
    }
}

fn resource(text: &String) -> Result<ResourceIndicator, CliError> {
    ResourceIndicator::parse(text).map_err(|why| CliError::usage(format!("{text}: {why}")))
}

/// Adding what is there changes nothing; removing what is not there is a mistake to hear of.
fn change<T: Clone + PartialEq + std::fmt::Display>(uris: &mut Vec<T>, add: &[T], remove: &[T]) -> Result<(), CliError> {
    for uri in remove {
        let Some(at) = uris.iter().position(|known| known == uri) else {
            let all: Vec<String> = uris.iter().map(ToString::to_string).collect();
            return Err(CliError::usage(format!("{uri} is not registered; registered are:\n  {}", all.join("\n  "))));
        };
        uris.remove(at);
    }
    for uri in add {
        if !uris.contains(uri) {
            uris.push(uri.clone());
        }
    }
    Ok(())
}

const NO_GRANT_TYPE: &str = "--grant-type is not one of authorization_code, refresh_token, client_credentials";

/// Settings of a client; lists replace what was there, and an empty text takes a setting away.
#[derive(Debug, Default, Args)]
pub struct ClientSettings {
    /// The application's name
    #[arg(long = "client-name")]
    client_name: Option<String>,
    /// Where people are sent back to, exactly; may be repeated. An update replaces all
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// Where people may be sent after signing out; may be repeated. An update replaces all
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt; absent: a secret, sent either way
    #[arg(long = "auth-method")]
    auth_method: Option<String>,
    /// A public client: no secret, PKCE only (the same as --auth-method none)
    #[arg(long, conflicts_with = "auth_method")]
    public: bool,
    /// A client with a secret, sent either way (the same as no --auth-method at its creation)
    #[arg(long, conflicts_with_all = ["auth_method", "public"])]
    confidential: bool,
    /// A native application: custom schemes, free loopback ports. Made so, a client is public unless --confidential or --auth-method says
    /// otherwise
    #[arg(long)]
    native: bool,
    /// A web application (what every client is that is not --native)
    #[arg(long, conflicts_with = "native")]
    web: bool,
    /// Your own application: no consent page (but for a program on a device), refresh tokens without offline_access
    #[arg(long)]
    first_party: bool,
    /// Somebody else's application: people are asked for their consent (what every client is that is not --first-party)
    #[arg(long, conflicts_with = "first_party")]
    third_party: bool,
    /// authorization_code, refresh_token, client_credentials; may be repeated. Token exchange goes with rules, which are declared in the
    /// configuration alone: token_exchange of [[clients]]
    #[arg(long = "grant-type")]
    grant_types: Vec<String>,
    /// The scope it may ask for, in one text; absent: the standard scopes and those of its resources
    #[arg(long)]
    scope: Option<String>,
    /// An API it may ask tokens for; may be repeated. An update replaces all
    #[arg(long = "resource")]
    resources: Vec<String>,
    /// The API its tokens are for when it names none
    #[arg(long)]
    default_resource: Option<String>,
    /// An API that this client is: it may introspect tokens for it; may be repeated
    #[arg(long = "serves")]
    serves: Vec<String>,
    /// A provider that its people may sign in with (see [[upstreams]]); may be repeated; `none` for no provider, `all` for all again
    #[arg(long = "upstream")]
    upstreams: Vec<String>,
    /// Where it is told of sign-outs (OpenID Connect Back-Channel Logout)
    #[arg(long)]
    backchannel_logout_uri: Option<String>,
    /// A file with its public keys (JWK Set); in place of --jwks-uri
    #[arg(long)]
    jwks_file: Option<String>,
    /// Where it publishes its public keys; in place of --jwks-file
    #[arg(long)]
    jwks_uri: Option<String>,
    /// RS256, PS256, ES256 or EdDSA
    #[arg(long)]
    id_token_alg: Option<String>,
    /// RS256, PS256, ES256 or EdDSA
    #[arg(long)]
    access_token_alg: Option<String>,
    /// Whether PKCE is required (true unless switched off for a confidential client)
    #[arg(long)]
    require_pkce: Option<bool>,
    /// Whether the claims of the granted scopes are in the ID token too
    #[arg(long)]
    claims_in_id_token: Option<bool>,
    /// Seconds after which people must sign in again
    #[arg(long)]
    default_max_age: Option<OrNone<u32>>,
    /// What a sign-in takes unless its request says otherwise: 1 (one factor), 2 (two) or phr (a passkey); the least counts
    #[arg(long)]
    default_acr_values: Option<String>,
    /// The application's home page
    #[arg(long)]
    client_uri: Option<String>,
    /// Its privacy policy
    #[arg(long)]
    policy_uri: Option<String>,
    /// Its terms
    #[arg(long)]
    tos_uri: Option<String>,
}

impl ClientSettings {
    /// RFC 8252 §8.4 and §8.5: a secret in a program that everybody can read is none.
    pub(super) fn makes_public(&self) -> bool {
        self.native && !self.confidential && self.auth_method.is_none()
    }

    pub(super) fn apply(&self, raw: &mut RawClientMetadata) -> Result<(), CliError> {
        let set = |to: &mut Option<String>, from: &Option<String>| {
            if let Some(text) = from {
                *to = (!text.is_empty()).then(|| text.clone());
            }
        };
        let replace = |to: &mut Vec<String>, from: &[String]| {
            if let Some(list) = listed(from) {
                *to = list.to_vec();
            }
        };
        set(&mut raw.client_name, &self.client_name);
        replace(&mut raw.redirect_uris, &self.redirect_uris);
        replace(&mut raw.post_logout_redirect_uris, &self.post_logout_redirect_uris);
        if let Some(method) = &self.auth_method {
            raw.token_endpoint_auth_method =
                Some(ClientAuthenticationMethod::ALL.into_iter().find(|known| known.as_str() == method).ok_or_else(|| {
                    CliError::usage(
                        "--auth-method is not one of none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt",
                    )
                })?);
        }
        if self.public {
            raw.token_endpoint_auth_method = Some(ClientAuthenticationMethod::None);
        }
        if self.confidential {
            raw.token_endpoint_auth_method = None;
        }
        if self.native {
            raw.application_type = ApplicationType::Native;
        }
        if self.web {
            raw.application_type = ApplicationType::Web;
        }
        if self.first_party || self.third_party {
            raw.first_party = self.first_party;
        }
        if !self.grant_types.is_empty() {
            let parsed: Option<Vec<_>> = self.grant_types.iter().map(|text| GrantType::parse(text)).collect();
            raw.grant_types = Some(parsed.ok_or_else(|| CliError::usage(NO_GRANT_TYPE))?);
        }
        if let Some(scope) = &self.scope {
            // A scope has one token at least (RFC 6749 §3.3): none is the default.
            let parsed = Scope::parse(scope).map_err(|why| CliError::usage(format!("--scope: {why}")))?;
            raw.scope = (!parsed.is_empty()).then_some(parsed);
        }
        if let Some(list) = listed(&self.resources) {
            raw.resources = list.iter().map(resource).collect::<Result<_, _>>()?;
        }
        match self.upstreams.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => {}
            ["all"] => raw.upstreams = None,
            ["none"] => raw.upstreams = Some(Vec::new()),
            _ => raw.upstreams = Some(self.upstreams.clone()),
        }
        if let Some(list) = listed(&self.serves) {
            raw.serves = list.iter().map(resource).collect::<Result<_, _>>()?;
        }
        if let Some(text) = &self.default_resource {
            raw.default_resource = if text.is_empty() { None } else { Some(resource(text)?) };
        }
        self.apply_keys(raw)?;
        set(&mut raw.backchannel_logout_uri, &self.backchannel_logout_uri);
        let algorithm = |option: &str, text: &str| {
            let parsed = SignatureAlgorithm::parse(text);
            parsed.ok_or_else(|| CliError::usage(format!("{option}: {text:?} is not one of RS256, PS256, ES256, EdDSA")))
        };
        if let Some(text) = &self.id_token_alg {
            raw.id_token_signed_response_alg = Some(algorithm("--id-token-alg", text)?);
        }
        if let Some(text) = &self.access_token_alg {
            raw.access_token_signed_response_alg = Some(algorithm("--access-token-alg", text)?);
        }
        raw.require_pkce = self.require_pkce.or(raw.require_pkce);
        raw.claims_in_id_token = self.claims_in_id_token.or(raw.claims_in_id_token);
        if let Some(OrNone(seconds)) = self.default_max_age {
            raw.default_max_age = seconds;
        }
        if let Some(text) = &self.default_acr_values {
            let parsed: Option<Vec<_>> = text.split_whitespace().map(Acr::parse).collect();
            raw.default_acr_values = parsed.ok_or_else(|| CliError::usage("--default-acr-values: each must be 1, 2 or phr"))?;
        }
        set(&mut raw.client_uri, &self.client_uri);
        set(&mut raw.policy_uri, &self.policy_uri);
        set(&mut raw.tos_uri, &self.tos_uri);
        Ok(())
    }

    /// RFC 7591 §2: a client has its keys in the one way or in the other, so that the new one replaces the old.
    fn apply_keys(&self, raw: &mut RawClientMetadata) -> Result<(), CliError> {
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let (file, uri) = (given(&self.jwks_file), given(&self.jwks_uri));
        if self.jwks_file.is_some() || uri {
            raw.jwks = None;
        }
        if self.jwks_uri.is_some() || file {
            raw.jwks_uri = self.jwks_uri.clone().filter(|text| !text.is_empty());
        }
        if let Some(path) = self.jwks_file.as_ref().filter(|_| file) {
            let text = std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("--jwks-file: {error}")))?;
            raw.jwks = Some(serde_json::from_str(&text).map_err(|error| CliError::usage(format!("--jwks-file: {error}")))?);
        }
        Ok(())
    }
}
