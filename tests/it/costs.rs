//! What an operation costs the database, measured: what applications and APIs ask for all day, and the pages of a sign-up, a sign-in and a
//! consent. What the `Cost:` of any other endpoint says is not held here.

use crate::both;
use crate::support::people::words;
use crate::support::prelude::*;

/// Times that an operation is done. What goes on beside it (a change is read again, expired rows leave) only adds, and never each
/// time: the cheapest is what it costs.
const TIMES: usize = 5;

/// Round trips and commits.
type Cost = (u64, u64);

/// What came to pass in the database since `before`.
fn since(server: &TestServer, before: ostiary::storage::StatementCounts) -> Cost {
    let now = server.app().storage.statements();
    (now.round_trips - before.round_trips, now.commits - before.commits)
}

/// A server that has read everything after its start.
async fn settled(db: Database) -> TestServer {
    let server = TestServer::start(db).await;
    loop {
        let before = server.app().storage.statements();
        tokio::time::sleep(Duration::from_millis(200)).await;
        if since(&server, before) == (0, 0) {
            return server;
        }
    }
}

/// What `operation` costs at its cheapest; it is told which time this is.
async fn cost(server: &TestServer, mut operation: impl AsyncFnMut(usize)) -> Cost {
    let mut cheapest = (u64::MAX, u64::MAX);
    for time in 0..TIMES {
        let before = server.app().storage.statements();
        operation(time).await;
        let (round_trips, commits) = since(server, before);
        cheapest = (cheapest.0.min(round_trips), cheapest.1.min(commits));
    }
    cheapest
}

/// What delivering one mail commits, off the request: who delivers takes it, and takes it out.
const MAIL: u64 = 2;

/// Commits of `operation` at its cheapest, those of the mails that it causes included.
async fn commits(server: &TestServer, mut operation: impl AsyncFnMut(usize)) -> u64 {
    let with_mail = async |time| {
        operation(time).await;
        server.app().mailer.outbox().await;
    };
    cost(server, with_mail).await.1
}

