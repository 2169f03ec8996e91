//! The command line, the configuration, the log: what an operator holds on to.

use crate::both;
use crate::support::prelude::*;
use crate::support::setup::{MASTER_KEY, secret_of};

both! {
    /// security.md Z1: a whole flow leaves no secret in the log or the database.
    async fn the_log_and_the_database_hold_no_secrets(db) {
        let server = TestServer::with(db).setting("log.level", "trace").start_process().await;
        let shop = Application::of_process(&server, "shop");
        let alice = Person::alice();
        let mut browser = Browser::of_process(&server);
        alice.sign_up(&mut browser).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let next = shop.refresh(tokens.refresh_token()).await.tokens();
        shop.introspect(&next.access_token).await;
        shop.userinfo(&next.access_token).await;
        shop.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
        let mut wrong = Browser::of_process(&server);
        Person { password: "a wrong password of hers".into(), ..alice.clone() }.sign_in(&mut wrong).await;
        let log = server.log();
        assert!(log.contains("answered"), "the log is there");
        let dump = server.ground.database.everything().await;
        let session = browser.cookie("ostiary_session").unwrap().value.clone();
        for secret in [
            landed.code(), &request.verifier, &tokens.access_token, tokens.refresh_token(), tokens.id_token(), &next.access_token,
            next.refresh_token(), &session, &alice.password, "a wrong password of hers", &secret_of("shop"), MASTER_KEY,
        ] {
            assert!(!log.contains(secret), "in the log: {secret}");
            assert!(!dump.contains(secret), "in the database: {secret}");
        }
    }

    /// security.md Z2: nobody writes lines into the log.
    async fn what_strangers_send_adds_no_line_to_the_log(db) {
        let server = ServerProcess::start(db).await;
        let mut browser = Browser::of_process(&server);
        browser.send_header("user-agent", "agent\u{9b}31m INFO forged");
        Person { email: "x@example.org\r\nINFO forged".into(), ..Person::alice() }.sign_up(&mut browser).await;
        browser.open("/nope%0d%0aINFO%20forged").await;
        assert!(!server.log().lines().any(|line| line.starts_with("INFO forged") || line.contains('\u{1b}') && line.contains("forged")));
    }

    /// Issue 2, section 4: every command, for people and as JSON; secrets are shown once and kept nowhere.
    async fn the_command_line_administers_everything(db) {
        let server = TestServer::start(db).await;
        let run = async |arguments: &[&str]| server.ground.command(arguments).await;
        run(&["resource", "create", "https://new.example", "--name", "New", "--scope", "new:read=Read it"]).await.done();
        let made = run(&["client", "create", "App", "--id", "app", "--redirect-uri", "https://app.example/cb", "--resource", "https://new.example", "--json"]).await.done().json();
        let secret = made["client_secret"].as_str().unwrap();
        assert!(!server.database().everything().await.contains(secret));
        for arguments in [
            &["client", "show", "app"][..], &["client", "list"], &["resource", "list"], &["resource", "show", "https://new.example"], &["keys", "list"],
            &["user", "list"], &["client", "update", "app", "--first-party"], &["client", "rotate-secret", "app"],
        ] {
            let text = run(arguments).await.done();
            assert!(!text.stdout.contains(secret) && !text.stdout.trim().is_empty(), "{arguments:?}");
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
        assert!(server.log().contains("Ostiary is ready"));
    }

    /// Issue 2, section 4.
    async fn health_and_metrics_tell_how_it_is(db) {
        let server = TestServer::start(db).await;
        let worker = Application::of(&server, "worker");
        worker.client_credentials(&[]).await.tokens();
        assert_eq!(worker.get("/health", &[]).await.ok(), json!({ "status": "healthy", "service": "ostiary" }));
        assert_eq!(worker.get("/health/ready", &[]).await.ok()["status"], "ready");
        let metrics = worker.get("/metrics", &[]).await.body;
        assert!(metrics.contains(r#"ostiary_tokens_issued_total{grant_type="client_credentials"} 1"#), "{metrics}");
        assert!(metrics.contains("ostiary_http_requests_total{") && metrics.contains("ostiary_http_request_duration_seconds"));
    }
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
    assert!(refused.stderr.contains("clients[0] (shop)"), "{refused:?}");
}
