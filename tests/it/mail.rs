//! Mail on its way: durable, over TLS, by SMTP or Resend.

use crate::both;
use crate::support::database::until;
use crate::support::mail_server::{MailServer, PASSWORD, USER, resend_api, silent_server};
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;
use std::sync::atomic::Ordering;

/// A server that hands its mail to `localhost:port`.
fn relayed(db: Database, port: u16) -> Setup {
    TestServer::with(db)
        .system_clock()
        .setting("mail.transport", "smtp")
        .setting("mail.from", "Doorkeeper <id@example.org>")
        .setting("smtp.host", "localhost")
        .setting("smtp.port", i64::from(port))
        .setting("smtp.username", USER)
        .setting("smtp.password", PASSWORD)
}

async fn waiting(server: &TestServer) -> i64 {
    server.database().number("SELECT count(*) FROM outgoing_mail").await
}

both! {
    /// Issue 3, section 1; RFC 3207, RFC 4954: a real mail server with STARTTLS and a sign-in, its certificate by an authority of one's own.
    async fn mail_reaches_a_real_server_over_starttls(db) {
        let relay = MailServer::start(false).await;
        let server = relayed(db, relay.port).setting("smtp.ca_file", relay.ca_file.display().to_string()).start().await;
        let alice = Person::alice();
        alice.registered(&server).await;
        let mail = relay.taken.wait_for(|mail| mail["to"] == json!([alice.email])).await;
        assert_eq!((&mail["secure"], &mail["user"], &mail["from"]), (&json!(true), &json!(USER), &json!("id@example.org")));
        let data = mail["data"].as_str().unwrap();
        for part in ["From: Doorkeeper <id@example.org>", "multipart/alternative", "text/plain", "text/html", "Auto-Submitted: auto-generated", "@example.org>"] {
            assert!(data.contains(part), "{part} in {data}");
        }
        while waiting(&server).await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let metrics = Application::of(&server, "worker").get("/metrics", &[]).await.body;
        assert!(metrics.contains(r#"outcome="sent"} 1"#), "{metrics}");
        assert_eq!(Application::of(&server, "worker").get("/outbox", &[]).await.status, 404);
    }

    /// RFC 8314: TLS from the first byte.
    async fn mail_reaches_a_real_server_over_implicit_tls(db) {
        let relay = MailServer::start(true).await;
        let server = relayed(db, relay.port)
            .setting("smtp.tls", "implicit")
            .setting("smtp.ca_file", relay.ca_file.display().to_string())
            .start()
            .await;
        Person::alice().registered(&server).await;
        assert_eq!(relay.taken.wait_for(|mail| mail.is_object()).await["secure"], true);
    }

    /// RFC 3207 §4: a server whose certificate nobody vouches for gets neither the password nor the mail.
    async fn a_server_that_cannot_prove_itself_gets_nothing(db) {
        let relay = MailServer::start(false).await;
        let server = relayed(db, relay.port).start_process().await;
        Person::alice().sign_up(&mut Browser::of_process(&server)).await;
        server.logged("no TLS with the mail server").await;
        assert_eq!(server.ground.database.number("SELECT count(*) FROM outgoing_mail").await, 1, "it waits");
        assert_eq!(relay.taken.all(), [json!("listening")]);
        assert!(!server.log().contains("alice@"), "{}", server.log());
    }

    /// Issue 3, section 1: a process that is killed with mail on its hands loses none; another delivers it.
    async fn a_replica_delivers_what_a_killed_process_left(db) {
        let (silent, connections) = silent_server().await;
        let mut process = relayed(db, silent).start_process().await;
        let alice = Person::alice();
        let mut browser = Browser::of_process(&process);
        alice.sign_up(&mut browser).await;
        while connections.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        process.kill().await;
        let sealed = process.ground.database.texts("SELECT sealed_message FROM outgoing_mail").await;
        assert_eq!(sealed.len(), 1, "the mail is still there");

        let relay = MailServer::start(false).await;
        let mut ground = process.ground.replica();
        ground.change("smtp.port", i64::from(relay.port));
        ground.change("smtp.ca_file", relay.ca_file.display().to_string());
        let other = TestServer::on(ground).await;
        // What came later is taken, so that it has looked at what there is.
        let bob = Person::bob();
        bob.registered(&other).await;
        relay.taken.wait_for(|mail| mail["to"] == json!([bob.email])).await;
        assert_eq!(relay.taken.all().len(), 2, "the lease of the first is not over: {:?}", relay.taken.all());
        other.advance(Duration::from_secs(91));
        relay.taken.wait_for(|mail| mail["to"] == json!([alice.email])).await;
        assert_eq!(relay.taken.all().len(), 3, "and only once");
    }

    /// Issue 3, section 1: two processes on one outbox double nothing.
    async fn two_processes_deliver_each_mail_once(db) {
        let relay = MailServer::start(false).await;
        let one = relayed(db, relay.port).setting("smtp.ca_file", relay.ca_file.display().to_string()).start_process().await;
        let two = one.replica().await;
        for number in 0..12 {
            let person = Person::new(&format!("Guest{number} Brisk"));
            let mut browser = Browser::of_process(&one);
            browser.through(if number % 2 == 0 { one.ground.port } else { two.ground.port });
            person.sign_up(&mut browser).await;
        }
        relay.taken.wait_for(|_| relay.taken.all().len() == 13).await;
        let mut to: Vec<_> = relay.taken.all().iter().map(|mail| mail["to"].to_string()).collect();
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 13, "twelve people, and the line that it listens");
        // A mail is forgotten once the server has taken it.
        until("nothing is left", async || one.ground.database.number("SELECT count(*) FROM outgoing_mail").await == 0).await;
    }

    /// Resend, "Send Email": key, idempotency, what is refused and what is put off.
    async fn resend_takes_mail_by_its_api(db) {
        let (base, taken) = resend_api(&[429, 200]).await;
        let server = TestServer::with(db)
            .setting("mail.transport", "resend")
            .setting("mail.from", "Doorkeeper <id@example.org>")
            .setting("resend.api_key", "re_123")
            .setting("resend.base_url", base)
            .start()
            .await;
        let alice = Person::alice();
        alice.registered(&server).await;
        let refused = taken.wait_for(|request| request["status"] == 429).await;
        assert!(refused["head"].as_str().unwrap().starts_with("post /emails http/1.1"));
        server.advance(Duration::from_secs(6));
        let mail = taken.wait_for(|request| request["status"] == 200).await;
        let key = |request: &Value| {
            let head = request["head"].as_str().unwrap().to_owned();
            assert!(head.contains("authorization: bearer re_123"), "{head}");
            head.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap().to_owned()
        };
        assert_eq!(key(&refused), key(&mail), "the second try can be told from a second mail");
        let body = &mail["body"];
        assert_eq!((&body["to"], &body["from"]), (&json!([alice.email]), &json!("Doorkeeper <id@example.org>")));
        assert!(body["text"].as_str().is_some_and(|text| !text.is_empty()) && body["html"].as_str().unwrap().contains("<html"));
    }
}

both! {
    /// An operator's templates set the letters, as HTML and as text, in the language and the direction of their reader; what is wrong with
    /// them is told before a letter is written.
    async fn letters_are_set_by_the_operators_templates(db) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, source: &str| std::fs::write(folder.path().join(name), source).unwrap();
        let configured = || {
            let path = folder.path().display().to_string();
            TestServer::with(db).setting("brand.name", "<Acme>").setting("mail.templates", path)
        };
        write("letter.html", r#"{% extends "built_in/letter.html" %}{% block header %}<p id="ours">{{ brand.name }}</p>{% endblock %}"#);
        write("letter.txt", "== {{ brand.name }}, {{ kind }} ==\n{% include \"built_in/letter.txt\" %}");
        let server = configured().start().await;
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        browser.send_header("accept-language", "ar");
        browser.open("/signup").await;
        browser.fill("البريد الإلكتروني", &alice.email);
        browser.fill("كلمة المرور", &alice.password);
        // A template that breaks while the server runs is of no account.
        write("letter.html", "<p>\n{{ nothing }}");
        write("welcom.txt", "");
        browser.press("إنشاء الحساب").await;
        let mail = Mailbox::of(&server).newest_to(&alice.email).await;
        assert!(mail.text.contains("== <Acme>, welcome =="), "{mail:?}");
        let html = server.app().mailer.outbox().await.unwrap().list().unwrap().remove(0).html;
        assert!(html.contains(r#"<html lang="ar" dir="rtl">"#) && html.contains(r#"<p id="ours">&#60;Acme&#62;</p>"#), "{html}");

        let ground = configured().prepare();
        for arguments in [&["config", "check"][..], &["serve"]] {
            let refused = ground.command(arguments).await;
            assert_eq!(refused.code, 2, "{refused:?}");
            for told in ["letter.html:2: undefined value: `nothing` is undefined", "welcom.txt: no letter is called so; did you mean welcome.txt?"] {
                let fault = format!("  mail.templates: {}", folder.path().join(told).display());
                assert!(refused.stderr.contains(&fault), "{fault} in {}", refused.stderr);
            }
        }
    }
}
