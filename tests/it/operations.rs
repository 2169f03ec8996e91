//! The command line, the configuration, the log: what an operator holds on to.

use crate::both;
use crate::support::application::basic;
use crate::support::authenticator::give;
use crate::support::database::{OwnDatabase, connect, postgres_url, until};
use crate::support::mailbox::Mailbox;
use crate::support::passkey;
use crate::support::people::words;
use crate::support::prelude::*;
use crate::support::provider::SmsProvider;
use crate::support::setup::{MASTER_KEY, secret_of};
use crate::support::upstream::{FakeUpstream, Signature};
use crate::support::wire::Wire;
use std::collections::BTreeSet;

/// Every kind of event that there is, as it is stored.
fn event_kinds() -> BTreeSet<String> {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/events.rs")).unwrap();
    let list = source.split_once("\nevent_kinds! {\n").unwrap().1.split_once("\n}").unwrap().0;
    let kinds: BTreeSet<String> =
        list.lines().filter_map(|line| Some(line.split_once(" => \"")?.1.trim_end_matches("\",").to_owned())).collect();
    assert!(kinds.len() > 40 && kinds.iter().all(|kind| ostiary::events::EventKind::parse(kind).is_some()), "{kinds:?}");
    kinds
}

async fn an_administrator_begins(server: &TestServer) {
    let link = ostiary::setup::first_administrator_link(server.app()).await.unwrap().unwrap();
    let mut browser = Browser::new(server);
    browser.open(&link).await;
    browser.fill(words::EMAIL, "root@example.org");
    browser.fill(words::PASSWORD, "root likes long walks");
    browser.press("Create administrator").await;
    assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
}

async fn gives_mailed_code(server: &TestServer, browser: &mut Browser, address: &str) {
    browser.fill("Code", &Mailbox::of(server).newest_to(address).await.code());
    browser.press("Continue").await;
    assert_eq!(browser.error(), "", "{}", browser.describe());
}

async fn somebody_changes_what_they_are_known_by(server: &TestServer) {
    let alice = Person::alice();
    let mut browser = alice.signed_in(server).await;
    browser.open("/verify").await;
    browser.press("Send the code").await;
    gives_mailed_code(server, &mut browser, &alice.email).await;
    browser.open("/account/profile").await;
    browser.fill("Full name", "Alice Adamant");
    browser.press("Save profile").await;
    browser.open("/account/password").await;
    browser.fill("Current password", &alice.password);
    browser.fill("New password", &alice.password);
    browser.press("Change password").await;
    browser.open("/account/data").await;
    browser.press("Download").await;
    browser.open("/account/email?new").await;
    browser.fill("New email address", "alice@new.example");
    browser.press("Send a code").await;
    gives_mailed_code(server, &mut browser, "alice@new.example").await;
    browser.open(&Mailbox::of(server).newest_to(&alice.email).await.link()).await;
    browser.press("Restore my address").await;
    let mut browser = alice.resets_password(server, &alice.password).await;
    browser.open("/account/lockdown").await;
    browser.press("Lock down my account").await;
    assert_eq!(browser.heading(), "Your account is locked down", "{}", browser.describe());
}

async fn somebody_has_a_second_factor(server: &TestServer) {
    let carol = Person::new("Carol Calm");
    let mut browser = carol.signed_in(server).await;
    let (authenticator, _) = carol.adds_authenticator(server, &mut browser).await;
    browser.open("/account/recovery-codes").await;
    browser.press("Make new codes").await;
    let codes = browser.page().all(".codes code");
    let half_way = async || {
        let mut browser = Browser::new(server);
        carol.sign_in(&mut browser).await;
        browser
    };
    let mut laptop = half_way().await;
    laptop.fill("Don’t ask for this on this device for 30 days", "on");
    give(&mut laptop, &authenticator.code(server)).await;
    laptop.open("/account/security").await;
    laptop.press("Remove Firefox").await;
    let mut tab = half_way().await;
    tab.follow("Use a recovery code").await;
    tab.fill("Recovery code", &codes[0]);
    tab.press("Continue").await;
    let mut thief = half_way().await;
    for _ in 0..6 {
        give(&mut thief, &authenticator.wrong_code(server)).await;
    }
    laptop.open("/account/security").await;
    laptop.press("Remove Authenticator app").await;
    assert!(laptop.page().notice().contains("removed"), "{}", laptop.describe());
}

async fn somebody_has_other_ways_in(server: &TestServer, far: &FakeUpstream, messages: &SmsProvider) {
    let bob = Person::bob();
    let mut browser = bob.signed_in(server).await;
    browser.open("/account/phone").await;
    browser.fill("Phone number", "+49 30 901820");
    browser.press("Send a code").await;
    browser.fill("Code", messages.newest().field("Body").split(' ').next().unwrap());
    browser.press("Confirm").await;
    browser.open("/account/security").await;
    let landed = browser.press("Connect Far").await.landed();
    browser.open(&far.approve(&landed)).await;
    browser.press("Remove Far").await;

    let mut stick = passkey::Authenticator::stick(server);
    stick.add_to(&mut browser, "Stick").await;
    browser.follow("Change Stick").await;
    browser.fill("Name", "Old stick");
    browser.press("Save name").await;
    let mut copy = stick.clone();
    for _ in 0..2 {
        stick.open_and_sign_in(&mut Browser::new(server)).await;
    }
    copy.open_and_sign_in(&mut Browser::new(server)).await;
    browser.follow("Change Old stick").await;
    browser.press("Remove passkey").await;
    browser.open("/logout").await;
    browser.press(words::SIGN_OUT).await;
    // Nobody has proven the address yet: whoever does gets the account.
    bob.resets_password(server, &bob.password).await;
}

