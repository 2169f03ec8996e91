//! Passwords and addresses as people write them, and floods of people who are none.

use crate::both;
use crate::support::listener::Listener;
use crate::support::mailbox::Mailbox;
use crate::support::people::words;
use crate::support::prelude::*;
use sha1::{Digest, Sha1};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const DAY: Duration = Duration::from_secs(86_400);

/// Whether these words open the account.
async fn opens(server: &TestServer, email: &str, password: &str) -> bool {
    let person = Person { name: "Any One".into(), email: email.into(), password: password.into() };
    let mut browser = Browser::new(server);
    person.sign_in(&mut browser).await;
    browser.path() == "/account"
}

both! {
    /// security.md L7, ASVS 6.2.8, 6.2.9: a password is taken as it was typed, whole, and however a keyboard composes its letters.
    async fn a_password_counts_as_it_was_typed(db) {
        let server = TestServer::start(db).await;
        let (long, longest) = ("x".repeat(64), "y".repeat(1024));
        let cases: [(&str, &[&str], &[&str]); 8] = [
            ("caf\u{e9} au lait", &["cafe\u{301} au lait"], &["cafe au lait", "CAF\u{c9} AU LAIT"]),
            ("cafe\u{301} noir\u{e9}", &["caf\u{e9} noir\u{e9}", "cafe\u{301} noire\u{301}"], &["caf\u{e8} noir\u{e9}"]),
            ("  spaces at both ends  ", &[], &["spaces at both ends", "  spaces at both ends", " spaces at both ends  "]),
            ("🔑🚪🧑‍🚀🪐🌙⭐🔭🛰", &[], &["🔑🚪🧑🚀🪐🌙⭐🔭🛰", "🔑🚪"]),
            ("\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e2}\u{5dc}\u{5d9}\u{5db}\u{5dd}", &[], &["\u{5e9}\u{5dc}\u{5d5}\u{5dd}"]),
            // One letter by compatibility is not one as it is written: only composition is made equal.
            ("\u{fb01}ne ligatures", &[], &["fine ligatures"]),
            (&long, &[], &[&long[..63]]),
            (&longest, &[], &[&longest[..1023], &longest[..72]]),
        ];
        for (n, (password, same, others)) in cases.into_iter().enumerate() {
            let person = Person { email: format!("p{n}@example.org"), password: password.into(), ..Person::alice() };
            person.signed_in(&server).await;
            for typed in [password].iter().chain(same) {
                assert!(opens(&server, &person.email, typed).await, "{password:?} typed as {typed:?}");
            }
            for typed in others {
                assert!(!opens(&server, &person.email, typed).await, "{password:?} typed as {typed:?}");
            }
        }
        // Longer than 1024 bytes: refused when it is chosen, not cut.
        let mut browser = Browser::new(&server);
        let too_long = Person { email: "long@example.org".into(), password: "z".repeat(1025), ..Person::alice() };
        too_long.sign_up(&mut browser).await;
        assert!(browser.error().contains("too long"), "{}", browser.describe());
        // Eight characters are eight letters, not eight bytes.
        let short = Person { email: "short@example.org".into(), password: "é".repeat(7), ..Person::alice() };
        short.sign_up(&mut browser).await;
        assert!(browser.error().contains("at least 8"), "{}", browser.describe());
        // No form holds a NUL: nothing of it is taken, neither what stands before it nor the whole.
        let nul = Person { email: "nul@example.org".into(), password: "before it\0after it".into(), ..Person::alice() };
        nul.sign_up(&mut browser).await;
        assert_eq!(browser.status(), 400);
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email IN ('nul@example.org', 'short@example.org', 'long@example.org')").await, 0);
        let whole = Person { email: "whole@example.org".into(), password: "before it".into(), ..Person::alice() };
        whole.signed_in(&server).await;
        assert!(!opens(&server, &whole.email, "before it\0after it").await);
    }

    /// Issue 2, section 3: a hash is made anew when its parameters change; that this fails keeps nobody out who typed the right password.
    async fn who_is_right_is_let_in_though_the_hash_cannot_be_renewed(db) {
        let mut server = TestServer::start(db).await;
        let alice = Person::alice();
        alice.signed_in(&server).await;
        server.ground.change("password.argon2_iterations", 2);
        server.restart().await;
        let hash = async |server: &TestServer| server.database().text("SELECT hash FROM passwords").await;
        let before = hash(&server).await;
        let (make, drop) = match db {
            Database::Sqlite => (vec!["CREATE TRIGGER broken BEFORE UPDATE ON passwords BEGIN SELECT RAISE(ABORT, 'broken'); END"], "DROP TRIGGER broken"),
            Database::Postgres => (
                vec![
                    "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
                    "CREATE TRIGGER broken BEFORE UPDATE ON passwords FOR EACH ROW EXECUTE FUNCTION broken()",
                ],
                "DROP TRIGGER broken ON passwords",
            ),
        };
        for statement in make {
            server.database().execute(statement).await;
        }
        assert!(opens(&server, &alice.email, &alice.password).await);
        assert!(!opens(&server, &alice.email, "another password").await);
        assert_eq!(hash(&server).await, before);
        server.database().execute(drop).await;
        assert!(opens(&server, &alice.email, &alice.password).await);
        let renewed = hash(&server).await;
        assert!(renewed != before && renewed.contains(",t=2,"), "{renewed}");
        assert!(opens(&server, &alice.email, &alice.password).await);
    }

    /// security.md L9 [CVE-2026-19607]: two spellings of an address are one account, two addresses that look alike are two; nobody is let in
    /// by, or written to instead of, somebody who looks like them.
    async fn two_accounts_never_collide_after_normalisation(db) {
        let server = TestServer::start(db).await;
        for (n, (first, spellings)) in [
            ("kate@example.org", vec!["KATE@example.org", "kate@EXAMPLE.ORG", " kate@example.org ", "\u{212a}ate@example.org", "kate@example.org."]),
            ("jos\u{e9}@example.org", vec!["jose\u{301}@example.org", "JOS\u{c9}@example.org"]),
            ("ann@b\u{fc}cher.example", vec!["ann@xn--bcher-kva.example", "ann@bu\u{308}cher.example", "ANN@B\u{dc}CHER.example"]),
        ].into_iter().enumerate() {
            let person = Person { email: first.into(), password: format!("likes long walks {n}"), ..Person::alice() };
            person.signed_in(&server).await;
            for spelling in spellings {
                let mut browser = Browser::new(&server);
                Person { email: spelling.into(), password: "somebody else's words".into(), ..Person::bob() }.sign_up(&mut browser).await;
                assert!(browser.error().contains("There is an account with this address"), "{spelling}: {}", browser.describe());
                assert!(opens(&server, spelling, &person.password).await, "{spelling}");
            }
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 3);

        // Dotless i, long s, Cyrillic а and Greek ο: other addresses, with accounts of their own.
        for (owner, twin) in [
            ("mike@example.org", "m\u{131}ke@example.org"),
            ("susi@example.org", "\u{17f}usi@example.org"),
            ("paul@example.org", "p\u{430}ul@example.org"),
            ("leo@example.org", "le\u{3bf}@example.org"),
        ] {
            let own = Person { email: owner.into(), password: "the owner likes walks".into(), ..Person::alice() };
            let other = Person { email: twin.into(), password: "the twin likes walks".into(), ..Person::bob() };
            own.signed_in(&server).await;
            assert!(!opens(&server, twin, &own.password).await, "{twin} is nobody yet");
            let before = Mailbox::of(&server).all().await.iter().filter(|mail| mail.to.contains(owner)).count();
            let mut browser = Browser::new(&server);
            browser.open("/forgot").await;
            browser.fill(words::EMAIL, twin);
            browser.press("Send the link").await;
            let after = Mailbox::of(&server).all().await.iter().filter(|mail| mail.to.contains(owner)).count();
            assert_eq!(before, after, "a link asked for {twin} goes to nobody else");
            other.signed_in(&server).await;
            assert!(opens(&server, owner, &own.password).await && opens(&server, twin, &other.password).await, "{twin}");
            assert!(!opens(&server, owner, &other.password).await && !opens(&server, twin, &own.password).await, "{twin}");
        }

        // A user name opens nothing, and nobody calls themselves by somebody's address: applications would take the one for the other.
        let kate = Person { email: "kate@example.org".into(), password: "likes long walks 0".into(), ..Person::alice() };
        let mut browser = Browser::new(&server);
        kate.sign_in(&mut browser).await;
        for (name, taken) in [("mike@example.org", false), ("nobody@example.org", false), ("KATE@example.org", true), ("kate", true), ("@kate", true)] {
            browser.open("/account/profile").await;
            browser.fill("Username", name);
            browser.press("Save profile").await;
            assert_eq!(browser.error().is_empty(), taken, "{name}: {}", browser.describe());
        }
        assert!(!opens(&server, "@kate", &kate.password).await);
        assert!(opens(&server, "mike@example.org", "the owner likes walks").await);
    }

    /// security.md L1 [CVE-2023-39522]: wrong, unknown, disabled and without a password take one hash each, so one time. Medians of fifty
    /// each, interleaved, of hashes that cost as much as they do in production: one that was left out, or made twice, would show.
    async fn how_long_a_refusal_takes_says_nothing_of_the_account(db) {
        let server = TestServer::with(db).setting("password.argon2_memory_kib", 19_456).setting("password.argon2_iterations", 2).start().await;
        let people = [Person::alice(), Person::bob(), Person::new("Carol Calm"), Person::new("Dora Deft")];
        for person in &people[..3] {
            person.registered(&server).await;
        }
        server.database().execute("UPDATE users SET enabled = FALSE WHERE email = 'bob@example.org'").await;
        server.database().execute("DELETE FROM passwords WHERE user_id IN (SELECT id FROM users WHERE email = 'carol@example.org')").await;
        let mut times: [Vec<Duration>; 4] = Default::default();
        for _ in 0..50 {
            // Another day: what was counted is forgotten, so that every guess is evaluated.
            server.advance(DAY + Duration::from_secs(1));
            for (person, times) in people.iter().zip(&mut times) {
                let mut browser = Browser::new(&server);
                browser.open("/login").await;
                browser.fill(words::EMAIL, &person.email);
                browser.fill(words::PASSWORD, if person.email.starts_with("bob") { &person.password } else { "not the password" });
                let start = Instant::now();
                browser.press(words::SIGN_IN).await;
                times.push(start.elapsed());
                assert!(browser.error().contains("wrong"), "{}", browser.describe());
            }
        }
        let medians = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        assert!(*most < least.mul_f64(1.4) + Duration::from_millis(3), "wrong, disabled, without a password, unknown: {medians:?}");
    }

    /// security.md L6: of a flood of sign-ins few are hashed at once and few wait; the others are told to come back, at once; whoever asks
    /// for anything else is answered meanwhile, and the owner gets in afterwards.
    async fn a_flood_of_sign_ins_is_bounded(db) {
        const MANY: usize = 500;
        let server = Arc::new(
            TestServer::with(db)
                .setting("password.argon2_memory_kib", 19_456)
                .setting("password.argon2_iterations", 12)
                .setting("password.hash_permits", 2)
                .setting("password.hash_queue", 4)
                // Five hundred senders on the processors that also hash: some of them take their time.
                .setting("request_timeout", "60s")
                .start()
                .await,
        );
        let alice = Person::alice();
        alice.registered(&server).await;
        let shop = Application::of(&server, "shop");
        let mut page = Browser::new(&server);
        page.open("/login").await;
        let over = Arc::new(AtomicBool::new(false));
        let watch = tokio::spawn({
            let (server, over) = (server.clone(), over.clone());
            async move {
                let (mut waiting, mut running, mut healthy) = (0, 0, 0);
                while !over.load(Ordering::Relaxed) {
                    let load = server.app().passwords.load();
                    (waiting, running) = (waiting.max(load.0), running.max(load.1));
                    assert_eq!(shop.get("/health", &[]).await.status, 200);
                    healthy += 1;
                }
                (waiting, running, healthy)
            }
        });
        let mut flood = tokio::task::JoinSet::new();
        for n in 0..MANY {
            let mut browser = page.clone();
            // Known and unknown alike: nobody's hash costs what somebody's does, and waits in the same queue.
            let email = if n % 10 == 0 { alice.email.clone() } else { format!("nobody{n}@example.org") };
            flood.spawn(async move {
                browser.fill(words::EMAIL, &email);
                browser.fill(words::PASSWORD, "not the password");
                browser.press(words::SIGN_IN).await;
                (browser.status(), browser.page().headers.contains_key("retry-after"))
            });
        }
        let answers = flood.join_all().await;
        over.store(true, Ordering::Relaxed);
        let (waiting, running, healthy) = watch.await.unwrap();
        let count = |status: u16| answers.iter().filter(|answer| answer.0 == status).count();
        assert_eq!(count(200) + count(503), MANY, "{answers:?}");
        assert!(count(503) > MANY / 3 && count(200) >= 6, "{answers:?}");
        assert!(answers.iter().all(|(status, retry_after)| *status != 503 || *retry_after), "{answers:?}");
        assert!(waiting <= 4 && running <= 2, "{waiting} waited, {running} were hashed");
        assert!(running > 0 && healthy > 5, "/health was answered {healthy} times meanwhile");
        server.advance(DAY + Duration::from_secs(1));
        assert!(opens(&server, &alice.email, &alice.password).await);
    }

    /// docs/accounts.md, "Passwords": whose it is to be is heeded after a forgotten one as at a change.
    async fn a_password_of_ones_own_name_is_refused(db) {
        let server = TestServer::with(db).setting("password.minimum_strength", 3).start().await;
        let person = Person { name: "Quovadimus Brzeczy".into(), email: "q@example.org".into(), ..Person::alice() };
        let mut browser = person.signed_in(&server).await;
        browser.open("/account/password").await;
        browser.fill("Current password", &person.password);
        browser.fill("New password", "quovadimusbrzeczy");
        browser.press("Change password").await;
        assert!(browser.error().contains("guessed"), "{}", browser.describe());
        let mut browser = person.resets_password(&server, "quovadimusbrzeczy").await;
        assert!(browser.error().contains("guessed"), "{}", browser.describe());
        browser.fill("New password", "a walk along the shore");
        browser.press("Save and sign in").await;
        assert!(browser.is_signed_in().await, "{}", browser.describe());
    }

    /// security.md L8, ASVS 6.2.4, 6.2.12: refused wherever a password is chosen: known from a break-in (asked for by five characters of its
    /// digest) or in the list of such passwords, or easy to guess. What people have already stays good.
    async fn known_passwords_are_refused_wherever_one_is_chosen(db) {
        const KNOWN: &str = "four unusual words here";
        let digest: String = Sha1::digest(KNOWN).iter().map(|byte| format!("{byte:02X}")).collect();
        let (prefix, suffix) = digest.split_at(5);
        let range = Listener::saying(&format!("0000000000000000000000000000000000A:9\r\n{suffix}:3\r\n")).await;
        let url = range.uri.replace("/told", "/range/");
        let server = TestServer::with(db).setting("password.breach_range_url", url.as_str()).setting("password.minimum_strength", 2).start().await;
        let refused = [
            (KNOWN, "was leaked when"),
            ("password1", "was leaked when"),
            ("P@ssw0rd!", "many people use"),
            ("alice2026", "word or two"),
        ];

        let mut browser = Browser::new(&server);
        for (password, why) in refused {
            Person { password: password.into(), ..Person::alice() }.sign_up(&mut browser).await;
            assert!(browser.error().contains(why), "sign-up: {}", browser.describe());
        }
        assert!(range.heard().iter().any(|request| request.starts_with(&format!("GET /range/{prefix} "))), "{:?}", range.heard());
        assert!(range.heard().iter().all(|request| !request.contains(suffix) && !request.contains("unusual")), "{:?}", range.heard());

        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for (password, why) in refused {
            browser.open("/account/password").await;
            browser.fill("Current password", &alice.password);
            browser.fill("New password", password);
            browser.press("Change password").await;
            assert!(browser.error().contains(why), "change: {}", browser.describe());
        }
        browser.open("/forgot").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Send the link").await;
        let link = Mailbox::of(&server).newest_to(&alice.email).await.link();
        let mut browser = Browser::new(&server);
        browser.open(&link).await;
        for (password, why) in refused {
            browser.fill("New password", password);
            browser.press("Save and sign in").await;
            assert!(browser.error().contains(why), "reset: {}", browser.describe());
        }
        assert!(opens(&server, &alice.email, &alice.password).await, "nothing was changed");
        // One that became known later still opens the account: nobody is locked out by a list.
        let hash = server.app().passwords.hash(&ostiary::credentials::password::Password::typed(KNOWN)).await.unwrap();
        server.database().execute(&format!("UPDATE passwords SET hash = '{hash}'")).await;
        assert!(opens(&server, &alice.email, KNOWN).await);
    }

    /// security.md L8, ASVS 6.2.4: the list of known passwords holds without an endpoint, and where any strength will do; for the operator, too.
    async fn known_passwords_are_refused_where_any_strength_will_do(db) {
        const KNOWN: [&str; 3] = ["password1", "QWERTYUIOP", "iLoveYou"];
        const LEAKED: &str = "This password was leaked when another service was broken into. Choose another one.";
        const NEW: &str = "$uperman";
        let server = TestServer::with(db).setting("password.minimum_strength", 0).start().await;
        let alice = Person { password: "$tarwars".into(), ..Person::alice() };
        // What is refused is as easy to guess as what is taken.
        for password in [KNOWN[0], alice.password.as_str(), NEW] {
            assert_eq!(server.app().password_rules.strength(password, &[]).await.score, 0, "{password}");
        }

        let mut browser = Browser::new(&server);
        for known in KNOWN {
            Person { password: known.into(), ..Person::alice() }.sign_up(&mut browser).await;
            assert!(browser.error().contains(LEAKED), "sign-up: {}", browser.describe());
        }
        let mut browser = alice.signed_in(&server).await;
        let reset = alice.resets_password(&server, KNOWN[0]).await;
        assert!(reset.error().contains(LEAKED), "reset: {}", reset.describe());
        for command in [["user", "set-password", alice.email.as_str()], ["user", "create", "carol@example.org"]] {
            let printed = server.ground.command_with_input(&command, KNOWN[0]).await;
            assert!(printed.code != 0 && printed.stderr.contains("known from a break-in"), "{printed:?}");
        }
        for password in KNOWN.into_iter().chain([NEW]) {
            browser.open("/account/password").await;
            browser.fill("Current password", &alice.password);
            browser.fill("New password", password);
            browser.press("Change password").await;
            assert_eq!(browser.error().contains(LEAKED), password != NEW, "change: {}", browser.describe());
        }
        assert!(opens(&server, &alice.email, NEW).await);
        // As after an import: what somebody has already is not looked up.
        let hash = server.app().passwords.hash(&ostiary::credentials::password::Password::typed(KNOWN[0])).await.unwrap();
        server.database().execute(&format!("UPDATE passwords SET hash = '{hash}'")).await;
        assert!(opens(&server, &alice.email, KNOWN[0]).await);
    }
}
