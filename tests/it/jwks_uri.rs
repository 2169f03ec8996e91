//! Keys that a client publishes itself: fetched by the guarded client, kept, asked again when they rotate.

use crate::both;
use crate::support::application::{Authentication, assertion_form};
use crate::support::jwt::KeyPair;
use crate::support::listener::Canary;
use crate::support::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An application's own web server: answers every request with its key set and counts.
struct Publisher {
    uri: String,
    document: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    delay: Arc<Mutex<Duration>>,
}

impl Publisher {
    async fn of(key: &KeyPair) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://127.0.0.1:{}/jwks", listener.local_addr().unwrap().port());
        let (document, asked) = (Arc::new(Mutex::new(key.jwks().to_string())), Arc::new(AtomicUsize::new(0)));
        let delay = Arc::new(Mutex::new(Duration::ZERO));
        let (text, count, pause) = (document.clone(), asked.clone(), delay.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let body = text.lock().unwrap().clone();
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4096]).await;
                let wait = *pause.lock().unwrap();
                tokio::time::sleep(wait).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { uri, document, asked, delay }
    }

    fn answers_after(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The body of a token request of `signer`, by the server's clock.
fn with_assertion(server: &TestServer, key: &KeyPair) -> String {
    let jti = crate::support::application::unguessable();
    let claims = json!({ "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": jti, "exp": server.now() + 60 });
    assertion_form(&key.sign(&claims))
}

both! {
    /// OpenID Connect Core §10.1.1, security.md A37: a rotation is picked up, a flood of unknown keys is not.
    async fn a_clients_rotation_is_picked_up_and_a_flood_is_not(db) {
        let (first, second) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&first).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).start().await;
        let app = Application::of(&server, "signer");
        let ask = async |key: &KeyPair| app.post_raw("/token", &[], with_assertion(&server, key)).await;
        ask(&first).await.tokens();
        ask(&first).await.tokens();
        assert_eq!(publisher.asked(), 1, "kept");
        for asked in [1, 2] {
            for _ in 0..5 {
                ask(&KeyPair::generate()).await.refused(401, "invalid_client");
            }
            assert_eq!(publisher.asked(), asked, "once in half a minute");
            server.advance(Duration::from_secs(31));
        }
        ask(&first).await.tokens();
        ask(&KeyPair::generate()).await.refused(401, "invalid_client");
        *publisher.document.lock().unwrap() = second.jwks().to_string();
        ask(&second).await.refused(401, "invalid_client");
        assert_eq!(publisher.asked(), 3, "the rotation came within the half minute");
    }

    /// The same with time: half a minute later the new keys are read.
    async fn new_keys_are_read_half_a_minute_later(db) {
        let (first, second) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&first).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).start().await;
        let app = Application::of(&server, "signer");
        let ask = async |key: &KeyPair| app.post_raw("/token", &[], with_assertion(&server, key)).await;
        ask(&first).await.tokens();
        *publisher.document.lock().unwrap() = second.jwks().to_string();
        server.advance(Duration::from_secs(31));
        ask(&second).await.tokens();
        ask(&first).await.refused(401, "invalid_client");
    }

    /// security.md A37, F9: a publisher that is away for a while takes no keys away that were good, and that for a day.
    async fn keys_that_were_read_outlast_a_failure(db) {
        let (key, other) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&key).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).start().await;
        let app = Application::of(&server, "signer");
        let ask = async |key: &KeyPair| app.post_raw("/token", &[], with_assertion(&server, key)).await;
        ask(&key).await.tokens();
        *publisher.document.lock().unwrap() = "Sorry, we’ll be right back".into();
        for span in [601, 40, 86_000 - 641] {
            server.advance(Duration::from_secs(span));
            ask(&key).await.tokens();
            ask(&other).await.refused(401, "invalid_client");
        }
        // Not for ever: whoever takes a key out of the set must be heard in the end.
        server.advance(Duration::from_secs(500));
        ask(&key).await.refused(401, "invalid_client");
        *publisher.document.lock().unwrap() = key.jwks().to_string();
        server.advance(Duration::from_secs(31));
        ask(&key).await.tokens();
    }

    /// security.md A32, A35: a publisher that redirects, drips, floods, or answers with something else proves nobody, and holds nobody else up.
    async fn a_hostile_publisher_proves_nobody_and_holds_nobody_up(db) {
        let key = KeyPair::generate();
        let canary = Canary::new().await;
        let hostile = Hostile::new(&key, &canary).await;
        let signer = |id: &str, path: &str| {
            let client = Client::service(id).without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
            client.with("jwks_uri", format!("{}{path}", hostile.base))
        };
        let paths = ["/good", "/redirect", "/drip", "/flood", "/gzip", "/bomb", "/html", "/text", "/silent", "/error", "/endless-head"];
        let setup = paths.iter().fold(TestServer::with(db), |setup, path| setup.client(signer(&path[1..], path)));
        let server = setup.client(Client::service("worker")).system_clock().start().await;
        let ask = |id: &str| {
            let app = Application::of(&server, id).authenticating(Authentication::PrivateKeyJwt(key.clone()));
            async move { app.client_credentials(&[]).await }
        };
        ask("good").await.tokens();
        let worker = Application::of(&server, "worker");
        let slow = async {
            let start = std::time::Instant::now();
            for reply in futures_util::future::join_all(paths[1..].iter().map(|path| ask(&path[1..]))).await {
                reply.refused(401, "invalid_client");
            }
            start.elapsed()
        };
        let others = async {
            let start = std::time::Instant::now();
            for _ in 0..20 {
                worker.client_credentials(&[]).await.tokens();
            }
            start.elapsed()
        };
        let (slowest, fast) = tokio::join!(slow, others);
        assert!(slowest < Duration::from_secs(15), "given up after {slowest:?}");
        assert!(fast < slowest && fast < Duration::from_secs(4), "others waited {fast:?}");
        assert_eq!(canary.visits(), 0, "the redirect was followed");
        // A failure is remembered for a while: the next request does not wait again.
        let start = std::time::Instant::now();
        ask("silent").await.refused(401, "invalid_client");
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        let sent = hostile.sent.load(Ordering::SeqCst);
        // What the sockets of this machine hold counts too: some megabytes each.
        assert!(sent < 50 << 20, "{sent} bytes were read of an endless answer");
    }
    /// security.md A35: while a publisher takes its time over a key that nobody knows, whose key is known does not wait.
    async fn a_slow_publisher_keeps_nobody_waiting_whose_key_is_known(db) {
        let (key, unknown) = (KeyPair::generate(), KeyPair::generate());
        let publisher = Publisher::of(&key).await;
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let server = TestServer::with(db).client(client.with("jwks_uri", publisher.uri.as_str())).start().await;
        let app = Application::of(&server, "signer");
        let ask = async |key: &KeyPair| app.post_raw("/token", &[], with_assertion(&server, key)).await;
        ask(&key).await.tokens();
        for span in [31, 601] {
            publisher.answers_after(Duration::from_secs(3));
            server.advance(Duration::from_secs(span));
            let asked = publisher.asked();
            let stranger = async {
                let start = std::time::Instant::now();
                ask(&unknown).await.refused(401, "invalid_client");
                start.elapsed()
            };
            let own = async {
                crate::support::database::until("the publisher is asked", async || publisher.asked() > asked).await;
                let start = std::time::Instant::now();
                ask(&key).await.tokens();
                start.elapsed()
            };
            let (waited, served) = tokio::join!(stranger, own);
            assert!(waited > Duration::from_secs(2), "{waited:?}");
            assert!(served < waited / 2, "{served:?} of {waited:?}");
            publisher.answers_after(Duration::ZERO);
        }
    }

    /// security.md A31, A34: in production no inner address is called, however it is spelt, and other schemes cannot be registered.
    async fn inner_addresses_are_never_called_in_production(db) {
        let key = KeyPair::generate();
        let canary = Canary::new().await;
        let port = canary.port;
        let server = TestServer::with(db)
            .setting("issuer", "https://id.example")
            .setting("mail.transport", "smtp")
            .setting("mail.from", "id@id.example")
            .setting("smtp.host", "localhost")
            .setting("allowed_hosts", vec!["localhost"])
            .client(Client::confidential("shop"))
            .system_clock()
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let run = async |id: &str, uri: &str| {
            server.ground.command(&["client", "create", "Signer", "--id", id, "--grant-type", "client_credentials", "--auth-method", "private_key_jwt", "--jwks-uri", uri]).await
        };
        let mut called = 0;
        for (n, uri) in [
            format!("https://127.0.0.1:{port}/"), format!("http://127.0.0.1:{port}/"), format!("http://localhost:{port}/"), format!("https://localhost:{port}/"), format!("https://localhost.:{port}/"),
            format!("https://[::1]:{port}/"), format!("https://[::ffff:127.0.0.1]:{port}/"), format!("https://[::ffff:7f00:1]:{port}/"), format!("https://0.0.0.0:{port}/"), format!("https://[::]:{port}/"),
            format!("https://2130706433:{port}/"), format!("https://0177.0.0.1:{port}/"), format!("https://0x7f000001:{port}/"), format!("https://127.1:{port}/"), "https://169.254.169.254/latest".into(),
            "https://10.0.0.1/".into(), "https://192.168.0.1/".into(), "https://172.16.0.1/".into(), "https://100.64.0.1/".into(), "https://[fd00::1]/".into(), "https://[64:ff9b::7f00:1]/".into(),
        ]
        .into_iter()
        .enumerate()
        {
            let id = format!("inner-{n}");
            let made = run(&id, &uri).await;
            assert!([0, 2].contains(&made.code), "{made:?}");
            if made.code == 2 {
                continue;
            }
            called += 1;
            server.app().clients.reload(&server.app().storage).await.unwrap();
            let mut app = shop.clone().authenticating(Authentication::PrivateKeyJwt(key.clone()));
            app.client_id = id;
            app.client_credentials(&[]).await.refused(401, "invalid_client");
        }
        assert!(called > 10, "refused when registered, or when called: {called} were registered");
        assert_eq!(canary.visits(), 0);
        for uri in ["file:///etc/passwd", "gopher://127.0.0.1/", "data:application/json,%7B%7D", "ftp://a.example/", "javascript:x", "http://a.example/", "https://user:pass@a.example/", "//a.example/", "jwks"] {
            assert_eq!(run("other", uri).await.code, 2, "{uri}");
        }
    }
}