async fn somebody_asks_for_deletion(server: &TestServer) {
    let dora = Person::new("Dora Dear");
    let mut browser = dora.signed_in(server).await;
    browser.open("/account/delete").await;
    browser.press("Delete my account").await;
    dora.sign_in(&mut browser).await;
    browser.press("Keep my account").await;
    assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
}

async fn applications_are_used_and_robbed(server: &TestServer) {
    let (shop, partner) = (Application::of(server, "shop"), Application::of(server, "partner"));
    let emma = Person::new("Emma Eager");
    let mut browser = emma.signed_in(server).await;
    let (request, landed, _) = partner.whole_flow(&mut browser, &emma).await;
    partner.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
    browser.open("/account/security").await;
    browser.press("Remove access of Partner").await;
    let first = shop.sign_in(&mut browser, &emma).await;
    let second = shop.refresh(first.refresh_token()).await.tokens();
    shop.refresh(second.refresh_token()).await.tokens();
    shop.refresh(first.refresh_token()).await.refused(400, "invalid_grant");
    let tokens = shop.sign_in(&mut browser, &emma).await;
    shop.revoke(tokens.refresh_token()).await.ok_empty();
}

async fn the_operator_works(server: &TestServer) {
    let file = |name: &str| server.ground.folder.path().join(name).display().to_string();
    std::fs::write(file("people.csv"), "id,email\n1,fred@example.org\n").unwrap();
    let keys = server.ground.command(&["keys", "list", "--json"]).await.done().json();
    for arguments in [
        &["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/"][..],
        &["client", "update", "app", "--first-party"],
        &["client", "delete", "app"],
        &["resource", "create", "https://new.example", "--name", "New"],
        &["resource", "delete", "https://new.example"],
        &["import", "csv", &file("people.csv")],
        &["export", "--to", &file("everybody.jsonl")],
        &["user", "create", "gina@example.org", "--without-password"],
        &["user", "update", "gina@example.org", "--role", "ostiary:admin"],
        &["user", "disable", "gina@example.org"],
        &["user", "enable", "gina@example.org"],
        &["user", "delete", "gina@example.org"],
        &["session", "end", "emma@example.org"],
        &["keys", "rotate"],
        &["keys", "revoke", keys[0]["kid"].as_str().unwrap()],
        &["keys", "rotate-master"],
    ] {
        server.ground.command(arguments).await.done();
    }
}

