//! Two processes on one database: one winner each time, and each sees what the other changed.

use crate::both;
use crate::support::application::{Authentication, assertion_form};
use crate::support::authenticator::Authenticator;
use crate::support::jwt::KeyPair;
use crate::support::mailbox::Mailbox;
use crate::support::people::words;
use crate::support::prelude::*;
use futures_util::future::join_all;
use std::time::Instant;

/// Person, browser and tokens of a flow through the first process.
async fn signed_in(server: &ServerProcess) -> (Person, Browser) {
    let alice = Person::alice();
    let mut browser = Browser::of_process(server);
    alice.sign_up(&mut browser).await;
    assert_eq!(browser.error(), "", "{}", browser.describe());
    (alice, browser)
}

/// Fills this field in all tabs and presses the button, all at once, every other tab through the second process. Returns how many then show
/// this.
async fn all_at_once(tabs: Vec<Browser>, two: &ServerProcess, [field, text, button]: [&str; 3], shown: impl Fn(&Browser) -> bool) -> usize {
    let tries = tabs.into_iter().enumerate().map(async |(n, mut tab)| {
        if n % 2 == 1 {
            tab.through(two.ground.port);
        }
        tab.fill(field, text);
        tab.press(button).await;
        usize::from(shown(&tab))
    });
    join_all(tries).await.into_iter().sum()
}

fn is_in(browser: &Browser) -> bool {
    browser.cookie("ostiary_session").is_some()
}

