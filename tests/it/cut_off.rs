//! Whoever ends the sessions of an account ends what is under way, too: nothing that was begun before is finished after it.

use crate::both;
use crate::support::authenticator::Authenticator;
use crate::support::mailbox::Mailbox;
use crate::support::passkey;
use crate::support::people::words;
use crate::support::prelude::*;

const NEW_PASSWORD: &str = "a walk along the shore";
const NEW_SIGN_IN: &str = "New sign-in to your Ostiary account";
const STEP: Duration = Duration::from_secs(30);

/// A browser on the page of the second step; the password was right.
async fn half_way(server: &TestServer, person: &Person) -> Browser {
    let mut browser = Browser::new(server);
    person.sign_in(&mut browser).await;
    assert_eq!(browser.heading(), "One more step", "{}", browser.describe());
    browser
}

async fn sign_in_notices(server: &TestServer) -> usize {
    Mailbox::of(server).all().await.iter().filter(|mail| mail.subject == NEW_SIGN_IN).count()
}

async fn password_notices(server: &TestServer) -> usize {
    Mailbox::of(server).all().await.iter().filter(|mail| mail.subject == "Your Ostiary password was changed").count()
}

async fn gives(server: &TestServer, browser: &mut Browser, authenticator: &Authenticator) {
    browser.fill("Code", &authenticator.code(server));
    browser.press("Continue").await;
    server.advance(STEP);
}