both! {
    /// security.md Z1: a whole flow leaves no secret in the log or the database.
    async fn the_log_and_the_database_hold_no_secrets(db) {
        let server = TestServer::with(db).setting("log.level", "trace").start_process().await;
        let shop = Application::of_process(&server, "shop");
        let alice = Person::alice();
        let mut browser = Browser::of_process(&server);
        alice.sign_up(&mut browser).await;
        let (request, landed, tokens) = shop.whole_flow(&mut browser, &alice).await;
        let next = shop.refresh(tokens.refresh_token()).await.tokens();
        shop.introspect(&next.access_token).await;
        shop.userinfo(&next.access_token).await;
        shop.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
        let mut wrong = Browser::of_process(&server);
        Person { password: "a wrong password of hers".into(), ..alice.clone() }.sign_in(&mut wrong).await;
        // Addresses hold what applications put there, also where they are the wrong ones.
        for address in ["https://x.example/?t=PLANTED-SECRET", "https://x.example/?PLANTED-SECRET", "https://x:PLANTED-SECRET@x.example/", "https://x.example/#PLANTED-SECRET"] {
            for client in ["client_id=shop&", ""] {
                let address: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
                wrong.open(&format!("/logout?{client}post_logout_redirect_uri={address}")).await;
                assert_eq!(wrong.status(), 400, "{}", wrong.describe());
            }
            wrong.open(&shop.authorization_request().with("redirect_uri", address).url()).await;
            assert_eq!(wrong.status(), 400, "{}", wrong.describe());
        }
        let log = server.logged("answered").await;
        let metrics = shop.get("/metrics", &[]).await.body;
        assert!(metrics.contains("ostiary_tokens_issued_total"), "{metrics}");
        let mail = std::fs::read_dir(server.ground.folder.path().join("outbox")).into_iter().flatten();
        let mails: Vec<String> = mail.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        assert!(!mails.is_empty(), "the reuse of the code was told by mail");
        let dump = server.ground.database.everything().await;
        let session = browser.cookie("ostiary_session").unwrap().value.clone();
        for secret in [
            landed.code(), &request.verifier, &tokens.access_token, tokens.refresh_token(), tokens.id_token(), &next.access_token,
            next.refresh_token(), &session, &alice.password, "a wrong password of hers", &secret_of("shop"), MASTER_KEY,
            request.parameter("state").unwrap(), "PLANTED-SECRET",
        ]
        .into_iter()
        .chain(browser.cookies.all().iter().chain(wrong.cookies.all()).map(|cookie| cookie.value.as_str()))
        .filter(|secret| secret.len() > 12)
        {
            assert!(!log.contains(secret), "in the log: {secret}");
            assert!(!dump.contains(secret), "in the database: {secret}");
            assert!(!metrics.contains(secret), "in the metrics: {secret}");
            assert!(!mails.iter().any(|mail| mail.contains(secret)), "in a mail: {secret}");
        }
        assert!(!metrics.contains("alice") && !log.contains(&alice.email), "nor do log and metrics name people");
    }

    /// security.md Z2: whatever strangers write stays inside its field: no line of its own, nothing that a terminal obeys.
    async fn what_strangers_send_adds_no_line_to_the_log(db) {
        for format in ["pretty", "json"] {
            let server = TestServer::with(db).setting("log.format", format).setting("log.level", "trace").start_process().await;
            let shop = Application::of_process(&server, "shop");
            let evil = "x\r\n2026-01-01T00:00:00Z  INFO forged: signed in\u{1b}[2J\u{9b}31m\u{2028}\u{202e}";
            let mut browser = Browser::of_process(&server);
            browser.extra_headers.insert("user-agent", reqwest::header::HeaderValue::from_bytes("agent\u{9b}31m INFO forged".as_bytes()).unwrap());
            browser.send_header("x-forwarded-for", "127.0.0.1 INFO forged");
            let alice = Person::alice();
            alice.sign_up(&mut browser).await;
            for person in [Person { email: format!("{evil}@example.org"), ..alice.clone() }, Person { name: evil.into(), ..Person::bob() }] {
                person.sign_up(&mut Browser::of_process(&server)).await;
                person.sign_in(&mut Browser::of_process(&server)).await;
            }
            for (name, value) in [("redirect_uri", evil), ("client_id", evil), ("state", evil), ("scope", evil), ("login_hint", evil), (evil, "x"), ("claims", evil), ("resource", evil)] {
                browser.open(&shop.authorization_request().with(name, value).url()).await;
            }
            let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
            for path in [format!("/nope{}", encoded.replace('+', "%20")), format!("/logout?client_id=shop&post_logout_redirect_uri={encoded}"), format!("/setup?ticket={encoded}"), format!("/static/{encoded}")] {
                browser.open(&path).await;
            }
            let basic = crate::support::application::basic(evil, evil);
            shop.post_raw("/token", &[("authorization", &basic)], format!("grant_type={encoded}&code={encoded}")).await;
            shop.post("/token", &[("grant_type", evil)]).await;
            shop.post("/token", &[("grant_type", "authorization_code"), ("code", evil), ("redirect_uri", evil), ("code_verifier", evil)]).await;
            shop.post("/revoke", &[("token", evil), ("token_type_hint", evil)]).await;
            shop.get("/userinfo", &[("authorization", "Bearer INFO\tforged")]).await;
            shop.get("/jwks", &[("host", "INFO.forged:1\t2")]).await;
            server.logged("refused").await;
            let log = server.logged("page error").await;
            for line in log.lines().filter(|line| !line.is_empty()) {
                assert!(!line.contains(|c: char| c.is_control() && c != '\t' || ['\u{2028}', '\u{202e}'].contains(&c)), "{line:?}");
                assert!(!line.starts_with("2026-01-01T00:00:00Z") && !line.starts_with("INFO forged"), "{line}");
            }
            if format == "json" {
                let events: Vec<Value> = log.lines().filter(|line| line.contains("\"level\"")).map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
                assert!(events.len() > 30 && events.iter().all(|event| event["target"].as_str().unwrap().starts_with("ostiary")), "{events:?}");
            }
        }
    }

    /// security.md Z2, OWASP ASVS 16: what people, applications and operators do is written down, every kind of it that there is.
    async fn the_audit_log_is_complete(db) {
        let (far, messages) = (FakeUpstream::start("far").await, SmsProvider::start().await);
        far.knows("frieda-1", "frieda@far.example");
        let server = messages.serves(TestServer::with(db).upstream(far.document()), "twilio_messages").start().await;
        an_administrator_begins(&server).await;
        somebody_changes_what_they_are_known_by(&server).await;
        somebody_has_a_second_factor(&server).await;
        somebody_has_other_ways_in(&server, &far, &messages).await;
        somebody_asks_for_deletion(&server).await;
        applications_are_used_and_robbed(&server).await;
        the_operator_works(&server).await;
        let written: BTreeSet<String> = server.database().texts("SELECT DISTINCT kind FROM events").await.into_iter().collect();
        let mut kinds = event_kinds();
        assert!(kinds.remove("sign_in_failed"), "strangers do not fill the table: it is in the log alone");
        let amiss: Vec<_> = written.symmetric_difference(&kinds).collect();
        assert!(amiss.is_empty(), "not written, or not to be: {amiss:?}");
    }

    /// security.md Z2, OWASP ASVS 16: a failed sign-in is in the log, by whom it concerns, and nowhere else.
    async fn a_failed_sign_in_is_logged_and_not_stored(db) {
        let server = ServerProcess::start(db).await;
        let alice = Person::alice();
        alice.sign_up(&mut Browser::of_process(&server)).await;
        Person { password: "a wrong password of hers".into(), ..alice }.sign_in(&mut Browser::of_process(&server)).await;
        let id = server.ground.database.text("SELECT id FROM users").await;
        server.logged(&format!("event=\"sign_in_failed\" user_id=\"{id}\"")).await;
        assert_eq!(server.ground.database.number("SELECT count(*) FROM events WHERE kind = 'sign_in_failed'").await, 0);
    }

    /// security.md Z5: secrets come by file and environment, are not shown, and do not end in a core dump.
    async fn secrets_are_neither_arguments_nor_output_nor_dumps(db) {
        let server = ServerProcess::start(db).await;
        let limits = server.limits();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().rev().nth(2), Some("0"), "{core}");
        let shown = server.command(&["config", "show"]).await.done().stdout;
        assert!(!shown.contains(MASTER_KEY) && !shown.contains(&secret_of("shop")), "{shown}");
        for command in [&["client", "create"][..], &["client", "update"], &["user", "create"], &["user", "set-password"], &["keys", "rotate-master"], &["serve"], &[]] {
            let help = server.command(&[command, &["--help"]].concat()).await.done().stdout;
            for option in ["--secret", "--client-secret", "--password", "--master-key"] {
                let offered = help.split_whitespace().any(|word| word.trim_end_matches(',') == option);
                assert!(!offered, "{command:?} takes a secret as an argument: {help}");
            }
        }
    }

    /// Issue 2, section 4: every command, for people and as JSON; secrets are shown once and kept nowhere.
    async fn the_command_line_administers_everything(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await;
        run(&["resource", "create", "https://new.example", "--name", "New", "--scope", "new:read=Read it"]).await.done();
        let made = run(&["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/cb", "--resource", "https://new.example", "--json"]).await.done().json();
        let secret = made["client_secret"].as_str().unwrap();
        assert!(!server.database().everything().await.contains(secret));
        let bob = run(&["user", "create", "bob@example.org", "--without-password"]).await.done().stdout;
        assert!(bob.lines().any(|line| line.starts_with("email ") && line.ends_with(" bob@example.org")), "{bob}");
        let bob = run(&["user", "show", "bob@example.org", "--json"]).await.done().json();
        assert!(bob["created_at"].as_str().is_some_and(|at| at.starts_with("20") && at.ends_with('Z')), "RFC 3339: {bob}");
        for arguments in [
            &["client", "show", "app"][..], &["client", "list"], &["resource", "list"], &["resource", "show", "https://new.example"], &["keys", "list"],
            &["user", "list"], &["client", "update", "app", "--first-party"], &["client", "rotate-secret", "app"],
            &["resource", "update", "https://new.example", "--name", "Newer"], &["user", "show", "bob@example.org"], &["user", "update", "bob@example.org", "--group", "staff"],
        ] {
            let text = run(arguments).await.done();
            assert!(!text.stdout.contains(secret) && !text.stdout.trim().is_empty(), "{arguments:?}");
            assert!(!text.stdout.trim_start().starts_with(['{', '[']), "for people: {text:?}");
            run(&[arguments, &["--json"]].concat()).await.done().json();
        }
        let alice = Person::alice();
        alice.registered(&server).await;
        let sessions = run(&["session", "list", &alice.email, "--json"]).await.done().json();
        assert_eq!(sessions.as_array().unwrap().len(), 1);
        run(&["user", "disable", &alice.email]).await.done();
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "Sign in", "a disabled person reads what a stranger reads");
        assert!(browser.error().contains("wrong"), "{}", browser.error());
        run(&["user", "enable", &alice.email]).await.done();
        alice.sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "Your account");
        run(&["session", "end", &alice.email]).await.done();
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in");
        run(&["user", "delete", &alice.email]).await.done();
        for (arguments, code) in [
            (&["client", "show", "nobody"][..], 1),
            (&["client", "create", "X", "--redirect-uri", "javascript:x"], 2),
            (&["client", "create", "X", "--id", "shop", "--redirect-uri", "https://x.example/"], 2),
            (&["client", "update", "shop", "--first-party"], 2),
            (&["user", "show", "nobody@example.org"], 1),
            (&["keys", "revoke", "nothing"], 1),
        ] {
            let failed = run(arguments).await;
            assert_eq!(failed.code, code, "{arguments:?} {failed:?}");
            assert!(failed.stderr.starts_with("ostiary: "), "{failed:?}");
        }
        run(&["client", "delete", "app"]).await.done();
        run(&["resource", "delete", "https://new.example"]).await.done();
    }

    /// An id that came with an import may look like an address; two people of whom one has the other's address for an id are told apart.
    async fn a_person_is_found_by_an_id_that_looks_like_an_address(db) {
        let server = TestServer::start(db).await;
        let file = server.ground.folder.path().join("people.csv");
        std::fs::write(&file, "id,email\nann@old.example,ann@example.org\nbob@old.example,ann@old.example\n").unwrap();
        server.ground.command(&["import", "csv", file.to_str().unwrap()]).await.done();
        let shown = server.ground.command(&["user", "show", "bob@old.example", "--json"]).await.done().json();
        assert_eq!(shown["email"], "ann@old.example");
        assert_eq!(server.ground.command(&["session", "list", "bob@old.example", "--json"]).await.done().json(), json!([]));
        for command in [["user", "delete"], ["session", "end"]] {
            let refused = server.ground.command(&[&command[..], &["ann@old.example"]].concat()).await;
            assert!(refused.code == 2 && refused.stderr.contains("ann@example.org") && refused.stderr.contains("bob@old.example"), "{refused:?}");
        }
        server.ground.command(&["user", "delete", "bob@old.example"]).await.done();
        assert_eq!(server.ground.command(&["user", "show", "ann@old.example", "--json"]).await.done().json()["email"], "ann@example.org");
    }

    /// What exists is changed by `update`, which leaves alone what it does not name; `create` replaces nothing.
    async fn a_resource_is_changed_and_never_replaced(db) {
        let server = TestServer::start(db).await;
        let id = "https://new.example";
        let run = async |arguments: &[&str]| server.ground.command(&[arguments, &["--json"]].concat()).await;
        let made = run(&["resource", "create", id, "--name", "New", "--scope", "new:read=Read it", "--scope", "new:write=Write it"]).await.done().json();
        for taken in [id, "https://api.example"] {
            let refused = run(&["resource", "create", taken, "--name", "Newer"]).await;
            assert!(refused.code == 2 && refused.stderr.contains("ostiary resource update"), "{refused:?}");
        }
        assert_eq!(run(&["resource", "show", id]).await.done().json(), made);
        let changed = run(&["resource", "update", id, "--name", "Newer", "--add-scope", "new:list=List it", "--remove-scope", "new:write", "--opaque"]).await.done().json();
        assert_eq!(changed, json!({ "identifier": id, "name": "Newer", "scopes": { "new:read": "Read it", "new:list": "List it" }, "access_token_format": "opaque" }));
        let changed = run(&["resource", "update", id, "--scope", "new:all=All", "--jwt", "--access-token-lifetime", "60"]).await.done().json();
        assert_eq!(changed, json!({ "identifier": id, "name": "Newer", "scopes": { "new:all": "All" }, "access_token_format": "jwt", "access_token_lifetime": 60 }));
        assert_eq!(run(&["resource", "show", id]).await.done().json(), changed);
        let wordy = format!("new:wordy={}", "x".repeat(201));
        for (arguments, code, cure) in [
            (&["resource", "update", id, "--remove-scope", "nope"][..], 2, "nope"),
            (&["resource", "update", id, "--add-scope", "openid=x"], 2, "standard scope"),
            (&["resource", "update", id, "--add-scope", "new:wordless"], 2, "\"new:wordless=See your orders\""),
            (&["resource", "update", id, "--scope", "new:wordless= "], 2, "\"new:wordless=See your orders\""),
            (&["resource", "update", id, "--add-scope", &wordy], 2, "new:wordy needs 1 to 200 characters"),
            (&["resource", "update", id, "--add-scope", "new:lines=See\nall"], 2, "new:lines needs 1 to 200 characters"),
            (&["resource", "create", "https://other.example", "--name", "Other", "--scope", "other:wordless"], 2, "\"other:wordless=See your orders\""),
            (&["resource", "update", "https://api.example", "--name", "X"], 2, "declared"),
            (&["resource", "update", "https://nobody.example", "--name", "X"], 1, "ostiary resource list"),
        ] {
            let refused = run(arguments).await;
            assert!(refused.code == code && refused.stderr.contains(cure), "{arguments:?} {refused:?}");
        }
    }

    /// RFC 7591 §2, RFC 8252 §8.4: a client that nobody could come back to is none, and a native one is public unless it is said otherwise.
    async fn a_client_is_made_as_its_kind_must_be(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(&[&["client", "create", "--json", "N"], arguments].concat()).await;
        for arguments in [&[][..], &["--native"], &["--grant-type", "authorization_code"], &["--grant-type", "refresh_token"]] {
            let refused = run(arguments).await;
            assert_eq!(refused.code, 2, "{refused:?}");
            let hint = if arguments.contains(&"refresh_token") { "refresh_token needs authorization_code" } else { "--redirect-uri" };
            assert!(refused.stderr.contains(hint), "{arguments:?} {refused:?}");
        }
        let redirect = ["--native", "--redirect-uri", "com.example.app:/callback"];
        let native = run(&redirect).await.done().json();
        assert_eq!((&native["client_secret"], native["metadata"]["token_endpoint_auth_method"].as_str()), (&Value::Null, Some("none")));
        for otherwise in [&["--confidential"][..], &["--auth-method", "client_secret_post"]] {
            assert!(run(&[&redirect[..], otherwise].concat()).await.done().json()["client_secret"].is_string(), "{otherwise:?}");
        }
        assert!(run(&["--grant-type", "client_credentials"]).await.done().json()["client_secret"].is_string());
        let declared = TestServer::with(db).client(Client::confidential("app").without("redirect_uris")).prepare();
        let refused = declared.command(&["config", "check"]).await;
        assert!(refused.code == 2 && refused.stderr.contains("clients[0].redirect_uris"), "{refused:?}");
    }

    /// A start that cannot listen, with another configuration even, leaves the clients of the server that does as they are.
    async fn a_start_that_cannot_listen_changes_nothing(db) {
        let server = ServerProcess::start(db).await;
        let mut other = server.ground.replica();
        other.change("listen", format!("127.0.0.1:{}", server.ground.port));
        other.forget("clients");
        let refused = other.command(&["serve"]).await;
        assert!(refused.code == 1 && refused.stderr.contains("cannot listen"), "{refused:?}");
        assert_eq!(server.ground.database.number("SELECT count(*) FROM clients WHERE enabled AND declared").await, 4);
        Application::of_process(&server, "worker").client_credentials(&[]).await.tokens();
    }

    /// What the pages would not take the command line does not take either; and what is not there cannot be taken away.
    async fn people_are_made_as_their_pages_would(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str], input: &str| server.ground.command_with_input(arguments, input).await;
        for name in ["x".repeat(101), "a\nb".to_owned(), "a\u{1b}[31mred".to_owned()] {
            let refused = run(&["user", "create", "c@example.org", "--name", &name], "staple horse battery corr").await;
            assert!(refused.code == 2 && refused.stderr.contains("--name"), "{refused:?}");
        }
        let refused = run(&["user", "create", "c@example.org"], "staple\0horse battery").await;
        assert!(refused.code == 2 && refused.stderr.contains("NUL"), "{refused:?}");
        run(&["user", "create", "c@example.org", "--name", "Carol Calm"], "staple horse battery corr").await.done();
        let refused = run(&["user", "remove-second-factors", "c@example.org"], "").await;
        assert!(refused.code == 2 && refused.stderr.contains("no second factor"), "{refused:?}");
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'second_factor_removed'").await, 0);
        assert!(Mailbox::of(&server).all().await.is_empty());
    }

    /// Declared clients are brought in once: a second start writes nothing.
    async fn a_second_start_writes_nothing(db) {
        let mut server = TestServer::start(db).await;
        let updated = async |server: &TestServer| server.database().texts("SELECT updated_at FROM clients ORDER BY client_id").await;
        let (before, rows) = (updated(&server).await, server.database().row_counts().await);
        server.advance(Duration::from_secs(100));
        server.restart().await;
        assert_eq!((updated(&server).await, server.database().row_counts().await), (before, rows));
    }

    /// SIGTERM: in order, with exit code 0.
    async fn sigterm_ends_in_order(db) {
        let mut server = ServerProcess::start(db).await;
        assert_eq!(server.terminate().await, 0);
        server.restart().await;
        server.logged("Ostiary is ready").await;
    }

    /// Issue 2, section 1: at SIGTERM nothing new is taken and what is in flight is finished, within a bound.
    async fn what_is_in_flight_at_sigterm_is_finished(db) {
        for (grace, finished) in [("30s", true), ("1s", false)] {
            let mut server = TestServer::with(db).setting("shutdown_grace", grace).start_process().await;
            let (shop, alice) = (Application::of_process(&server, "shop"), Person::alice());
            let mut browser = Browser::of_process(&server);
            alice.sign_up(&mut browser).await;
            let tokens = shop.sign_in(&mut browser, &alice).await;
            // The answer to a refresh has to wait for whoever holds the grant.
            let held = server.ground.database.hold("UPDATE grants SET generation = generation").await;
            let (app, token) = (shop.clone(), tokens.refresh_token().to_owned());
            let request = app.http.post(server.at("/token")).form(&[("grant_type", "refresh_token"), ("refresh_token", &token)]);
            let request = request.header("authorization", basic("shop", &secret_of("shop")));
            let answer = tokio::spawn(async move { request.send().await?.text().await });
            held.is_waited_for().await;
            server.signal("TERM").await;
            let port = server.ground.port;
            until("it takes nothing new", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err()).await;
            if finished {
                held.commit().await;
                assert_eq!(server.ended().await, 0, "{}", server.log());
                let answer: Value = serde_json::from_str(&answer.await.unwrap().unwrap()).unwrap();
                assert!(answer["refresh_token"].is_string(), "{answer}");
            } else {
                assert_eq!(server.ended().await, 0, "{}", server.log());
                let answer = answer.await.unwrap();
                assert!(!answer.as_ref().is_ok_and(|text| text.contains("refresh_token")), "{answer:?}");
                held.commit().await;
                server.restart().await;
                shop.refresh(tokens.refresh_token()).await.tokens();
            }
        }
    }

    /// Issue 2, section 4: whatever way somebody comes in by, or does not.
    async fn every_way_to_sign_in_is_counted(db) {
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", "frieda@far.example");
        let server = TestServer::with(db).upstream(fake.document()).setting("login.email", true).start().await;
        let shop = Application::of(&server, "shop");
        let counted = async || {
            let metrics = shop.get("/metrics", &[]).await.body;
            ["success", "refused", "throttled", "disabled"].map(|outcome| {
                let name = format!("ostiary_sign_ins_total{{outcome=\"{outcome}\"}} ");
                metrics.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse::<u32>().unwrap())
            })
        };
        let alice = Person::alice();
        alice.registered(&server).await;
        assert_eq!(counted().await, [0, 0, 0, 0], "who signs up does not sign in");
        let mut browser = Browser::new(&server);
        browser.open("/login/mail").await;
        browser.fill("Email address", &alice.email);
        browser.press("Email me a code").await;
        let mut flood = browser.clone();
        browser.fill("Code", "12345x");
        browser.press("Continue").await;
        assert_eq!(counted().await, [0, 1, 0, 0]);
        browser.fill("Code", &Mailbox::of(&server).newest_to(&alice.email).await.code());
        browser.press("Continue").await;
        assert_eq!(counted().await, [1, 1, 0, 0], "{}", browser.describe());
        for _ in 0..4 {
            flood.fill("Code", "12345x");
            flood.press("Continue").await;
        }
        assert_eq!(counted().await, [1, 4, 1, 0], "five tries in all");

        let mut browser = fake.visit(&server).await;
        browser.press("Create account").await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
        let before = counted().await;
        fake.visit(&server).await;
        assert_eq!(counted().await, [before[0] + 1, before[1], before[2], before[3]]);
        fake.says(|script| script.signature = Signature::WrongKey);
        fake.visit(&server).await;
        assert_eq!(counted().await, [before[0] + 1, before[1] + 1, before[2], before[3]]);
        fake.says(|script| script.signature = Signature::Right);
        server.database().execute("UPDATE users SET enabled = FALSE").await;
        fake.visit(&server).await;
        assert_eq!(counted().await, [before[0] + 1, before[1] + 1, before[2], before[3] + 1]);
    }

    /// Issue 2, section 4.
    async fn health_and_metrics_tell_how_it_is(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        worker.client_credentials(&[]).await.tokens();
        assert_eq!(worker.get("/health", &[]).await.ok(), json!({ "status": "healthy", "service": "ostiary" }));
        assert_eq!(worker.get("/health/ready", &[]).await.ok()["status"], "ready");
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        Person { password: "not the password".to_owned(), ..alice.clone() }.sign_in(&mut browser).await;
        alice.sign_in(&mut browser).await;
        let metrics = worker.get("/metrics", &[]).await.body;
        for (outcome, times) in [("success", 1), ("refused", 1)] {
            assert!(metrics.contains(&format!("ostiary_sign_ins_total{{outcome=\"{outcome}\"}} {times}\n")), "{metrics}");
        }
        assert!(metrics.contains(r#"ostiary_tokens_issued_total{grant_type="client_credentials"} 1"#), "{metrics}");
        assert!(metrics.contains("ostiary_http_requests_total{") && metrics.contains("ostiary_http_request_duration_seconds"));
    }
}

both! {
    /// A command in another folder than the server's, or with another schema, works on another installation; it says so, and only then.
    async fn a_command_that_makes_an_installation_tells_so(db) {
        let ground = TestServer::with(db).prepare();
        let first = ground.command(&["client", "list"]).await;
        assert!(first.code == 0 && first.stderr.contains("there was no installation in "), "{first:?}");
        let named = match &ground.database { OwnDatabase::Postgres { schema, .. } => schema, _ => "SQLite, " };
        assert!(first.stderr.contains(named), "{first:?}");
        assert_eq!(ground.command(&["client", "list"]).await.stderr, "");
    }
}

/// Issue 2, section 1: a start that waits for another's migrations says so, and is stopped by SIGTERM in order, as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_waits_says_so_and_can_be_stopped() {
    let ground = TestServer::with(Database::Postgres).prepare();
    let OwnDatabase::Postgres { url, schema } = ground.database.clone() else { panic!("PostgreSQL") };
    let other = connect(&url, "public").await;
    other.query_one("SELECT pg_advisory_lock(727274, hashtext($1))", &[&schema]).await.unwrap();
    let mut waiting = ServerProcess::spawn(ground.clone(), &[]);
    waiting.logged("another process is migrating").await;
    let start = std::time::Instant::now();
    assert_eq!(waiting.terminate().await, 0, "{}", waiting.log());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let mut patient = ServerProcess::spawn(ground, &[]);
    patient.logged("another process is migrating").await;
    other.query_one("SELECT pg_advisory_unlock(727274, hashtext($1))", &[&schema]).await.unwrap();
    patient.wait_until_ready(Duration::from_secs(30)).await;
}

