//! Traces, in a build with the `otlp` feature: `cargo test --features otlp --test it traces::`.

use crate::support::ports::free_port;
use crate::support::prelude::*;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A collector: takes what is posted to it and says 200.
struct Collector {
    endpoint: String,
    posted: Arc<Mutex<Vec<Posted>>>,
}

#[derive(Debug, Clone)]
struct Posted {
    head: String,
    body: Vec<u8>,
}

impl Collector {
    async fn start() -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let posted = Arc::<Mutex<Vec<Posted>>>::default();
        let kept = posted.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone()));
            }
        });
        Self { endpoint: format!("http://127.0.0.1:{port}/v1/traces"), posted }
    }

    fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }
}

/// One connection: requests with Content-Length, one after the other.
async fn serve(mut stream: TcpStream, posted: Arc<Mutex<Vec<Posted>>>) {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let length: usize = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
        while bytes.len() < end + 4 + length {
            assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "cut off");
        }
        let body = bytes[end + 4..end + 4 + length].to_vec();
        bytes.drain(..end + 4 + length);
        posted.lock().unwrap().push(Posted { head, body });
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    }
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Issue 2, section 4: one span a request reaches the collector, at the latest when the server stops, and nothing secret with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_exported_as_spans_without_what_they_carried() {
    let collector = Collector::start().await;
    let mut server = TestServer::with(Database::Sqlite).setting("otlp.endpoint", collector.endpoint.as_str()).start_process().await;
    let shop = Application::of_process(&server, "shop");
    let alice = Person::alice();
    let mut browser = Browser::of_process(&server);
    alice.sign_up(&mut browser).await;
    let (request, landed, tokens) = shop.whole_flow(&mut browser, &alice).await;
    shop.post("/token", &[("grant_type", "unknown")]).await.refused(400, "unsupported_grant_type");
    let wanted = shop.userinfo(&tokens.access_token).await;
    assert_eq!(server.terminate().await, 0);

    let posted = collector.posted();
    assert!(!posted.is_empty(), "{}", server.log());
    for Posted { head, .. } in &posted {
        assert!(head.starts_with("post /v1/traces http/1.1") && head.contains("content-type: application/x-protobuf"), "{head}");
    }
    let all: Vec<u8> = posted.iter().flat_map(|posted| posted.body.clone()).collect();
    // Text in protobuf is UTF-8 as it is.
    for text in ["service.name", "ostiary", "POST /token", "GET /authorize", "http.response.status_code", wanted.header("x-request-id")] {
        assert!(holds(&all, text), "{text} is not in {}", String::from_utf8_lossy(&all));
    }
    for secret in [landed.code(), &request.verifier, &tokens.access_token, tokens.refresh_token(), &alice.password, &alice.email] {
        assert!(!holds(&all, secret), "in the traces: {secret}");
    }
    assert!(!server.log().contains("could not be sent"), "{}", server.log());
}

/// A collector that is not there holds nothing up, neither requests nor the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_collector_the_server_goes_on_and_ends_in_order() {
    let nowhere = format!("http://127.0.0.1:{}/v1/traces", free_port());
    let mut server = TestServer::with(Database::Sqlite).setting("otlp.endpoint", nowhere).start_process().await;
    let shop = Application::of_process(&server, "shop");
    shop.discovery().await;
    let begun = std::time::Instant::now();
    assert_eq!(server.terminate().await, 0);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}
