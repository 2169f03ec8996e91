//! Crashes and lost databases: nothing acknowledged is lost, nothing is used twice, nobody is told that they are wrong.

use crate::both;
use crate::support::prelude::*;
use crate::support::setup::redirect_uri_of;
use crate::support::wire::Wire;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// What a client was promised.
#[derive(Default)]
struct Ledger {
    /// People whose sign-up was answered.
    signed_up: Vec<Person>,
    /// Grants whose revocation was answered.
    revoked: Vec<String>,
    /// Codes that were redeemed.
    redeemed: Vec<(AuthorizationRequest, String)>,
    /// Refresh tokens that were rotated twice: the one of two generations back, the newest.
    rotated: Vec<(String, String)>,
    /// People whose new password was answered, as they are since.
    changed: Vec<(Person, String)>,
    /// People whose consent was answered.
    consented: Vec<Person>,
}

/// Signs up, redeems, rotates, revokes, changes passwords and consents until the server is gone; returns what was acknowledged.
async fn use_until_it_dies(app: Application, who: usize, stop: Arc<AtomicBool>, seen: Arc<AtomicU8>) -> Ledger {
    let mut ledger = Ledger::default();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(5)).build().unwrap();
    let mut n = 0;
    while !stop.load(Ordering::SeqCst) {
        n += 1;
        let person = Person::new(&format!("Person{who}x{n} Doe"));
        let goes_on = step(&http, &app, &person, n + who, &mut ledger).await;
        let kinds = [!ledger.revoked.is_empty(), !ledger.rotated.is_empty(), !ledger.changed.is_empty(), !ledger.consented.is_empty()];
        seen.fetch_or(kinds.iter().rev().fold(0, |bits, kind| bits << 1 | u8::from(*kind)), Ordering::SeqCst);
        let Some(()) = goes_on else { break };
    }
    ledger
}

/// One flow by hand, since any request of it may be the one that is cut off.
async fn step(http: &reqwest::Client, app: &Application, person: &Person, n: usize, ledger: &mut Ledger) -> Option<()> {
    let page = http.get(format!("{}/signup", app.url)).send().await.ok()?;
    let mut cookies = crate::support::cookies::Cookies::default();
    cookies.keep(page.headers());
    let html = page.text().await.ok()?;
    let form = [("csrf", hidden(&html, "csrf")?), ("email", &person.email), ("name", &person.name), ("password", &person.password)];
    let answer = http.post(format!("{}/signup", app.url)).header("cookie", cookies.header("/")?).form(&form).send().await.ok()?;
    if answer.status() == 303 {
        ledger.signed_up.push(person.clone());
    }
    cookies.keep(answer.headers());
    let request = app.authorization_request();
    let path = request.url().replace(&app.issuer, "");
    let answer = http.get(format!("{}{path}", app.url)).header("cookie", cookies.header("/")?).send().await.ok()?;
    let location = answer.headers().get("location")?.to_str().ok()?.to_owned();
    let code = url::Url::parse(&location).ok()?.query_pairs().find(|(name, _)| name == "code")?.1.into_owned();
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &code)
        .append_pair("redirect_uri", &request.redirect_uri)
        .append_pair("code_verifier", &request.verifier)
        .finish();
    let basic = crate::support::application::basic(&app.client_id, &crate::support::setup::secret_of(&app.client_id));
    let post = |path: &str, body: String| {
        http.post(format!("{}{path}", app.url))
            .header("authorization", basic.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let answer = post("/token", body).send().await.ok()?;
    if answer.status() == 200 {
        ledger.redeemed.push((request, code));
        let refresh = refresh_token_in(answer).await?;
        if n.is_multiple_of(2) {
            let revoked = post("/revoke", format!("token={refresh}")).send().await.ok()?;
            if revoked.status() == 200 {
                ledger.revoked.push(refresh);
            }
        } else {
            let body = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
            let second = refresh_token_in(post("/token", body(&refresh)).send().await.ok()?).await?;
            let third = refresh_token_in(post("/token", body(&second)).send().await.ok()?).await?;
            ledger.rotated.push((refresh, third));
        }
    }
    if n.is_multiple_of(2) {
        let new = format!("{} and then some", person.password);
        let page = http.get(format!("{}/account/password", app.url)).header("cookie", cookies.header("/")?).send().await.ok()?;
        let html = page.text().await.ok()?;
        let form = [("csrf", hidden(&html, "csrf")?), ("current_password", &person.password), ("new_password", &new)];
        let answer =
            http.post(format!("{}/account/password", app.url)).header("cookie", cookies.header("/")?).form(&form).send().await.ok()?;
        assert_eq!(answer.status(), 200);
        // The page that says so: an error of the form is answered with 200 as well.
        if answer.text().await.ok()?.contains("notice good") {
            ledger.changed.push((person.clone(), new));
        }
    } else {
        let partner = Application { client_id: "partner".into(), redirect_uri: redirect_uri_of("partner"), ..app.clone() };
        let mut path = partner.authorization_request().url().replace(&app.issuer, "");
        let html = loop {
            let answer = http.get(format!("{}{path}", app.url)).header("cookie", cookies.header("/")?).send().await.ok()?;
            cookies.keep(answer.headers());
            match answer.headers().get("location") {
                Some(location) => path = location.to_str().ok()?.to_owned(),
                None => break answer.text().await.ok()?,
            }
        };
        let form = [("csrf", hidden(&html, "csrf")?), ("ticket", hidden(&html, "ticket")?), ("decision", "allow")];
        let answer = http.post(format!("{}/consent", app.url)).header("cookie", cookies.header("/")?).form(&form).send().await.ok()?;
        if answer.status() == 303 {
            ledger.consented.push(person.clone());
        }
    }
    Some(())
}

/// The value of a hidden field.
fn hidden<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    html.split(&format!("name=\"{name}\" value=\"")).nth(1)?.split('"').next()
}