/// docs/operations.md, "SQLite or PostgreSQL": of several hosts in a URL the one that takes writes is used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_url_may_name_several_hosts() {
    let mut ground = TestServer::with(Database::Postgres).prepare();
    let url = url::Url::parse(&ground.database.url()).unwrap();
    let (host, port) = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
    // Nobody listens at port 1.
    let several =
        url.as_str().replacen(&url[url::Position::BeforeHost..url::Position::AfterPort], &format!("127.0.0.1:1,{host}:{port}"), 1);
    let mark = if several.contains('?') { '&' } else { '?' };
    ground.change("database.url", format!("{several}{mark}target_session_attrs=read-write"));
    ground.command(&["config", "check"]).await.done();
    let server = ServerProcess::on(ground).await;
    let alice = Person::alice();
    let mut browser = Browser::of_process(&server);
    alice.sign_up(&mut browser).await;
    assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
}

/// docs/operations.md, "SQLite or PostgreSQL": an older PostgreSQL is refused, and nothing is made in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_postgresql_is_refused() {
    let postgres = connect(&postgres_url(), "public").await;
    let version: String = postgres.query_one("SHOW server_version_num", &[]).await.unwrap().get(0);
    let older = format!("14{}", &version[2..]);
    let (_wire, url) = Wire::to_postgres_that_says(&version, &older).await;
    let ground = TestServer::with(Database::Postgres).setting("database.url", url).prepare();
    let OwnDatabase::Postgres { schema, .. } = &ground.database else { panic!("PostgreSQL") };
    for command in ["serve", "migrate"] {
        let refused = ground.command(&[command]).await;
        assert_eq!(refused.code, 1, "{command}: {refused:?}");
        assert!(refused.stderr.contains("PostgreSQL 15 or newer is needed, and this one is 14"), "{command}: {refused:?}");
    }
    let made = postgres.query_one("SELECT count(*) FROM pg_namespace WHERE nspname = $1", &[schema]).await.unwrap();
    assert_eq!(made.get::<_, i64>(0), 0);
}