both! {
    /// Issue 2, section 5: the budgets.
    async fn applications_cost_what_their_endpoints_say(db) {
        let server = settled(db).await;
        let shop = Application::of(&server, "shop");
        let worker = Application::of(&server, "worker");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;

        for path in ["/.well-known/openid-configuration", "/jwks", "/health"] {
            assert_eq!(cost(&server, async |_| drop(shop.get(path, &[]).await.ok())).await, (0, 0), "{path}");
        }
        let mut codes = Vec::new();
        let authorize = cost(&server, async |_| {
            let request = shop.authorization_request();
            let landed = browser.open(&request.url()).await.landed();
            codes.push((request, landed.code().to_owned()));
        });
        assert_eq!(authorize.await, (1, 0), "authorize with a live session");
        let mut tokens = Vec::new();
        let redeem = cost(&server, async |time| {
            let (request, code) = &codes[time];
            tokens.push(shop.redeem(request, code).await.tokens());
        });
        assert_eq!(redeem.await, (2, 1), "redeem");
        let refresh = cost(&server, async |time| drop(shop.refresh(tokens[time].refresh_token()).await.tokens()));
        assert_eq!(refresh.await, (2, 1), "refresh");
        let again = cost(&server, async |time| drop(shop.refresh(tokens[time].refresh_token()).await.tokens()));
        assert_eq!(again.await, (1, 0), "refresh within the grace");
        let machine = cost(&server, async |_| drop(worker.client_credentials(&[]).await.tokens()));
        assert_eq!(machine.await, (0, 0), "client_credentials");
        let introspect = cost(&server, async |time| assert!(shop.is_active(&tokens[time].access_token).await));
        assert_eq!(introspect.await, (1, 0), "introspect");
        let introspect = cost(&server, async |time| assert!(!shop.is_active(tokens[time].refresh_token()).await));
        assert_eq!(introspect.await, (1, 0), "introspect a refresh token");
        let userinfo = cost(&server, async |time| drop(shop.userinfo(&tokens[time].access_token).await.ok()));
        assert_eq!(userinfo.await, (1, 0), "userinfo");
        let revoke = cost(&server, async |time| assert_eq!(shop.revoke(&tokens[time].access_token).await.status, 200));
        assert_eq!(revoke.await, (1, 1), "revoke an access token");
        let revoke = cost(&server, async |time| assert_eq!(shop.revoke(tokens[time].refresh_token()).await.status, 200));
        assert_eq!(revoke.await, (3, 1), "revoke a refresh token");
    }

    /// Anonymous traffic writes nothing. A sign-up and a consent are one commit each; a sign-in is one, and one for each counter of
    /// guesses, which are written before the guess is evaluated (security.md L4).
    async fn people_cost_what_their_pages_say(db) {
        let server = settled(db).await;
        let partner = Application::of(&server, "partner");
        let stranger = cost(&server, async |_| {
            Browser::new(&server).open(&partner.authorization_request().url()).await;
        });
        assert_eq!(stranger.await, (0, 0), "a stranger as far as the sign-in page");
        let sign_up = commits(&server, async |time| {
            Person::new(&format!("Number{time} Doe")).signed_in(&server).await;
        });
        assert_eq!(sign_up.await, 1 + MAIL, "sign up");
        let mut browser = Browser::new(&server);
        let person = Person::new("Number0 Doe");
        let sign_in = commits(&server, async |_| {
            browser = Browser::new(&server);
            person.sign_in(&mut browser).await;
            assert_eq!(browser.error(), "", "{}", browser.describe());
        });
        assert_eq!(sign_in.await, 2 + MAIL, "sign in, in a browser that is not known");
        let account = cost(&server, async |_| drop(browser.open("/account").await)).await;
        let known = cost(&server, async |_| {
            browser.cookies.remove("ostiary_session");
            person.sign_in(&mut browser).await;
            assert_eq!(browser.path(), "/account", "{}", browser.describe());
        });
        assert_eq!(known.await, (4 + account.0, 2 + account.1), "sign in in a known browser, as far as the account");
        let known = cost(&server, async |_| {
            server.advance(Duration::from_secs(1));
            browser.open(&partner.authorization_request().with("prompt", "login consent").url()).await;
            person.fill_sign_in(&mut browser).await;
        });
        assert_eq!(known.await, (11, 2), "sign in anew in a known browser, on the way to an app");
        let consent = cost(&server, async |_| {
            server.advance(Duration::from_secs(1));
            browser.open(&partner.authorization_request().with("prompt", "consent").url()).await;
            browser.press(words::ALLOW).await.landed();
        });
        assert_eq!(consent.await, (9, 1), "consent, from the request to the answer");
    }

    /// What is kept in memory is never older than what it was made of: the metadata document, and signatures that were checked.
    async fn what_is_kept_goes_with_what_it_was_made_of(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let path = "/.well-known/openid-configuration";
        let before = shop.get(path, &[]).await;
        let etag = before.header("etag").to_owned();
        assert_eq!(shop.get(path, &[("if-none-match", &etag)]).await.status, 304);
        let create = ["resource", "create", "https://new.example", "--name", "New", "--scope", "new:read=Read"];
        server.ground.command(&create).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Resources).await.unwrap();
        let after = shop.get(path, &[("if-none-match", &etag)]).await;
        assert!(after.ok()["scopes_supported"].as_array().unwrap().contains(&json!("new:read")), "{after:?}");
        assert_ne!(after.header("etag"), etag);

        let alice = Person::alice();
        let tokens = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        for _ in 0..2 {
            assert!(shop.is_active(&tokens.access_token).await);
            assert_eq!(shop.userinfo(&tokens.access_token).await.status, 200);
        }
        // A signature that was checked does not speak for a token that differs in one character, nor past its end.
        let mut forged = tokens.access_token.clone();
        let last = forged.pop().unwrap();
        forged.push(if last == 'A' { 'Q' } else { 'A' });
        assert!(!shop.is_active(&forged).await);
        server.advance(Duration::from_secs(300));
        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
    }

    /// Issue 2, section 4: what has a state is told as it is.
    async fn metrics_tell_the_state_of_the_pools_and_of_hashing(db) {
        let slow = [("password.argon2_memory_kib", 65_536), ("password.argon2_iterations", 30), ("password.hash_permits", 1)];
        let server = slow.into_iter().fold(TestServer::with(db), |setup, (key, value)| setup.setting(key, value)).start().await;
        let metrics = async || Application::of(&server, "shop").get("/metrics", &[]).await.body;
        let value = |text: &str, series: &str| -> f64 {
            let line = text.lines().find(|line| line.starts_with(&format!("{series} ")));
            line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("no {series} in {text}"))
        };
        let pool = if db == Database::Sqlite { "writer" } else { "shared" };
        let in_use = format!(r#"ostiary_database_connections{{pool="{pool}",state="in_use"}}"#);
        let before = metrics().await;
        assert_eq!(value(&before, "ostiary_password_hashes_running"), 0.0);
        assert_eq!(value(&before, "ostiary_password_hashes_waiting"), 0.0);
        assert!(value(&before, &format!(r#"ostiary_database_waiting{{pool="{pool}"}}"#)) >= 0.0);

        // A connection is out for as long as we hold it.
        let held = server.app().storage.write().await.unwrap();
        let during = metrics().await;
        assert!(value(&during, &in_use) >= 1.0, "{during}");
        drop(held);

        // Two people at once, and a permit for one hash.
        let people = async {
            let (alice, bob) = (Person::alice(), Person::bob());
            tokio::join!(alice.signed_in(&server), bob.signed_in(&server));
        };
        let mut seen = (false, false);
        let watched = async {
            while seen != (true, true) {
                let text = metrics().await;
                seen.0 |= value(&text, "ostiary_password_hashes_running") == 1.0;
                seen.1 |= value(&text, "ostiary_password_hashes_waiting") == 1.0;
            }
        };
        tokio::select! {
            () = people => panic!("a hash was computed and another waited, and nobody could see it"),
            () = watched => {}
        }

        // Theirs are computed to the end, though nobody waits for them: behind them the next would be sent away on a busy machine.
        let begun = std::time::Instant::now();
        while server.app().passwords.load() != (0, 0) {
            assert!(begun.elapsed() < Duration::from_secs(60), "hashes that do not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Each sign-up is a transaction; each of its statements counts.
        Person::new("Carol Curt").signed_in(&server).await;
        let after = metrics().await;
        let grown = |series: &str| value(&after, series) - value(&before, series);
        assert!(grown("ostiary_database_commits_total") >= 1.0, "{after}");
        assert!(grown("ostiary_database_statements_total") > grown("ostiary_database_commits_total"), "{after}");

        // What a worker asks goes over connections of its own.
        if db == Database::Postgres {
            let own = |state: &str| value(&after, &format!(r#"ostiary_database_connections{{pool="workers",state="{state}"}}"#));
            assert!(own("idle") + own("in_use") >= 1.0, "{after}");
        }
    }
}
