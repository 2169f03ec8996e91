//! A provider that speaks OpenID Connect: metadata, the authorization URL, the code, the ID token. The crate `openidconnect` is the
//! client; its requests go through the guarded one.
//!
//! Order of checks of an answer: 1. the metadata is the configured issuer's (Discovery §4.3); 2. the code is redeemed with the
//! verifier; 3. the ID token: signature by the provider's keys, `iss` to the letter, `aud`, `azp`, `exp`, `nonce`, `at_hash`
//! (Core §3.1.3.7); 4. the `iss` of the answer is that of the token (RFC 9207 §2.4); 5. userinfo is about the same `sub` (Core §5.3.2).
//!
//! Specs: as above; RFC 8725 §3.1 (an allow-list of algorithms, no shared secrets).

use super::declared::is_tenant;
use super::identity::Documents;
use super::kind::TENANT;
use super::{Upstream, UpstreamContext, UpstreamCredentials, UpstreamFault, UpstreamIdentity, UpstreamKind, UpstreamProof, UpstreamTokens};
use crate::clock::Timestamp;
use crate::keys::{Jws, jose};
use crate::outbound::OutboundError;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, JsonWebKeySet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse, TokenUrl,
};
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};

/// Algorithms with a public key (RFC 8725 §3.1): a client secret verifies nothing here.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
/// How far the provider's clock may be from ours.
const SKEW: Duration = Duration::from_secs(60);
/// A client secret that Apple takes may live half a year; this one is used at once.
const APPLE_SECRET_LIFETIME: Duration = Duration::from_secs(300);

/// Where a provider is asked.
pub(super) struct Endpoints {
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) userinfo: Option<String>,
    pub(super) jwks: Option<String>,
    /// RFC 9207 §3: an answer without `iss` is not its.
    pub(super) sends_issuer: bool,
    pub(super) auth_type: AuthType,
}

type Asking = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet>;

impl Upstream {
    pub(super) async fn endpoints(&self, context: &UpstreamContext<'_>) -> Result<Endpoints, UpstreamFault> {
        if let Some(known) = self.github_endpoints() {
            return Ok(known);
        }
        let document = context.document(&format!("{}/.well-known/openid-configuration", self.discovery.trim_end_matches('/'))).await?;
        let wrong = |problem: &str| UpstreamFault::Metadata(problem.to_owned());
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        // Discovery §4.3: to the letter. For many tenants Microsoft writes the place of the tenant in it, as we do.
        if text("issuer") != Some(self.issuer.as_str()) {
            return Err(wrong("issuer is another than the configured one"));
        }
        let endpoint = |name: &str| match text(name) {
            // What was configured with https does not lead out of it.
            Some(uri) if uri.starts_with("https://") || !self.issuer.starts_with("https://") => Ok(Some(uri.to_owned())),
            Some(_) => Err(UpstreamFault::Metadata(format!("{name} is no https URL"))),
            None => Ok(None),
        };
        let needed = |name: &str| endpoint(name)?.ok_or_else(|| UpstreamFault::Metadata(format!("{name} is missing")));
        let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let offers = |method: &str| methods.is_some_and(|methods| methods.iter().any(|known| known == method));
        // OpenID Connect Discovery §3: Basic, unless it says otherwise.
        let in_body = methods.is_some() && !offers("client_secret_basic") && offers("client_secret_post");
        Ok(Endpoints {
            authorization: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            userinfo: endpoint("userinfo_endpoint")?,
            jwks: Some(needed("jwks_uri")?),
            sends_issuer: document.get("authorization_response_iss_parameter_supported").and_then(Value::as_bool) == Some(true),
            auth_type: if in_body || self.kind.posts_its_answer() { AuthType::RequestBody } else { AuthType::BasicAuth },
        })
    }