/// docs/operations.md, "SQLite or PostgreSQL": a role that may not make what it needs is told the statement, and with that it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_without_rights_is_told_the_statement() {
    let mut ground = TestServer::with(Database::Postgres).prepare();
    let OwnDatabase::Postgres { url, schema } = ground.database.clone() else { panic!("PostgreSQL") };
    let role = format!("lacking_{}", schema.trim_start_matches("test_"));
    let admin = connect(&url, "public").await;
    admin.batch_execute(&format!("CREATE ROLE {role}")).await.unwrap();
    let mark = if url.contains('?') { '&' } else { '?' };
    ground.change("database.url", format!("{url}{mark}options=-c%20role%3D{role}"));
    let make = format!("CREATE SCHEMA {schema} AUTHORIZATION {role};");
    for command in ["migrate", "serve"] {
        let refused = ground.command(&[command]).await;
        assert!(refused.code == 1 && refused.stderr.contains(&make), "{refused:?}");
        assert!(refused.stderr.contains("GRANT CREATE ON DATABASE ") && refused.stderr.contains(&format!(" TO {role};")), "{refused:?}");
    }
    admin.batch_execute(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    let refused = ground.command(&["migrate"]).await;
    let grant = format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role};");
    assert!(refused.code == 1 && refused.stderr.contains(&grant), "{refused:?}");
    admin.batch_execute(&grant).await.unwrap();
    ground.command(&["migrate"]).await.done();
    admin.batch_execute(&format!("DROP SCHEMA {schema} CASCADE; {make} DROP SCHEMA {schema}; DROP ROLE {role}")).await.unwrap();
}

