//! What a test's server is configured with: the base that all share, and what the test adds.

use super::database::{Database, OwnDatabase};
use super::ports::free_port;
use serde_json::{Value, json};
use std::path::PathBuf;

/// 32 bytes, base64: the master key of every test server.
pub const MASTER_KEY: &str = "b3N0aWFyeSB0ZXN0cyB1c2UgdGhpcyBrZXkgb25seSE=";

/// A server to be: `TestServer::with(db)…start()` or `ServerProcess::with(db)…start()`.
pub struct Setup {
    pub database: Database,
    settings: Vec<(String, toml::Value)>,
    clients: Vec<Value>,
    resources: Vec<Value>,
    upstreams: Vec<Value>,
    pub system_clock: bool,
}

/// A client as a test declares it. Members carry the names of the client metadata (RFC 7591 §2).
#[derive(Debug, Clone)]
pub struct Client(pub Value);

/// The folder, port and database of one server, and its configuration as a file.
#[derive(Clone)]
pub struct Ground {
    pub folder: std::sync::Arc<tempfile::TempDir>,
    pub file: PathBuf,
    pub database: OwnDatabase,
    pub port: u16,
    pub issuer: String,
    table: toml::Table,
    pub clients: Vec<Value>,
}

impl Client {
    fn new(client_id: &str) -> Self {
        Self(json!({
            "client_id": client_id,
            "client_name": name_of(client_id),
            "redirect_uris": [redirect_uri_of(client_id)],
            "post_logout_redirect_uris": [format!("https://{client_id}.example/signed-out")],
        }))
    }

    /// Has a secret, and may send it either way.
    pub fn confidential(client_id: &str) -> Self {
        Self::new(client_id).with("client_secret", secret_of(client_id))
    }

    /// Has nothing to prove itself with: an app in a browser or on a phone.
    pub fn public(client_id: &str) -> Self {
        Self::new(client_id).with("token_endpoint_auth_method", "none")
    }

    /// Acts for itself only (client_credentials).
    pub fn service(client_id: &str) -> Self {
        let Self(mut document) = Self::confidential(client_id).with("grant_types", json!(["client_credentials"]));
        document.as_object_mut().unwrap().retain(|name, _| !name.ends_with("redirect_uris"));
        Self(document)
    }

    /// Sets a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0[member] = value.into();
        self
    }

    /// Removes a member.
    #[must_use]
    pub fn without(mut self, member: &str) -> Self {
        self.0.as_object_mut().unwrap().remove(member);
        self
    }

    /// The operator's own: no consent page, always a refresh token.
    #[must_use]
    pub fn first_party(self) -> Self {
        self.with("first_party", true)
    }

    /// Replaces the redirect URIs.
    #[must_use]
    pub fn redirect_uri(self, uri: &str) -> Self {
        self.with("redirect_uris", json!([uri]))
    }
}

fn name_of(client_id: &str) -> String {
    let mut name = client_id.replace('-', " ");
    name[..1].make_ascii_uppercase();
    name
}

/// Where the answers for a declared client go: nothing is there, and the test's browser stops before it.
pub fn redirect_uri_of(client_id: &str) -> String {
    format!("https://{client_id}.example/callback")
}

/// The secret of a declared client.
pub fn secret_of(client_id: &str) -> String {
    format!("{client_id}: a secret with 100% of + and / in it")
}

impl Setup {
    pub fn on(database: Database) -> Self {
        Self { database, settings: Vec::new(), clients: Vec::new(), resources: Vec::new(), upstreams: Vec::new(), system_clock: false }
    }

    /// A server as it comes: the address is proven before there is an account.
    pub fn proving(database: Database) -> Self {
        Self::on(database).setting("sign_up.email_verification", "before_sign_in")
    }

    /// Sets a key of the configuration, dotted: `.setting("tokens.refresh_token_grace", "0s")`.
    #[must_use]
    pub fn setting(mut self, key: &str, value: impl Into<toml::Value>) -> Self {
        self.settings.push((key.to_owned(), value.into()));
        self
    }

