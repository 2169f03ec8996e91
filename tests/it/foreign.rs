//! Foreign judges: stock clients and checkers that know nothing of Ostiary, and a real browser.

use crate::both;
use crate::support::jwt::KeyPair;
use crate::support::node;
use crate::support::ports::free_port;
use crate::support::prelude::*;
use crate::support::setup::secret_of;

const API: &str = "https://api.example";

fn clients(db: Database, key: &KeyPair) -> Setup {
    let signer = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
    TestServer::with(db)
        .system_clock()
        .resource(API, &["orders:read"])
        .client(Client::confidential("shop").first_party().with("resources", json!([API])))
        .client(Client::service("worker").with("resources", json!([API])))
        .client(signer.with("jwks", key.jwks()))
}

/// Runs a script with what it has to know.
async fn judge(script: &str, server: &TestServer, key: &KeyPair) {
    let alice = Person::alice();
    alice.registered(server).await;
    let mut private = Value::Object(key.private.clone().into());
    private["kid"] = json!("client-key-1");
    let environment = [
        ("ISSUER", server.issuer.as_str()),
        ("SECRET", &secret_of("shop")),
        ("MACHINE_SECRET", &secret_of("worker")),
        ("PRIVATE_JWK", &private.to_string()),
        ("EMAIL", &alice.email),
        ("PASSWORD", &alice.password),
    ];
    assert!(node::run(script, &environment).await.contains("content"));
}

both! {
    /// clients.md §2: openid-client 6, everything it does.
    async fn openid_client_signs_in_refreshes_and_signs_out(db) {
        let key = KeyPair::generate();
        let server = clients(db, &key).start().await;
        judge("openid-client.mjs", &server, &key).await;
    }

    /// clients.md §3: jose strict and oauth4webapi accept access tokens.
    async fn strict_checkers_accept_access_tokens(db) {
        let key = KeyPair::generate();
        let server = clients(db, &key).start().await;
        judge("access-tokens.mjs", &server, &key).await;
    }
}

both! {
    /// clients.md §2.2: the proxy and the page of one navigation refresh with the same token.
    async fn the_refresh_race_of_next_auth_signs_nobody_out(db) {
        refresh_race(db, "30s").await;
    }

    /// The control of the test above: it is the grace that saves them.
    async fn without_grace_the_refresh_race_is_reuse(db) {
        refresh_race(db, "0s").await;
    }
}

async fn refresh_race(db: Database, grace: &str) {
    let port = free_port().to_string();
    let client = Client::confidential("next").first_party().redirect_uri(&format!("http://localhost:{port}/api/auth/callback/ostiary"));
    let server = TestServer::with(db).system_clock().setting("tokens.refresh_token_grace", grace).client(client).start().await;
    let alice = Person::alice();
    alice.registered(&server).await;
    let environment = [
        ("ISSUER", server.issuer.as_str()),
        ("SECRET", &secret_of("next")),
        ("EMAIL", &alice.email),
        ("PASSWORD", &alice.password),
        ("APP_PORT", &port),
        ("GRACE", grace),
    ];
    assert!(node::run("next-auth.mjs", &environment).await.contains("content"));
}

/// Issue 2, section 5: every page in Chromium, light, dark, at 360 px, checked by axe, and all of it again without script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_use_every_page_in_chromium() {
    let port = free_port();
    let client = Client::confidential("app").with("client_name", "Walking app").redirect_uri(&format!("http://localhost:{port}/callback"));
    let server =
        TestServer::with(Database::Sqlite).system_clock().client(client.with("scope", "openid profile email offline_access")).start().await;
    let app_port = port.to_string();
    let text = node::run("chromium.mjs", &[("ISSUER", server.issuer.as_str()), ("APP_PORT", &app_port)]).await;
    assert!(text.contains("pages looked at"), "{text}");
}