/// Issue 2, section 1: a whole installation moves, and what was issued before goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_postgresql() {
    let from = TestServer::start(Database::Sqlite).await;
    let shop = Application::of(&from, "shop");
    let alice = Person::alice();
    let mut browser = alice.signed_in(&from).await;
    let tokens = shop.sign_in(&mut browser, &alice).await;
    let target = TestServer::with(Database::Postgres).prepare();
    let mut ground = from.ground.clone();
    let crate::support::database::OwnDatabase::Postgres { url, schema } = &target.database else { panic!("PostgreSQL") };
    ground.change("database.schema", schema.as_str());
    let source = from.database().url();
    let arguments = ["copy", "--from", &source, "--to", url];
    let moved = ground.command(&arguments).await.done();
    assert!(moved.stdout.contains("verified"), "{moved:?}");
    let again = ground.command(&arguments).await;
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("only an empty database"), "{again:?}");

    ground.change("database.url", url.as_str());
    let mut server = from;
    server.ground = ground;
    server.restart().await;
    assert!(shop.is_active(&tokens.access_token).await);
    shop.refresh(tokens.refresh_token()).await.tokens();
    browser.open("/account").await;
    assert_eq!(browser.heading(), "Your account");
}

/// security.md Z2: what a stranger sends that is no HTTP is no error of ours to be woken for, and a terminal that has gone is none either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_strangers_nor_a_closed_output_make_errors() {
    use crate::support::process::Under;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let under = Under { before: ":", redirection: ">/dev/full" };
    let mut server = ServerProcess::on_under(TestServer::with(Database::Sqlite).prepare(), under).await;
    for path in ["a".repeat(70 * 1024), "\u{0}".to_owned()] {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap();
        stream.write_all(format!("GET /{path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(Application::of_process(&server, "shop").get("/health", &[]).await.status, 200);
    let log = server.logged("started").await;
    assert!(!log.contains("ERROR"), "{log}");
    assert_eq!(server.terminate().await, 0, "{}", server.log());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Issue 2, section 1: whatever key cannot be read, the others are checked all the same, down to what the database's URL names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_hides_another() {
    let weak =
        Client::confidential("weak").with("token_endpoint_auth_method", "client_secret_jwt").with("client_secret", "sixteen letters!");
    for (key, value) in
        [("listen", "nope"), ("issuer", "http://localhost:3004/"), ("mail.from", "nobody"), ("passkeys.rp_id", ""), ("workers", "many")]
    {
        let setup =
            TestServer::with(Database::Sqlite).client(Client::public("evil").redirect_uri("http://evil.example/")).client(weak.clone());
        let mut ground =
            setup.setting("brand.logo", "/nope.svg").setting("brand.texts", "/nope").setting("mail.templates", "/nope").prepare();
        ground.change("database.url", "postgres://x@localhost/x?sslmode=bogus");
        ground.change(key, value);
        let refused = ground.command(&["config", "check"]).await;
        assert_eq!(refused.code, 2, "{refused:?}");
        let told =
            ["clients[0].redirect_uris", "clients[1].client_secret", "brand.logo", "brand.texts", "mail.templates", "database.url", key];
        for key in told {
            assert!(refused.stderr.contains(&format!("  {key}: ")), "{key}: {}", refused.stderr);
        }
        assert_eq!(refused.stderr.lines().filter(|line| line.starts_with("  ")).count(), told.len(), "nothing else: {}", refused.stderr);
        let refused = ground.command(&["config", "check", "--json"]).await;
        let json: Value = serde_json::from_str(&refused.stdout).unwrap();
        let keys: Vec<_> = json["faults"].as_array().unwrap().iter().map(|fault| fault["key"].as_str().unwrap()).collect();
        assert_eq!((refused.code, &json["sound"], keys.len()), (2, &json!(false), told.len()), "{json}");
        assert!(told.iter().all(|key| keys.contains(key)), "{json}");
    }
    for parameters in ["sslmode=bogus", "sslmode=verify-full&sslrootcert=/nope", "connect_timeout=soon"] {
        let mut ground = TestServer::with(Database::Sqlite).prepare();
        ground.change("database.url", format!("postgres://x@localhost/x?{parameters}"));
        for arguments in [&["config", "check"][..], &["serve"], &["migrate"], &["user", "list"]] {
            let refused = ground.command(arguments).await;
            assert_eq!(refused.code, 2, "{parameters} {arguments:?} {refused:?}");
            assert!(refused.stderr.contains("  database.url: "), "{refused:?}");
        }
    }
}

/// Issue 2, section 4: readable output and `--json`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_configuration_is_told_to_programs_too() {
    let ground = TestServer::with(Database::Sqlite).setting("brand.name", "Acme").setting("trusted_proxies", "10.0.0.0/8").prepare();
    let show = ground.command(&["config", "show", "--json"]).await.done().json();
    assert_eq!((&show["brand"]["name"], &show["trusted_proxies"]), (&json!("Acme"), &json!(["10.0.0.0/8"])), "{show}");
    assert_eq!(ground.command(&["config", "check", "--json"]).await.done().json()["sound"], true);
    let docs = ground.command(&["config", "docs", "--json"]).await.done().json();
    let named = |name: &str| docs.as_array().unwrap().iter().find(|key| key["key"] == name).cloned().unwrap();
    assert_eq!((&named("master_key")["secret"], &named("brand.name")["variable"]), (&json!(true), &json!("OSTIARY_BRAND_NAME")));
}

/// What cannot be copied from is told before anything is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_from_nowhere_makes_nothing() {
    let ground = TestServer::with(Database::Sqlite).prepare();
    let made = |name: &str| ground.folder.path().join(name).exists();
    let refused = ground.command(&["copy", "--from", "sqlite:nope.db", "--to", "sqlite:x.db"]).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("there is no nope.db here"), "{refused:?}");
    assert!(!made("nope.db") && !made("x.db"));
    std::fs::write(ground.folder.path().join("empty.db"), "").unwrap();
    let refused = ground.command(&["copy", "--from", "sqlite:empty.db", "--to", "sqlite:x.db"]).await;
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("schema is not this version's") && !made("x.db"), "{refused:?}");
}

/// Issue 2, section 1: every fault at once, by key, exit code 2; development settings are refused under https.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_configuration_lists_all_its_faults() {
    let mut ground = TestServer::with(Database::Sqlite).prepare();
    ground.change("issuer", "https://id.example");
    ground.change("insecure_cookies", true);
    ground.change("tokens.access_token_lifetime", "soon");
    ground.change("wrokers", 3);
    let refused = ground.command(&["config", "check"]).await;
    assert_eq!(refused.code, 2);
    for key in ["mail.transport", "insecure_cookies", "tokens.access_token_lifetime", "wrokers"] {
        assert!(refused.stderr.contains(key), "{key}: {}", refused.stderr);
    }
    let mut bad = TestServer::with(Database::Sqlite).client(Client::confidential("shop").without("client_secret")).prepare();
    bad.change("log.level", "info");
    let refused = bad.command(&["serve"]).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("clients[0].client_secret:"), "{refused:?}");
}
