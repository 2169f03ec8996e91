//! A foreign relying party: the crate `openidconnect`, which knows nothing of Ostiary and checks what the specification tells it to.

use super::application::Application;
use super::browser::Landed;
use super::setup::{Ground, redirect_uri_of};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenResponse,
};

type Discovered = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// An application built on the crate; made by discovery.
pub struct RelyingParty {
    client: Discovered,
    http: openidconnect::reqwest::Client,
}

/// A sign-in that has begun: open `url` in a browser, hand what comes back to [`RelyingParty::finish`].
pub struct Begun {
    pub url: String,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// Somebody is signed in, as far as this relying party can tell.
pub struct SignedIn {
    pub claims: CoreIdTokenClaims,
    pub tokens: CoreTokenResponse,
    pub userinfo: CoreUserInfoClaims,
}

impl RelyingParty {
    /// Discovers the provider and takes the client of that id.
    pub async fn discover(ground: &Ground, client_id: &str) -> Self {
        let http = openidconnect::reqwest::Client::builder().redirect(openidconnect::reqwest::redirect::Policy::none()).build().unwrap();
        let issuer = IssuerUrl::new(ground.issuer.clone()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
        let secret = ground.client(client_id)["client_secret"].as_str().map(|secret| ClientSecret::new(secret.to_owned()));
        let redirect_uri = RedirectUrl::new(redirect_uri_of(client_id)).unwrap();
        let client =
            CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret).set_redirect_uri(redirect_uri);
        Self { client, http }
    }

    pub fn begin(&self) -> Begun {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Begun { url: url.to_string(), state, nonce, verifier }
    }

    /// Redeems the code, checks the ID token (signature, issuer, audience, times, nonce, `at_hash`) and asks userinfo.
    pub async fn finish(&self, begun: Begun, landed: &Landed) -> SignedIn {
        assert_eq!(landed.param("state"), begun.state.secret());
        let code = AuthorizationCode::new(landed.code().to_owned());
        let tokens = self.client.exchange_code(code).unwrap().set_pkce_verifier(begun.verifier).request_async(&self.http).await.unwrap();
        let claims = self.check(&tokens, &begun.nonce);
        let userinfo: CoreUserInfoClaims = self
            .client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .unwrap()
            .request_async::<openidconnect::EmptyAdditionalClaims, _, CoreGenderClaim>(&self.http)
            .await
            .unwrap();
        SignedIn { claims, tokens, userinfo }
    }

    fn check(&self, tokens: &CoreTokenResponse, nonce: &Nonce) -> CoreIdTokenClaims {
        let token = tokens.id_token().expect("no ID token");
        let verifier = self.client.id_token_verifier();
        let claims = token.claims(&verifier, nonce).unwrap().clone();
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().unwrap();
            let key = token.signing_key(&verifier).unwrap();
            assert_eq!(&AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap(), expected);
        }
        claims
    }

    pub async fn refresh(&self, tokens: &CoreTokenResponse) -> CoreTokenResponse {
        let token: &RefreshToken = tokens.refresh_token().expect("no refresh token");
        self.client.exchange_refresh_token(token).unwrap().request_async(&self.http).await.unwrap()
    }
}

impl Begun {
    /// For the actors that take a request: only its URL counts.
    pub fn request(&self, application: &Application) -> super::application::AuthorizationRequest {
        let mut request = application.authorization_request();
        request.parameters = url::Url::parse(&self.url).unwrap().query_pairs().into_owned().collect();
        request
    }
}