/// A publisher that is good at one path, and bad in its own way at each other.
struct Hostile {
    base: String,
    /// Bytes that the flood got rid of.
    sent: Arc<AtomicUsize>,
}

impl Hostile {
    async fn new(key: &KeyPair, canary: &Canary) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (jwks, location) = (key.jwks().to_string(), format!("http://127.0.0.1:{}/jwks", canary.port));
        let gzip = Arc::new(gzipped(&jwks, 0).await);
        // A hundred megabytes in a hundred kilobytes.
        let bomb = Arc::new(gzipped(&jwks, 100 << 20).await);
        assert!((90 << 10..256 << 10).contains(&bomb.len()), "{}", bomb.len());
        let sent = Arc::new(AtomicUsize::new(0));
        let count = sent.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, jwks.clone(), [gzip.clone(), bomb.clone()], location.clone(), count.clone()));
            }
        });
        Self { base, sent }
    }
}

/// The key set with so many spaces after it.
async fn gzipped(jwks: &str, spaces: usize) -> Vec<u8> {
    let script = format!("{{ printf %s '{jwks}'; head -c {spaces} /dev/zero | tr '\\0' ' '; }} | gzip -9");
    let packed = tokio::process::Command::new("sh").args(["-c", &script]).output().await.unwrap();
    assert!(packed.stdout.starts_with(&[0x1f, 0x8b]), "{packed:?}");
    packed.stdout
}

