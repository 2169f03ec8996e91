//! HTTP itself: what stands in a header, a path or a method never gets around a rule.

use crate::both;
use crate::support::prelude::*;
use crate::support::upstream::FakeUpstream;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends these bytes and reads until the server closes. Returns what came, and whether it closed.
async fn exchange(server: &TestServer, bytes: &[u8]) -> (String, bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let (mut answer, mut buffer) = (Vec::new(), [0u8; 4096]);
    let closed = loop {
        match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => break true,
            Ok(Ok(count)) => answer.extend_from_slice(&buffer[..count]),
            Err(_) => break false,
        }
    };
    (String::from_utf8_lossy(&answer).into_owned(), closed)
}

/// The status of the answer to this request line, whose path no library has tidied up.
async fn status_of(server: &TestServer, line: &str) -> u16 {
    let (answer, _) = exchange(server, format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).await;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line}: {answer}"))
}

/// security.md H3: ten thousand connections that say nothing cost little and are ended; others are answered meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_cost_little_and_end() {
    let server = TestServer::with(Database::Sqlite).setting("request_timeout", "10s").start_process().await;
    let worker = Application::of_process(&server, "worker");
    worker.client_credentials(&[]).await.tokens();
    let mut grown = Vec::new();
    let before = server.resident_kib();
    for _ in 0..3 {
        let mut idle = Vec::new();
        for _ in 0..10_000 {
            idle.push(TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap());
        }
        worker.client_credentials(&[]).await.tokens();
        assert!(server.open_files() > 10_000, "{}", server.open_files());
        grown.push(server.resident_kib().saturating_sub(before));
        for mut stream in idle {
            let mut rest = Vec::new();
            let end = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
            assert!(end.is_ok(), "an idle connection stays: {}", String::from_utf8_lossy(&rest));
        }
        worker.client_credentials(&[]).await.tokens();
    }
    // Ten KiB each while they last. The next ones use the same, but for what lies in pieces: 160 MiB after three times, and 180 at last.
    assert!(grown[0] < 128 * 1024 && grown[2] < 240 * 1024, "{grown:?} KiB for ten thousand idle connections, three times");
}

/// How many answers came back on one connection.
fn answers(text: &str) -> usize {
    text.matches("HTTP/1.").count()
}

async fn with_method(app: &Application, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = app.http.request(method, format!("{}{path}", app.url));
    Reply::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const TAKES_POST_ONLY: [&str; 3] = ["/token", "/revoke", "/introspect"];
const TAKES_GET_ONLY: [&str; 6] = ["/jwks", "/.well-known/openid-configuration", "/account", "/health", "/health/ready", "/metrics"];
const TAKES_BOTH: [&str; 5] = ["/authorize", "/consent", "/logout", "/login", "/signup"];

/// security.md H8: ten thousand times for each path.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn much_nonsense_harms_nobody() {
    nonsense(Database::Sqlite, 10_000).await;
}

