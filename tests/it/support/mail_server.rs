//! Places that mail goes to: a real mail server with TLS and sign-in, one that never answers, and Resend's API as documented.

use super::ports::free_port;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// What everything here has taken so far.
#[derive(Clone, Default)]
pub struct Taken(Arc<Mutex<Vec<Value>>>);

impl Taken {
    pub fn all(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, mail: Value) {
        self.0.lock().unwrap().push(mail);
    }

    /// Waits until something that fits is there.
    pub async fn wait_for(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            if let Some(found) = self.all().into_iter().find(|mail| fits(mail)) {
                return found;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "not there after a minute: {:?}", self.all());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A mail server in Node.js. Runs until it is dropped.
pub struct MailServer {
    pub port: u16,
    /// The certificate that its own is signed by.
    pub ca_file: PathBuf,
    pub taken: Taken,
    _folder: tempfile::TempDir,
    _child: Child,
}

pub const USER: &str = "ostiary";
pub const PASSWORD: &str = "the relay’s password";

impl MailServer {
    /// `implicit`: TLS from the first byte; else STARTTLS.
    pub async fn start(implicit: bool) -> Self {
        Self::start_at(free_port(), implicit).await
    }

    pub async fn start_at(port: u16, implicit: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca_file = write_certificates(folder.path());
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
        let mut child = Command::new("node")
            .arg("smtp-server.mjs")
            .current_dir(scripts)
            .env("PORT", port.to_string())
            .env("KEY", folder.path().join("key.pem"))
            .env("CERT", folder.path().join("cert.pem"))
            .env("SMTP_USER", USER)
            .env("SMTP_PASSWORD", PASSWORD)
            .env("IMPLICIT", if implicit { "1" } else { "0" })
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let taken = Taken::default();
        let (list, mut lines) = (taken.clone(), BufReader::new(child.stdout.take().unwrap()).lines());
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                list.add(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        taken.wait_for(|line| *line == "listening").await;
        Self { port, ca_file, taken, _folder: folder, _child: child }
    }
}

/// A port on which somebody listens, takes every connection and never says a word. The number of connections so far.
pub async fn silent_server() -> (u16, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            held.push(stream);
        }
    });
    (port, count)
}

/// Resend's API: answers `POST /emails` with these statuses, one after the other, the last for ever.
pub async fn resend_api(statuses: &'static [u16]) -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let taken = Taken::default();
    let list = taken.clone();
    tokio::spawn(async move {
        let mut statuses = statuses.iter().copied();
        let mut status = 200;
        while let Ok((mut stream, _)) = listener.accept().await {
            status = statuses.next().unwrap_or(status);
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            let body = loop {
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                request.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if read == 0 || body.len() >= length.unwrap_or(0) {
                    break json!({ "head": head.to_ascii_lowercase(), "body": serde_json::from_str::<Value>(body).unwrap_or_default(), "status": status });
                }
            };
            list.add(body);
            let answer = r#"{"id":"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}"#;
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
        }
    });
    (base, taken)
}

/// An authority and a certificate of its for `localhost`, as files; the path of the authority's.
fn write_certificates(folder: &Path) -> PathBuf {
    let (authority_key, key) = (new_key(), new_key());
    let authority = certificate("A relay's authority", &authority_key, None);
    let own = certificate("localhost", &key, Some((&authority, &authority_key)));
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    write("key.pem", key.private_key_to_pem_pkcs8().unwrap());
    write("cert.pem", own.to_pem().unwrap());
    write("ca.pem", authority.to_pem().unwrap())
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(name: &str, key: &PKey<Private>, signer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::MAYBE_ZERO, false).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(signer.map_or(&subject, |(authority, _)| authority.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    match signer {
        None => builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap(),
        Some((authority, _)) => {
            let context = builder.x509v3_context(Some(authority), None);
            let names = SubjectAlternativeName::new().dns(name).build(&context).unwrap();
            builder.append_extension(names).unwrap();
        }
    }
    builder.sign(signer.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}