both! {
    /// security.md M6, R6, S4: whoever stands before the second factor with a password of before does not come in with it.
    async fn a_half_finished_sign_in_ends_with_a_new_password(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut owner = alice.signed_up_with_code(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut owner).await;
        for way in ["changed", "reset", "set by the operator", "disabled and enabled"] {
            let mut thief = half_way(&server, &alice).await;
            match way {
                "changed" => {
                    owner.open("/account/password").await;
                    owner.fill("Current password", &alice.password);
                    owner.fill("New password", &alice.password);
                    owner.press("Change password").await;
                    assert!(owner.is_signed_in().await, "{}", owner.describe());
                }
                "reset" => {
                    let mut own = alice.resets_password(&server, NEW_PASSWORD).await;
                    gives(&server, &mut own, &authenticator).await;
                    assert!(own.is_signed_in().await, "{}", own.describe());
                    assert!(!owner.is_signed_in().await);
                }
                "set by the operator" => {
                    let before = password_notices(&server).await;
                    server.ground.command_with_input(&["user", "set-password", &alice.email], &alice.password).await.done();
                    let told = async {
                        while password_notices(&server).await == before {
                            tokio::time::sleep(Duration::from_millis(100)).await;
                        }
                    };
                    tokio::time::timeout(Duration::from_secs(20), told).await.expect("a mail about it");
                }
                _ => {
                    server.ground.command(&["user", "disable", &alice.email]).await.done();
                    server.ground.command(&["user", "enable", &alice.email]).await.done();
                }
            }
            gives(&server, &mut thief, &authenticator).await;
            assert!(!thief.is_signed_in().await, "{way}: {}", thief.describe());
            if way == "reset" {
                server.ground.command_with_input(&["user", "set-password", &alice.email], &alice.password).await.done();
            }
        }
        // And from there on everything works as ever.
        let mut own = half_way(&server, &alice).await;
        gives(&server, &mut own, &authenticator).await;
        assert!(own.is_signed_in().await, "{}", own.describe());
    }

    /// security.md S4: a sign-in that waits for its hash makes no session that a switch on would bring to life.
    async fn a_sign_in_that_waits_ends_when_the_account_is_switched_off(db) {
        let slow = TestServer::with(db).setting("password.argon2_memory_kib", 65_536).setting("password.argon2_iterations", 60);
        let server = slow.start().await;
        let alice = Person::alice();
        let mut known = alice.signed_in(&server).await;
        known.cookies.remove("ostiary_session");
        for mut thief in [Browser::new(&server), known] {
            thief.open("/login").await;
            thief.fill(words::EMAIL, &alice.email);
            thief.fill("Password", &alice.password);
            let switched_off = async {
                tokio::time::timeout(Duration::from_secs(20), async {
                    while server.app().passwords.load().1 == 0 {
                        tokio::task::yield_now().await;
                    }
                })
                .await
                .unwrap();
                server.ground.command(&["user", "disable", &alice.email]).await.done();
                server.ground.command(&["user", "enable", &alice.email]).await.done();
            };
            tokio::join!(switched_off, async { thief.press("Sign in").await; });
            assert!(!thief.is_signed_in().await, "{}", thief.describe());
            assert_eq!(server.database().number("SELECT count(*) FROM sessions").await, 0);
        }
    }

    /// OWASP ASVS 6.3.5: a browser that was known before is a new one: it may be the other's.
    async fn a_browser_that_was_known_before_is_told_of_again(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut owner = alice.signed_up_with_code(&server).await;
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        assert_eq!(sign_in_notices(&server).await, 1);
        thief.open("/logout").await;
        thief.press("Sign out").await;
        alice.sign_in(&mut thief).await;
        assert_eq!(sign_in_notices(&server).await, 1, "known by now");
        server.advance(STEP);
        owner.open("/account/password").await;
        owner.fill("Current password", &alice.password);
        owner.fill("New password", NEW_PASSWORD);
        owner.press("Change password").await;
        let alice = Person { password: NEW_PASSWORD.to_owned(), ..alice };
        owner.open("/logout").await;
        owner.press("Sign out").await;
        alice.sign_in(&mut owner).await;
        assert_eq!(sign_in_notices(&server).await, 1, "the owner's own browser stays known");
        alice.sign_in(&mut thief).await;
        assert_eq!(sign_in_notices(&server).await, 2);
    }

    /// security.md O4, O6: where a second factor is demanded, an account with a passkey gives that; the password alone plants no other.
    async fn the_password_alone_adds_no_factor_beside_a_passkey(db) {
        let mut server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut owner = alice.signed_in(&server).await;
        let mut phone = passkey::Authenticator::phone(&server);
        phone.add_to(&mut owner, "Phone").await;
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        thief.open("/account/totp").await;
        let (authenticator, csrf, pending) =
            (Authenticator::read(&thief), thief.page().value("csrf").unwrap(), thief.page().value("pending").unwrap());
        server.ground.change("second_factor.required", true);
        server.restart().await;
        thief.open("/account/totp").await;
        assert_eq!(thief.path(), "/login/factor/key", "{}", thief.describe());
        let code = authenticator.code(&server);
        thief.post("/account/totp", &[("csrf", &csrf), ("pending", &pending), ("code", &code)], true).await;
        assert_eq!(thief.path(), "/login/factor/key", "{}", thief.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM totp_secrets").await, 0);
        assert!(!thief.is_signed_in().await);
        let mut own = Browser::new(&server);
        phone.open_and_sign_in(&mut own).await;
        alice.adds_authenticator(&server, &mut own).await;
    }

    /// security.md M6, S4: what somebody does in the account while it is cut off, by a lockdown say, is not done after it.
    async fn what_waits_for_a_cut_is_not_done_after_it(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        passkey::Authenticator::phone(&server).add_to(&mut browser, "Phone").await;
        alice.adds_authenticator(&server, &mut browser).await;
        let link = "INSERT INTO linked_identities (provider, subject, user_id, created_at, last_used_at) SELECT 'gone', '1', id, created_at, created_at FROM users";
        server.database().execute(link).await;
        let id = server.database().text("SELECT credential_id FROM passkeys").await;
        browser.open("/account/security").await;
        let csrf = browser.page().value("csrf").unwrap();
        let posts = [
            ("/account/delete", vec![]),
            ("/account/passkeys/edit", vec![("passkey", id.as_str()), ("act", "remove")]),
            ("/account/security", vec![("remove", "totp")]),
            ("/account/links", vec![("provider", "gone"), ("subject", "1")]),
            ("/account/profile", vec![("name", "Mallory")]),
        ];
        for (later, (path, mut fields)) in (1..).zip(posts) {
            fields.push(("csrf", &csrf));
            let fields: Vec<(String, String)> = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let held = server.database().hold(&format!("UPDATE users SET locked_down_at = created_at + {later}")).await;
            let mut tab = browser.clone();
            let doing = tokio::spawn(async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                tab.post(path, &fields, true).await;
                tab
            });
            held.is_waited_for_by(&server).await;
            held.commit().await;
            let tab = doing.await.unwrap();
            assert_eq!((tab.status(), tab.heading().as_str()), (400, "This page has expired"), "{path}: {}", tab.describe());
        }
        for (what, query) in [
            ("a passkey", "SELECT count(*) FROM passkeys"),
            ("an app", "SELECT count(*) FROM totp_secrets"),
            ("a link", "SELECT count(*) FROM linked_identities"),
            ("an account that stays", "SELECT count(*) FROM users WHERE deletion_due_at IS NULL AND profile NOT LIKE '%Mallory%'"),
        ] {
            assert_eq!(server.database().number(query).await, 1, "{what}");
        }
    }

    /// security.md S2: whoever signs in ends the session of whoever was signed in before, though that account is to be deleted.
    async fn the_next_person_ends_the_session_of_one_who_is_leaving(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut hers = alice.signed_in(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut hers).await;
        let mut shared = bob.signed_in(&server).await;
        shared.open("/account/delete").await;
        shared.press("Delete my account").await;
        bob.sign_in(&mut shared).await;
        assert_eq!(shared.path(), "/account/keep", "{}", shared.describe());
        alice.sign_in(&mut shared).await;
        gives(&server, &mut shared, &authenticator).await;
        assert!(shared.is_signed_in().await, "{}", shared.describe());
        let bobs = format!("SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE email = '{}'", bob.email);
        assert_eq!(server.database().number(&bobs).await, 0);
    }

    /// security.md W8, U7: one rule for the last way in: a key that may have a copy opens nothing, nor does a provider that is gone.
    async fn what_opens_nothing_is_no_other_way_in(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        let mut phone = passkey::Authenticator::phone(&server);
        phone.sign_up(&mut browser, &alice).await;
        let link = "INSERT INTO linked_identities (provider, subject, user_id, created_at, last_used_at) SELECT 'gone', '1', id, created_at, created_at FROM users";
        server.database().execute(link).await;
        browser.open("/account/security").await;
        let id = server.database().text("SELECT credential_id FROM passkeys").await;
        let csrf = browser.page().value("csrf").unwrap();
        browser.post("/account/passkeys/edit", &[("csrf", &csrf), ("passkey", &id), ("act", "remove")], true).await;
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1, "{}", browser.describe());
    }
}
