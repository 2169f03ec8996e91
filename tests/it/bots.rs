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

/// What the script does with a page that holds a form.
async fn send_again(browser: &mut Browser, path: &str) {
    let held = browser.page().value("held_form").unwrap_or_else(|| panic!("the form is held: {}", browser.describe()));
    let proof = solve(browser).expect("the page carries the challenge");
    browser.post(path, &[("held_form", &held), ("proof", &proof)], true).await;
}

/// What the script finds.
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
        assert_eq!((browser.status(), browser.heading().as_str()), (403, "One moment"));
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

    /// security.md L2: a flood from many addresses, none of which does more than people do, is asked for proofs wherever it comes from next;
    /// ten minutes later the flood of before asks nobody.
    async fn a_flood_of_many_addresses_must_work_too(db) {
        let server = guarded(db).setting("proof_of_work.per_minute", 2).start().await;
        for n in 1..=3 {
            let mut browser = from(&server, &format!("192.0.2.{n}"));
            guess(&mut browser).await;
            assert_eq!(browser.status(), 200, "{n}: {}", browser.describe());
        }
        let mut next = from(&server, "198.51.100.1");
        guess(&mut next).await;
        assert_eq!((next.status(), next.heading().as_str()), (403, "One moment"));
        send_again(&mut next, "/login").await;
        assert!(next.error().contains("wrong"), "{}", next.describe());
        server.advance(Duration::from_secs(601));
        let mut later = from(&server, "198.51.100.2");
        guess(&mut later).await;
        assert_eq!(later.status(), 200, "{}", later.describe());
    }

    /// security.md L2: a page that was opened before the attack loses nothing of what was typed into it.
    async fn a_form_without_a_proof_is_held_and_sent_again(db) {
        let server = guarded(db).start().await;
        let alice = Person::alice();
        alice.registered(&server).await;
        let mut browser = from(&server, "192.0.2.1");
        browser.open("/login").await;
        assert_eq!(solve(&browser), None, "nothing is asked yet");
        let mut flood = from(&server, "192.0.2.1");
        for _ in 0..4 {
            guess(&mut flood).await;
        }
        browser.fill("Email address", &alice.email);
        browser.fill("Password", &alice.password);
        browser.press("Sign in").await;
        assert_eq!((browser.status(), browser.heading().as_str()), (403, "One moment"));
        assert!(!browser.page().html.contains(&alice.password), "what was typed is sealed");
        let held = browser.page().value("held_form").unwrap();
        let proof = solve(&browser).unwrap();
        for missing in [&[("held_form", held.as_str())][..], &[("held_form", &held), ("proof", "made.up")]] {
            browser.post("/login", missing, true).await;
            assert_eq!((browser.status(), browser.heading().as_str()), (403, "One moment"), "{missing:?}");
        }
        browser.post("/login", &[("held_form", &held), ("proof", &proof)], true).await;
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
    }

    /// security.md A39: a form that another site sends does not come back as ours, and a held form is good in its own browser only.
    async fn a_held_form_proves_nothing_of_where_it_comes_from(db) {
        let server = guarded(db).start().await;
        let mut browser = from(&server, "192.0.2.1");
        for _ in 0..5 {
            guess(&mut browser).await;
        }
        let held = browser.page().value("held_form").unwrap();
        let mut victim = from(&server, "192.0.2.1");
        victim.post("/login", &[("email", "nobody@example.org")], false).await;
        assert_eq!((victim.status(), victim.page().value("held_form")), (403, None), "{}", victim.describe());
        victim.open("/login").await;
        let proof = solve(&victim).unwrap();
        victim.post("/login", &[("held_form", &held), ("proof", &proof)], true).await;
        assert_eq!((victim.status(), victim.heading().as_str()), (403, "Please try that again"), "{}", victim.describe());
    }

    /// A browser that never finds a proof is told, and a form of another kind is not held.
    async fn a_form_is_held_three_times(db) {
        let server = guarded(db).start().await;
        let mut browser = from(&server, "192.0.2.1");
        for _ in 0..5 {
            guess(&mut browser).await;
        }
        for _ in 0..2 {
            let held = browser.page().value("held_form").expect("it is held");
            browser.post("/login", &[("held_form", &held)], true).await;
            assert_eq!(browser.heading(), "One moment");
        }
        let held = browser.page().value("held_form").unwrap();
        browser.post("/login", &[("held_form", &held)], true).await;
        assert_eq!((browser.status(), browser.heading().as_str()), (403, "Please send that once more"));
        browser.post("/login", &[("email", &"x".repeat(20_000))], true).await;
        assert_eq!((browser.status(), browser.heading().as_str()), (403, "Please send that once more"));
    }

    /// What sends a form once more after the attack is over is read as the form that it holds.
    async fn a_held_form_is_good_after_the_attack(db) {
        let server = guarded(db).start().await;
        let mut browser = from(&server, "192.0.2.1");
        for _ in 0..5 {
            guess(&mut browser).await;
        }
        server.advance(Duration::from_secs(601));
        send_again(&mut browser, "/login").await;
        assert_eq!((browser.status(), browser.heading().as_str()), (200, "Sign in"), "{}", browser.describe());
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
            assert_eq!((browser.status(), browser.heading().as_str()), (403, "One moment"), "{path}");
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
        for (password, advice) in [("P@ssw0rd!", "many people use"), ("ababababab", "repeats"), ("alice2026", "word or two")] {
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
        browser.post("/password/strength", &[("csrf", &csrf), ("password", "g9l2d1fzpy")], true).await;
        let answer: Value = serde_json::from_str(&browser.page().html).unwrap();
        assert_eq!((&answer["enough"], answer["text"].as_str().unwrap().contains("leaked")), (&json!(false), true), "{answer}");
        browser.post("/password/strength", &[("csrf", "x"), ("password", "alice")], true).await;
        assert_eq!(browser.status(), 403);
    }
}
