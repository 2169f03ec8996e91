//! `/auth/verify` against the gateways themselves, with the configurations of `examples/gateways` (clients.md §7).

use crate::support::node;
use crate::support::ports::free_port;
use crate::support::prelude::*;
use crate::support::programs::program;

const QUEUE: &str = "https://queue.example";
const OTHER: &str = "https://other.example";

async fn judge(kind: &str) {
    let program = program(kind);
    let [port, browser_port, service_port] = [free_port(), free_port(), free_port()].map(|port| port.to_string());
    // Envoy does not say which host was asked for.
    let host = if kind == "envoy" { "" } else { "host = \"localhost\"" };
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .places(&format!(
            r#"
        [[places]]
        {host}
        path = "/api/queue"
        resource = "{QUEUE}"
        scope = "queue:read"
        [[places]]
        {host}
        path = "/open"
        resource = "{QUEUE}"
        [[places]]
        {host}
        path = "/open/inner"
        resource = "{QUEUE}"
        scope = "queue:read"
        [[places]]
        host = "localhost:{browser_port}"
        browser = true
        "#
        ))
        .resource(QUEUE, &["queue:read", "queue:join"])
        .resource(OTHER, &["other"])
        .client(Client::service("worker").with("resources", json!([QUEUE, OTHER])))
        .start()
        .await;
    let alice = Person::alice();
    alice.registered(&server).await;
    let worker = Application::of(&server, "worker");
    let token = async |scope: &str| worker.client_credentials(&[("scope", scope)]).await.tokens().access_token;
    let (good, narrow, other) = (token("queue:read").await, token("queue:join").await, token("other").await);
    let folder = tempfile::Builder::new().prefix("ostiary-gateway-").tempdir().unwrap();
    // nginx, started by root, becomes a user of its own.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let environment = [
        ("KIND", kind),
        ("PROGRAM", program.to_str().unwrap()),
        ("FOLDER", folder.path().to_str().unwrap()),
        ("ISSUER", server.issuer.as_str()),
        ("PORT", &port),
        ("BROWSER_PORT", &browser_port),
        ("SERVICE_PORT", &service_port),
        ("TOKEN", &good),
        ("NARROW", &narrow),
        ("OTHER", &other),
        ("EMAIL", &alice.email),
        ("PASSWORD", &alice.password),
    ];
    let text = node::run("gateways.mjs", &environment).await;
    assert!(text.contains(&format!("{kind} is content")), "{text}");
}

/// security.md H1, H5: identity from us alone, the path that is routed, and closed when it cannot ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_lets_in_whom_it_should() {
    judge("nginx").await;
}

/// The same, and browsers that are sent to sign in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caddy_lets_in_whom_it_should() {
    judge("caddy").await;
}

/// The same, and browsers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traefik_lets_in_whom_it_should() {
    judge("traefik").await;
}

/// The same, asked with the original method and path.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn envoy_lets_in_whom_it_should() {
    judge("envoy").await;
}

/// Issue 4, section 4: oauth2-proxy in front of an application that knows no OpenID Connect: in by group, out from both sides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): oauth2-proxy is built from source"]
async fn oauth2_proxy_signs_people_in_for_an_application_that_knows_nothing_of_it() {
    let port = free_port();
    let wiki = Client::confidential("wiki")
        .redirect_uri(&format!("http://localhost:{port}/oauth2/callback"))
        .with("post_logout_redirect_uris", json!([format!("http://localhost:{port}/")]));
    in_front_of_an_application("oauth2-proxy", "oauth2-proxy.mjs", wiki, port).await;
}

/// Issue 4, section 4: mod_auth_openidc in front of an application that knows no OpenID Connect: in by group, out from both sides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apache_signs_people_in_for_an_application_that_knows_nothing_of_it() {
    let port = free_port();
    let callback = format!("http://localhost:{port}/oidc/callback");
    let wiki = Client::confidential("wiki")
        .redirect_uri(&callback)
        .with("post_logout_redirect_uris", json!([format!("http://localhost:{port}/")]))
        .with("backchannel_logout_uri", format!("{callback}?logout=backchannel"));
    in_front_of_an_application("apache2", "apache.mjs", wiki, port).await;
}

/// A server module that listens on `port`, in front of an application that only reads headers. Alice is staff, Bob is not.
async fn in_front_of_an_application(module: &str, script: &str, wiki: Client, port: u16) {
    const SECRET: &str = "a-secret-of-letters-that-modules-take-as-it-is";
    let module = program(module);
    let server = TestServer::with(Database::Sqlite).system_clock().client(wiki.first_party().with("client_secret", SECRET)).start().await;
    let (alice, bob) = (Person::alice(), Person { password: Person::alice().password, ..Person::bob() });
    alice.registered(&server).await;
    bob.registered(&server).await;
    // oauth2-proxy takes nobody whose address is not proven.
    server.database().execute("UPDATE users SET email_verified = TRUE").await;
    server.ground.command(&["user", "update", &alice.email, "--group", "staff"]).await.done();
    let folder = tempfile::Builder::new().prefix("ostiary-module-").tempdir().unwrap();
    // Apache, started by root, becomes a user of its own.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let environment = [
        ("PROGRAM", module.to_str().unwrap()),
        ("FOLDER", folder.path().to_str().unwrap()),
        ("ISSUER", server.issuer.as_str()),
        ("PORT", &port.to_string()),
        ("SERVICE_PORT", &free_port().to_string()),
        ("CLIENT_ID", "wiki"),
        ("CLIENT_SECRET", SECRET),
        ("STAFF", &alice.email),
        ("STRANGER", &bob.email),
        ("PASSWORD", &alice.password),
    ];
    assert!(node::run(script, &environment).await.contains("content"));
}
