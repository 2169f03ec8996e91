//! What gateways are told (clients.md §7).

use crate::both;
use crate::support::prelude::*;
use reqwest::Method;

const QUEUE: &str = "https://queue.example";

fn gateway(db: Database) -> Setup {
    let places: toml::Value = toml::from_str::<toml::Table>(&format!(
        r#"
        [[places]]
        path = "/api/queue"
        resource = "{QUEUE}"
        scope = "queue:read"
        [[places]]
        host = "admin.example"
        groups = ["editors"]
        [[places]]
        host = "tool.example"
        browser = true
        "#
    ))
    .unwrap()["places"]
        .clone();
    TestServer::with(db)
        .setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.1".into()]))
        .setting("protected", places)
        .resource(QUEUE, &["queue:read", "queue:join"])
        .resource("https://other.example", &["other"])
        .client(Client::confidential("main").first_party().with("resources", json!([QUEUE, "https://other.example"])))
        .client(Client::service("worker").with("resources", json!([QUEUE])))
}

/// A gateway asks about a request; `headers` are the gateway's and the client's.
async fn ask(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut request = http.request(method, format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request).await
}

async fn token(server: &TestServer, scope: &str) -> (Application, Tokens) {
    let main = Application::of(server, "main");
    let alice = Person::alice();
    let request = main.authorization_request().with("scope", scope);
    let tokens = main.sign_in_with(&mut alice.signed_in(server).await, &alice, &request).await;
    (main, tokens)
}

