//! An OAuth client that sends exactly what a test wants, and hides nothing of the answer.

use super::browser::{Browser, Landed};
use super::jwt::{Jwt, KeyPair, sign_with_secret};
use super::people::Person;
use super::process::ServerProcess;
use super::server::TestServer;
use super::setup::{Ground, MASTER_KEY};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// How an application proves itself.
#[derive(Debug, Clone)]
pub enum Authentication {
    None,
    Basic(String),
    Post(String),
    SecretJwt(String),
    PrivateKeyJwt(KeyPair),
}

/// An app that the server knows.
#[derive(Clone)]
pub struct Application {
    pub client_id: String,
    pub authentication: Authentication,
    pub redirect_uri: String,
    pub issuer: String,
    /// Where the server really listens.
    pub url: String,
    pub http: reqwest::Client,
}

/// An authorization request in the making; parameters in the order in which they are sent.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    endpoint: String,
    pub parameters: Vec<(String, String)>,
    pub verifier: String,
    pub redirect_uri: String,
}

/// An answer of an endpoint, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

/// What a client holds after a grant.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    pub reply: Reply,
}

impl Application {
    /// A client that the server declares, with the authentication that its metadata says (Basic for a secret without a method).
    pub fn of(server: &TestServer, client_id: &str) -> Self {
        Self::on(&server.ground, &server.url, client_id)
    }

    pub fn of_process(server: &ServerProcess, client_id: &str) -> Self {
        Self::on(&server.ground, &server.url, client_id)
    }

    fn on(ground: &Ground, url: &str, client_id: &str) -> Self {
        let client = ground.client(client_id);
        let secret = client["client_secret"].as_str().unwrap_or_default().to_owned();
        let authentication = match client["token_endpoint_auth_method"].as_str() {
            Some("none") => Authentication::None,
            Some("client_secret_post") => Authentication::Post(secret),
            Some("client_secret_jwt") => Authentication::SecretJwt(secret),
            Some("private_key_jwt") => Authentication::None,
            _ => Authentication::Basic(secret),
        };
        Self {
            client_id: client_id.to_owned(),
            authentication,
            redirect_uri: client["redirect_uris"][0].as_str().unwrap_or_default().to_owned(),
            issuer: ground.issuer.clone(),
            url: url.to_owned(),
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap(),
        }
    }

    /// The same application, proving itself in another way.
    #[must_use]
    pub fn authenticating(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// The same application, talking to another replica.
    #[must_use]
    pub fn through(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// Code flow with PKCE, state and nonce, for `openid profile email`.
    pub fn authorization_request(&self) -> AuthorizationRequest {
        let verifier = unguessable();
        let mut request = AuthorizationRequest {
            endpoint: format!("{}/authorize", self.issuer),
            parameters: Vec::new(),
            redirect_uri: self.redirect_uri.clone(),
            verifier,
        };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&request.verifier));
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid profile email"),
            ("state", &unguessable()),
            ("nonce", &unguessable()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ] {
            request = request.with(name, value);
        }
        request
    }

    /// Posts to an endpoint with this application's authentication added.
    pub async fn post(&self, path: &str, parameters: &[(&str, &str)]) -> Reply {
        let mut fields: Vec<(String, String)> = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let mut request = self.http.post(format!("{}{path}", self.url));
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        match &self.authentication {
            Authentication::None => add("client_id", &self.client_id),
            Authentication::Basic(secret) => request = request.header(AUTHORIZATION, basic(&self.client_id, secret)),
            Authentication::Post(secret) => {
                add("client_id", &self.client_id);
                add("client_secret", secret);
            }
            Authentication::SecretJwt(secret) => self.assert(&sign_with_secret(secret, &self.assertion_claims()), &mut add),
            Authentication::PrivateKeyJwt(key) => self.assert(&key.sign(&self.assertion_claims()), &mut add),
        }
        request = request.form(&fields);
        Reply::of(request).await
    }

    fn assert(&self, assertion: &str, add: &mut impl FnMut(&str, &str)) {
        add("client_id", &self.client_id);
        add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        add("client_assertion", assertion);
    }

    /// RFC 7523 §3: good for a minute of real time. With a moved clock a test makes its own.
    pub fn assertion_claims(&self) -> Value {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        json!({ "iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "jti": unguessable(), "iat": now, "exp": now + 60 })
    }

    /// Posts to an endpoint exactly this, with no authentication of ours.
    pub async fn post_raw(&self, path: &str, headers: &[(&str, &str)], body: impl Into<String>) -> Reply {
        let mut request = self.http.post(format!("{}{path}", self.url)).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.body(body.into())).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.http.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request).await
    }

    /// The raw answer to the redemption of a code.
    pub async fn redeem(&self, request: &AuthorizationRequest, code: &str) -> Reply {
        self.post(
            "/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &request.redirect_uri),
                ("code_verifier", &request.verifier),
            ],
        )
        .await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Reply {
        self.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// `parameters` as in `[("scope", "orders:read")]`.
    pub async fn client_credentials(&self, parameters: &[(&str, &str)]) -> Reply {
        self.post("/token", &[&[("grant_type", "client_credentials")], parameters].concat()).await
    }

    pub async fn introspect(&self, token: &str) -> Value {
        self.post("/introspect", &[("token", token)]).await.ok()
    }

    /// The raw answer to an introspection.
    pub async fn introspect_raw(&self, token: &str) -> Reply {
        self.post("/introspect", &[("token", token)]).await
    }

    /// Whether introspection says that the token is good.
    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await["active"] == true
    }

