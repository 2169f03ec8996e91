//! An application's own web server: answers every request alike and keeps what it was sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

/// Answers with one status, which a test may change.
pub struct Listener {
    pub uri: String,
    pub status: Arc<Mutex<&'static str>>,
    heard: Arc<Mutex<Vec<String>>>,
    news: Arc<Notify>,
}

impl Listener {
    pub async fn answering(status: &'static str) -> Self {
        Self::with(status, "").await
    }

    /// Says the same to everybody.
    pub async fn saying(body: &str) -> Self {
        Self::with("200 OK", body).await
    }

    async fn with(status: &'static str, body: &str) -> Self {
        let body = Arc::new(body.to_owned());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://127.0.0.1:{}/told", listener.local_addr().unwrap().port());
        let this = Self { uri, status: Arc::new(Mutex::new(status)), heard: Arc::default(), news: Arc::default() };
        let (status, heard, news) = (this.status.clone(), this.heard.clone(), this.news.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (status, heard, news, body) = (status.clone(), heard.clone(), news.clone(), body.clone());
                tokio::spawn(async move {
                    let mut request = String::new();
                    let mut buffer = [0; 8192];
                    while !is_whole(&request) {
                        match stream.read(&mut buffer).await {
                            Ok(0) | Err(_) => return,
                            Ok(count) => request.push_str(&String::from_utf8_lossy(&buffer[..count])),
                        }
                    }
                    heard.lock().unwrap().push(request);
                    news.notify_waiters();
                    let status = *status.lock().unwrap();
                    if status == "silence" {
                        return tokio::time::sleep(Duration::from_secs(60)).await;
                    }
                    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        this
    }

    /// Every request so far, whole.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until it has heard `count` requests. Panics after a while.
    pub async fn wait_for(&self, count: usize) -> Vec<String> {
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let news = self.news.notified();
                tokio::pin!(news);
                news.as_mut().enable();
                if self.heard().len() >= count {
                    return;
                }
                news.await;
            }
        });
        assert!(waited.await.is_ok(), "heard {} requests instead of {count}", self.heard().len());
        self.heard()
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").and_then(|length| length.trim().parse().ok()));
    body.len() >= length.unwrap_or(0)
}

/// Counts who connects, and says nothing.
pub struct Canary {
    pub port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    pub async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, visits) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let count = visits.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, visits }
    }

    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}