both! {
    /// Identity in ASCII, one line each; what the client sends under these names is not looked at.
    async fn a_good_token_passes_and_says_who_it_is(db) {
        let server = gateway(db).start().await;
        let (main, tokens) = token(&server, "openid email queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let headers = [("authorization", bearer.as_str()), ("x-forwarded-uri", "/api/queue/7?x=1"), ("x-auth-subject", "forged")];
        let answer = ask(&server, Method::GET, "/auth/verify", &headers).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let sub = main.verified(&tokens.access_token).await.text("sub").to_owned();
        assert_eq!((answer.header("x-auth-subject"), answer.header("x-auth-client")), (sub.as_str(), "main"));
        assert_eq!((answer.header("x-auth-scope"), answer.header("x-auth-email")), ("openid email queue:read", "alice@example.org"));
        assert_eq!((answer.header("x-auth-groups"), answer.header("cache-control")), ("", "no-store"));
        assert!(answer.headers.get("set-cookie").is_none());
        // Envoy: the original method, the original path behind ours. nginx: X-Original-URI.
        for method in [Method::POST, Method::DELETE, Method::OPTIONS, Method::PATCH] {
            assert_eq!(ask(&server, method, "/auth/verify/api/queue/7?x=1", &headers[..1]).await.status, 200);
        }
        assert_eq!(ask(&server, Method::GET, "/auth/verify", &[headers[0], ("x-original-uri", "/api/queue")]).await.status, 200);
        let machine = Application::of(&server, "worker").client_credentials(&[]).await.tokens();
        let bearer = format!("Bearer {}", machine.access_token);
        let answer = ask(&server, Method::GET, "/auth/verify", &[("authorization", &bearer), headers[1]]).await;
        assert_eq!((answer.status, answer.header("x-auth-subject"), answer.header("x-auth-email")), (200, "worker", ""));
    }

    /// RFC 6750 §3.1: no token, a bad one, one for another API, too little scope.
    async fn what_does_not_pass_is_told_why(db) {
        let server = gateway(db).start().await;
        let queue = ("x-forwarded-uri", "/api/queue");
        let nothing = ask(&server, Method::GET, "/auth/verify", &[queue]).await;
        assert_eq!((nothing.status, nothing.header("www-authenticate")), (401, "Bearer realm=\"ostiary\""));
        let bad = ask(&server, Method::GET, "/auth/verify", &[queue, ("authorization", "Bearer nonsense")]).await;
        assert_eq!(bad.status, 401);
        assert!(bad.header("www-authenticate").contains("error=\"invalid_token\""), "{bad:?}");
        let (_, other) = token(&server, "other").await;
        let bearer = format!("Bearer {}", other.access_token);
        assert_eq!(ask(&server, Method::GET, "/auth/verify", &[queue, ("authorization", &bearer)]).await.status, 401);
        let main = Application::of(&server, "main");
        let bob = Person::bob();
        let joined = main.sign_in_with(&mut bob.signed_in(&server).await, &bob, &main.authorization_request().with("scope", "queue:join")).await;
        let bearer = format!("Bearer {}", joined.access_token);
        let scope = ask(&server, Method::GET, "/auth/verify", &[queue, ("authorization", &bearer)]).await;
        assert_eq!(scope.status, 403);
        assert!(scope.header("www-authenticate").contains("error=\"insufficient_scope\", scope=\"queue:read\""), "{scope:?}");
        let query = ask(&server, Method::GET, "/auth/verify", &[("x-forwarded-uri", "/api/queue?access_token=x")]).await;
        assert_eq!(query.status, 401);
    }

    /// Deny by default; security.md H1, H5: an unknown place, a path that could be read in two ways, a gateway that nobody named.
    async fn only_what_is_configured_opens(db) {
        let server = gateway(db).start().await;
        let (_, tokens) = token(&server, "queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let about = |uri: &'static str| {
            let (server, bearer) = (&server, bearer.clone());
            async move { ask(server, Method::GET, "/auth/verify", &[("authorization", &bearer), ("x-forwarded-uri", uri)]).await.status }
        };
        assert_eq!(about("/api/queue/1").await, 200);
        for uri in ["/", "/api/queues", "/api/queue/../admin", "/api/queue/%2e%2e/admin", "/api//queue", "/api/queue;x", "//api/queue", "/api/queue%2f.."] {
            assert_eq!(about(uri).await, 403, "{uri}");
        }
        let twice = [("authorization", bearer.as_str()), ("x-forwarded-uri", "/api/queue"), ("x-forwarded-uri", "/other")];
        assert_eq!(ask(&server, Method::GET, "/auth/verify", &twice).await.status, 403);
        let untrusted = gateway(db).setting("trusted_proxies", toml::Value::Array(vec!["192.0.2.1".into()])).start().await;
        let (_, tokens) = token(&untrusted, "queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let asked = ask(&untrusted, Method::GET, "/auth/verify", &[("authorization", &bearer), ("x-forwarded-uri", "/api/queue")]).await;
        assert_eq!(asked.status, 403);
    }

    /// Without configured places a live token is enough; what ends is seen at once.
    async fn what_has_ended_is_refused_at_once(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let status = || async { ask(&server, Method::GET, "/auth/verify", &[("authorization", bearer.as_str())]).await.status };
        assert_eq!(status().await, 200);
        for _ in 0..100 {
            assert_eq!(status().await, 200, "never limited");
        }
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert_eq!(status().await, 401);
    }

    /// Browsers without a token are sent to sign in, and come back with a cookie of the protected host that dies with the session.
    async fn a_browser_is_sent_to_sign_in_and_comes_back(db) {
        let server = gateway(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let place = [("x-forwarded-host", "tool.example"), ("x-forwarded-proto", "https")];
        let with = |uri: &'static str, cookie: String| {
            let server = &server;
            async move {
                let headers = [place[0], place[1], ("x-forwarded-uri", uri), ("cookie", cookie.as_str())];
                ask(server, Method::GET, "/auth/verify", &headers).await
            }
        };
        let first = with("/reports?year=2026", String::new()).await;
        assert_eq!(first.status, 302);
        let visit = cookie_of(&first, "__Host-ostiary_gate_visit");
        browser.open(first.header("location")).await;
        assert!(browser.path().ends_with("/login"), "{}", browser.describe());
        let landed = alice.fill_sign_in(&mut browser).await.landed();
        assert_eq!(landed.url, "https://tool.example/.ostiary/callback");
        let callback: &'static str = Box::leak(format!("/.ostiary/callback?{}", landed.address.query().unwrap()).into_boxed_str());
        assert_eq!(with(callback, String::new()).await.status, 401, "another browser");
        let back = with(callback, visit.clone()).await;
        assert_eq!((back.status, back.header("location")), (302, "https://tool.example/reports?year=2026"), "{back:?}");
        assert_eq!(with(callback, visit).await.status, 401, "once");
        let session = cookie_of(&back, "__Host-ostiary_gate");
        let inside = with("/reports?year=2026", session.clone()).await;
        assert_eq!((inside.status, inside.header("x-auth-email")), (200, "alice@example.org"));
        let elsewhere = [("x-forwarded-host", "admin.example"), ("x-forwarded-uri", "/"), ("cookie", session.as_str())];
        assert_eq!(ask(&server, Method::GET, "/auth/verify", &elsewhere).await.status, 401, "a cookie of another host");
        let posted = [place[0], place[1], ("x-forwarded-uri", "/reports"), ("x-forwarded-method", "POST")];
        assert_eq!(ask(&server, Method::GET, "/auth/verify", &posted).await.status, 401, "a form is not sent to sign in");
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert_eq!(with("/reports", session).await.status, 302);
    }

    /// security.md M8: whose address has to be proven first is asked to prove it, and comes back; who works behind the gateway is not idle.
    async fn a_browser_proves_its_address_on_the_way_and_stays(db) {
        let server = gateway(db).setting("sign_up.email_verification", "before_token").start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let with = |uri: &'static str, cookie: String| {
            let server = &server;
            async move {
                let headers = [("x-forwarded-host", "tool.example"), ("x-forwarded-proto", "https"), ("x-forwarded-uri", uri), ("cookie", cookie.as_str())];
                ask(server, Method::GET, "/auth/verify", &headers).await
            }
        };
        let first = with("/", String::new()).await;
        let visit = cookie_of(&first, "__Host-ostiary_gate_visit");
        browser.open(first.header("location")).await;
        assert_eq!(browser.path(), "/verify", "{}", browser.describe());
        browser.press("Send the code").await;
        let code = crate::support::mailbox::Mailbox::of(&server).newest_to(&alice.email).await.code();
        browser.fill("Code", &code);
        let landed = browser.press("Continue").await.landed();
        let callback: &'static str = Box::leak(format!("/.ostiary/callback?{}", landed.address.query().unwrap()).into_boxed_str());
        let session = cookie_of(&with(callback, visit).await, "__Host-ostiary_gate");
        for _ in 0..4 {
            assert_eq!(with("/", session.clone()).await.status, 200);
            server.advance(Duration::from_secs(5 * 86_400));
        }
        assert_eq!(with("/", session.clone()).await.status, 200);
        server.advance(Duration::from_secs(8 * 86_400));
        assert_eq!(with("/", session).await.status, 302, "idle");
    }
}

/// A cookie that an answer sets, as a browser sends it back.
fn cookie_of(reply: &Reply, name: &str) -> String {
    let mut lines = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with(&format!("{name}="))).unwrap_or_else(|| panic!("no cookie {name}: {reply:?}"));
    assert!(line.contains("Secure") && line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
    line.split(';').next().unwrap().to_owned()
}