/// So many requests of nonsense to each path that there is, some with the cookies and the forms' token of somebody who is signed in; then a person
/// signs in.
async fn nonsense(db: Database, rounds: usize) {
    let fake = FakeUpstream::start("far").await;
    let server = TestServer::with(db).upstream(fake.document()).setting("login.email", true).start().await;
    let shop = Application::of(&server, "shop");
    let alice = Person::alice();
    let mut browser = alice.registered(&server).await;
    let names: Vec<&str> = concat!(
        "client_id redirect_uri response_type scope state nonce code_challenge code_challenge_method prompt max_age ",
        "claims id_token_hint login_hint acr_values resource grant_type code code_verifier refresh_token token ",
        "token_type_hint client_secret client_assertion client_assertion_type ticket email password name decision choice ",
        "show end post_logout_redirect_uri access_token subject_token subject_token_type arrival answer error passkey ",
        "challenge pending held_form proof method id rd x[] %00 "
    )
    .split(' ')
    .collect();
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    let values = [
        "",
        "shop",
        "worker",
        "https://shop.example/callback",
        "code",
        "openid",
        "none",
        "S256",
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "-1",
        "18446744073709551616",
        "%00",
        "%ff",
        "%F0%9F%9A%AA",
        "%0d%0aX:1",
        "'%20OR%201=1--",
        "%3Cscript%3E",
        "{\"id_token\":{\"sub\":{\"value\":1}}}",
        "{\"userinfo\":[[[[]]]]}",
        "null",
        "[]",
        jwt,
        "a.b.c",
        "....",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "%E2%80%AE",
        "../../etc/passwd",
        "https://[::1",
        "https://api.example",
        "%",
    ];
    let mut paths: Vec<&str> = include_str!("../../src/paths.rs").split('"').skip(1).step_by(2).collect();
    paths.extend(["/", "/static/x", "/outbox/x", "/login/with/far", "/login/with/far/callback", "/login/with/x", "/auth/verify/a/b"]);
    assert!(paths.len() > 60 && paths.iter().all(|path| path.starts_with('/')), "{paths:?}");
    let mut dice = Dice(7);
    let big = "z".repeat(9_000);
    for (n, path) in paths.into_iter().enumerate() {
        // Of whoever was signed in for the path before nothing may be left.
        let mut own = Person::new(&format!("Guest{n} Brisk")).signed_in(&server).await;
        own.open("/account/profile").await;
        let (csrf, cookies) = (own.page().value("csrf").unwrap(), own.cookies.header("/account").unwrap());
        let mut requests = Vec::new();
        for _ in 0..rounds {
            let mut parameter = || {
                let name = dice.one_of(&names);
                let value = if dice.below(30) == 0 { &big } else { dice.one_of(&values) };
                format!("{name}={value}")
            };
            let many: Vec<String> = (0..8).map(|_| parameter()).collect();
            let mut text = many[..dice.below(8)].join(dice.one_of(&["&", "&", "&", ";", "&&", "=", "?"]));
            let signed_in = dice.below(2) == 0;
            // Then it is read as a form of ours, nonsense and all.
            if signed_in && dice.below(4) > 0 {
                text = format!("csrf={csrf}&{text}");
            }
            let method = dice.one_of(&["GET", "POST", "POST", "HEAD", "OPTIONS", "PUT"]);
            let content_type = if signed_in { FORM } else { dice.one_of(&[FORM, FORM, FORM, "text/plain", "application/json"]) };
            let query = if method == "GET" || dice.below(4) == 0 { format!("?{text}") } else { String::new() };
            let mut request =
                shop.http.request(method.parse().unwrap(), format!("{}{path}{query}", shop.url)).header("content-type", content_type);
            let nonsense = [
                "Basic c2hvcDp4",
                "Basic !!",
                "Bearer x",
                &format!("Bearer {jwt}"),
                "ostiary_session=x; ostiary_browser=y; ostiary_known=..",
                "ostiary_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "null",
                "\"x\"",
                "same-origin",
            ];
            for name in ["authorization", "cookie", "origin", "if-none-match", "sec-fetch-site"] {
                if signed_in && name != "authorization" {
                    request = match name {
                        "cookie" => request.header(name, &cookies),
                        "origin" => request.header(name, &server.issuer),
                        "sec-fetch-site" => request.header(name, "same-origin"),
                        _ => request,
                    };
                } else if dice.below(3) == 0 {
                    request = request.header(name, dice.one_of(&nonsense));
                }
            }
            if method != "GET" && method != "HEAD" {
                request = request.body(text.clone());
            }
            requests.push(async move {
                let answer = Reply::of(request).await;
                assert!(answer.status < 500, "{method} {path} {text}: {answer:?}");
            });
        }
        futures_util::stream::iter(requests).buffer_unordered(8).collect::<Vec<()>>().await;
    }
    shop.sign_in(&mut browser, &alice).await;
}