/// Waits for what must be true within a second (and a little for a busy machine).
async fn soon(mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(3), "not seen after {:?}", start.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Tells the servers that clients have changed, as a process does that has changed some.
async fn announce_clients(server: &ServerProcess, db: Database) {
    let tell = match db {
        Database::Sqlite => {
            "INSERT INTO changes (topic, version) VALUES ('clients', 1) ON CONFLICT (topic) DO UPDATE SET version = changes.version + 1"
        }
        Database::Postgres => "SELECT pg_notify('ostiary_changes', current_schema() || '/clients')",
    };
    server.ground.database.execute(tell).await;
}

both! {
    /// security.md F10: a change that cannot be read at once is read as soon as it can be, however late.
    async fn a_change_that_cannot_be_read_is_read_later(db) {
        let server = ServerProcess::start(db).await;
        let (worker, database) = (Application::of_process(&server, "worker"), server.ground.database.clone());
        worker.client_credentials(&[]).await.tokens();
        // First, so that nothing is read between the two.
        database.execute("ALTER TABLE resources RENAME TO away").await;
        database.execute("UPDATE clients SET enabled = FALSE WHERE client_id = 'worker'").await;
        announce_clients(&server, db).await;
        // Tried, and tried once more.
        let start = Instant::now();
        while server.log().matches("a change could not be read yet").count() < 2 {
            assert!(start.elapsed() < Duration::from_secs(20), "nobody tried to read the change: {}", server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        worker.client_credentials(&[]).await.tokens();
        database.execute("ALTER TABLE away RENAME TO resources").await;
        let start = Instant::now();
        while worker.client_credentials(&[]).await.status != 401 {
            assert!(start.elapsed() < Duration::from_secs(30), "the change is lost");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// security.md C2, F2: a hundred parallel redemptions against two processes, one winner, and the grant has ended.
    async fn one_of_a_hundred_redemptions_over_two_processes_wins(db) {
        let one = ServerProcess::start(db).await;
        let two = one.replica().await;
        let (alice, mut browser) = signed_in(&one).await;
        let shop = Application::of_process(&one, "shop");
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        let tries: Vec<_> = (0..100)
            .map(|n| {
                let app = shop.clone().through(if n % 2 == 0 { &one.url } else { &two.url });
                let (request, code) = (request.clone(), landed.code().to_owned());
                tokio::spawn(async move { app.redeem(&request, &code).await })
            })
            .collect();
        let mut winners = Vec::new();
        for one in tries {
            let reply = one.await.unwrap();
            if reply.status == 200 { winners.push(reply.tokens()) } else { reply.refused(400, "invalid_grant") }
        }
        assert_eq!(winners.len(), 1);
        assert!(!shop.is_active(&winners[0].access_token).await);
        assert!(!shop.clone().through(&two.url).is_active(&winners[0].access_token).await);
    }

    /// security.md R2, F2: over two processes, one generation, nobody signed out.
    async fn parallel_refreshes_over_two_processes_yield_one_branch(db) {
        let one = ServerProcess::start(db).await;
        let two = one.replica().await;
        let (alice, mut browser) = signed_in(&one).await;
        let shop = Application::of_process(&one, "shop");
        let first = shop.sign_in(&mut browser, &alice).await;
        let tries: Vec<_> = (0..40)
            .map(|n| {
                let app = shop.clone().through(if n % 2 == 0 { &one.url } else { &two.url });
                let token = first.refresh_token().to_owned();
                tokio::spawn(async move { app.refresh(&token).await })
            })
            .collect();
        let mut last = None;
        for one in tries {
            last = Some(one.await.unwrap().tokens());
        }
        assert_eq!(one.ground.database.number("SELECT generation FROM grants").await, 1);
        shop.through(&two.url).refresh(last.unwrap().refresh_token()).await.tokens();
    }

    /// security.md T5: one of fifty equal assertions, and none after a restart.
    async fn an_assertion_is_used_once_over_two_processes_and_a_restart(db) {
        let key = KeyPair::generate();
        let client = Client::service("signer").without("client_secret").with("token_endpoint_auth_method", "private_key_jwt");
        let mut one = TestServer::with(db).client(client.with("jwks", key.jwks())).start_process().await;
        let two = one.replica().await;
        let signer = Application::of_process(&one, "signer").authenticating(Authentication::None);
        let assertion = key.sign(&signer.assertion_claims());
        let body = assertion_form(&assertion);
        let tries: Vec<_> = (0..50)
            .map(|n| {
                let (app, body) = (signer.clone().through(if n % 2 == 0 { &one.url } else { &two.url }), body.clone());
                tokio::spawn(async move { app.post_raw("/token", &[], body).await.status })
            })
            .collect();
        let mut accepted = 0;
        for one in tries {
            accepted += usize::from(one.await.unwrap() == 200);
        }
        assert_eq!(accepted, 1);
        one.restart().await;
        signer.post_raw("/token", &[], body).await.refused(401, "invalid_client");
    }

    /// security.md M3, F2: one of fifty posts of a mailed link over two processes.
    async fn a_reset_link_is_good_for_one_of_fifty_posts_over_two_processes(db) {
        let one = ServerProcess::start(db).await;
        let two = one.replica().await;
        let (alice, _) = signed_in(&one).await;
        let mut browser = Browser::of_process(&one);
        browser.open("/forgot").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Send the link").await;
        browser.open(&Mailbox::of_process(&one).newest_to(&alice.email).await.link()).await;
        let new = ["New password", "a walk along the shore", "Save and sign in"];
        assert_eq!(all_at_once(vec![browser; 50], &two, new, is_in).await, 1);
        assert_eq!(one.ground.database.number("SELECT count(*) FROM events WHERE kind = 'password_reset'").await, 1);
    }

    /// security.md M10, F2: five tries of a mailed code, and one use, whichever process is asked.
    async fn a_mailed_code_is_tried_five_times_and_used_once_over_two_processes(db) {
        let one = TestServer::with(db).setting("login.email", true).start_process().await;
        let two = one.replica().await;
        let (alice, _) = signed_in(&one).await;
        let mut browser = Browser::of_process(&one);
        browser.open("/login/mail").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Email me a code").await;
        let tried = |browser: &Browser| !browser.error().contains("Too many");
        let code = Mailbox::of_process(&one).newest_to(&alice.email).await.code();
        let wrong = if code == "111111" { "222222" } else { "111111" };
        assert_eq!(all_at_once(vec![browser.clone(); 40], &two, ["Code", wrong, "Continue"], tried).await, 5);
        browser.press("Send a new code").await;
        let code = Mailbox::of_process(&one).newest_to(&alice.email).await.code();
        assert_eq!(all_at_once(vec![browser.clone(); 5], &two, ["Code", &code, "Continue"], is_in).await, 1);
    }

    /// security.md O1, O5, F2: a code of an authenticator app and a recovery code let in once, whichever process is asked.
    async fn a_second_factor_is_used_once_over_two_processes(db) {
        let one = ServerProcess::start(db).await;
        let two = one.replica().await;
        let (alice, mut browser) = signed_in(&one).await;
        browser.open("/account/totp").await;
        let authenticator = Authenticator::read(&browser);
        let now = || i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()).unwrap();
        browser.fill("Code", &authenticator.code_at(now()));
        browser.press("Turn on").await;
        let codes = browser.page().all(".codes code");
        assert_eq!(codes.len(), 10, "{}", browser.describe());
        // Four each time: the fifth would be held up as a guess.
        for (field, follow) in [("Code", None), ("Recovery code", Some("Use a recovery code"))] {
            let mut tabs = Vec::new();
            for _ in 0..4 {
                let mut tab = Browser::of_process(&one);
                alice.sign_in(&mut tab).await;
                if let Some(link) = follow {
                    tab.follow(link).await;
                }
                tabs.push(tab);
            }
            // The code after the one that was typed just now.
            let code = if follow.is_none() { authenticator.code_at(now() + 30) } else { codes[0].clone() };
            assert_eq!(all_at_once(tabs, &two, [field, &code, "Continue"], is_in).await, 1, "{field}");
        }
        assert_eq!(one.ground.database.number("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL").await, 9);
    }

    /// security.md F10, Issue 2, section 1: what the command line changes, a running server knows within a second.
    async fn changes_by_the_command_line_are_seen_by_running_servers(db) {
        let one = ServerProcess::start(db).await;
        let two = one.replica().await;
        let made = one.command(&["client", "create", "New machine", "--id", "fresh", "--grant-type", "client_credentials", "--json"]).await.done();
        let secret = made.json()["client_secret"].as_str().unwrap().to_owned();
        for url in [&one.url, &two.url] {
            let mut app = Application::of_process(&one, "worker").through(url).authenticating(Authentication::Basic(secret.clone()));
            app.client_id = "fresh".into();
            soon(async || app.client_credentials(&[]).await.status == 200).await;
        }
        one.command(&["client", "update", "fresh", "--disable"]).await.done();
        let mut app = Application::of_process(&one, "worker").through(&two.url).authenticating(Authentication::Basic(secret));
        app.client_id = "fresh".into();
        soon(async || app.client_credentials(&[]).await.status == 401).await;
        let before = app.jwks().await["keys"].as_array().unwrap().len();
        one.command(&["keys", "rotate"]).await.done();
        soon(async || app.jwks().await["keys"].as_array().unwrap().len() == 2 * before).await;
    }

    /// security.md F7: several replicas start at once on an empty database.
    async fn servers_may_start_at_once_on_an_empty_database(db) {
        // With an API, which is written first, and without one.
        let apps = |setup: Setup| (0..20).fold(setup, |setup, n| setup.client(Client::confidential(&format!("shop{n}")).first_party()));
        for setup in [TestServer::with(db).client(Client::confidential("shop0")).resource("https://api.example", &["orders:read"]), apps(TestServer::with(db))] {
            let ground = setup.prepare();
            let others = [ground.replica(), ground.replica()];
            let [first, second] = others;
            let (one, two, three) = tokio::join!(ServerProcess::on(ground), ServerProcess::on(first), ServerProcess::on(second));
            let key_sets = [
                Application::of_process(&one, "shop0").jwks().await,
                Application::of_process(&two, "shop0").jwks().await,
                Application::of_process(&three, "shop0").jwks().await,
            ];
            assert_eq!(key_sets[0]["keys"].as_array().unwrap().len(), 4, "one key for each algorithm");
            assert!(key_sets.iter().all(|keys| *keys == key_sets[0]));
            let secrets = "SELECT count(*) FROM client_secrets WHERE expires_at IS NULL AND client_id = 'shop0'";
            assert_eq!(one.ground.database.number(secrets).await, 1);
        }
    }
}
