//! What the server does while something under it is missing: the database, the disk, the log, mail.

use crate::both;
use crate::support::database::{OwnDatabase, connect, postgres_url};
use crate::support::ports::free_port;
use crate::support::prelude::*;
use crate::support::process::Under;
use crate::support::setup::MASTER_KEY;
use crate::support::wire::Wire;
use std::time::Instant;

/// What a client and a person had before things went wrong.
struct Held {
    shop: Application,
    alice: Person,
    browser: Browser,
    tokens: Tokens,
    request: AuthorizationRequest,
    code: String,
}

async fn held(server: &ServerProcess) -> Held {
    let (shop, alice) = (Application::of_process(server, "shop"), Person::alice());
    let mut browser = Browser::of_process(server);
    alice.sign_up(&mut browser).await;
    let tokens = shop.sign_in(&mut browser, &alice).await;
    let request = shop.authorization_request();
    let code = alice.authorize(&mut browser, &request).await.code().to_owned();
    Held { shop, alice, browser, tokens, request, code }
}

async fn until_ready(shop: &Application) {
    let start = Instant::now();
    while shop.get("/health/ready", &[]).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn unavailable(reply: &Reply) {
    reply.refused(503, "temporarily_unavailable");
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{reply:?}");
}

/// security.md F4: the network swallows everything for half a minute, and no end comes. Everybody is answered in time, nothing counts
/// against anybody, and it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_never_answers_holds_nobody_up() {
    let (wire, url) = Wire::to_postgres().await;
    let server = TestServer::with(Database::Postgres)
        .setting("database.url", url)
        .setting("database.connect_timeout", "1s")
        .setting("database.statement_timeout", "1s")
        .start_process()
        .await;
    let mut held = held(&server).await;
    let shop = &held.shop;
    wire.block();
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < Duration::from_secs(30) {
        let round = Instant::now();
        let mut elsewhere = Browser::of_process(&server);
        elsewhere.open("/login").await;
        let token = [("token", held.tokens.access_token.as_str())];
        let (redeemed, refreshed, introspected, info, revoked, ready, _, _) = tokio::join!(
            shop.redeem(&held.request, &held.code),
            shop.refresh(held.tokens.refresh_token()),
            shop.post("/introspect", &token),
            shop.userinfo(&held.tokens.access_token),
            shop.revoke(&held.tokens.access_token),
            shop.get("/health/ready", &[]),
            held.browser.open("/account"),
            held.alice.fill_sign_in(&mut elsewhere),
        );
        [&redeemed, &refreshed, &introspected, &info, &revoked].into_iter().for_each(unavailable);
        assert_eq!(ready.status, 503);
        assert_eq!((held.browser.status(), held.browser.heading().as_str()), (503, "We’ll be right back"));
        assert_eq!(elsewhere.status(), 503, "never a wrong password: {}", elsewhere.describe());
        assert_eq!((shop.get("/health", &[]).await.status, shop.get("/jwks", &[]).await.status), (200, 200));
        assert!(round.elapsed() < Duration::from_secs(10), "answered after {:?}", round.elapsed());
        rounds += 1;
    }
    assert!(rounds >= 3);
    wire.mend();
    until_ready(shop).await;
    // What was sent before the silence may have arrived after it, and then counts: a code that was redeemed is not redeemed twice.
    let (redeemed, _) = (shop.redeem(&held.request, &held.code).await, shop.refresh(held.tokens.refresh_token()).await);
    assert!([200, 400].contains(&redeemed.status), "{redeemed:?}");
    let mut elsewhere = Browser::of_process(&server);
    held.alice.sign_in(&mut elsewhere).await;
    assert_eq!(elsewhere.heading(), "Your account", "no try was counted against her: {}", elsewhere.describe());
    shop.sign_in(&mut elsewhere, &held.alice).await;
}