both! {
    /// security.md H1: the issuer, links and cookies come from the configuration, whatever the request claims.
    async fn host_and_forwarded_headers_change_nothing(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let plain = shop.discovery().await;
        let forged: [(&str, &str); 8] = [
            ("host", "localhost:1"), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https"), ("x-forwarded-prefix", "/evil"),
            ("forwarded", "host=evil.example;proto=https"), ("x-original-url", "/account"), ("x-rewrite-url", "/account"), ("x-host", "evil.example"),
        ];
        let answer = shop.get("/.well-known/openid-configuration", &forged).await;
        assert_eq!(answer.ok(), plain);
        assert!(answer.headers.get("strict-transport-security").is_none());
        let request = shop.authorization_request();
        let answer = shop.get(&request.url().replace(&server.issuer, ""), &forged).await;
        assert!(answer.header("location").starts_with("/login?ticket="), "{answer:?}");
        assert!(!answer.header("set-cookie").contains("Domain") && !answer.header("set-cookie").contains("evil"), "{answer:?}");
        for path in ["/login", "/nope", "/logout"] {
            let page = shop.get(path, &forged).await;
            assert!(!page.body.contains("evil"), "{path}: {}", page.body);
        }
        assert_eq!(shop.get("/nope", &forged).await.status, 404, "X-Original-URL names no page");
        let method = [("x-http-method-override", "POST"), ("x-method-override", "POST"), ("x-http-method", "POST")];
        assert_eq!(shop.get("/token", &method).await.status, 405);
    }

    /// security.md H1, RFC 9110 §15.5.20: other hosts are refused, in plain words; probes may name anything.
    async fn requests_for_unknown_hosts_are_misdirected(db) {
        let server = TestServer::with(db).setting("allowed_hosts", vec!["ostiary", "10.0.0.7", "[fd00::7]"]).start().await;
        let ask = async |line: &str, host: &str| {
            let (answer, _) = exchange(&server, format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).await;
            let status = answer.split(' ').nth(1).unwrap_or("none").to_owned();
            (status, answer)
        };
        for host in ["localhost", "LOCALHOST:1", "app.localhost", "127.0.0.1:80", "127.9.9.9", "[::1]:3004", "ostiary:3004", "OSTIARY", "10.0.0.7", "[fd00:0::7]:1"] {
            assert_eq!(ask("GET /jwks", host).await.0, "200", "{host}");
        }
        for host in [
            "evil.example", "evil.example:3004", "localhost.evil.example", "ostiary.evil.example", "evil-localhost", "evillocalhost", "", ":3004", "localhost@evil.example", "evil.example@localhost",
            "localhost:evil", "localhost/evil", "localhost,evil.example", "10.0.0.8", "0.0.0.0", "[::2]", "[fd00::7", "*", "evil%2elocalhost",
        ] {
            for line in ["GET /jwks", "GET /.well-known/openid-configuration", "GET /login", "GET /nope", "POST /token", "OPTIONS /token", "GET /health/", "GET /health/../jwks", "GET /%68ealth", "GET /static/style.css"] {
                let (status, answer) = ask(line, host).await;
                assert!(status == "421" || status == "400", "{line} for {host:?}: {answer}");
                assert!(!answer.contains("evil") && !answer.contains("set-cookie"), "{line} for {host:?}: {answer}");
            }
            for path in ["/health", "/health/ready", "/metrics"] {
                let (status, answer) = ask(&format!("GET {path}"), host).await;
                assert!(status == "200" || status == "400", "{path} for {host:?}: {answer}");
            }
        }
        let (_, refused) = ask("GET /login", "evil.example").await;
        for words in ["421 Misdirected Request", &server.issuer, "allowed_hosts", "proxy_set_header Host", "x-request-id: ", "x-content-type-options: nosniff", "cache-control: no-store", "content-type: text/plain"] {
            assert!(refused.contains(words), "{words}: {refused}");
        }
        assert_eq!(ask("GET /health", "10.99.0.1:3004").await.0, "200", "probes name addresses");
        // RFC 9112 §3.2.2: an absolute target goes before Host; neither may name another host.
        for (target, host, expected) in [("http://localhost", "localhost", "200"), ("http://evil.example", "localhost", "421"), ("http://localhost", "evil.example", "421")] {
            assert_eq!(ask(&format!("GET {target}/jwks"), host).await.0, expected, "{target} {host}");
        }
        for (path, expected) in [("/health", "200"), ("/jwks", "421")] {
            let (answer, _) = exchange(&server, format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await;
            assert_eq!(answer.split(' ').nth(1), Some(expected), "HTTP/1.0 without Host: {path} {answer}");
        }
    }

    /// security.md H1: under https no loopback name is known by itself.
    async fn an_https_issuer_knows_its_own_host_only(db) {
        let server = TestServer::with(db)
            .setting("issuer", "https://id.example")
            .setting("mail.transport", "smtp")
            .setting("mail.from", "id@id.example")
            .setting("smtp.host", "localhost")
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        for (host, status) in [("id.example", 200), ("ID.example:443", 200), ("localhost", 421), ("127.0.0.1", 421), ("www.id.example", 421)] {
            assert_eq!(shop.get("/jwks", &[("host", host)]).await.status, status, "{host}");
        }
        assert!(!shop.get("/jwks", &[("host", "localhost")]).await.header("strict-transport-security").is_empty());
        assert_eq!(shop.get("/health", &[]).await.status, 200);
    }

    /// security.md H1, L3: an address in X-Forwarded-For is believed from configured proxies only.
    async fn forwarded_addresses_count_from_configured_proxies_only(db) {
        let alice = Person::alice();
        for (proxies, shown) in [(toml::Value::Array(Vec::new()), false), (toml::Value::Array(vec!["127.0.0.0/8".into()]), true)] {
            let server = TestServer::with(db).setting("trusted_proxies", proxies).start().await;
            let mut browser = Browser::new(&server);
            browser.send_header("x-forwarded-for", "203.0.113.77, 198.51.100.9");
            browser.send_header("x-real-ip", "203.0.113.78");
            alice.sign_up(&mut browser).await;
            browser.open("/account/sessions").await;
            let text = browser.text();
            assert_eq!(text.contains("From 198.51.100.9"), shown, "{text}");
            assert_eq!(text.contains("From 127.0.0.1"), !shown, "{text}");
            assert!(!text.contains("203.0.113"), "{text}");
        }
    }

    /// security.md L3, L11: neither a forged address nor another spelling of the path makes a fresh counter.
    async fn the_limit_on_tried_passwords_cannot_be_got_around(db) {
        let server = TestServer::with(db).rate_limits().setting("rate_limit.sign_in.per_minute", 1).setting("rate_limit.sign_in.burst", 3).start().await;
        let shop = Application::of(&server, "shop");
        let post = async |path: &str, address: &str| {
            let headers = format!("Host: localhost\r\nConnection: close\r\nX-Forwarded-For: {address}\r\nContent-Type: {FORM}\r\nContent-Length: 3");
            let (answer, _) = exchange(&server, format!("POST {path} HTTP/1.1\r\n{headers}\r\n\r\na=b").as_bytes()).await;
            answer.split(' ').nth(1).unwrap().to_owned()
        };
        for n in 0..3 {
            assert_eq!(post("/login", &format!("192.0.2.{n}")).await, "403", "no csrf, but counted");
        }
        assert_eq!(post("/login", "192.0.2.200").await, "429");
        for path in ["//login", "/login/", "/%6cogin", "/login;x", "/LOGIN", "/./login", "/x/../login", "/login%2f", "/login%3b", "/login%00"] {
            let status = post(path, "192.0.2.201").await;
            assert!(["429", "404", "400", "405"].contains(&status.as_str()), "{path}: {status}");
        }
        assert_eq!(shop.get("/login", &[]).await.status, 200, "looking at the page has a limit of its own");
    }

    /// security.md H5, H9: one canonical path each; nothing but the known files is served.
    async fn no_spelling_of_a_path_gets_around_its_guards(db) {
        let server = TestServer::start(db).await;
        for path in [
            "//account", "/account/", "/account//sessions", "/./account", "/x/../account", "/%2e%2e/account", "/account;x", "/account%2fsessions", "/account%5csessions",
            "/ACCOUNT", "/account%00", "/account%0a", "/\\account", "/static/", "/static", "/static/..%2f..%2fCargo.toml", "/static/../Cargo.toml", "/static/%2e%2e/ostiary.toml",
            "/static//etc/passwd", "/static/style.css/", "/static/style.css%00", "/static/ostiary.db", "/ostiary.toml", "/.git/config", "/setup/x", "/token/x", "/metrics/", "/authorize/", "/authorize/resume/",
        ] {
            let status = status_of(&server, &format!("GET {path}")).await;
            assert!(status == 404 || status == 400, "{path}: {status}");
        }
        // Percent-encoding of a plain letter is the same path (RFC 3986 §6.2.2.2), with the same guard: 303 to /login.
        assert_eq!(status_of(&server, "GET /%61ccount").await, 303);
        assert_eq!(status_of(&server, "GET /account").await, 303);
    }

    /// security.md H6, RFC 9110 §9.3.2 and §15.5.6: wrong methods are refused, and told which are right.
    async fn methods_are_as_they_should_be(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for (paths, allowed) in [(&TAKES_POST_ONLY[..], "POST"), (&TAKES_GET_ONLY, "GET, HEAD"), (&TAKES_BOTH, "GET, POST")] {
            for path in paths {
                for method in ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GET", "POST"] {
                    if allowed.contains(method) {
                        continue;
                    }
                    let answer = with_method(&shop, method, path, &[("content-type", FORM)]).await;
                    assert_eq!(answer.status, 405, "{method} {path}");
                    let named: Vec<&str> = answer.header("allow").split(", ").filter(|name| *name != "HEAD" && *name != "OPTIONS").collect();
                    assert_eq!(named.join(", "), allowed.replace(", HEAD", ""), "Allow of {method} {path}");
                    assert!(!answer.body.contains("TRACE"), "nothing is sent back");
                    if TAKES_BOTH.contains(path) || *path == "/account" {
                        assert!(answer.header("content-type").starts_with("text/html"), "people get a page: {path}");
                    } else {
                        answer.refused(405, "invalid_request");
                        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"), "{method} {path}");
                    }
                }
            }
        }
        let answer = with_method(&shop, "PUT", "/userinfo", &[]).await;
        answer.refused(405, "invalid_request");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST");
        for (line, host) in [("CONNECT id.example:443", "localhost"), ("OPTIONS *", "localhost"), ("BREW /login", "localhost")] {
            let (text, _) = exchange(&server, format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).await;
            assert!(text.starts_with("HTTP/1.1 4"), "{line}: {text}");
        }
        for path in ["/jwks", "/.well-known/openid-configuration", "/login", "/signup", "/health", "/userinfo", "/static/style.css", "/favicon.ico"] {
            let (get, head) = (shop.get(path, &[]).await, with_method(&shop, "HEAD", path, &[]).await);
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
            for name in ["content-type", "cache-control", "content-security-policy", "content-length", "etag", "www-authenticate"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {path}");
            }
        }
        // security.md A25: a HEAD must not run an authorization request.
        for path in ["/authorize", "/authorize/resume", "/consent", "/logout"] {
            assert_eq!(with_method(&shop, "HEAD", path, &[]).await.status, 405, "{path}");
            let options = with_method(&shop, "OPTIONS", path, &[("origin", "https://shop.example"), ("access-control-request-method", "GET")]).await;
            assert_eq!((options.status, options.header("access-control-allow-origin")), (405, ""), "{path}");
        }
    }

    /// security.md H6, RFC 9700 §2.6: who may read what from another origin; never with cookies.
    async fn other_origins_read_only_what_is_meant_for_them(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let preflight = async |path: &str, origin: &str| {
            with_method(&shop, "OPTIONS", path, &[("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")]).await
        };
        let applications = ["/token", "/userinfo", "/revoke"];
        let anyone = ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
        let nobody = ["/introspect", "/login", "/signup", "/consent", "/logout", "/account", "/authorize", "/metrics", "/nope"];
        for path in anyone {
            let answer = shop.get(path, &[]).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}: a cache hands the answer on to pages of other origins");
            assert!(!answer.headers.contains_key("vary"), "{path}");
        }
        for (origin, known) in [
            ("https://shop.example", true), ("https://spa.example", true), ("https://evil.example", false), ("null", false), ("https://shop.example.evil.test", false),
            ("http://shop.example", false), ("https://shop.example:444", false), ("https://SHOP.example", false), ("*", false), ("", false),
        ] {
            for path in applications {
                for answer in [preflight(path, origin).await, with_method(&shop, "POST", path, &[("origin", origin)]).await] {
                    assert_eq!(answer.header("access-control-allow-origin"), if known { origin } else { "" }, "{origin} {path}");
                    assert!(answer.headers.get_all("vary").iter().any(|value| value == "Origin"), "{path}: caches must tell origins apart");
                    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
                }
            }
            for path in anyone {
                for answer in [preflight(path, origin).await, shop.get(path, &[("origin", origin)]).await] {
                    assert_eq!(answer.header("access-control-allow-origin"), "*", "{origin} {path}");
                    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
                }
            }
            for path in nobody {
                for answer in [preflight(path, origin).await, shop.get(path, &[("origin", origin)]).await, with_method(&shop, "POST", path, &[("origin", origin)]).await] {
                    assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin} {path}");
                }
            }
        }
    }

    /// RFC 9110 §10.2.3: a page of another origin reads why it was refused, what is left to it and when to ask again.
    async fn other_origins_read_why_and_until_when(db) {
        let server = TestServer::with(db).rate_limits().setting("rate_limit.read.per_minute", 1).setting("rate_limit.read.burst", 1).start().await;
        let shop = Application::of(&server, "shop");
        let ask = async || with_method(&shop, "POST", "/userinfo", &[("origin", "https://shop.example")]).await;
        let (refused, too_many) = (ask().await, ask().await);
        assert_eq!((refused.status, too_many.status), (401, 429));
        let common = ["x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining"];
        for (answer, own) in [(refused, &["www-authenticate"][..]), (too_many, &["retry-after", "x-ratelimit-after"])] {
            assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
            let exposed: Vec<&str> = answer.header("access-control-expose-headers").split(", ").collect();
            for header in common.iter().chain(own) {
                assert!(exposed.contains(header), "{header} is not among {exposed:?}");
                assert!(answer.headers.contains_key(*header), "{header} is not sent with {}", answer.status);
            }
        }
    }

    /// security.md H4, T11: bodies come plain and small; pages go out uncompressed (BREACH).
    async fn bodies_are_plain_and_small(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let post = async |path: &str, headers: &[(&str, &str)], body: Vec<u8>| {
            let request = headers.iter().fold(shop.http.post(server.at(path)), |request, (name, value)| request.header(*name, *value));
            Reply::of(request.body(body)).await
        };
        for path in ["/token", "/revoke", "/introspect", "/userinfo"] {
            for encoding in ["gzip", "br", "deflate", "zstd", "unknown"] {
                post(path, &[("content-type", FORM), ("content-encoding", encoding)], b"a=b".to_vec()).await.refused(400, "invalid_request");
            }
            for media in ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded; charset=utf-7"] {
                post(path, &[("content-type", media)], b"a=b".to_vec()).await.refused(400, "invalid_request");
            }
            post(path, &[("content-type", FORM)], b"a=\xff".to_vec()).await.refused(400, "invalid_request");
            post(path, &[("content-type", FORM)], b"a=%ff".to_vec()).await.refused(400, "invalid_request");
            post(path, &[("content-type", FORM)], vec![b'a'; 60_000]).await.refused(400, "invalid_request");
            post(path, &[("content-type", FORM)], (0..200).map(|n| format!("p{n}=1&")).collect::<String>().into_bytes()).await.refused(400, "invalid_request");
        }
        for path in ["/login", "/signup", "/consent", "/authorize", "/logout"] {
            let answer = post(path, &[("content-type", FORM), ("content-encoding", "gzip")], b"a=b".to_vec()).await;
            assert_eq!(answer.status, 400, "{path}");
            assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        }
        for path in ["/login", "/jwks", "/static/style.css"] {
            let answer = shop.get(path, &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
            assert_eq!(answer.header("content-encoding"), "", "{path}");
        }
    }

    /// security.md H9, RFC 9110 §8.8.3, RFC 8246: static files under the name of their content are kept for ever.
    async fn static_files_are_kept_by_their_version(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let mut browser = Browser::new(&server);
        browser.open("/login").await;
        let html = browser.page().html.clone();
        let named: Vec<&str> = html.split('"').filter(|text| text.starts_with("/static/")).collect();
        assert!(named.len() >= 4, "{html}");
        for path in named {
            let file = shop.get(path, &[]).await;
            assert_eq!((file.status, file.header("cache-control")), (200, "public, max-age=31536000, immutable"), "{path}");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            assert!(!file.headers.contains_key("set-cookie") && !file.body.is_empty());
            let etag = file.header("etag").to_owned();
            let again = shop.get(path, &[("if-none-match", &etag)]).await;
            assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", etag.as_str()), "{path}");
            let plain = path.split('?').next().unwrap();
            for unversioned in [plain.to_owned(), format!("{plain}?v=000000000000")] {
                let file = shop.get(&unversioned, &[]).await;
                assert_eq!((file.status, file.header("cache-control").contains("immutable")), (200, false), "{unversioned}");
            }
        }
        assert!(!html.contains("src=\"http") && !html.contains("href=\"http"), "nothing comes from elsewhere: {html}");
        assert_eq!(shop.get("/favicon.ico", &[]).await.status, 200);
        let metadata = shop.get("/jwks", &[]).await;
        let etag = metadata.header("etag").to_owned();
        // RFC 9110 §13.1.2: a proxy that compresses makes the tag a weak one; `*` is any.
        for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", W/{etag}"), "*".to_owned()] {
            assert_eq!(shop.get("/jwks", &[("if-none-match", &known)]).await.status, 304, "{known}");
        }
        assert_eq!(shop.get("/jwks", &[("if-none-match", "W/\"x\"")]).await.status, 200);
    }

    /// security.md H2, RFC 9112 §6.1 and §6.3: a request that two readers could cut differently is refused, and the connection ends.
    async fn smuggled_requests_are_refused(db) {
        let server = TestServer::start(db).await;
        let hidden = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let post = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        for (name, framing) in [
            ("both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("both lengths, the other way", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
            ("two different lengths", "Content-Length: 3\r\nContent-Length: 0\r\n\r\na=b"),
            ("a list of lengths", "Content-Length: 3, 3\r\n\r\na=b"),
            ("a length with a plus", "Content-Length: +3\r\n\r\na=b"),
            ("a negative length", "Content-Length: -3\r\n\r\na=b"),
            ("a hexadecimal length", "Content-Length: 0x3\r\n\r\na=b"),
            ("an empty length", "Content-Length: \r\n\r\na=b"),
            ("an overflowing length", "Content-Length: 18446744073709551619\r\n\r\na=b"),
            ("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            ("chunked not last", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
            ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("identity and chunked", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("a space before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
            ("a folded line", "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
            ("a control character", "Transfer-Encoding: \u{b}chunked\r\n\r\n0\r\n\r\n"),
            ("an overflowing chunk", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na=b\r\n0\r\n\r\n"),
            ("a negative chunk", "Transfer-Encoding: chunked\r\n\r\n-1\r\na=b\r\n0\r\n\r\n"),
            ("a chunk ended by a bare line feed", "Transfer-Encoding: chunked\r\n\r\n3\na=b\n0\n\n"),
            ("a chunk longer than it says", "Transfer-Encoding: chunked\r\n\r\n1\r\na=b\r\n0\r\n\r\n"),
        ] {
            let (text, closed) = exchange(&server, format!("{post}{framing}{hidden}").as_bytes()).await;
            assert!(text.starts_with("HTTP/1.1 400"), "{name}: {text}");
            assert_eq!((answers(&text), closed), (1, true), "{name}: {text}");
        }
        let old = "POST /token HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        let (text, closed) = exchange(&server, format!("{old}{hidden}").as_bytes()).await;
        assert!(closed && answers(&text) == 1 && text.contains(" 400 "), "HTTP/1.0 knows no chunks: {text}");
        assert_eq!(Application::of(&server, "shop").get("/health", &[]).await.status, 200);
    }

    /// RFC 9112 §3.2: exactly one Host; §2.2 and §3: what is no request is answered with 400.
    async fn what_is_no_request_is_refused(db) {
        let server = TestServer::start(db).await;
        for head in [
            "GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", "GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /health\r\n\r\n", "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "GET /he\u{1}alth HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX\u{0}: 1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        ] {
            let (text, closed) = exchange(&server, head.as_bytes()).await;
            assert!(text.starts_with("HTTP/1.1 400") && closed, "{head:?}: {closed} {text}");
        }
        // security.md H3: too much of anything.
        let long = "a".repeat(200_000);
        let many: String = (0..1000).map(|n| format!("X-{n}: 1\r\n")).collect();
        for head in [
            format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"), format!("GET /health?{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"), format!("GET /health HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
        ] {
            let (text, closed) = exchange(&server, head.as_bytes()).await;
            let status = text.split(' ').nth(1).unwrap_or("closed without a word");
            assert!(closed && ["400", "413", "414", "431", "closed without a word"].contains(&status), "{}: {text}", &head[..40]);
        }
        assert_eq!(Application::of(&server, "shop").get("/health", &[]).await.status, 200);
    }

    /// security.md H2, H9: chunks with a novel behind them, HTTP/2 without TLS, a protocol to change to, an old connection kept open.
    async fn odd_ways_to_speak_http_lead_nowhere(db) {
        let server = TestServer::start(db).await;
        let post = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
        let (text, closed) = exchange(&server, format!("{post}3;{}\r\na=b\r\n0\r\n\r\n", "x".repeat(1 << 20)).as_bytes()).await;
        assert!(text.starts_with("HTTP/1.1 400") && answers(&text) == 1, "a chunk extension of a mebibyte: {closed} {text}");
        let (text, closed) = exchange(&server, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
        assert!(closed && (text.is_empty() || text.starts_with("HTTP/1.1 4")), "HTTP/2 with prior knowledge: {text}");
        for upgrade in ["websocket", "h2c"] {
            let head = format!("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
            let (text, _) = exchange(&server, head.as_bytes()).await;
            assert!(!text.contains("101 Switching") && !text.to_lowercase().contains("\r\nupgrade:"), "{upgrade}: {text}");
        }
        let old = "GET /health HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n".repeat(2);
        let (text, _) = exchange(&server, format!("{old}GET /health HTTP/1.0\r\n\r\n").as_bytes()).await;
        assert_eq!((text.matches("200 OK").count(), answers(&text)), (3, 3), "{text}");
    }

    /// security.md H3: who sends slowly, or nothing, does not hold a connection.
    async fn slow_senders_are_cut_off(db) {
        let server = TestServer::with(db).setting("request_timeout", "1s").setting("proof_of_work.enabled", true).start().await;
        let head = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let page = head.replace("/token", "/login");
        for (name, start, drip) in [
            ("nothing", String::new(), ""), ("half a head", head[..30].to_owned(), ""), ("a head a byte at a time", head.to_owned(), "X-A: b\r\n"),
            ("half a body", format!("{head}Content-Length: 100\r\n\r\na=b"), ""), ("a body a byte at a time", format!("{head}Content-Length: 100\r\n\r\na=b"), "c"),
            ("a form a byte at a time", format!("{page}Content-Length: 100\r\n\r\na=b"), "c"), ("chunks a byte at a time", format!("{head}Transfer-Encoding: chunked\r\n\r\n"), "1\r\na\r\n"),
        ] {
            let mut stream = TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap();
            stream.write_all(start.as_bytes()).await.unwrap();
            let (mut text, mut buffer, began) = (String::new(), [0u8; 4096], std::time::Instant::now());
            loop {
                match tokio::time::timeout(Duration::from_millis(200), stream.read(&mut buffer)).await {
                    Ok(Ok(0) | Err(_)) => break,
                    Ok(Ok(count)) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
                    Err(_) => drop(stream.write_all(drip.as_bytes()).await),
                }
                assert!(began.elapsed() < Duration::from_secs(15), "{name} still holds its connection: {text}");
            }
            assert!(!text.contains(" 200 ") && answers(&text) <= 1, "{name}: {text}");
        }
        assert_eq!(Application::of(&server, "shop").get("/health", &[]).await.status, 200);
    }

    /// security.md H5, H6: a header that two readers could understand differently is refused.
    async fn headers_that_are_sent_twice_are_refused(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        let basic = crate::support::application::basic("worker", &crate::support::setup::secret_of("worker"));
        let access = worker.client_credentials(&[]).await.tokens().access_token;
        let twice = async |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
            let request = worker.http.request(method.parse().unwrap(), server.at(path));
            Reply::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(body.to_owned())).await
        };
        let form = ("content-type", FORM);
        for other in [basic.as_str(), "Basic eDp5", "Bearer x", ""] {
            for path in ["/token", "/introspect", "/revoke"] {
                let body = "grant_type=client_credentials&token=x";
                twice("POST", path, &[form, ("authorization", &basic), ("authorization", other)], body).await.refused(400, "invalid_request");
                twice("POST", path, &[form, ("authorization", other), ("authorization", &basic)], body).await.refused(400, "invalid_request");
            }
            twice("GET", "/userinfo", &[("authorization", &format!("Bearer {access}")), ("authorization", other)], "").await.refused(400, "invalid_request");
        }
        for other in ["text/plain", "application/json", FORM] {
            for types in [[form, ("content-type", other)], [("content-type", other), form]] {
                let headers = [&types[..], &[("authorization", basic.as_str())]].concat();
                twice("POST", "/token", &headers, "grant_type=client_credentials").await.refused(400, "invalid_request");
            }
        }
    }

    /// security.md H7: nothing of the inside is told, and pages carry what a browser protects them by.
    async fn errors_tell_nothing_of_the_inside(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for path in ["/nope", "/authorize?client_id=%27%3B--", "/login?ticket=x", "/authorize/resume?ticket=AAAA", "/consent", "/token", "/outbox/none", "/login?a=%ff"] {
            let answer = shop.get(path, &[]).await;
            let is_page = answer.header("content-type").starts_with("text/html");
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
            for word in ["actix", "diesel", "panicked", "src/", "SELECT", "0.1.0", "rustc"] {
                assert!(!answer.body.contains(word), "{path} tells {word}: {}", answer.body);
            }
            assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"), "{path}");
            assert!(!answer.header("x-request-id").is_empty(), "the reference is in the log: {path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(is_page, path != "/token", "{path}");
            if is_page {
                assert!(answer.body.contains(answer.header("x-request-id")), "and on the page: {path}");
                assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
            }
        }
        for path in ["/jwks", "/.well-known/openid-configuration", "/health", "/health/ready", "/metrics", "/static/style.css", "/static/nothing", "/favicon.ico", "/userinfo", "/account", "/authorize/"] {
            assert_eq!(shop.get(path, &[]).await.header("x-content-type-options"), "nosniff", "{path}");
        }
    }

    /// security.md H8: nothing that strangers send makes an error of ours, and the next person signs in as ever.
    async fn nonsense_harms_nobody(db) {
        nonsense(db, 20).await;
    }

    /// The README links the issuer: it leads to the account, and there to the sign-in.
    async fn the_issuer_opens_the_account(db) {
        let server = TestServer::start(db).await;
        let home = Application::of(&server, "shop").get("/", &[]).await;
        assert_eq!((home.status, home.header("location"), home.header("cache-control")), (303, "/account", "no-store"));
        let mut browser = Browser::new(&server);
        browser.open("/").await;
        assert_eq!((browser.status(), browser.heading().as_str()), (200, "Sign in"));
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/").await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/account", "Your account"));
    }

    /// RFC 8414 §3.1, OpenID Connect Discovery §4: everything lives under an issuer's path, but for the RFC 8414 document.
    async fn an_issuer_with_a_path_works(db) {
        let server = TestServer::with(db).setting("issuer", "http://localhost:4321/id/people").start().await;
        let mut shop = Application::of(&server, "shop");
        let root = shop.clone();
        shop.url.push_str("/id/people");
        let document = shop.discovery().await;
        assert_eq!(document["issuer"], "http://localhost:4321/id/people");
        assert_eq!(document["token_endpoint"], "http://localhost:4321/id/people/token");
        assert_eq!(root.get("/.well-known/oauth-authorization-server/id/people", &[]).await.ok(), document);
        for path in ["/login", "/token", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/account", "/health"] {
            assert_eq!(root.get(path, &[]).await.status, 404, "{path}");
        }
        // What is opened by hand is the issuer.
        for home in [root.get("/id/people", &[]).await, root.get("/id/people/", &[]).await] {
            assert_eq!((home.status, home.header("location")), (303, "/id/people/account"));
        }
        assert_eq!(root.get("/", &[]).await.status, 404);
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        assert_eq!(shop.verified(tokens.id_token()).await.text("iss"), "http://localhost:4321/id/people");
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email"], alice.email);
        for path in ["/account", "/account/sessions", "/account/profile", "/account/password", "/account/apps"] {
            browser.open(path).await;
            assert_eq!((browser.status(), browser.path()), (200, format!("/id/people{path}").as_str()));
            let html = browser.page().html.clone();
            let links: Vec<&str> = html.split("href=\"").chain(html.split("action=\"")).chain(html.split("src=\"")).filter(|text| text.starts_with('/')).collect();
            assert!(links.len() > 8 && links.iter().all(|link| link.starts_with("/id/people/")), "{links:?}");
        }
        let style = browser.page().attribute("link[rel=stylesheet]", "href").unwrap();
        assert_eq!(root.get(&style, &[]).await.status, 200);
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert_eq!(browser.heading(), "You’re signed out");
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in");
    }

    /// security.md S3, H7, RFC 6265bis §4.1.3.2: under https every cookie is a __Host- cookie, and HTTPS stays.
    async fn an_https_issuer_sets_host_cookies(db) {
        let server = TestServer::with(db)
            .setting("issuer", "https://id.example")
            .setting("allowed_hosts", vec!["localhost"])
            .setting("mail.transport", "smtp")
            .setting("mail.from", "id@id.example")
            .setting("smtp.host", "localhost")
            .start()
            .await;
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        alice.sign_up(&mut browser).await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let mut names: Vec<&str> = browser.cookies.all().iter().map(|cookie| cookie.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["__Host-ostiary_browser", "__Host-ostiary_known", "__Host-ostiary_session"]);
        for cookie in browser.cookies.all() {
            assert!(cookie.attribute("secure").is_some() && cookie.attribute("httponly").is_some(), "{cookie:?}");
            assert_eq!((cookie.attribute("path"), cookie.attribute("samesite"), cookie.attribute("domain")), (Some("/"), Some("Lax"), None), "{cookie:?}");
        }
        assert!(browser.page().headers["strict-transport-security"].to_str().unwrap().contains("max-age="));
        // A cookie without the prefix, as a sibling domain could plant it, is not read.
        let mut tossed = Browser::new(&server);
        for cookie in browser.cookies.all() {
            tossed.cookies.set(cookie.name.trim_start_matches("__Host-"), &cookie.value);
        }
        tossed.open("/account").await;
        assert_eq!(tossed.heading(), "Sign in");
        // What developers see is not shown to people: security.md A18.
        let shop = Application::of(&server, "shop");
        browser.open(&shop.authorization_request().with("redirect_uri", "https://evil.example/").url()).await;
        assert_eq!(browser.status(), 400);
        assert!(!browser.text().contains("shop.example") && !browser.text().contains("evil.example"), "{}", browser.text());
        assert_eq!(shop.get("/outbox", &[]).await.status, 404);
    }
}
