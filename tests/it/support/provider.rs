//! A provider of text messages that keeps them, with the interfaces of Twilio Verify and Twilio Messages.

use super::ports::free_port;
use super::setup::Setup;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the provider was asked to do.
#[derive(Debug, Clone)]
pub struct Message {
    pub path: String,
    /// Name and password of the caller.
    pub user: (String, String),
    fields: HashMap<String, String>,
}

impl Message {
    pub fn field(&self, name: &str) -> String {
        self.fields.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).clone()
    }
}

/// Runs until the test ends.
pub struct SmsProvider {
    pub url: String,
    received: Arc<Mutex<Vec<Message>>>,
    refuses: Arc<AtomicBool>,
    holds: tokio::sync::watch::Sender<bool>,
}

impl SmsProvider {
    /// The only code that Verify approves.
    pub const VERIFY_CODE: &str = "246810";

    pub async fn start() -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let holds = tokio::sync::watch::Sender::new(false);
        let provider = Self { url: format!("http://127.0.0.1:{port}"), received: Arc::default(), refuses: Arc::default(), holds };
        let (received, refuses, holds) = (provider.received.clone(), provider.refuses.clone(), provider.holds.subscribe());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, received.clone(), refuses.clone(), holds.clone()));
            }
        });
        provider
    }

    /// A server to be, whose messages come here by this interface.
    pub fn serves(&self, setup: Setup, interface: &str) -> Setup {
        setup
            .setting("sms.provider", interface)
            .setting("sms.base_url", self.url.as_str())
            .setting("sms.account_sid", "AC1")
            .setting("sms.auth_token", "hush")
            .setting("sms.service_sid", "VA1")
            .setting("sms.from", "+15005550006")
            .setting("sms.countries", vec!["+49".to_owned(), "+43".to_owned()])
    }

    pub fn all(&self) -> Vec<Message> {
        self.received.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.received.lock().unwrap().clear();
    }

    pub fn newest(&self) -> Message {
        self.all().pop().expect("nothing was sent")
    }

    /// Keeps its answers to itself, or gives them.
    pub fn hold(&self, holds: bool) {
        self.holds.send_replace(holds);
    }

    /// Waits until it was asked for this path.
    pub async fn is_asked(&self, path: &str) {
        for _ in 0..3000 {
            if self.all().iter().any(|message| message.path.ends_with(path)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nobody asked for {path}");
    }

    /// Answers everything with 429 from now on, in words that repeat the number, as Twilio's do.
    pub fn refuse_all(&self) {
        self.refuses.store(true, Ordering::Relaxed);
    }
}

async fn answer(
    mut stream: TcpStream,
    received: Arc<Mutex<Vec<Message>>>,
    refuses: Arc<AtomicBool>,
    mut holds: tokio::sync::watch::Receiver<bool>,
) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = header(head, "content-length").parse().unwrap_or(0);
        if body.len() >= length {
            break (head.to_owned(), body.to_owned());
        }
    };
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let credentials = STANDARD.decode(header(&head, "authorization").trim_start_matches("Basic ")).unwrap();
    let credentials = String::from_utf8(credentials).unwrap();
    let (name, password) = credentials.split_once(':').unwrap();
    let fields: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let refusal = json!({ "code": 20429, "message": format!("Too many to {:?}", fields.get("To")), "status": 429 }).to_string();
    let (status, document) = if refuses.load(Ordering::Relaxed) {
        ("429 Too Many Requests", refusal.as_str())
    } else if path.ends_with("/VerificationCheck") {
        match fields.get("Code").map(String::as_str) {
            Some(SmsProvider::VERIFY_CODE) => ("200 OK", r#"{"status":"approved","valid":true}"#),
            _ => ("200 OK", r#"{"status":"pending","valid":false}"#),
        }
    } else {
        ("201 Created", r#"{"sid":"SM1","status":"queued"}"#)
    };
    received.lock().unwrap().push(Message { path, user: (name.to_owned(), password.to_owned()), fields });
    let _ = holds.wait_for(|holds| !holds).await;
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}",
        document.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
}