/// security.md F4, F5: after a failover to a standby that only reads, what needs no write goes on, the rest is 503, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_only_reads_is_read() {
    let admin = connect(&postgres_url(), "public").await;
    let role = format!("standby_{}", free_port());
    admin.batch_execute(&format!("CREATE ROLE {role} LOGIN SUPERUSER PASSWORD 'standby'")).await.unwrap();
    let mut url = url::Url::parse(&postgres_url()).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("standby")).unwrap();
    let server = TestServer::with(Database::Postgres).setting("database.url", url.to_string()).start_process().await;
    let mut held = held(&server).await;
    let shop = &held.shop;
    let fail_over = async |to: &str| {
        admin.batch_execute(&format!("ALTER ROLE {role} SET default_transaction_read_only = {to}")).await.unwrap();
        admin
            .batch_execute(&format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role}'"))
            .await
            .unwrap();
        // A connection that has not noticed its end yet may be lent once.
        for _ in 0..8 {
            shop.get("/health/ready", &[]).await;
        }
        until_ready(shop).await;
    };
    fail_over("on").await;
    assert!(shop.is_active(&held.tokens.access_token).await);
    assert_eq!(shop.userinfo(&held.tokens.access_token).await.status, 200);
    held.browser.open(&shop.authorization_request().with("prompt", "none").url()).await.landed().code();
    unavailable(&shop.redeem(&held.request, &held.code).await);
    unavailable(&shop.refresh(held.tokens.refresh_token()).await);
    unavailable(&shop.revoke(held.tokens.refresh_token()).await);
    let mut elsewhere = Browser::of_process(&server);
    held.alice.sign_in(&mut elsewhere).await;
    assert_eq!((elsewhere.status(), elsewhere.heading().as_str()), (503, "We’ll be right back"));
    fail_over("off").await;
    shop.redeem(&held.request, &held.code).await.tokens();
    shop.refresh(held.tokens.refresh_token()).await.tokens();
    held.alice.sign_in(&mut elsewhere).await;
    assert_eq!(elsewhere.heading(), "Your account");
}

/// security.md F5: the disk is full. What is there is read, what cannot be written is 503, and nothing is spoilt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_spoils_nothing() {
    // No file may grow past a megabyte; without the trap the system ends the process.
    let ground = TestServer::with(Database::Sqlite).prepare();
    let mut server = ServerProcess::on_under(ground, Under { before: "trap '' XFSZ; ulimit -f 2048", redirection: "" }).await;
    let mut held = held(&server).await;
    let shop = held.shop.clone();
    let mut signed_up = Vec::new();
    let refused = loop {
        let person = Person::new(&format!("Person{} Doe", signed_up.len()));
        let mut browser = Browser::of_process(&server);
        person.sign_up(&mut browser).await;
        if browser.status() != 200 {
            break browser;
        }
        signed_up.push(person);
        assert!(signed_up.len() < 1000, "the disk is never full");
    };
    assert_eq!((refused.status(), refused.heading().as_str()), (503, "We’ll be right back"), "after {} people", signed_up.len());
    assert!(shop.is_active(&held.tokens.access_token).await);
    assert_eq!(shop.userinfo(&held.tokens.access_token).await.status, 200);
    held.browser.open(&shop.authorization_request().with("prompt", "none").url()).await.landed().code();
    // What is smaller than a sign-up may still find room.
    let mut token = held.tokens.refresh_token().to_owned();
    let mut rounds = 0;
    let full = loop {
        let reply = shop.refresh(&token).await;
        if reply.status != 200 {
            break reply;
        }
        token = reply.tokens().refresh_token().to_owned();
        rounds += 1;
        assert!(rounds < 1000, "the disk is never full");
    };
    unavailable(&full);
    server.kill().await;
    server.restart().await;
    let database = &server.ground.database;
    assert_eq!(database.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").await, 1);
    assert_eq!(database.number("SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM passwords)").await, 0);
    for person in &signed_up {
        assert_eq!(database.number(&format!("SELECT count(*) FROM users WHERE email = '{}'", person.email)).await, 1, "{person:?}");
    }
    shop.redeem(&held.request, &held.code).await.tokens();
    shop.refresh(&token).await.tokens();
}

