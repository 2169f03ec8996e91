//! Defence against machines that guess: proofs of work under attack, and passwords that they would guess first.

use crate::both;
use crate::support::prelude::*;
use crate::support::upstream::FakeUpstream;
use sha2::{Digest, Sha256};

fn guarded(db: Database) -> Setup {
    TestServer::with(db)
        .setting("proof_of_work.enabled", true)
        .setting("proof_of_work.difficulty", 8)
        .setting("proof_of_work.per_address_per_minute", 3)
        .setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.1".into()]))
}

fn from(server: &TestServer, address: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.send_header("x-forwarded-for", address);
    browser
}

async fn guess(browser: &mut Browser) {
    browser.open("/login").await;
    browser.fill("Email address", "nobody@example.org");
    browser.fill("Password", "some guess");
    browser.press("Sign in").await;
}

/// What the script does.
fn solve(browser: &Browser) -> Option<String> {
    let challenge = browser.page().attribute("script[data-challenge]", "data-challenge")?;
    let difficulty: u32 = browser.page().attribute("script[data-challenge]", "data-difficulty")?.parse().unwrap();
    let proven = |nonce: &u32| {
        let digest = Sha256::digest(format!("{challenge}.{nonce}"));
        u32::from_be_bytes(digest[..4].try_into().unwrap()).leading_zeros() >= difficulty
    };
    Some(format!("{challenge}.{}", (0..).find(proven).unwrap()))
}

both! {
    /// security.md L2: below the threshold nothing is asked; past it each post brings a proof of its own; others do not notice.
    async fn a_flood_of_one_address_must_work_for_each_try(db) {
        let server = guarded(db).start().await;
        let mut browser = from(&server, "192.0.2.1");
        for _ in 0..4 {
            guess(&mut browser).await;
            assert_eq!(browser.status(), 200);
        }
        guess(&mut browser).await;
        assert_eq!((browser.status(), browser.heading().as_str()), (403, "Please send that once more"));
        let proof = solve(&browser).expect("the page carries the challenge");
        browser.cookies.set("ostiary_proof", &proof);
        guess(&mut browser).await;
        assert_eq!(browser.status(), 200, "{}", browser.describe());
        browser.cookies.set("ostiary_proof", &proof);
        guess(&mut browser).await;
        assert_eq!(browser.status(), 403, "a proof is good once");
        let other = solve(&browser).unwrap();
        let mut elsewhere = from(&server, "192.0.2.2");
        guess(&mut elsewhere).await;
        assert_eq!(elsewhere.status(), 200, "another address is left alone");
        for _ in 0..4 {
            guess(&mut elsewhere).await;
        }
        elsewhere.cookies.set("ostiary_proof", &other);
        guess(&mut elsewhere).await;
        assert_eq!(elsewhere.status(), 403, "a proof belongs to its address");
        let stale = solve(&elsewhere).unwrap();
        server.advance(Duration::from_secs(301));
        elsewhere.cookies.set("ostiary_proof", &stale);
        guess(&mut elsewhere).await;
        assert_eq!(elsewhere.status(), 403, "a proof expires");
    }

    /// security.md L2: what sends mail, reaches a provider or makes an account is guarded as the sign-in is.
    async fn every_form_of_strangers_asks_for_a_proof_under_attack(db) {
        let fake = FakeUpstream::start("far").await;
        let server = guarded(db).upstream(fake.document()).setting("login.email", true).start().await;
        let mut browser = from(&server, "192.0.2.1");
        for _ in 0..4 {
            guess(&mut browser).await;
        }
        let csrf = browser.page().value("csrf").unwrap();
        for path in ["/login", "/signup", "/forgot", "/login/mail", "/login/with/far", "/signup/with", "/account/lockdown"] {
            browser.post(path, &[("csrf", &csrf), ("email", "nobody@example.org")], true).await;
            assert_eq!((browser.status(), browser.heading().as_str()), (403, "Please send that once more"), "{path}");
        }
        assert!(fake.asked("/authorize").is_empty());
        browser.open("/forgot").await;
        let proof = solve(&browser).expect("the page carries the challenge");
        browser.cookies.set("ostiary_proof", &proof);
        browser.fill("Email address", "nobody@example.org");
        browser.press("Send the link").await;
        assert_eq!(browser.heading(), "Check your mail", "{}", browser.describe());
        let mut elsewhere = from(&server, "192.0.2.2");
        elsewhere.open("/login").await;
        let landed = fake.leave(&mut elsewhere).await;
        assert!(landed.url.contains("/authorize"), "below the threshold nothing is asked: {landed:?}");
    }

    /// security.md L8, ASVS 6.2.4, 6.2.11, 6.2.12.
    async fn a_password_that_others_would_guess_is_refused_with_advice(db) {
        let server = TestServer::with(db).setting("password.minimum_strength", 2).start().await;
        let mut browser = Browser::new(&server);
        for (password, advice) in [("password1", "many people use"), ("aaaaaaaaaa", "repeats"), ("alice2026", "word or two")] {
            let alice = Person { password: password.into(), ..Person::alice() };
            alice.sign_up(&mut browser).await;
            assert!(browser.error().contains(advice), "{password}: {}", browser.describe());
        }
        Person::alice().sign_up(&mut browser).await;
        assert_eq!(browser.error(), "", "{}", browser.describe());
    }

    /// The hint while a password is typed; a page of ours must ask.
    async fn the_strength_of_a_password_is_told_to_our_pages_only(db) {
        let server = TestServer::with(db).setting("password.minimum_strength", 2).start().await;
        let mut browser = Browser::new(&server);
        browser.open("/signup").await;
        let csrf = browser.page().value("csrf").unwrap();
        browser.post("/password/strength", &[("csrf", &csrf), ("password", "correct horse battery staple"), ("lang", "de")], true).await;
        let answer: Value = serde_json::from_str(&browser.page().html).unwrap();
        assert_eq!((&answer["enough"], &answer["text"]), (&json!(true), &json!("Sehr schwer zu erraten.")));
        browser.post("/password/strength", &[("csrf", &csrf), ("password", "alice"), ("email", "alice@example.org")], true).await;
        assert_eq!(serde_json::from_str::<Value>(&browser.page().html).unwrap()["enough"], json!(false));
        browser.post("/password/strength", &[("csrf", "x"), ("password", "alice")], true).await;
        assert_eq!(browser.status(), 403);
    }
}