    /// Declares a client. Without any, a server has the three of [`Setup::standard_clients`].
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client.0);
        self
    }

    /// Declares an API with scopes (and the words for them on the consent page).
    #[must_use]
    pub fn resource(mut self, identifier: &str, scopes: &[&str]) -> Self {
        let scopes: serde_json::Map<_, _> = scopes.iter().map(|scope| (scope.to_string(), json!(format!("Use {scope}")))).collect();
        self.resources.push(json!({ "identifier": identifier, "name": format!("API {identifier}"), "scopes": scopes }));
        self
    }

    /// Declares an API with a whole document.
    #[must_use]
    pub fn resource_document(mut self, document: Value) -> Self {
        self.resources.push(document);
        self
    }

    /// Declares a provider that people may sign in with.
    #[must_use]
    pub fn upstream(mut self, document: Value) -> Self {
        self.upstreams.push(document);
        self
    }

    /// Looks after places behind a gateway on this machine: `[[places]]`, in TOML.
    #[must_use]
    pub fn places(self, tables: &str) -> Self {
        let places = toml::from_str::<toml::Table>(tables).unwrap()["places"].clone();
        self.setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.1".into()])).setting("protected", places)
    }

    /// Time goes by by itself.
    #[must_use]
    pub fn system_clock(mut self) -> Self {
        self.system_clock = true;
        self
    }

    /// Limits requests as a real server does; off otherwise.
    #[must_use]
    pub fn rate_limits(self) -> Self {
        self.setting("rate_limit.enabled", true)
    }

    /// `shop` is first-party and has a secret, `partner` asks for consent and has a secret, `spa` asks for consent and is public,
    /// `worker` uses client_credentials; all know the API `https://api.example` with the scopes `orders:read` and `orders:write`.
    fn standard_clients(&mut self) {
        const API: &str = "https://api.example";
        let all =
            [Client::confidential("shop").first_party(), Client::confidential("partner"), Client::public("spa"), Client::service("worker")];
        self.clients = all.into_iter().map(|client| client.with("resources", json!([API])).0).collect();
        self.resources.push(json!({ "identifier": API, "name": "Orders",
            "scopes": { "orders:read": "See your orders", "orders:write": "Place orders for you" } }));
    }

    /// Takes a folder, a port and a database, and writes the file.
    pub fn prepare(mut self) -> Ground {
        if self.clients.is_empty() {
            self.standard_clients();
        }
        let folder = std::sync::Arc::new(tempfile::Builder::new().prefix("ostiary-test-").tempdir().unwrap());
        let database = self.database.own(folder.path());
        let port = free_port();
        let mut table = base(&folder.path().display().to_string(), &database);
        set(&mut table, "issuer", format!("http://localhost:{port}").into());
        set(&mut table, "listen", format!("127.0.0.1:{port}").into());
        set(&mut table, "clients", toml::Value::try_from(&self.clients).unwrap());
        set(&mut table, "resources", toml::Value::try_from(&self.resources).unwrap());
        set(&mut table, "upstreams", toml::Value::try_from(&self.upstreams).unwrap());
        for (key, value) in self.settings {
            set(&mut table, &key, value);
        }
        let issuer = table["issuer"].as_str().unwrap().to_owned();
        let ground = Ground { file: folder.path().join("ostiary.toml"), folder, database, port, issuer, table, clients: self.clients };
        ground.write();
        ground
    }
}

impl Ground {
    fn write(&self) {
        std::fs::write(&self.file, self.table.to_string()).unwrap();
    }

    /// The same installation, once more, on another port: same issuer, database, master key. Its listener is the only difference.
    pub fn replica(&self) -> Self {
        let port = free_port();
        let mut other = self.clone();
        other.port = port;
        other.file = self.folder.path().join(format!("replica-{port}.toml"));
        set(&mut other.table, "listen", format!("127.0.0.1:{port}").into());
        other.write();
        other
    }

    /// Changes a key for the next start.
    pub fn change(&mut self, key: &str, value: impl Into<toml::Value>) {
        set(&mut self.table, key, value.into());
        self.write();
    }

    /// Takes a key out for the next start: its default holds.
    pub fn forget(&mut self, key: &str) {
        self.table.remove(key);
        self.write();
    }

    /// The declared client of that id.
    pub fn client(&self, client_id: &str) -> &Value {
        let found = self.clients.iter().find(|client| client["client_id"] == client_id);
        found.unwrap_or_else(|| panic!("no client {client_id} was declared"))
    }
}

/// Cheap hashes, few threads, no limits: a server for one test of many at once.
fn base(folder: &str, database: &OwnDatabase) -> toml::Table {
    let mut table = toml::Table::new();
    let mut put = |key: &str, value: toml::Value| set(&mut table, key, value);
    put("data_dir", folder.into());
    put("workers", 1.into());
    put("master_key", MASTER_KEY.into());
    put("shutdown_grace", "1s".into());
    put("password.argon2_memory_kib", 8.into());
    put("password.argon2_iterations", 1.into());
    put("password.hash_permits", 2.into());
    put("rate_limit.enabled", false.into());
    // Most rules are about what comes after: an account without a code in between.
    put("sign_up.email_verification", "reminder".into());
    put("proof_of_work.enabled", false.into());
    // Tests choose passwords to be read, not to be hard; the rules have tests of their own.
    put("password.minimum_strength", 0.into());
    put("database.url", database.url().into());
    put("database.max_connections", 6.into());
    put("database.sqlite_synchronous", "normal".into());
    if let OwnDatabase::Postgres { schema, .. } = database {
        put("database.schema", schema.as_str().into());
    }
    table
}

fn set(table: &mut toml::Table, key: &str, value: toml::Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((group, rest)) => {
            let group = table.entry(group).or_insert_with(|| toml::Table::new().into());
            set(group.as_table_mut().unwrap(), rest, value);
        }
    }
}
