use std::os::unix::fs::PermissionsExt as _;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::messages::{Addressee, Letterhead};
use super::notices::{NewDevice, Notice};
use super::*;
use crate::language::{Language, Texts};

use crate::config::MasterKey;
use crate::random::Random;
use crate::storage::schema::outgoing_mail;
use crate::storage::{StorageSettings, migrate, query};
use diesel::QueryDsl as _;
use diesel_async::RunQueryDsl as _;

const LIMIT: Duration = Duration::from_secs(30);

/// A mailer on a database of its own, whose time the test moves.
struct Post {
    mailer: Mailer,
    storage: Storage,
    clock: Clock,
    metrics: Metrics,
    folder: tempfile::TempDir,
}

impl Post {
    async fn of(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let storage = Storage::open(&StorageSettings::new(format!("sqlite:{path}/mail.db"))).await.unwrap();
        migrate::run(&storage).await.unwrap();
        let (clock, metrics) = (Clock::manual(Clock::System.now()), Metrics::new());
        let ground = MailGround {
            storage: storage.clone(),
            sealing: Arc::new(Sealing::new(&MasterKey::from_bytes([7; 32]), &[], Random::System)),
            clock: clock.clone(),
            metrics: metrics.clone(),
            outbound: Outbound::new(true).unwrap(),
        };
        let mailer = Mailer::new(&config(&[variables, &[("DATA_DIR", &path)]].concat()), ground).unwrap();
        Self { mailer, storage, clock, metrics, folder }
    }

    /// Everything sent so far is tried once.
    async fn round(&self) {
        tokio::time::timeout(LIMIT, async {
            self.mailer.0.pending.none().await;
            self.mailer.deliver_due().await;
            self.mailer.0.pending.none().await;
        })
        .await
        .unwrap();
    }

    async fn waiting(&self) -> i64 {
        let mut connection = self.storage.read().await.unwrap();
        query!(&mut connection, |c| outgoing_mail::table.count().get_result(c).await).unwrap()
    }
}

fn config(variables: &[(&str, &str)]) -> Config {
    Config::load(None, variables.iter().map(|(name, value)| (format!("OSTIARY_{name}"), (*value).to_owned()))).unwrap()
}

fn letterhead() -> Letterhead {
    let config = config(&[("BRAND_NAME", "Ac<me> & Co"), ("BRAND_SUPPORT_URL", "https://help.example/?a=1&b=2")]);
    Letterhead::new(&config, Texts::load(None).unwrap()).unwrap()
}

fn to(address: &str) -> Addressee<'_> {
    Addressee { address, language: Language::English }
}

const LOCKDOWN: &str = "http://localhost:3004/account/lockdown?token=t";

#[test]
fn every_message_names_the_brand_and_links_to_us_in_every_language() {
    let head = letterhead();
    for language in Language::ALL {
        let to = Addressee { address: "anna@example.com", language };
        let seen = NewDevice { browser: "Firefox", device: "Linux", address: "192.0.2.1 (<b>)", at: Timestamp::from_unix_seconds(1) };
        let messages = [
            head.welcome(&to),
            head.account_exists(&to),
            head.notice(&to, &Notice::WrongCodes(seen), Some(LOCKDOWN)),
            head.notice(&to, &Notice::PasskeyAdded, None),
            head.notice(&to, &Notice::PasskeyRemoved, Some(LOCKDOWN)),
            head.notice(&to, &Notice::PasskeyCopied, Some(LOCKDOWN)),
            head.notice(&to, &Notice::PasswordChanged, None),
            head.notice(&to, &Notice::PasswordAdded, Some(LOCKDOWN)),
            head.notice(&to, &Notice::NumberAdded, Some(LOCKDOWN)),
            head.notice(&to, &Notice::DeletionTakenBack, Some(LOCKDOWN)),
            head.notice(&to, &Notice::RecoveryCodesMade, Some(LOCKDOWN)),
            head.notice(&to, &Notice::IdentityLinked { provider: "Far <b>" }, Some(LOCKDOWN)),
            head.notice(&to, &Notice::RefreshTokenReuse { app: "Wiki <b>" }, Some(LOCKDOWN)),
            head.locked_down(&to, LOCKDOWN),
        ];
        for mail in messages.map(Result::unwrap) {
            assert!(mail.text.contains("Ac<me> & Co"), "{}", mail.text);
            // Alone on its line, an address is found as one by every mail program, whatever direction is around it.
            assert!(mail.text.lines().any(|line| line.starts_with("http://localhost:3004/")), "{}", mail.text);
            assert!(mail.text.lines().any(|line| line == "https://help.example/?a=1&b=2"), "{}", mail.text);
            assert!(!mail.html.contains("<me>") && !mail.html.contains("<b>"), "{}", mail.html);
            assert!(mail.html.contains("href=\"http://localhost:3004/"));
            let direction = format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction());
            assert!(mail.html.contains(&direction), "{}", mail.html);
            assert!(!mail.subject.is_empty());
        }
    }
}

