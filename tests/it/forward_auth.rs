//! What gateways are told (clients.md §7).

use crate::both;
use crate::support::prelude::*;
use reqwest::Method;

const QUEUE: &str = "https://queue.example";

fn gateway(db: Database) -> Setup {
    TestServer::with(db)
        .places(&format!(
            r#"
        [[places]]
        path = "/api/queue"
        resource = "{QUEUE}"
        scope = "queue:read"
        [[places]]
        host = "admin.example"
        resource = "{QUEUE}"
        groups = ["editors"]
        [[places]]
        host = "tool.example"
        browser = true
        "#
        ))
        .resource(QUEUE, &["queue:read", "queue:join"])
        .resource("https://other.example", &["other"])
        .client(Client::confidential("main").first_party().with("resources", json!([QUEUE, "https://other.example"])))
        .client(Client::service("worker").with("resources", json!([QUEUE])))
}

/// A place for everybody, and places within it, by path and by host, for some.
fn ruled(db: Database) -> Setup {
    gateway(db)
        .places(&format!(
            r#"
        [[places]]
        resource = "{QUEUE}"
        [[places]]
        path = "/admin"
        resource = "{QUEUE}"
        groups = ["admins"]
        [[places]]
        host = "admin.example"
        resource = "{QUEUE}"
        groups = ["admins"]
        [[places]]
        host = "tool.example"
        groups = ["staff"]
        browser = true
        [[places]]
        host = "tool.localhost:8443"
        path = "/admin"
        browser = true
        "#
        ))
        .client(Client::confidential("partner"))
}

/// A gateway asks about a request; `headers` are the gateway's and the client's.
async fn ask(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    ask_bytes(server, method, path, &headers).await
}

