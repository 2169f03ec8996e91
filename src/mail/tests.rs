use std::os::unix::fs::PermissionsExt as _;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::messages::Letterhead;
use super::*;

const LIMIT: Duration = Duration::from_secs(30);

fn config(variables: &[(&str, &str)]) -> Config {
    Config::load(None, variables.iter().map(|(name, value)| (format!("OSTIARY_{name}"), (*value).to_owned()))).unwrap()
}

fn letterhead() -> Letterhead {
    Letterhead::new(&config(&[("BRAND_NAME", "Ac<me> & Co"), ("BRAND_SUPPORT_URL", "https://help.example/?a=1&b=2")]))
}

#[test]
fn every_message_names_the_brand_and_links_to_us() {
    let head = letterhead();
    let messages = [
        head.welcome("anna@example.com"),
        head.password_changed("anna@example.com"),
        head.account_exists("anna@example.com"),
        head.refresh_token_reuse("anna@example.com", "Wiki <b>"),
    ];
    for mail in messages.map(Result::unwrap) {
        assert!(mail.text.contains("Ac<me> & Co") && mail.text.contains("http://localhost:3004/"), "{}", mail.text);
        assert!(!mail.html.contains("<me>") && !mail.html.contains("<b>"), "{}", mail.html);
        assert!(mail.html.contains("href=\"http://localhost:3004/") && mail.text.contains("https://help.example/?a=1&b=2"));
        assert!(!mail.subject.is_empty());
    }
}

#[test]
fn no_header_can_be_smuggled_in() {
    let head = letterhead();
    for to in
        ["a@example.com\r\nBcc: b@example.com", "a@example.com\n", "a@example.com, b@example.com", "<a@example.com>", "", "a b@example.com"]
    {
        assert!(head.welcome(to).is_err(), "{to:?}");
    }
    let from = "Id <id@example.com>".parse().unwrap();
    for app in ["x\r\nBcc: b@example.com", "x\nBcc: b@example.com", "x\rBcc: b@example.com", "é\r\n\r\nBcc: b@example.com"] {
        let message = head.refresh_token_reuse("a@example.com", app).unwrap().message(&from).unwrap();
        let formatted = String::from_utf8(message.formatted()).unwrap();
        let headers = formatted.split("\r\n\r\n").next().unwrap();
        assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{headers}");
        assert_eq!(message.envelope().to().len(), 1);
        assert!(headers.contains("Auto-Submitted: auto-generated"));
    }
}

#[tokio::test]
async fn the_outbox_has_a_mail_at_once_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&[("DATA_DIR", folder.path().to_str().unwrap())]);
    let mailer = Mailer::start(&config, Metrics::new()).unwrap();
    mailer.send(letterhead().welcome("anna@example.com").unwrap());
    mailer.send(letterhead().password_changed("Anna@example.com").unwrap());
    let kinds = |outbox: &Outbox| outbox.list().iter().map(|mail| mail.kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(mailer.outbox().unwrap()), ["password_changed", "welcome"]);
    assert_eq!(mailer.outbox().unwrap().newest_to("anna@example.com").unwrap().kind, "password_changed");

    assert!(mailer.settle(LIMIT).await);
    let again = Outbox::open(&folder.path().join("outbox")).unwrap();
    assert_eq!(again.list(), mailer.outbox().unwrap().list());
    let files: Vec<_> = std::fs::read_dir(folder.path().join("outbox")).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(files.len(), 4);
    assert!(files.iter().all(|file| file.metadata().unwrap().permissions().mode() & 0o077 == 0));
}

#[tokio::test]
async fn the_outbox_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::start(&config(&[("DATA_DIR", folder.path().to_str().unwrap())]), Metrics::new()).unwrap();
    for _ in 0..210 {
        mailer.send(letterhead().welcome("anna@example.com").unwrap());
    }
    assert!(mailer.settle(LIMIT).await);
    assert_eq!(mailer.outbox().unwrap().list().len(), 200);
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 400);
}

/// A mail server of few words: `answers` are the replies to RCPT TO of one connection after the other.
async fn mail_server(answers: Vec<&'static str>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut heard = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(b"220 hello\r\n").await.unwrap();
            let mut in_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let reply = match line.as_str() {
                    "." => {
                        in_data = false;
                        "250 taken"
                    }
                    _ if in_data => "",
                    line if line.starts_with("EHLO") => "250-hello\r\n250 AUTH PLAIN",
                    line if line.starts_with("AUTH") => "235 welcome",
                    line if line.starts_with("RCPT") => answer,
                    "DATA" => {
                        in_data = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 fine",
                };
                let last = line == "QUIT" || (line == "." && answer.starts_with('2'));
                heard.push(line);
                if !reply.is_empty() {
                    let _ = writer.write_all(format!("{reply}\r\n").as_bytes()).await;
                }
                if last {
                    break;
                }
            }
        }
        heard
    });
    (port, task)
}

fn smtp_config(port: u16) -> Config {
    let port = port.to_string();
    config(&[
        ("MAIL_TRANSPORT", "smtp"),
        ("MAIL_FROM", "Id <id@example.com>"),
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", &port),
        ("SMTP_TLS", "none"),
        ("SMTP_USERNAME", "u"),
        ("SMTP_PASSWORD", "p"),
    ])
}

#[tokio::test]
async fn mail_reaches_the_server_with_both_parts_and_a_sign_in() {
    let (port, server) = mail_server(vec!["250 fine"]).await;
    let metrics = Metrics::new();
    let mailer = Mailer::start(&smtp_config(port), metrics.clone()).unwrap();
    mailer.send(letterhead().welcome("anna@example.com").unwrap());
    assert!(mailer.settle(LIMIT).await);
    let heard = server.await.unwrap().join("\n");
    for line in ["AUTH PLAIN", "RCPT TO:<anna@example.com>", "text/plain", "text/html", "From: Id <id@example.com>"] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
    assert!(metrics.render().contains(r#"ostiary_mail_total{kind="welcome",outcome="sent"} 1"#));
}

#[tokio::test]
async fn a_refused_mail_is_not_tried_again_and_one_put_off_is() {
    for (answers, outcome, tries) in [(vec!["550 no anna@example.com"], "failed", 1), (vec!["451 later", "250 fine"], "sent", 2)] {
        let (port, server) = mail_server(answers).await;
        let metrics = Metrics::new();
        let mailer = Mailer::start(&smtp_config(port), metrics.clone()).unwrap();
        mailer.send(letterhead().welcome("anna@example.com").unwrap());
        assert!(mailer.settle(LIMIT).await);
        assert!(metrics.render().contains(&format!(r#"ostiary_mail_total{{kind="welcome",outcome="{outcome}"}} 1"#)));
        drop(mailer);
        let heard = tokio::time::timeout(LIMIT, server).await.unwrap().unwrap();
        assert_eq!(heard.iter().filter(|line| line.starts_with("RCPT")).count(), tries);
    }
}

#[tokio::test]
async fn a_server_that_is_gone_holds_nobody_up() {
    let mailer = Mailer::start(&smtp_config(1), Metrics::new()).unwrap();
    let since = std::time::Instant::now();
    for _ in 0..QUEUE + 50 {
        mailer.send(letterhead().welcome("anna@example.com").unwrap());
    }
    assert!(since.elapsed() < Duration::from_secs(5));
    assert!(mailer.metrics.render().contains(r#"outcome="dropped""#));
}