async fn refresh_token_in(answer: reqwest::Response) -> Option<String> {
    let tokens: Value = answer.json().await.ok()?;
    Some(tokens["refresh_token"].as_str()?.to_owned())
}

async fn crash(db: Database, rounds: usize) {
    let mut server = TestServer::with(db)
        .setting("database.sqlite_synchronous", "full")
        .client(Client::confidential("shop").first_party())
        .client(Client::confidential("partner"))
        .start_process()
        .await;
    let app = Application::of_process(&server, "shop");
    let (mut rotated, mut changed, mut consented) = (0, 0, 0);
    for round in 0..rounds {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU8::new(0)));
        let workers: Vec<_> = (0..6)
            .map(|who| {
                let (app, stop, seen) = (app.clone(), stop.clone(), seen.clone());
                tokio::spawn(use_until_it_dies(app, round * 10 + who, stop, seen))
            })
            .collect();
        // Until each kind was acknowledged once, however busy the machine is, and never at the same moment. No signal ends the first
        // wait, since a crash has none: it is how much work there is to be lost.
        let begun = std::time::Instant::now();
        tokio::time::sleep(Duration::from_millis(900)).await;
        while seen.load(Ordering::SeqCst) != 0b1111 && begun.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(17)).await;
        }
        server.kill().await;
        stop.store(true, Ordering::SeqCst);
        let mut ledgers = Vec::new();
        for worker in workers {
            ledgers.push(worker.await.unwrap());
        }
        server.restart().await;
        let (mut people, mut codes) = (0, 0);
        for ledger in &ledgers {
            for person in &ledger.signed_up {
                let found = server
                    .ground
                    .database
                    .number(&format!(
                        "SELECT count(*) FROM users JOIN passwords ON passwords.user_id = users.id WHERE email = '{}'",
                        person.email
                    ))
                    .await;
                assert_eq!(found, 1, "{person:?} was signed up");
                people += 1;
            }
            for (before_last, newest) in &ledger.rotated {
                app.refresh(newest).await.tokens();
                app.refresh(before_last).await.refused(400, "invalid_grant");
                rotated += 1;
            }
            for (person, password) in &ledger.changed {
                let mut browser = Browser::of_process(&server);
                person.sign_in(&mut browser).await;
                assert_eq!(browser.heading(), "Sign in", "the password of before is good again: {person:?}");
                Person { password: password.clone(), ..person.clone() }.sign_in(&mut browser).await;
                assert_eq!(browser.heading(), "Your account", "{person:?} {}", browser.describe());
                changed += 1;
            }
            for person in &ledger.consented {
                let consents = "SELECT count(*) FROM consents JOIN users ON users.id = consents.user_id WHERE client_id = 'partner'";
                let found = server.ground.database.number(&format!("{consents} AND email = '{}'", person.email)).await;
                assert_eq!(found, 1, "{person:?} has consented");
                consented += 1;
            }
            for (request, code) in &ledger.redeemed {
                app.redeem(request, code).await.refused(400, "invalid_grant");
                codes += 1;
            }
            for token in &ledger.revoked {
                app.refresh(token).await.refused(400, "invalid_grant");
            }
        }
        assert!(people > 0 && codes > 0, "round {round} did nothing");
    }
    assert!(rotated > 0 && changed > 0 && consented > 0, "{rotated} rotations, {changed} passwords, {consented} consents");
    let half_made = server.ground.database.number("SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM passwords)").await;
    assert_eq!(half_made, 0);
    Person::alice().sign_up(&mut Browser::of_process(&server)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn nothing_acknowledged_is_lost_by_fifty_crashes_on_sqlite() {
    crash(Database::Sqlite, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn nothing_acknowledged_is_lost_by_fifty_crashes_on_postgresql() {
    crash(Database::Postgres, 50).await;
}

both! {
    /// security.md F3: kill −9 under load, several rounds; what was acknowledged is there, what was used stays used.
    async fn nothing_acknowledged_is_lost_by_a_crash(db) {
        crash(db, 3).await;
    }

    /// A client that resets its connection in mid-request harms nobody (facts.md §2).
    async fn a_connection_reset_in_mid_request_harms_nobody(db) {
        use tokio::io::AsyncWriteExt;
        let server = ServerProcess::start(db).await;
        let app = Application::of_process(&server, "worker");
        let body = "grant_type=client_credentials&client_id=worker&client_secret=wrong";
        for n in 0..200usize {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.ground.port)).await.unwrap();
            let mut stream = stream;
            let (path, body) = if n % 2 == 0 { ("/introspect", body.to_owned()) } else { ("/login", format!("email=a%40b.example&password=x&csrf={n}")) };
            let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            // Without waiting for the answer, and with a reset in place of a goodbye.
            stream.set_zero_linger().unwrap();
            drop(stream);
        }
        app.client_credentials(&[]).await.tokens();
        assert!(!server.log().contains("panicked"), "{}", server.log());
        let alice = Person::alice();
        let mut browser = Browser::of_process(&server);
        alice.sign_up(&mut browser).await;
        assert_eq!(browser.heading(), "Your account");
    }
}

/// security.md F4: the database is gone for a while. PostgreSQL only: SQLite cannot be cut off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_503_and_comes_back_by_itself() {
    let (wire, url) = Wire::to_postgres().await;
    let server =
        TestServer::with(Database::Postgres).setting("database.url", url).setting("database.connect_timeout", "3s").start_process().await;
    let shop = Application::of_process(&server, "shop");
    let alice = Person::alice();
    let mut browser = Browser::of_process(&server);
    alice.sign_up(&mut browser).await;
    let tokens = shop.sign_in(&mut browser, &alice).await;
    let request = shop.authorization_request();
    let landed = alice.authorize(&mut browser, &request).await;
    wire.cut();
    let start = std::time::Instant::now();
    while shop.get("/health/ready", &[]).await.status == 200 {
        assert!(start.elapsed() < Duration::from_secs(15), "the wire is not cut");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for reply in [
        shop.redeem(&request, landed.code()).await,
        shop.refresh(tokens.refresh_token()).await,
        shop.post("/introspect", &[("token", &tokens.access_token)]).await,
        shop.userinfo(&tokens.access_token).await,
    ] {
        reply.refused(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
    }
    browser.open("/account").await;
    assert_eq!((browser.status(), browser.heading().as_str()), (503, "We’ll be right back"));
    let silent = browser.open(&request.clone().with("prompt", "none").url()).await.landed();
    assert_eq!(silent.error(), "temporarily_unavailable", "with prompt=none nobody is there to read a page");
    let mut other = Browser::of_process(&server);
    alice.sign_in(&mut other).await;
    assert_eq!(other.status(), 503, "never a wrong password: {}", other.describe());
    assert_eq!(shop.get("/health", &[]).await.status, 200);
    assert_eq!(shop.get("/health/ready", &[]).await.status, 503);
    assert_eq!(shop.get("/jwks", &[]).await.status, 200);
    wire.mend();
    let start = std::time::Instant::now();
    while shop.get("/health/ready", &[]).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(15), "does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    shop.redeem(&request, landed.code()).await.tokens();
    shop.refresh(tokens.refresh_token()).await.tokens();
    let mut later = Browser::of_process(&server);
    alice.sign_in(&mut later).await;
    assert_eq!(later.heading(), "Your account", "{}", later.describe());
}