both! {
    /// security.md F5: nowhere to write the log: everybody is served all the same.
    async fn a_full_log_volume_stops_nobody(db) {
        let ground = TestServer::with(db).setting("log.level", "debug").prepare();
        let server = ServerProcess::on_under(ground, Under { before: ":", redirection: "2>/dev/full" }).await;
        let held = held(&server).await;
        held.shop.redeem(&held.request, "nonsense").await.refused(400, "invalid_grant");
        held.shop.redeem(&held.request, &held.code).await.tokens();
        let mut wrong = Browser::of_process(&server);
        Person { password: "not her password".into(), ..held.alice }.sign_in(&mut wrong).await;
        assert!(wrong.error().contains("wrong"), "{}", wrong.describe());
    }

    /// security.md F5: out of file descriptors the server waits, and goes on when there are some.
    async fn running_out_of_file_descriptors_passes(db) {
        let ground = TestServer::with(db).prepare();
        const FILES: usize = 96;
        let server = ServerProcess::on_under(ground, Under { before: "ulimit -n 96", redirection: "" }).await;
        let held = held(&server).await;
        let mut crowd = Vec::new();
        for _ in 0..200 {
            crowd.push(tokio::net::TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap());
        }
        let start = Instant::now();
        while server.open_files() < FILES {
            assert!(start.elapsed() < Duration::from_secs(20), "only {} are open: {}", server.open_files(), server.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build().unwrap();
        let unheard = http.get(server.at("/health")).send().await;
        assert!(unheard.as_ref().is_err_and(reqwest::Error::is_timeout), "nobody is taken in: {unheard:?}");
        drop(crowd);
        let start = Instant::now();
        while !http.get(server.at("/health/ready")).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(start.elapsed() < Duration::from_secs(20), "does not come back: {}", server.log());
        }
        held.shop.redeem(&held.request, &held.code).await.tokens();
        assert!(!server.log().contains("panicked"), "{}", server.log());
    }

    /// security.md F7: killed at any moment of its first start, the next one ends the work.
    async fn a_start_that_is_killed_is_taken_up_by_the_next(db) {
        let ground = TestServer::with(db).prepare();
        for round in 0..10u64 {
            let mut half = ServerProcess::spawn(ground.clone(), &[]);
            tokio::time::sleep(Duration::from_millis(15 * round * round)).await;
            half.kill().await;
        }
        let server = ServerProcess::on(ground).await;
        let held = held(&server).await;
        held.shop.redeem(&held.request, &held.code).await.tokens();
        assert_eq!(held.shop.jwks().await["keys"].as_array().unwrap().len(), 4);
        let steps = server.command(&["migrate", "--status", "--json"]).await.done().json().to_string();
        assert!(steps.contains("\"applied\":true") && !steps.contains("\"applied\":false"), "{steps}");
        assert_eq!(server.ground.database.number("SELECT count(*) FROM clients").await, 4);
    }

    /// security.md F7: a program of before goes on with the schema of a newer one (expand, then contract), also when it starts again.
    async fn the_program_of_before_works_on_a_newer_schema(db) {
        let mut server = ServerProcess::start(db).await;
        let mut held = held(&server).await;
        let database = server.ground.database.clone();
        for newer in [
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')",
            "ALTER TABLE users ADD COLUMN favourite_colour TEXT NOT NULL DEFAULT 'blue'",
            "ALTER TABLE grants ADD COLUMN weather TEXT",
            "CREATE TABLE what_comes (id TEXT PRIMARY KEY NOT NULL, user_id TEXT REFERENCES users (id))",
        ] {
            database.execute(newer).await;
        }
        held.shop.redeem(&held.request, &held.code).await.tokens();
        server.restart().await;
        held.browser.open("/account").await;
        assert_eq!(held.browser.heading(), "Your account");
        Person::bob().sign_up(&mut Browser::of_process(&server)).await;
        assert_eq!(database.number("SELECT count(*) FROM users WHERE favourite_colour = 'blue'").await, 2);
        let status = server.command(&["migrate", "--status"]).await.done().stdout;
        assert!(status.contains("newer version"), "{status}");
    }

    /// security.md F8: two replicas clean up at once: what has expired goes, what lives stays.
    async fn two_replicas_clean_up_at_once(db) {
        let server = TestServer::start(db).await;
        let replica = server.replica().await;
        let (shop, alice) = (Application::of(&server, "shop"), Person::alice());
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let (now, far) = (server.now() * 1_000_000, (server.now() + 3600) * 1_000_000);
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2600)";
        let ends = format!("CASE WHEN i <= 2500 THEN {now} ELSE {far} END");
        for insert in [
            format!("INSERT INTO revoked_tokens (jti, expires_at) {rows} SELECT 'jti-' || i, {ends} FROM n"),
            format!("INSERT INTO consumed_assertions (client_id, jti_digest, expires_at) {rows} SELECT 'client-' || (i % 7), 'digest-' || i, {ends} FROM n"),
            format!("INSERT INTO consumed_tickets (id, purpose, expires_at) {rows} SELECT 'ticket-' || i, 'test', {ends} FROM n"),
            format!("INSERT INTO failed_guesses (key_digest, failures, last_failed_at, blocked_until, expires_at) {rows} SELECT 'key-' || i, 1, 0, 0, {ends} FROM n"),
        ] {
            server.database().execute(&insert).await;
        }
        let (one, two) = tokio::join!(ostiary::housekeeping::delete_expired(server.app()), ostiary::housekeeping::delete_expired(replica.app()));
        one.unwrap();
        two.unwrap();
        // Of the guesses those of above: Alice's letter of welcome is counted there, too.
        for table in ["revoked_tokens", "consumed_assertions", "consumed_tickets", "failed_guesses WHERE key_digest LIKE 'key-%'"] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM {table}")).await, 100, "{table}");
        }
        shop.refresh(tokens.refresh_token()).await.tokens();
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Your account");
    }

    /// security.md F9: a mail server that is gone, or takes a connection and says nothing, holds up no sign-up and no stop.
    async fn a_mail_server_that_is_gone_or_silent_holds_nobody_up(db) {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ports = [free_port(), silent.local_addr().unwrap().port()];
        for port in ports {
            let setup = TestServer::with(db).setting("mail.transport", "smtp").setting("mail.from", "a@id.example").setting("smtp.host", "127.0.0.1");
            let mut server = setup.setting("smtp.port", i64::from(port)).setting("smtp.tls", "none").start_process().await;
            let start = Instant::now();
            let mut held = held(&server).await;
            let first = held.shop.refresh(held.tokens.refresh_token()).await.tokens();
            held.shop.refresh(first.refresh_token()).await.tokens();
            // Reuse is told by mail.
            held.shop.refresh(held.tokens.refresh_token()).await.refused(400, "invalid_grant");
            held.browser.open("/account").await;
            assert_eq!(held.browser.heading(), "Your account");
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
            assert_eq!(server.terminate().await, 0);
            assert!(!server.log().contains(&held.alice.email), "addresses stay out of the log");
        }
    }

    /// security.md F1: what people write is text to every statement; what a database cannot hold is refused before it gets there.
    async fn odd_text_is_kept_or_refused(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        for (n, name) in ["Robert'); DROP TABLE users;--", "100%_of\\ \"it\" ?1 $1 :x", "\u{1f6aa}\u{1d518}\u{10ffff}", "e\u{301} \u{5d0}\u{5d1}", "\u{fffd}\u{200b}x"].into_iter().enumerate() {
            let person = Person { name: name.into(), ..Person::new(&format!("Odd{n} Doe")) };
            let mut browser = person.signed_in(&server).await;
            let request = shop.authorization_request().with("nonce", name).with("claims", "{\"userinfo\":{\"\\u0000'\":{\"value\":\"\\u0000\"}}}");
            let tokens = shop.sign_in_with(&mut browser, &person, &request).await;
            let info = shop.userinfo(&tokens.access_token).await.ok();
            assert_eq!(info["name"], name);
            assert_eq!(shop.verified(tokens.id_token()).await.text("nonce"), name);
            shop.refresh(tokens.refresh_token()).await.tokens();
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 5);
        let before = server.database().row_counts().await;
        let mut browser = Browser::new(&server);
        for email in ["' OR '1'='1", "a@b.example' --", "%@%", "_@_._", "a\u{0}@b.example"] {
            Person { email: email.into(), ..Person::alice() }.sign_in(&mut browser).await;
            assert!([200, 400].contains(&browser.status()), "{email}: {}", browser.describe());
            assert_ne!(browser.heading(), "Your account", "{email}");
        }
        Person { name: "a\u{0}b".into(), ..Person::bob() }.sign_up(&mut browser).await;
        assert_eq!(browser.status(), 400, "{}", browser.describe());
        for token in ["x' OR 1=1 --", "a\u{0}b", &"x".repeat(30_000), "%"] {
            for reply in [shop.refresh(token).await, shop.introspect_raw(token).await, shop.revoke(token).await] {
                assert!(reply.status < 500, "{token:.20}: {reply:?}");
            }
        }
        let after: Vec<_> = server.database().row_counts().await.into_iter().zip(before).filter(|(now, then)| now != then).collect();
        assert!(after.iter().all(|((table, _), _)| table == "failed_guesses"), "{after:?}");
    }

    /// security.md K2: a rotation that breaks off half-way leaves every algorithm with one signer, and is ended later.
    async fn a_rotation_that_breaks_off_is_ended_later(db) {
        let server = TestServer::start(db).await;
        let (shop, alice) = (Application::of(&server, "shop"), Person::alice());
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let broken = match db {
            Database::Sqlite => vec!["CREATE TRIGGER broken BEFORE INSERT ON signing_keys WHEN NEW.algorithm = 'ES256' BEGIN SELECT RAISE(ABORT, 'broken'); END"],
            Database::Postgres => vec![
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
                "CREATE TRIGGER broken BEFORE INSERT ON signing_keys FOR EACH ROW WHEN (NEW.algorithm = 'ES256') EXECUTE FUNCTION broken()",
            ],
        };
        for statement in broken {
            server.database().execute(statement).await;
        }
        server.advance(Duration::from_secs(90 * 86_400 - 3600));
        assert!(ostiary::housekeeping::rotate_keys(server.app()).await.is_err());
        let pairs = async || server.database().texts("SELECT algorithm || count(*) FROM signing_keys WHERE retired_at IS NULL GROUP BY algorithm ORDER BY algorithm").await;
        let one_each = ["ES2561", "EdDSA1", "PS2561", "RS2561"].map(str::to_owned).to_vec();
        let mut found = pairs().await;
        found.sort();
        assert_eq!(found, one_each, "each algorithm has one key that goes on");
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        let again = shop.sign_in(&mut browser, &alice).await;
        shop.verified(&again.access_token).await;
        server.database().execute(match db {
            Database::Sqlite => "DROP TRIGGER broken",
            Database::Postgres => "DROP TRIGGER broken ON signing_keys",
        }).await;
        ostiary::housekeeping::rotate_keys(server.app()).await.unwrap();
        let mut found = pairs().await;
        found.sort();
        assert_eq!(found, one_each);
        assert_eq!(shop.jwks().await["keys"].as_array().unwrap().len(), 8);
        assert!(shop.is_active(&again.access_token).await);
    }

    /// security.md F11: the documented way back from a backup (docs/operations.md, "Back up"): nothing of the lost interval comes back alive.
    async fn a_restored_backup_brings_nothing_back(db) {
        let mut server = TestServer::start(db).await;
        let (shop, alice) = (Application::of(&server, "shop"), Person::alice());
        let mut browser = alice.signed_in(&server).await;
        let offline = shop.authorization_request().with("scope", "openid offline_access");
        let stolen = shop.sign_in_with(&mut browser, &alice, &offline).await;
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        let thief = browser.clone();
        let backup = Backup::of(&server).await;

        // The lost interval: a code is redeemed, tokens move on and are revoked, the session ends.
        shop.redeem(&request, &code).await.tokens();
        let moved_on = shop.refresh(stolen.refresh_token()).await.tokens();
        shop.revoke(moved_on.refresh_token()).await;
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert!(!shop.is_active(&stolen.access_token).await);

        server.stop().await;
        backup.restore(&server).await;
        let new_key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, b"the master key after the restore");
        server.ground.change("master_key", new_key.as_str());
        server.ground.change("previous_master_keys", vec![MASTER_KEY]);
        server.ground.command(&["keys", "rotate-master"]).await.done();
        server.ground.change("previous_master_keys", Vec::<String>::new());
        server.ground.command(&["session", "end", "--everybody"]).await.done();
        server.restart().await;

        shop.redeem(&request, &code).await.refused(400, "invalid_grant");
        for token in [stolen.refresh_token(), moved_on.refresh_token()] {
            shop.refresh(token).await.refused(400, "invalid_grant");
        }
        let mut thief = thief;
        thief.open("/account").await;
        assert_eq!(thief.heading(), "Sign in");
        let mail = crate::support::mailbox::Mailbox::of(&server).all().await;
        assert!(!mail.iter().any(|mail| mail.subject.contains("signed out of")), "no false alarm: {mail:?}");
        let fresh = shop.sign_in(&mut browser, &alice).await;
        assert!(shop.is_active(&fresh.access_token).await);
        server.advance(Duration::from_secs(300));
        assert!(!shop.is_active(&stolen.access_token).await, "a JWT of before ends by itself");
    }
}