async fn ask_bytes(server: &TestServer, method: Method, path: &str, headers: &[(&str, &[u8])]) -> Reply {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut request = http.request(method, format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, reqwest::header::HeaderValue::from_bytes(value).unwrap());
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

    /// security.md H1, H5: what a gateway says and we cannot read is not what it did not say, and what it says twice is said once.
    async fn what_cannot_be_read_is_not_absent(db) {
        let server = ruled(db).start().await;
        let (_, tokens) = token(&server, "queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let status = async |path: &str, said: &[(&str, &[u8])]| {
            let headers = [&[("authorization", bearer.as_bytes())][..], said].concat();
            ask_bytes(&server, Method::GET, path, &headers).await.status
        };
        let (uri, host): ((&str, &[u8]), _) = (("x-forwarded-uri", b"/x"), "x-forwarded-host");
        assert_eq!(status("/auth/verify", &[uri]).await, 200);
        assert_eq!(status("/auth/verify", &[uri, ("x-original-uri", b"/x"), (host, b"open.example")]).await, 200);
        assert_eq!(status("/auth/verify/x", &[uri]).await, 200);
        assert_eq!(status("/auth/verify/admin", &[]).await, 403);
        let unclear: &[&[(&str, &[u8])]] = &[
            &[("x-forwarded-uri", b"/admin?x=\xff")],
            &[("x-forwarded-uri", b"/admin\xff")],
            &[("x-forwarded-uri", b"/admin#")],
            &[("x-forwarded-uri", b"")],
            &[("x-forwarded-uri", b""), ("x-original-uri", b"/x")],
            &[uri, ("x-forwarded-uri", b"/admin")],
            &[uri, ("x-original-uri", b"/admin")],
            &[uri, ("x-original-uri", b"\xff")],
            &[],
            &[uri, (host, b"admin.example\xff")],
            &[uri, (host, b"open.example"), (host, b"admin.example")],
            &[uri, (host, b"open.example, admin.example")],
            &[uri, (host, b"open@admin.example")],
            &[uri, (host, b"")],
            &[uri, ("x-forwarded-proto", b"gopher")],
            &[uri, ("x-forwarded-proto", b"\xff")],
            &[uri, ("x-forwarded-method", b"")],
        ];
        for said in unclear {
            assert_eq!(status("/auth/verify", said).await, 403, "{said:?}");
        }
        assert_eq!(status("/auth/verify/admin", &[uri]).await, 403, "two paths");
    }

    /// security.md H5: letters that are encoded without need, or in the other case, do not lead around a rule.
    async fn another_spelling_of_a_path_is_not_another_path(db) {
        let server = ruled(db).start().await;
        let (_, tokens) = token(&server, "queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let about = async |uri: &str| ask(&server, Method::GET, "/auth/verify", &[("authorization", &bearer), ("x-forwarded-uri", uri)]).await.status;
        assert_eq!((about("/administer").await, about("/a%20b").await), (200, 200));
        let spellings = ["/admin", "/admin/", "/admin/x", "/Admin", "/ADMIN/x", "/admin?x", "/%61dmin", "/%41dmin/x", "/adm%69n", "/admin%", "/admin%zz"];
        for uri in spellings {
            assert_eq!(about(uri).await, 403, "{uri}");
        }
        for path in ["/auth/verify/%61dmin", "/auth/verify/Admin/x", "/auth/verify//admin", "/auth/verify/x/%2e%2e/admin"] {
            assert_ne!(ask(&server, Method::GET, path, &[("authorization", &bearer)]).await.status, 200, "{path}");
        }
        server.ground.command(&["user", "update", &Person::alice().email, "--group", "admins"]).await.done();
        assert_eq!((about("/admin").await, about("/Admin/x").await, about("/%61dmin").await), (200, 200, 403));
    }

    /// security.md H1: nor does another spelling of the host, be it by its port.
    async fn another_spelling_of_a_host_is_the_same_host(db) {
        let server = ruled(db).start().await;
        let (_, tokens) = token(&server, "queue:read").await;
        let bearer = format!("Bearer {}", tokens.access_token);
        let about = async |host: &str| {
            let headers = [("authorization", bearer.as_str()), ("x-forwarded-uri", "/x"), ("x-forwarded-host", host)];
            ask(&server, Method::GET, "/auth/verify", &headers).await.status
        };
        assert_eq!((about("open.example").await, about("open.example:99").await), (200, 200));
        let spellings = ["admin.example", "ADMIN.example", "admin.example.", "admin.example:99", "Admin.Example.:443", "admin.example:", "%61dmin.example"];
        for host in spellings {
            assert_eq!(about(host).await, 403, "{host}");
        }
        assert_eq!(about("tool.localhost:8443").await, 200, "outside of its place");
        for host in ["tool.localhost", "tool.localhost:99", "tool.localhost.", "Tool.localhost:443"] {
            assert_eq!(about(host).await, 403, "{host}");
        }
    }

    /// security.md H1, RFC 9068 §4, RFC 9700 §2.3: the access token that another application got for itself is good for nothing here.
    async fn a_token_for_somebody_else_opens_nothing(db) {
        let server = ruled(db).start().await;
        let alice = Person::alice();
        let partner = Application::of(&server, "partner");
        let tokens = partner.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        server.ground.command(&["user", "update", &alice.email, "--group", "staff", "--group", "admins"]).await.done();
        let bearer = format!("Bearer {}", tokens.access_token);
        for host in ["tool.example", "admin.example", "open.example"] {
            let headers = [("authorization", bearer.as_str()), ("x-forwarded-uri", "/"), ("x-forwarded-host", host)];
            let answer = ask(&server, Method::GET, "/auth/verify", &headers).await;
            assert_eq!((answer.status, answer.headers.get("x-auth-subject")), (401, None), "{host}: {answer:?}");
        }
        // So that it cannot be configured: a place that takes tokens says for which API they are.
        let places = toml::from_str::<toml::Table>("[[places]]\npath = \"/api\"\n[[places]]\nhost = \"a.example\"\nbrowser = true").unwrap();
        let setup = TestServer::with(db).setting("protected", places["places"].clone());
        let refused = setup.prepare().command(&["config", "check"]).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("  protected[0].resource: ") && !refused.stderr.contains("protected[1]"), "{refused:?}");
        let refused = TestServer::with(db).setting("protected", places["places"].clone()).try_start().await.unwrap_err();
        assert!(refused.contains("protected[0].resource: "), "{refused}");
    }

    /// RFC 6750 §3.1: an error is named when a token was sent, not for another scheme; a query is the original's.
    async fn a_challenge_names_what_was_wrong_with_a_token_alone(db) {
        let server = ruled(db).start().await;
        let told = async |path: &str, authorization: &str| {
            let answer = ask(&server, Method::GET, path, &[("authorization", authorization), ("x-forwarded-uri", "/x")]).await;
            assert_eq!(answer.status, 401, "{answer:?}");
            answer.header("www-authenticate").to_owned()
        };
        for path in ["/auth/verify", "/userinfo"] {
            assert_eq!(told(path, "Basic YWxpY2U6eA==").await, "Bearer realm=\"ostiary\"", "{path}");
        }
        for malformed in ["Bearer", "bearer "] {
            let challenge = told("/auth/verify", malformed).await;
            assert!(challenge.contains("error=\"invalid_request\"") && challenge.contains("holds no access token"), "{challenge}");
        }
        let (_, tokens) = token(&server, "queue:read").await;
        let headers = [("authorization", &*format!("Bearer {}", tokens.access_token)), ("x-forwarded-uri", "/x?access_token=abc")];
        assert_eq!(ask(&server, Method::GET, "/auth/verify?access_token=abc", &headers).await.status, 200);
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
        let stranger = with(callback, String::new()).await;
        assert_eq!((stranger.status, is_let_in(&stranger)), (302, false), "another browser signs in for itself: {stranger:?}");
        let back = with(callback, visit.clone()).await;
        assert_eq!((back.status, back.header("location")), (302, "https://tool.example/reports?year=2026"), "{back:?}");
        let twice = with(callback, visit).await;
        assert_eq!((twice.status, is_let_in(&twice)), (302, false), "once: {twice:?}");
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

    /// A place may be a part of its host; people come back to the host, and are who they are there whatever else the request carries.
    async fn a_place_for_browsers_below_a_path_can_be_entered(db) {
        let server = ruled(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let with = async |uri: &str, more: &[(&str, &[u8])]| {
            let about: [(&str, &[u8]); 2] = [("x-forwarded-host", b"Tool.localhost.:8443"), ("x-forwarded-uri", uri.as_bytes())];
            ask_bytes(&server, Method::GET, "/auth/verify?access_token=abc", &[&about[..], more].concat()).await
        };
        let first = with("/admin/x", &[]).await;
        let visit = cookie_of(&first, "__Host-ostiary_gate_visit");
        browser.open(first.header("location")).await;
        let landed = alice.fill_sign_in(&mut browser).await.landed();
        assert_eq!(landed.url, "https://tool.localhost:8443/.ostiary/callback");
        let callback = format!("/.ostiary/callback?{}", landed.address.query().unwrap());
        let back = with(&callback, &[("cookie", visit.as_bytes())]).await;
        assert_eq!((back.status, back.header("location")), (302, "https://tool.localhost:8443/admin/x"), "{back:?}");
        let session = cookie_of(&back, "__Host-ostiary_gate");
        // Another application of the host has set a cookie that is not UTF-8.
        let crowded = [b"lang=caf\xe9; ", session.as_bytes()].concat();
        for more in [
            &[][..],
            &[("x-forwarded-proto", &b"wss"[..])],
            &[("x-forwarded-method", b"POST")],
            &[("authorization", b"Basic YWxpY2U6eA==")],
            &[("authorization", b"Bearer of-the-application")],
        ] {
            let answer = with("/admin/x", &[&[("cookie", &crowded[..])][..], more].concat()).await;
            assert_eq!((answer.status, answer.header("x-auth-email")), (200, "alice@example.org"), "{more:?}");
        }
        // Without the cookie: what cannot be sent again after the sign-in, and what no browser sends by itself.
        for more in [
            [("x-forwarded-method", &b"POST"[..])],
            [("x-original-method", b"POST")],
            [("authorization", b"Bearer of-the-application")],
            [("cookie", b"lang=caf\xe9; %5F_Host-ostiary_gate=x")],
        ] {
            let expected = if more[0].0 == "cookie" { 302 } else { 401 };
            assert_eq!(with("/admin/x", &more).await.status, expected, "{more:?}");
        }
        let asked = [("x-forwarded-host", "tool.localhost:8443"), ("x-forwarded-uri", "/admin/x")];
        assert_eq!(ask(&server, Method::POST, "/auth/verify", &asked).await.status, 401, "Envoy asks with the method itself");
        assert_eq!(with("/.ostiary/callback", &[]).await.status, 401);
        assert_eq!(with("/x", &[("cookie", &crowded)]).await.status, 401, "a place for tokens");
    }

    /// Two tabs at once both come to their pages, and a reload on the way does, too.
    async fn two_tabs_at_once_both_come_in(db) {
        let server = gateway(db).start().await;
        let mut browser = Person::alice().signed_in(&server).await;
        let with = async |uri: &str, cookie: &str| at_tool(&server, "tool.example", uri, cookie).await;
        let one = with("/one", "").await;
        let visit = cookie_of(&one, "__Host-ostiary_gate_visit");
        let two = with("/two?x=1", &visit).await;
        assert_eq!(cookie_of(&two, "__Host-ostiary_gate_visit"), visit, "what the first tab is on its way with");
        let forged = with("/three", "__Host-ostiary_gate_visit=short").await;
        assert!(!cookie_of(&forged, "__Host-ostiary_gate_visit").ends_with("=short"));
        let (first, second) = (back_of(&mut browser, &one).await, back_of(&mut browser, &two).await);
        let inside = with(&first, &visit).await;
        assert_eq!((inside.status, inside.header("location")), (302, "https://tool.example/one"), "{inside:?}");
        let session = cookie_of(&inside, "__Host-ostiary_gate");
        for uri in [&first, &second] {
            let reloaded = with(uri, &session).await;
            assert_eq!((reloaded.status, is_let_in(&reloaded)), (302, false), "{reloaded:?}");
            assert!(["https://tool.example/one", "https://tool.example/two?x=1"].contains(&reloaded.header("location")), "{reloaded:?}");
        }
        let other = with(&second, &visit).await;
        assert_eq!((other.status, other.header("location")), (302, "https://tool.example/two?x=1"), "{other:?}");
        assert!(is_let_in(&other));
        assert_eq!(with("/.ostiary/callback?pass=x", &session).await.status, 401, "a way that nobody sealed");
    }

    /// A pass that lets nobody in leads to a sign-in of one's own, once, and then to words: no circle, no blank page, and no session for
    /// whoever was sent another's pass.
    async fn a_pass_that_lets_nobody_in_ends_in_a_sign_in_or_in_words(db) {
        let server = ruled(db).start().await;
        let mut browser = Person::alice().signed_in(&server).await;
        let with = async |uri: &str, cookie: &str| at_tool(&server, "tool.example", uri, cookie).await;
        let callback = back_of(&mut browser, &with("/reports?year=2026", "").await).await;
        // A browser that keeps no cookies.
        let again = with(&callback, "").await;
        assert_eq!((again.status, is_let_in(&again)), (302, false), "{again:?}");
        assert!(again.header("location").starts_with(&format!("{}/auth/start?ticket=", server.issuer)), "{again:?}");
        let callback_again = back_of(&mut browser, &again).await;
        let refused = with(&callback_again, "").await;
        assert_eq!((refused.status, refused.header("content-type")), (401, "text/plain; charset=utf-8"), "{refused:?}");
        assert!(refused.body.contains("cookies") && refused.body.ends_with("\n\nhttps://tool.example/reports?year=2026"), "{refused:?}");
        // One that keeps them comes in at the second try.
        let visit = cookie_of(&again, "__Host-ostiary_gate_visit");
        let inside = with(&callback_again, &visit).await;
        assert_eq!((inside.status, inside.header("location")), (302, "https://tool.example/reports?year=2026"), "{inside:?}");
        assert!(is_let_in(&inside));
        // What was opened again later is no circle.
        server.advance(Duration::from_secs(61));
        assert_eq!(with(&callback_again, "").await.status, 302);
        // What is not for this place, or not of ours, stays refused, and says so.
        let (unsealed, bare) = ("/.ostiary/callback?pass=x", "/.ostiary/callback");
        for (host, uri) in [("tool.localhost:8443", callback.as_str()), ("tool.example", unsealed), ("tool.example", bare)] {
            let refused = at_tool(&server, host, uri, &visit).await;
            assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer realm=\"ostiary\""), "{host}{uri}");
            assert!(refused.body.starts_with("This page has expired\n") && refused.headers.get("set-cookie").is_none(), "{refused:?}");
        }
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

/// A gateway asks about a request to a place for browsers.
async fn at_tool(server: &TestServer, host: &str, uri: &str, cookie: &str) -> Reply {
    let headers = [("x-forwarded-host", host), ("x-forwarded-proto", "https"), ("x-forwarded-uri", uri), ("cookie", cookie)];
    ask(server, Method::GET, "/auth/verify", &headers).await
}

/// Follows a gateway's answer to the provider, where the browser is signed in: what it is sent back to.
async fn back_of(browser: &mut Browser, reply: &Reply) -> String {
    let landed = browser.open(reply.header("location")).await.landed();
    format!("/.ostiary/callback?{}", landed.address.query().unwrap())
}

/// Whether an answer sets the cookie of somebody who may enter.
fn is_let_in(reply: &Reply) -> bool {
    reply.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().starts_with("__Host-ostiary_gate="))
}

/// A cookie that an answer sets, as a browser sends it back.
fn cookie_of(reply: &Reply, name: &str) -> String {
    let mut lines = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with(&format!("{name}="))).unwrap_or_else(|| panic!("no cookie {name}: {reply:?}"));
    assert!(line.contains("Secure") && line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
    line.split(';').next().unwrap().to_owned()
}
