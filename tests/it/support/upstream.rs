//! A provider that people sign in with, as a test wants it: honest, or lying in one particular. Speaks OpenID Connect and GitHub's OAuth.

use super::application::unguessable;
use super::browser::{Arrival, Browser, Landed};
use super::jwt::{KeyPair, sign_with_secret};
use super::server::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How the ID token is signed.
#[derive(Debug, Clone)]
pub enum Signature {
    Right,
    /// By a key of the right name that is not published.
    WrongKey,
    /// By the right key under a name that is not published.
    UnknownKid,
    None,
    /// With this as the shared secret.
    Hs256(String),
}

/// What the provider says.
#[derive(Debug, Clone)]
pub struct Script {
    /// Over the ID token's honest claims; `null` takes one away.
    pub claims: Map<String, Value>,
    pub userinfo: Map<String, Value>,
    /// Over the metadata.
    pub metadata: Map<String, Value>,
    pub signature: Signature,
    /// The `iss` of the answer (RFC 9207).
    pub iss: Option<String>,
    /// Paths that are answered with this status and body, after this time.
    pub instead: HashMap<String, (u16, String, Duration)>,
    /// What the token endpoint gives besides.
    pub tokens: Map<String, Value>,
}

/// A request that it got.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub authorization: String,
    pub form: HashMap<String, String>,
}

struct State {
    script: Script,
    /// By code: nonce, challenge.
    codes: HashMap<String, (String, String)>,
    key: KeyPair,
    asked: Vec<Asked>,
}

#[derive(Clone)]
pub struct FakeUpstream {
    pub id: String,
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

pub const SECRET: &str = "the secret of ours at the provider";

impl FakeUpstream {
    pub async fn start(id: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let script = Script {
            claims: Map::new(),
            userinfo: Map::new(),
            metadata: Map::new(),
            signature: Signature::Right,
            iss: None,
            instead: HashMap::new(),
            tokens: Map::new(),
        };
        let state = State { script, codes: HashMap::new(), key: KeyPair::generate(), asked: Vec::new() };
        let fake = Self { id: id.to_owned(), issuer, state: Arc::new(Mutex::new(state)) };
        let serving = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        fake
    }

    /// As the operator declares it.
    pub fn document(&self) -> Value {
        json!({ "id": self.id, "kind": "oidc", "name": self.name(), "issuer": self.issuer, "client_id": "ostiary", "client_secret": SECRET,
            "trust_email": true })
    }

    /// What people call it.
    pub fn name(&self) -> String {
        let mut name = self.id.clone();
        name[..1].make_ascii_uppercase();
        name
    }

    /// The button on the sign-in page.
    pub fn button(&self) -> String {
        format!("Continue with {}", self.name())
    }

    /// Changes what it says from now on.
    pub fn says(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.state.lock().unwrap().script);
    }

    /// Says this in ID tokens from now on.
    pub fn claim(&self, name: &str, value: impl Into<Value>) {
        self.says(|script| {
            script.claims.insert(name.to_owned(), value.into());
        });
    }

    /// Somebody with a proven address.
    pub fn knows(&self, subject: &str, email: &str) {
        self.says(|script| script.claims.clear());
        for (name, value) in
            [("sub", json!(subject)), ("email", json!(email)), ("email_verified", json!(true)), ("name", json!("Frieda Far"))]
        {
            self.claim(name, value);
        }
    }

    /// Takes a new key; the old one is published no more.
    pub fn rotate_keys(&self) {
        let mut key = KeyPair::generate();
        key.private.set_key_id("client-key-2");
        self.state.lock().unwrap().key = key;
    }

    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.state.lock().unwrap().asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// The person agrees at the provider: the address of our callback with a code.
    pub fn approve(&self, landed: &Landed) -> String {
        let mut state = self.state.lock().unwrap();
        let code = unguessable();
        let param = |name: &str| landed.params.get(name).cloned().unwrap_or_default();
        state.codes.insert(code.clone(), (param("nonce"), landed.param("code_challenge").to_owned()));
        let mut answer = vec![("code", code), ("state", landed.param("state").to_owned())];
        answer.extend(state.script.iss.clone().map(|iss| ("iss", iss)));
        url::Url::parse_with_params(landed.param("redirect_uri"), answer).unwrap().to_string()
    }

    /// From the open page with its button to the provider.
    pub async fn leave(&self, browser: &mut Browser) -> Landed {
        browser.press(&self.button()).await.landed()
    }

    /// From the open page with its button to the provider and back.
    pub async fn sign_in(&self, browser: &mut Browser) -> Arrival {
        let landed = self.leave(browser).await;
        browser.open(&self.approve(&landed)).await
    }