async fn answer(
    mut stream: tokio::net::TcpStream,
    jwks: String,
    [gzip, bomb]: [Arc<Vec<u8>>; 2],
    location: String,
    sent: Arc<AtomicUsize>,
) {
    let mut head = vec![0; 4096];
    let count = stream.read(&mut head).await.unwrap_or(0);
    let path = String::from_utf8_lossy(&head[..count]).split(' ').nth(1).unwrap_or("").to_owned();
    let whole = |status: &str, kind: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    let text = match path.as_str() {
        "/good" => whole("200 OK", "application/json", &jwks),
        "/redirect" => format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"),
        "/html" => whole("200 OK", "text/html", "<h1>no keys</h1>"),
        "/text" => whole("200 OK", "application/json", "{\"keys\": \"none\"}"),
        "/error" => whole("500 Internal Server Error", "application/json", &jwks),
        // What is not asked for compressed is not unpacked: the good keys prove nobody either.
        "/gzip" | "/bomb" => {
            let packed = if path == "/gzip" { gzip } else { bomb };
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\nconnection: close\r\n";
            let _ = stream.write_all(format!("{head}content-length: {}\r\n\r\n", packed.len()).as_bytes()).await;
            let _ = stream.write_all(&packed).await;
            return;
        }
        "/drip" => {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", jwks.len()).as_bytes()).await;
            for byte in jwks.bytes() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
            return;
        }
        "/flood" | "/endless-head" => {
            let (start, piece) = match path.as_str() {
                "/flood" => ("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n", vec![b' '; 64 * 1024]),
                _ => ("HTTP/1.1 200 OK\r\n", b"x-more: of the same\r\n".repeat(1000)),
            };
            let _ = stream.write_all(start.as_bytes()).await;
            while stream.write_all(&piece).await.is_ok() {
                sent.fetch_add(piece.len(), Ordering::SeqCst);
                if sent.load(Ordering::SeqCst) > 100 << 20 {
                    return;
                }
            }
            return;
        }
        _ => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
}