/// security.md F8: while ten million rows that have ended leave, people sign in as ever.
async fn ten_million_rows_leave_and_hold_nobody_up(db: Database) {
    const ROWS: usize = 10_000_000;
    let server = TestServer::start(db).await;
    let replica = server.replica().await;
    let alice = Person::alice();
    alice.registered(&server).await;
    let (now, far) = (server.now() * 1_000_000, (server.now() + 86_400) * 1_000_000);
    let rows = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})");
    for insert in [
        format!("INSERT INTO revoked_tokens (jti, expires_at) {rows} SELECT 'jti-' || i, {now} - i FROM n"),
        format!("INSERT INTO revoked_tokens (jti, expires_at) VALUES ('alive', {far})"),
    ] {
        server.database().execute(&insert).await;
    }
    if db == Database::Sqlite {
        // Rows that came over weeks are in the file, not in its log.
        server.database().execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    }
    let left = async || server.database().number("SELECT count(*) FROM revoked_tokens").await;
    let cleaning = async {
        // As every replica does each minute; it is looked at for one.
        let both = async {
            tokio::join!(ostiary::housekeeping::delete_expired(server.app()), ostiary::housekeeping::delete_expired(replica.app()))
        };
        tokio::time::timeout(Duration::from_secs(60), both).await
    };
    let people = async {
        let (mut longest, mut times) = (Duration::ZERO, 0);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(59) {
            let begun = Instant::now();
            let mut browser = Browser::new(&server);
            alice.sign_in(&mut browser).await;
            assert_eq!(browser.heading(), "Your account", "after {times} sign-ins, {:?}: {}", begun.elapsed(), browser.describe());
            longest = longest.max(begun.elapsed());
            times += 1;
        }
        (longest, times)
    };
    let (cleaned, (longest, times)) = tokio::join!(cleaning, people);
    if let Ok((one, two)) = cleaned {
        one.and(two).unwrap();
    }
    let remaining = left().await;
    println!(
        "{db:?}: {} of {ROWS} rows left within a minute beside {times} sign-ins, the longest {longest:?}",
        ROWS as i64 + 1 - remaining
    );
    assert!(remaining < ROWS as i64 - 100_000, "{remaining}");
    assert!(longest < Duration::from_secs(5), "{longest:?}");
    assert_eq!(server.database().number("SELECT count(*) FROM revoked_tokens WHERE jti = 'alive'").await, 1);
}

