//! `ostiary client create --for …`: the settings that suit a kind of client, and the lines to paste into it.
//!
//! A recipe stands in `templates/recipes`, named for its kind. What the command line names beside `--for` wins.

use super::CliError;
use crate::oauth::client_metadata::{ClientAuthenticationMethod, RawClientMetadata};
use crate::oauth::grant_type::GrantType;
use crate::oauth::redirect_uri::ApplicationType;
use askama::Template;
use clap::ValueEnum;

/// What a client is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClientKind {
    /// Next.js with Auth.js 5
    Nextjs,
    /// An application with a server of its own, with openid-client 6
    Web,
    /// An API in Express that checks access tokens by itself
    Express,
    /// Payload 3 with payload-oauth2
    Payload,
    /// A single-page application with oidc-client-ts
    Spa,
    /// A mobile or desktop application with AppAuth
    Native,
    /// A job or a service that acts for itself
    Machine,
    /// An API behind nginx, which asks /auth/verify; the client is one to try it with
    Nginx,
}

/// What recipes speak of.
#[derive(Debug)]
pub struct Ingredients<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// Empty where there is none.
    pub client_secret: &'a str,
    /// Where the application is, without a slash at the end.
    pub url: &'a str,
    /// The host of it, without port, as gateways tell it.
    pub host: &'a str,
    /// Where people are sent back to.
    pub redirect_uri: &'a str,
    /// The first API that the client is for; empty where there is none.
    pub resource: &'a str,
    /// The scope of that API.
    pub scope: &'a str,
}

impl Ingredients<'_> {
    /// Id and secret as they go into Basic: a colon would end the id, and `+` and `%` are read as form-encoded (RFC 6749 §2.3.1).
    pub fn basic(&self) -> String {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        format!("{}:{}", encoded(self.client_id), encoded(self.client_secret))
    }

    /// A value between the single quotes of JavaScript.
    pub fn script(&self, value: &str) -> String {
        value.replace('\\', "\\\\").replace('\'', "\\'")
    }

    /// A value between the single quotes of a shell.
    pub fn shell(&self, value: &str) -> String {
        value.replace('\'', "'\\''")
    }
}

macro_rules! recipes {
    ($($name:ident $path:literal),* $(,)?) => { $(
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            with: &'a Ingredients<'a>,
        }
    )* };
}

recipes! {
    NextjsRecipe "recipes/nextjs.recipe", WebRecipe "recipes/web.recipe", ExpressRecipe "recipes/express.recipe", PayloadRecipe "recipes/payload.recipe",
    SpaRecipe "recipes/spa.recipe", NativeRecipe "recipes/native.recipe", MachineRecipe "recipes/machine.recipe", NginxRecipe "recipes/nginx.recipe",
}

impl ClientKind {
    /// Where an application of this kind is while it is developed.
    pub fn usual_url(self) -> &'static str {
        match self {
            Self::Nextjs | Self::Web => "http://localhost:3000",
            Self::Express => "http://localhost:3001",
            Self::Payload => "http://localhost:3003",
            Self::Spa => "http://localhost:5173",
            // RFC 8252 §7.3: the port is the application's choice each time.
            Self::Native => "http://127.0.0.1",
            Self::Machine | Self::Nginx => "http://localhost:8000",
        }
    }

    /// The settings of this kind, before those that the command line names.
    pub fn apply(self, raw: &mut RawClientMetadata, url: &str) {
        let at = |path: &str| vec![format!("{url}{path}")];
        match self {
            Self::Nextjs => {
                raw.first_party = true;
                raw.redirect_uris = at("/api/auth/callback/ostiary");
                raw.post_logout_redirect_uris = at("/");
            }
            Self::Web => {
                raw.first_party = true;
                raw.redirect_uris = at("/callback");
                raw.post_logout_redirect_uris = at("/");
            }
            Self::Payload => {
                raw.first_party = true;
                raw.redirect_uris = at("/api/users/oauth/callback");
                raw.post_logout_redirect_uris = at("/signed-out");
                raw.backchannel_logout_uri = Some(format!("{url}/api/users/backchannel-logout"));
                raw.backchannel_logout_session_required = true;
            }
            Self::Spa => {
                raw.first_party = true;
                raw.token_endpoint_auth_method = Some(ClientAuthenticationMethod::None);
                raw.redirect_uris = at("/callback");
                raw.post_logout_redirect_uris = at("/");
            }
            Self::Native => {
                raw.first_party = true;
                raw.application_type = ApplicationType::Native;
                raw.token_endpoint_auth_method = Some(ClientAuthenticationMethod::None);
                raw.redirect_uris = at("/callback");
            }
            Self::Express | Self::Machine | Self::Nginx => raw.grant_types = Some(vec![GrantType::ClientCredentials]),
        }
    }

    /// Order of checks: an API of one's own is what these kinds are about, so it must be named; nothing is made before it is.
    pub fn check(self, raw: &mut RawClientMetadata) -> Result<(), CliError> {
        if self == Self::Express && raw.serves.is_empty() {
            raw.serves = std::mem::take(&mut raw.resources);
        }
        let named = !raw.resources.is_empty() || !raw.serves.is_empty();
        match self {
            Self::Express | Self::Machine | Self::Nginx if !named => Err(CliError::usage(
                "this kind is about an API: name it by --resource, after\n  ostiary resource create https://api.example --name Orders --scope \"orders:read=See your orders\"",
            )),
            _ => Ok(()),
        }
    }

    /// The lines to paste.
    pub fn recipe(self, with: &Ingredients<'_>) -> Result<String, CliError> {
        let text = match self {
            Self::Nextjs => NextjsRecipe { with }.render(),
            Self::Web => WebRecipe { with }.render(),
            Self::Express => ExpressRecipe { with }.render(),
            Self::Payload => PayloadRecipe { with }.render(),
            Self::Spa => SpaRecipe { with }.render(),
            Self::Native => NativeRecipe { with }.render(),
            Self::Machine => MachineRecipe { with }.render(),
            Self::Nginx => NginxRecipe { with }.render(),
        };
        text.map_err(|error| CliError::Failed(error.to_string()))
    }
}