    /// Goes there and back once more, whoever is signed in.
    pub async fn sign_in_again(&self, browser: &mut Browser, server: &TestServer) {
        let request = super::application::Application::of(server, "shop").authorization_request().with("prompt", "login");
        // What was proven in the moment of the request counts as proven for it.
        server.advance(Duration::from_secs(1));
        browser.open(&request.url()).await;
        self.sign_in(browser).await;
    }

    /// The published key as a text, which an attacker has too.
    pub fn key_text(&self) -> String {
        jwks(&self.state.lock().unwrap().key)["keys"][0].to_string()
    }

    /// A fresh browser goes there and back.
    pub async fn visit(&self, server: &TestServer) -> Browser {
        let mut browser = Browser::new(server);
        browser.open("/login").await;
        self.sign_in(&mut browser).await;
        browser
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut raw = Vec::new();
        let mut buffer = [0; 8192];
        let (head, body) = loop {
            let count = stream.read(&mut buffer).await.unwrap_or(0);
            raw.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&raw).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                if body.len() >= length.unwrap_or(0usize) {
                    break (head.to_owned(), body.to_owned());
                }
            }
            if count == 0 {
                return;
            }
        };
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let authorization =
            head.lines().find_map(|line| line.to_ascii_lowercase().starts_with("authorization:").then(|| line[14..].trim().to_owned()));
        let form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let asked = Asked { path: path.clone(), authorization: authorization.unwrap_or_default(), form };
        let instead = {
            let mut state = self.state.lock().unwrap();
            state.asked.push(asked.clone());
            state.script.instead.get(&path).cloned()
        };
        let (status, body, wait) = instead.unwrap_or_else(|| {
            let (status, document) = self.answer(&asked);
            (status, document.to_string(), Duration::ZERO)
        });
        tokio::time::sleep(wait).await;
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(body.as_bytes()).await;
    }

    fn answer(&self, asked: &Asked) -> (u16, Value) {
        let state = self.state.lock().unwrap();
        let path = asked.path.as_str();
        if path.ends_with("/.well-known/openid-configuration") {
            return (200, self.metadata(&state));
        }
        match path {
            "/jwks" => (200, jwks(&state.key)),
            "/token" | "/login/oauth/access_token" => self.tokens(&state, asked),
            "/userinfo" => (200, Value::Object(state.script.userinfo.clone())),
            "/api/v3/user" => (200, Value::Object(state.script.userinfo.clone())),
            "/api/v3/user/emails" => (200, state.script.userinfo.get("emails").cloned().unwrap_or_else(|| json!([]))),
            _ => (404, json!({})),
        }
    }

    fn metadata(&self, state: &State) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        let mut metadata = json!({ "issuer": self.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"), "userinfo_endpoint": at("/userinfo") });
        overlay(metadata.as_object_mut().unwrap(), &state.script.metadata);
        metadata
    }

    fn tokens(&self, state: &State, asked: &Asked) -> (u16, Value) {
        let given = |name: &str| asked.form.get(name).cloned().unwrap_or_default();
        let Some((nonce, challenge)) = state.codes.get(&given("code")) else { return (400, json!({ "error": "invalid_grant" })) };
        if URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier"))) != *challenge {
            return (400, json!({ "error": "invalid_grant" }));
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({ "iss": self.issuer, "aud": "ostiary", "exp": now + 300, "iat": now, "nonce": nonce, "sub": "1" });
        overlay(claims.as_object_mut().unwrap(), &state.script.claims);
        let mut tokens = json!({ "access_token": "upstream-access-token", "token_type": "Bearer", "expires_in": 300 });
        if asked.path == "/token" {
            tokens["id_token"] = sign(&state.script.signature, &state.key, &claims).into();
        }
        overlay(tokens.as_object_mut().unwrap(), &state.script.tokens);
        (200, tokens)
    }
}

fn overlay(document: &mut Map<String, Value>, with: &Map<String, Value>) {
    for (name, value) in with {
        match value {
            Value::Null => document.remove(name),
            value => document.insert(name.clone(), value.clone()),
        };
    }
}

fn jwks(key: &KeyPair) -> Value {
    let mut jwks = key.jwks();
    jwks["keys"][0]["kid"] = json!(key.private.key_id().unwrap());
    jwks
}

fn sign(signature: &Signature, key: &KeyPair, claims: &Value) -> String {
    let kid = key.private.key_id().unwrap().to_owned();
    match signature {
        Signature::Right => key.sign_as(&kid, claims),
        Signature::WrongKey => KeyPair::generate().sign_as(&kid, claims),
        Signature::UnknownKid => key.sign_as("../../dev/null", claims),
        Signature::Hs256(secret) => sign_with_secret(secret, claims),
        Signature::None => {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
        }
    }
}