/// security.md F8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn ten_million_rows_leave_on_sqlite() {
    ten_million_rows_leave_and_hold_nobody_up(Database::Sqlite).await;
}

/// security.md F8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn ten_million_rows_leave_on_postgresql() {
    ten_million_rows_leave_and_hold_nobody_up(Database::Postgres).await;
}

/// A copy of everything, as an operator makes it.
enum Backup {
    File(std::path::PathBuf),
    Tables(Vec<String>),
}

impl Backup {
    async fn of(server: &TestServer) -> Self {
        match server.database() {
            OwnDatabase::Sqlite { file } => {
                let copy = file.with_extension("backup");
                server.database().execute(&format!("VACUUM INTO '{}'", copy.display())).await;
                Self::File(copy)
            }
            OwnDatabase::Postgres { .. } => {
                let tables = server.database().tables().await;
                for table in &tables {
                    server.database().execute(&format!("CREATE TABLE \"backup_{table}\" AS TABLE \"{table}\"")).await;
                }
                Self::Tables(tables)
            }
        }
    }

    /// With no server running.
    async fn restore(self, server: &TestServer) {
        match self {
            Self::File(copy) => {
                let OwnDatabase::Sqlite { file } = server.database() else { panic!("SQLite") };
                for suffix in ["-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
                }
                // Another file under the name: in a test the server's process lives on, and what it still closes writes to the old one.
                std::fs::rename(copy, file).unwrap();
            }
            Self::Tables(tables) => {
                let mut statements = "SET session_replication_role = replica;".to_owned();
                for table in &tables {
                    statements.push_str(&format!(
                        "DELETE FROM \"{table}\"; INSERT INTO \"{table}\" SELECT * FROM \"backup_{table}\"; DROP TABLE \"backup_{table}\";"
                    ));
                }
                server.database().execute(&statements).await;
            }
        }
    }
}