    pub async fn revoke(&self, token: &str) -> Reply {
        self.post("/revoke", &[("token", token)]).await
    }

    pub async fn userinfo(&self, access_token: &str) -> Reply {
        self.get("/userinfo", &[("authorization", &format!("Bearer {access_token}"))]).await
    }

    pub async fn jwks(&self) -> Value {
        self.get("/jwks", &[]).await.ok()
    }

    pub async fn discovery(&self) -> Value {
        self.get("/.well-known/openid-configuration", &[]).await.ok()
    }

    /// A JWT of the server's, its signature checked by the published keys.
    pub async fn verified(&self, token: &str) -> Jwt {
        Jwt::verified(token, &self.jwks().await)
    }

    /// The whole flow with the usual request: sign-in and consent as they come up, then the redemption.
    pub async fn sign_in(&self, browser: &mut Browser, person: &Person) -> Tokens {
        self.sign_in_with(browser, person, &self.authorization_request()).await
    }

    /// The whole flow with a request of the test's.
    pub async fn sign_in_with(&self, browser: &mut Browser, person: &Person, request: &AuthorizationRequest) -> Tokens {
        let landed = person.authorize(browser, request).await;
        self.check(request, &landed);
        self.redeem(request, landed.code()).await.tokens()
    }

    /// The same with the usual request, and with all that went through the browser.
    pub async fn whole_flow(&self, browser: &mut Browser, person: &Person) -> (AuthorizationRequest, Landed, Tokens) {
        let request = self.authorization_request();
        let landed = person.authorize(browser, &request).await;
        self.check(&request, &landed);
        let tokens = self.redeem(&request, landed.code()).await.tokens();
        (request, landed, tokens)
    }

    /// What every client must check before it redeems: where it landed, `state`, `iss` (RFC 9207).
    pub fn check(&self, request: &AuthorizationRequest, landed: &Landed) {
        assert_eq!(landed.url, Url::parse(&request.redirect_uri).unwrap().as_str());
        assert_eq!(landed.params.get("state").map(String::as_str), request.parameter("state"), "{landed:?}");
        assert_eq!(landed.param("iss"), self.issuer);
    }
}

impl AuthorizationRequest {
    /// Sets a parameter (replacing it).
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.parameters.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
        if name == "redirect_uri" {
            value.clone_into(&mut self.redirect_uri);
        }
        self
    }

    /// Sends a parameter once more.
    #[must_use]
    pub fn and_again(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As a browser gets it.
    pub fn url(&self) -> String {
        Url::parse_with_params(&self.endpoint, &self.parameters).unwrap().to_string()
    }
}

impl Reply {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let reply = Self { status, headers, body: answer.text().await.unwrap() };
        if let Some(description) = serde_json::from_str::<Value>(&reply.body).unwrap_or_default()["error_description"].as_str() {
            check_description(description);
        }
        reply
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The document of an answer that must be 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// An answer that must be 200, whatever it says.
    pub fn ok_empty(&self) {
        assert_eq!(self.status, 200, "{self:?}");
    }

    /// The tokens of an answer that must be 200.
    pub fn tokens(self) -> Tokens {
        let document = self.ok();
        let text = |name: &str| document[name].as_str().map(str::to_owned);
        Tokens {
            access_token: text("access_token").unwrap_or_else(|| panic!("no access_token: {self:?}")),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            reply: self,
        }
    }

    /// Status and error code, as in `(400, "invalid_grant")`; the code is empty when there is none.
    pub fn error(&self) -> (u16, String) {
        let document: Value = serde_json::from_str(&self.body).unwrap_or_default();
        (self.status, document["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Panics unless the answer is this error, in the form of RFC 6749 §5.2.
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.error(), (status, code.to_owned()), "{self:?}");
        assert!(!self.json()["error_description"].as_str().unwrap_or_default().is_empty(), "no description: {self:?}");
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Tokens {
    /// Panics when there is none.
    pub fn refresh_token(&self) -> &str {
        self.refresh_token.as_deref().unwrap_or_else(|| panic!("no refresh token: {:?}", self.reply))
    }

    pub fn id_token(&self) -> &str {
        self.id_token.as_deref().unwrap_or_else(|| panic!("no ID token: {:?}", self.reply))
    }

    /// The granted scope.
    pub fn scope(&self) -> String {
        self.reply.json()["scope"].as_str().unwrap_or_default().to_owned()
    }
}

/// RFC 6749 §4.1.2.1 and §5.2: the characters of an `error_description`. Every reply is held to it.
pub fn check_description(text: &str) {
    let allowed = |c: char| matches!(c, '\x20'..='\x7e') && !matches!(c, '"' | '\\');
    assert!(!text.is_empty() && text.chars().all(allowed), "error_description: {text:?}");
}

/// RFC 6749 §2.3.1: id and secret are form-encoded first.
pub fn basic(client_id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret))))
}

/// RFC 7523 §2.2: the body of a token request of a client for itself, with this assertion.
pub fn assertion_form(assertion: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .append_pair("client_assertion", assertion)
        .finish()
}

/// 256 bits that this process makes only once. (Not random: a test has nobody to hide from.)
pub fn unguessable() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{MASTER_KEY} {} {number} {now}", std::process::id())))
}
