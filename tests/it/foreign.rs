//! Foreign judges: stock clients and checkers that know nothing of Ostiary, and a real browser.

use crate::both;
use crate::support::jwt::KeyPair;
use crate::support::node;
use crate::support::ports::free_port;
use crate::support::prelude::*;
use crate::support::provider::SmsProvider;
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
    node::tour("chromium.mjs", &[("ISSUER", server.issuer.as_str()), ("APP_PORT", &app_port)]).await;
}

/// Issue 3, section 3: people sign in with a foreign provider, oidc-provider 9, in Chromium, in every look and without script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_with_a_foreign_provider_in_chromium() {
    let port = free_port();
    let provider = json!({ "id": "far", "kind": "oidc", "name": "Far", "issuer": format!("http://localhost:{port}"), "client_id": "ostiary",
        "client_secret": secret_of("ostiary"), "trust_email": true });
    let server = TestServer::with(Database::Sqlite).system_clock().upstream(provider).start().await;
    for look in ["light", "dark", "narrow", "arabic", "large", "no-script"] {
        let ann =
            Person { email: format!("ann-{look}@far.example"), password: "ann near likes long walks".into(), ..Person::new("Ann Near") };
        ann.registered(&server).await;
    }
    // Proven here: she is asked, not taken over.
    server.database().execute("UPDATE users SET email_verified = TRUE").await;
    let (secret, port) = (secret_of("ostiary"), port.to_string());
    node::tour("oidc-provider.mjs", &[("ISSUER", server.issuer.as_str()), ("SECRET", &secret), ("PROVIDER_PORT", &port)]).await;
}

/// RFC 8252 §7.3, security.md A38: people get back to a program at a port that nobody registered, and where an application leads on to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_get_back_to_their_applications_in_chromium() {
    let desk = Client::public("desk").with("application_type", "native");
    let desk = desk.with("redirect_uris", json!(["http://127.0.0.1/callback", "http://127.0.0.1/onward"]));
    let server = TestServer::with(Database::Sqlite).system_clock().client(desk).start().await;
    let alice = Person::alice();
    alice.registered(&server).await;
    let environment = [("ISSUER", server.issuer.as_str()), ("EMAIL", &alice.email), ("PASSWORD", &alice.password)];
    node::tour("way-back.mjs", &environment).await;
}

/// Issue 3, section 2: a second factor in Chromium, from the QR code to the recovery code, in every look, checked by axe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_give_a_second_factor_in_chromium() {
    let server = TestServer::with(Database::Sqlite).system_clock().start().await;
    node::tour("second-factor.mjs", &[("ISSUER", server.issuer.as_str())]).await;
}

/// Issue 3, section 2: passkeys in Chromium with a virtual authenticator: an account that has nothing else, autofill, security keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_use_passkeys_in_chromium() {
    let server = TestServer::with(Database::Sqlite).system_clock().setting("sign_up.email_verification", "before_sign_in").start().await;
    node::tour("passkeys.mjs", &[("ISSUER", server.issuer.as_str())]).await;
}

/// Issue 3, section 4; security.md L2: under attack, one press of the button is one sign-in, as soon as the proof of work is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_under_attack_in_chromium() {
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("proof_of_work.enabled", true)
        .setting("proof_of_work.difficulty", 10)
        .setting("proof_of_work.per_address_per_minute", 1)
        .setting("proof_of_work.per_minute", 1)
        .start()
        .await;
    let alice = Person::alice();
    alice.registered(&server).await;
    let environment = [("ISSUER", server.issuer.as_str()), ("EMAIL", &alice.email), ("PASSWORD", &alice.password)];
    node::tour("under-attack.mjs", &environment).await;
}