#[test]
fn an_operator_overrides_the_words_of_a_letter() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("de")).unwrap();
    std::fs::write(folder.path().join("de/letters.ftl"), "mail-welcome-subject = Moin bei { $brand }!\n").unwrap();
    let head = Letterhead::new(&config(&[("BRAND_NAME", "Acme")]), Texts::load(Some(folder.path())).unwrap()).unwrap();
    let subject = |language| head.welcome(&Addressee { address: "anna@example.com", language }).unwrap().subject;
    assert_eq!(subject(Language::German), "Moin bei Acme!");
    assert_eq!(subject(Language::English), "Welcome to Acme");
}

#[test]
fn no_header_can_be_smuggled_in() {
    let head = letterhead();
    for to in
        ["a@example.com\r\nBcc: b@example.com", "a@example.com\n", "a@example.com, b@example.com", "<a@example.com>", "", "a b@example.com"]
    {
        assert!(head.welcome(&Addressee { address: to, language: Language::English }).is_err(), "{to:?}");
    }
    let from = "Id <id@example.com>".parse().unwrap();
    for app in ["x\r\nBcc: b@example.com", "x\nBcc: b@example.com", "x\rBcc: b@example.com", "é\r\n\r\nBcc: b@example.com"] {
        let mail = head.notice(&to("a@example.com"), &Notice::RefreshTokenReuse { app }, None).unwrap();
        let message = Sealed::from(&mail).message(&MailId::new("1"), &from).unwrap();
        let formatted = String::from_utf8(message.formatted()).unwrap();
        let headers = formatted.split("\r\n\r\n").next().unwrap();
        assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc:")), "{headers}");
        assert_eq!(message.envelope().to().len(), 1);
        assert!(headers.contains("Auto-Submitted: auto-generated") && headers.contains("Message-ID: <1@example.com>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_has_a_mail_at_once_and_after_a_restart() {
    let post = Post::of(&[]).await;
    post.mailer.send(letterhead().welcome(&to("anna@example.com")).unwrap());
    assert_eq!(post.mailer.outbox().await.unwrap().list().unwrap().len(), 1);
    post.mailer.send(letterhead().notice(&to("Anna@example.com"), &Notice::PasswordChanged, None).unwrap());
    let list = post.mailer.outbox().await.unwrap().list().unwrap();
    assert_eq!(list.iter().map(|mail| mail.kind.as_str()).collect::<Vec<_>>(), ["password_changed", "welcome"]);

    let folder = post.folder.path().join("outbox");
    assert_eq!(Outbox::at(&folder).list().unwrap(), list);
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(files.len(), 4);
    assert!(files.iter().all(|file| file.metadata().unwrap().permissions().mode() & 0o077 == 0));
    assert_eq!(post.mailer.outbox().await.unwrap().find("../mail"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_bounded() {
    let (post, mail) = (Post::of(&[]).await, letterhead().welcome(&to("anna@example.com")).unwrap());
    for _ in 0..210 {
        let mut connection = post.storage.write().await.unwrap();
        drop(post.mailer.enqueue(&mut connection, &mail).await.unwrap());
    }
    for _ in 0..40 {
        post.round().await;
    }
    assert_eq!(post.mailer.outbox().await.unwrap().list().unwrap().len(), 200);
    assert_eq!(std::fs::read_dir(post.folder.path().join("outbox")).unwrap().count(), 400);
}

/// Issue 3, section 1: what is rolled back is not sent; what waits is not readable in the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_belongs_to_its_transaction_and_is_sealed() {
    let post = Post::of(&[]).await;
    let mail = letterhead().welcome(&to("anna@example.com")).unwrap();
    let undone = post.storage.transaction(async |connection| {
        drop(post.mailer.enqueue(connection, &mail).await?);
        Err::<(), _>(StorageError::Unavailable("undone".to_owned()))
    });
    undone.await.unwrap_err();
    assert_eq!(post.waiting().await, 0);
    drop(post.mailer.enqueue(&mut post.storage.write().await.unwrap(), &mail).await.unwrap());
    let mut connection = post.storage.read().await.unwrap();
    let sealed: String = query!(&mut connection, |c| outgoing_mail::table.select(outgoing_mail::sealed_message).first(c).await).unwrap();
    assert!(!sealed.contains("anna") && !sealed.contains("Ac<me>"));
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

fn smtp_at(port: &str) -> [(&str, &str); 7] {
    [
        ("MAIL_TRANSPORT", "smtp"),
        ("MAIL_FROM", "Id <id@example.com>"),
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", port),
        ("SMTP_TLS", "none"),
        ("SMTP_USERNAME", "u"),
        ("SMTP_PASSWORD", "p"),
    ]
}

fn counted(post: &Post, outcome: &str) -> bool {
    post.metrics.render().contains(&format!(r#"ostiary_mail_total{{kind="welcome",outcome="{outcome}"}} 1"#))
}

/// RFC 5321 §4.2.1, RFC 4954 §6
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_is_not_tried_again_and_one_put_off_is() {
    let cases = [
        (vec!["550 no anna@example.com"], "failed", 1),
        (vec!["451 later", "250 fine"], "sent", 2),
        (vec!["530 sign in first", "250 fine"], "sent", 2),
    ];
    for (answers, outcome, tries) in cases {
        let (port, server) = mail_server(answers).await;
        let post = Post::of(&smtp_at(&port.to_string())).await;
        post.mailer.send(letterhead().welcome(&to("anna@example.com")).unwrap());
        post.round().await;
        if tries == 2 {
            assert_eq!(post.waiting().await, 1, "put off");
            post.round().await;
            post.clock.advance(Duration::from_secs(5));
            post.round().await;
        }
        assert!(counted(&post, outcome), "{outcome}");
        assert_eq!(post.waiting().await, 0);
        drop(post);
        let heard = tokio::time::timeout(LIMIT, server).await.unwrap().unwrap();
        assert_eq!(heard.iter().filter(|line| line.starts_with("RCPT")).count(), tries);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_holds_nobody_up_and_loses_nothing_for_a_day() {
    let post = Post::of(&smtp_at("1")).await;
    for _ in 0..20 {
        post.mailer.send(letterhead().welcome(&to("anna@example.com")).unwrap());
    }
    post.round().await;
    assert_eq!(post.waiting().await, 20);
    for _ in 0..60 {
        post.clock.advance(Duration::from_secs(1800));
        post.round().await;
        post.round().await;
        post.round().await;
    }
    assert_eq!(post.waiting().await, 0, "given up after a day");
    assert!(post.metrics.render().contains(r#"ostiary_mail_total{kind="welcome",outcome="failed"} 20"#));
}

/// A code that is no longer good is not mailed, however it came to wait: the server stood still, or the clock was put forward.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_has_expired_is_not_sent() {
    let post = Post::of(&[]).await;
    let mail = letterhead().welcome(&to("anna@example.com")).unwrap();
    let good_until = post.clock.now() + Duration::from_secs(600);
    drop(post.mailer.enqueue_until(&mut post.storage.write().await.unwrap(), &mail, good_until).await.unwrap());
    post.clock.advance(Duration::from_secs(600));
    post.round().await;
    assert!(counted(&post, "failed"), "{}", post.metrics.render());
    assert_eq!((post.waiting().await, post.mailer.outbox().await.unwrap().list().unwrap().len()), (0, 0));
}