    pub(super) fn url(
        &self,
        context: &UpstreamContext<'_>,
        endpoints: &Endpoints,
        state: &str,
        proof: &UpstreamProof,
    ) -> Result<String, UpstreamFault> {
        let client = self.asking(context, endpoints)?;
        let (state, nonce) = (state.to_owned(), proof.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(proof.code_verifier.clone()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || Nonce::new(nonce))
            .add_scopes(self.scopes.iter().filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(challenge);
        if self.kind.posts_its_answer() {
            request = request.add_extra_param("response_mode", "form_post");
        }
        if proof.authenticated_after.is_some() {
            request = match self.kind {
                UpstreamKind::OpenIdConnect | UpstreamKind::Microsoft | UpstreamKind::GitLab => {
                    request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO)
                }
                // They know no more than that.
                UpstreamKind::Google | UpstreamKind::GitHub => request.add_prompt(CoreAuthPrompt::SelectAccount),
                UpstreamKind::Apple => request,
            };
        } else if let (Some(seconds), UpstreamKind::OpenIdConnect | UpstreamKind::Microsoft | UpstreamKind::GitLab) =
            (proof.max_age, self.kind)
        {
            request = request.set_max_age(Duration::from_secs(seconds));
        }
        Ok(request.url().0.to_string())
    }

    /// The crate's client for this provider.
    pub(super) fn asking(&self, context: &UpstreamContext<'_>, endpoints: &Endpoints) -> Result<Asking, UpstreamFault> {
        let unusable = |error: openidconnect::url::ParseError| UpstreamFault::Metadata(error.to_string());
        let issuer = IssuerUrl::new(self.discovery.clone()).map_err(unusable)?;
        let client = CoreClient::new(ClientId::new(self.client_id.clone()), issuer, JsonWebKeySet::new(Vec::new()))
            .set_auth_type(endpoints.auth_type.clone())
            .set_redirect_uri(RedirectUrl::new(context.redirect_uri.clone()).map_err(unusable)?)
            .set_auth_uri(AuthUrl::new(endpoints.authorization.clone()).map_err(unusable)?)
            .set_token_uri(TokenUrl::new(endpoints.token.clone()).map_err(unusable)?);
        let client = if self.scopes.iter().any(|scope| scope == "openid") { client } else { client.disable_openid_scope() };
        Ok(match self.client_secret(context.now)? {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret)),
            None => client,
        })
    }

    fn client_secret(&self, now: Timestamp) -> Result<Option<String>, UpstreamFault> {
        Ok(match &self.credentials {
            UpstreamCredentials::None => None,
            UpstreamCredentials::Secret(secret) => Some(secret.expose().clone()),
            UpstreamCredentials::Apple { team_id, key_id, private_key } => {
                let claims: Map<String, Value> = [
                    ("iss", Value::from(team_id.as_str())),
                    ("sub", Value::from(self.client_id.as_str())),
                    ("aud", Value::from(self.issuer.as_str())),
                    ("iat", Value::from(now.unix_seconds())),
                    ("exp", Value::from((now + APPLE_SECRET_LIFETIME).unix_seconds())),
                ]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
                let signed = jose::sign_with_pem(private_key, key_id, &claims);
                Some(signed.map_err(|fault| UpstreamFault::Credentials(fault.to_string()))?)
            }
        })
    }

    /// Redeems a code.
    pub(super) async fn exchange(
        &self,
        context: &UpstreamContext<'_>,
        endpoints: &Endpoints,
        code: &str,
        proof: &UpstreamProof,
    ) -> Result<CoreTokenResponse, UpstreamFault> {
        let client = self.asking(context, endpoints)?;
        let send = |request: HttpRequest| send(context, request);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(proof.code_verifier.clone()));
        exchange.request_async(&send).await.map_err(|error| match error {
            openidconnect::RequestTokenError::Request(error) => UpstreamFault::Outbound(error),
            // What it says of the error is its own business and its code; a body that cannot be read may hold tokens.
            openidconnect::RequestTokenError::ServerResponse(answer) => UpstreamFault::TokenEndpoint(answer.error().to_string()),
            _ => UpstreamFault::TokenEndpoint("the answer cannot be read".to_owned()),
        })
    }

    pub(super) async fn redeem_by_openid(
        &self,
        context: &UpstreamContext<'_>,
        code: &str,
        iss: Option<&str>,
        proof: &UpstreamProof,
    ) -> Result<UpstreamIdentity, UpstreamFault> {
        let endpoints = self.endpoints(context).await?;
        // RFC 9207 §2.4: before the code goes anywhere.
        if endpoints.sends_issuer && iss.is_none() {
            return Err(UpstreamFault::Issuer);
        }
        if iss.is_some_and(|iss| !self.issuer.contains(TENANT) && iss != self.issuer) {
            return Err(UpstreamFault::Issuer);
        }
        let tokens = self.exchange(context, &endpoints, code, proof).await?;
        let id_token = tokens.id_token().ok_or_else(|| UpstreamFault::IdToken("there is none".to_owned()))?;
        let text = id_token.to_string();
        let issuer = self.issuer_of(&text)?;
        if iss.is_some_and(|iss| iss != issuer) {
            return Err(UpstreamFault::Issuer);
        }
        let jwks_uri = endpoints.jwks.as_deref().ok_or(UpstreamFault::NoMetadata)?;
        let authenticated_at = match self.verify(&issuer, &*context.document(jwks_uri).await?, &tokens, id_token, proof, context.now) {
            Ok(authenticated_at) => authenticated_at,
            // Its keys may have changed since; how often that is looked up is limited (security.md A37).
            Err(_) => self.verify(&issuer, &*context.newer_document(jwks_uri).await?, &tokens, id_token, proof, context.now)?,
        };
        let claims = Jws::parse(&text).map(Jws::into_claims).ok_or_else(|| UpstreamFault::IdToken("is too large".to_owned()))?;
        // Core §3.1.3.7: 5. The crate leaves it out.
        if claims.get("azp").is_some_and(|azp| azp.as_str() != Some(self.client_id.as_str())) {
            return Err(UpstreamFault::IdToken("azp is another client".to_owned()));
        }
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
        let asks_userinfo = ["email", "name"].iter().any(|name| !claims.contains_key(*name)) || !self.attributes.is_empty();
        let userinfo = match &endpoints.userinfo {
            Some(uri) if asks_userinfo => {
                let userinfo = self.bearer_json(context, uri, tokens.access_token().secret()).await?;
                // Core §5.3.2: else it may be about somebody else.
                if userinfo.get("sub").and_then(Value::as_str) != Some(subject.as_str()) {
                    return Err(UpstreamFault::UserInfo("is about another sub"));
                }
                userinfo.as_object().cloned().unwrap_or_default()
            }
            _ => Map::new(),
        };
        let mut identity = self.identity(subject, &Documents { id_token: claims, userinfo })?;
        // What was asked for anew and holds is of now, by our clock.
        identity.authenticated_at = authenticated_at.filter(|_| proof.authenticated_after.is_none());
        identity.tokens = self.keep_tokens.then(|| kept(&tokens));
        Ok(identity)
    }

    /// The issuer that the token must have. For many tenants it is the configured one with the token's own tenant in it, and the token's
    /// `iss` must be that, to the letter (CVE-2026-31813): an issuer that only looks like it is none.
    fn issuer_of(&self, id_token: &str) -> Result<String, UpstreamFault> {
        if !self.issuer.contains(TENANT) {
            return Ok(self.issuer.clone());
        }
        let jws = Jws::parse(id_token).ok_or_else(|| UpstreamFault::IdToken("cannot be read".to_owned()))?;
        let tenant = jws.unverified("tid").filter(|tenant| is_tenant(tenant));
        let tenant = tenant.ok_or_else(|| UpstreamFault::IdToken("has no tid, or one that is no tenant's".to_owned()))?;
        Ok(self.issuer.replace(TENANT, tenant))
    }

    /// Returns since when the person has proven themselves there, where it says so.
    fn verify(
        &self,
        issuer: &str,
        jwks: &Value,
        tokens: &CoreTokenResponse,
        id_token: &CoreIdToken,
        proof: &UpstreamProof,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, UpstreamFault> {
        let wrong = |error: &dyn std::fmt::Display| UpstreamFault::IdToken(error.to_string());
        let keys: CoreJsonWebKeySet = serde_json::from_value(jwks.clone()).map_err(|_| UpstreamFault::Metadata("jwks".to_owned()))?;
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|error| wrong(&error))?;
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.unix_seconds()).unwrap_or(0));
        let (latest, after) = (now + SKEW, proof.authenticated_after);
        let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(self.client_id.clone()), issuer, keys)
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || time.into())
            .set_issue_time_verifier_fn(move |at| {
                if at.timestamp() <= latest.unix_seconds() { Ok(()) } else { Err("iat is in the future".to_owned()) }
            })
            .set_auth_time_verifier_fn(move |at| match (after, at) {
                // Core §2: with max_age the claim is there; some providers do not know max_age.
                (Some(after), Some(at)) if at.timestamp() + 60 < after.unix_seconds() => Err("auth_time is before the request".to_owned()),
                _ => Ok(()),
            });
        let claims = id_token.claims(&verifier, &Nonce::new(proof.nonce.clone())).map_err(|error| wrong(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|error| wrong(&error))?;
            let key = id_token.signing_key(&verifier).map_err(|error| wrong(&error))?;
            let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|error| wrong(&error))?;
            if hash != *expected {
                return Err(UpstreamFault::IdToken("at_hash is not of this access token".to_owned()));
            }
        }
        Ok(claims.auth_time().map(|at| Timestamp::from_unix_seconds(at.timestamp())))
    }

    /// Asks an API of the provider.
    pub(super) async fn bearer_json(&self, context: &UpstreamContext<'_>, uri: &str, access_token: &str) -> Result<Value, UpstreamFault> {
        context.outbound.get_json_with_bearer(uri, access_token).await.map_err(UpstreamFault::Outbound)
    }
}

pub(super) fn kept(tokens: &CoreTokenResponse) -> UpstreamTokens {
    UpstreamTokens {
        access_token: tokens.access_token().secret().clone(),
        refresh_token: tokens.refresh_token().map(|token| token.secret().clone()),
        expires_in: tokens.expires_in().map(|lifetime| lifetime.as_secs()),
    }
}

/// A request of the crate's, by the guarded client.
async fn send(context: &UpstreamContext<'_>, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
    let answer = context.outbound.send(request.try_into()?).await?;
    let mut response = HttpResponse::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