/// Issue 3, section 5: the pages that people see once or never, and the everyday ones in Spanish, French and Portuguese.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_seldom_pages_in_chromium() {
    const PASSWORD: &str = "likes long walks along the shore";
    let provider = SmsProvider::start().await;
    let silent = json!({ "id": "far", "kind": "oidc", "name": "Far", "issuer": format!("http://localhost:{}", free_port()), "client_id": "ostiary",
        "client_secret": secret_of("ostiary") });
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("sms.provider", "twilio_verify")
        .setting("sms.base_url", provider.url.as_str())
        .setting("sms.account_sid", "AC1")
        .setting("sms.auth_token", "hush")
        .setting("sms.service_sid", "VA1")
        .setting("sms.countries", vec!["+49".to_owned()])
        .setting("sms.sole_factor", true)
        .setting("second_factor.required_groups", vec!["staff".to_owned()])
        .upstream(silent)
        .start()
        .await;
    let setup = ostiary::setup::first_administrator_link(server.app()).await.unwrap().unwrap();
    for look in ["light", "dark", "narrow", "no-script", "keyboard", "spanish", "french", "portuguese", "german-large", "arabic-large"] {
        let email = format!("staff-{look}@seldom.example");
        Person { email, password: PASSWORD.into(), ..Person::new("Sam Staff") }.registered(&server).await;
    }
    server.database().execute(r#"UPDATE users SET user_groups = '["staff"]' WHERE email LIKE 'staff-%'"#).await;
    let environment =
        [("ISSUER", server.issuer.as_str()), ("SETUP", &setup), ("SMS_CODE", SmsProvider::VERIFY_CODE), ("PASSWORD", PASSWORD)];
    node::tour("seldom.mjs", &environment).await;
}

/// Issue 3, sections 2 and 4; RFC 9470: an API wants more than a password, and the person gives the second factor alone; the lockdown from the
/// security page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_step_up_and_lock_down_in_chromium() {
    let port = free_port();
    let bank = Client::confidential("bank").first_party().redirect_uri(&format!("http://localhost:{port}/callback"));
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("sign_up.email_verification", "before_sign_in")
        .resource(API, &["payments:send"])
        .client(bank.with("resources", json!([API])))
        .start()
        .await;
    let (secret, port) = (secret_of("bank"), port.to_string());
    node::tour("step-up.mjs", &[("ISSUER", server.issuer.as_str()), ("SECRET", &secret), ("APP_PORT", &port)]).await;
}

/// Issue 3, section 5; WCAG 2.2 §2.1.1, §2.4.3, §2.4.7: every flow by keyboard alone, from left to right and from right to left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_use_every_flow_by_keyboard_in_chromium() {
    let (app, provider) = (free_port(), free_port());
    let far = json!({ "id": "far", "kind": "oidc", "name": "Far", "issuer": format!("http://localhost:{provider}"), "client_id": "ostiary",
        "client_secret": secret_of("ostiary"), "trust_email": true });
    let client = Client::confidential("app").with("client_name", "Walking app").redirect_uri(&format!("http://localhost:{app}/callback"));
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("sign_up.email_verification", "before_sign_in")
        .setting("login.email", true)
        .upstream(far)
        .client(client.with("scope", "openid profile email"))
        .start()
        .await;
    let (secret, app, provider) = (secret_of("ostiary"), app.to_string(), provider.to_string());
    let environment = [("ISSUER", server.issuer.as_str()), ("SECRET", &secret), ("APP_PORT", &app), ("PROVIDER_PORT", &provider)];
    node::tour("keyboard.mjs", &environment).await;
}

/// Issue 3: an account from beginning to end in Chromium, in every look and without script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_live_with_their_account_in_chromium() {
    account_tour("looks").await;
}

/// Issue 3, section 5: the same in German and Arabic, and with text of twice the size.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_live_with_their_account_in_other_languages() {
    account_tour("languages").await;
}

async fn account_tour(tour: &str) {
    let port = free_port();
    let client = Client::confidential("app").with("client_name", "Walking app").redirect_uri(&format!("http://localhost:{port}/callback"));
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("sign_up.email_verification", "before_sign_in")
        .setting("login.email", true)
        // Nothing is sent: the page shows what there could be.
        .setting("sms.provider", "twilio_messages")
        .setting("sms.account_sid", "AC1")
        .setting("sms.auth_token", "hush")
        .setting("sms.from", "+15005550006")
        .setting("sms.countries", vec!["+49".to_owned()])
        .client(client.with("scope", "openid profile email"))
        .start()
        .await;
    let (secret, port) = (secret_of("app"), port.to_string());
    let environment = [("ISSUER", server.issuer.as_str()), ("SECRET", &secret), ("APP_PORT", &port), ("TOUR", tour)];
    node::tour("accounts.mjs", &environment).await;
}
