//! "This wasn't me": from a notice or the security page. It ends whatever somebody else may have in an account, and nobody but the owner of
//! the mailbox gets back in.

use crate::both;
use crate::support::authenticator::give;
use crate::support::mailbox::{Mail, Mailbox};
use crate::support::passkey;
use crate::support::people::words;
use crate::support::prelude::*;

const DAY: Duration = Duration::from_secs(86_400);
const NEW_PASSWORD: &str = "a walk along the shore";
const NEW_SIGN_IN: &str = "New sign-in to your Ostiary account";
const LOCK: &str = "Lock down my account";

/// The newest mail to an address with this subject.
async fn mail_about(server: &TestServer, address: &str, subject: &str) -> Mail {
    let mails = Mailbox::of(server).all().await;
    let found = mails.iter().find(|mail| mail.to.contains(address) && mail.subject == subject);
    found.unwrap_or_else(|| panic!("no mail “{subject}” to {address}: {mails:?}")).clone()
}

/// Opens a link in a browser of its own.
async fn opened(server: &TestServer, link: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.open(link).await;
    browser
}

/// A thief with the password, in a browser of their own.
async fn thief_of(server: &TestServer, person: &Person) -> Browser {
    server.advance(Duration::from_secs(1));
    let mut thief = Browser::new(server);
    person.sign_in(&mut thief).await;
    assert_eq!(thief.heading(), "Your account", "{}", thief.describe());
    server.advance(Duration::from_secs(1));
    thief
}

async fn changes_email(server: &TestServer, browser: &mut Browser, email: &str) {
    browser.open("/account/email?new").await;
    browser.fill("New email address", email);
    browser.press("Send a code").await;
    let code = Mailbox::of(server).newest_to(email).await.code();
    browser.fill("Code", &code);
    browser.press("Continue").await;
    assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
    server.advance(Duration::from_secs(1));
}

async fn chooses_password(browser: &mut Browser) {
    assert_eq!(browser.heading(), "Choose a new password", "{}", browser.describe());
    browser.fill("New password", NEW_PASSWORD);
    browser.press("Save and sign in").await;
}

async fn emails(server: &TestServer) -> Vec<String> {
    server.database().texts("SELECT email FROM users ORDER BY email").await
}

both! {
    /// Issue 3, section 4; security.md M4, M5, S6: opening the link changes nothing, its button ends everything, and the way back is mailed.
    async fn a_notice_locks_the_account_down(db) {
        let server = Setup::proving(db).start().await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut at_home = alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let offline = partner.authorization_request().with("scope", "openid offline_access");
        let tokens = partner.sign_in_with(&mut thief, &alice, &offline).await;
        let mut phone = passkey::Authenticator::phone(&server);
        phone.add_to(&mut thief, "Thief's phone").await;
        let (totp, _) = alice.adds_authenticator(&server, &mut thief).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        let token = notice.link().split("token=").nth(1).unwrap().to_owned();
        assert!(notice.link().starts_with(&format!("{}/account/lockdown?token=", server.issuer)), "{notice:?}");
        let dump = server.database().everything().await;
        assert!(!dump.contains(&token), "only its digest is stored");

        server.advance(Duration::from_secs(3 * 86_400));
        let before = server.database().row_counts().await;
        let mut owner = opened(&server, &notice.link()).await;
        assert_eq!((owner.path(), owner.heading().as_str(), owner.page().url.query()), ("/account/lockdown", "This wasn’t you?", None));
        assert_eq!(server.database().row_counts().await, before, "opening it changes nothing");
        assert!(partner.is_active(partner.refresh(tokens.refresh_token()).await.tokens().access_token.as_str()).await);
        owner.press(LOCK).await;
        assert_eq!((owner.status(), owner.heading().as_str()), (200, "Your account is locked down"), "{}", owner.describe());

        for browser in [&mut at_home, &mut thief] {
            assert!(!browser.is_signed_in().await, "{}", browser.describe());
        }
        partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        alice.sign_in(&mut thief).await;
        assert!(thief.error().contains("wrong"), "{}", thief.describe());
        phone.sign_in(&mut thief).await;
        assert!(!thief.is_signed_in().await, "the passkey that was added is gone");
        assert_eq!(server.database().texts("SELECT ended_reason FROM grants").await, ["locked_down"]);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'locked_down' AND address = '127.0.0.1'").await, 1);
        assert_eq!(server.database().number("SELECT count(*) FROM consents").await, 0, "the app asks again");
        let detail: Value = serde_json::from_str(&server.database().text("SELECT detail FROM events WHERE kind = 'locked_down'").await).unwrap();
        assert_eq!(detail, json!({ "by": "notice", "passkeys": 1, "second_factors": 1, "linked_identities": 0 }));

        let way_back = mail_about(&server, &alice.email, "Your Ostiary account is locked down").await;
        let mut browser = opened(&server, &way_back.link()).await;
        chooses_password(&mut browser).await;
        assert_eq!(browser.heading(), "Your account", "the thief's second factor is not asked for: {}", browser.describe());
        assert!(browser.is_signed_in().await);
        drop(totp);
        let again = opened(&server, &notice.link()).await;
        assert_eq!((again.status(), again.heading().as_str()), (410, "This link no longer works"));
    }

    /// security.md M3: one of fifty parallel posts.
    async fn a_lockdown_link_is_good_for_one_of_fifty_posts(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        thief_of(&server, &alice).await;
        let browser = opened(&server, &mail_about(&server, &alice.email, NEW_SIGN_IN).await.link()).await;
        let tries: Vec<_> = (0..50)
            .map(|_| {
                let mut tab = browser.clone();
                tokio::spawn(async move {
                    tab.press(LOCK).await;
                    usize::from(tab.heading() == "Your account is locked down")
                })
            })
            .collect();
        let mut locked = 0;
        for one in tries {
            locked += one.await.unwrap();
        }
        assert_eq!(locked, 1);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'locked_down'").await, 1);
    }

    /// security.md M3, M11: a thief who causes another notice does not end the link of the first; each works once, for seven days, and is
    /// nothing to the pages of other purposes.
    async fn every_notice_has_a_link_of_its_own_for_seven_days(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let (authenticator, codes) = alice.adds_authenticator(&server, &mut thief).await;
        thief.open("/account/recovery-codes").await;
        thief.press("Make new codes").await;
        let codes = [thief.page().all(".codes code"), codes].concat();
        let mut other = Browser::new(&server);
        alice.sign_in(&mut other).await;
        other.follow("recovery code").await;
        other.fill("Recovery code", &codes[0]);
        other.press("Continue").await;
        thief.open("/account/security").await;
        thief.press("Remove Authenticator app").await;
        passkey::Authenticator::phone(&server).add_to(&mut thief, "Phone").await;
        thief.open("/account/security").await;
        thief.follow("Change Phone").await;
        thief.press("Remove").await;
        thief.open("/account/password").await;
        thief.fill("Current password", &alice.password);
        thief.fill("New password", NEW_PASSWORD);
        thief.press("Change password").await;
        assert_eq!(thief.error(), "", "{}", thief.describe());
        drop(authenticator);

        let subjects = [
            NEW_SIGN_IN,
            "A second step was added to your Ostiary account",
            "New recovery codes for your Ostiary account",
            "A recovery code of your Ostiary account was used",
            "A second step was removed from your Ostiary account",
            "A passkey was added to your Ostiary account",
            "A passkey was removed from your Ostiary account",
            "Your Ostiary password was changed",
        ];
        let mut links = Vec::new();
        for subject in subjects {
            let mail = mail_about(&server, &alice.email, subject).await;
            assert!(mail.text.contains("This wasn’t me"), "{mail:?}");
            links.push(mail.link());
        }
        server.advance(6 * DAY);
        for link in &links {
            assert_eq!(opened(&server, link).await.heading(), "This wasn’t you?");
        }
        let token = links[0].split("token=").nth(1).unwrap();
        for page in ["/forgot/reset", "/account/email/undo"] {
            assert_eq!(opened(&server, &format!("{page}?token={token}")).await.status(), 410, "{page}");
        }
        for link in &links[..2] {
            let mut owner = opened(&server, link).await;
            owner.press(LOCK).await;
            assert_eq!(owner.heading(), "Your account is locked down", "{}", owner.describe());
        }
        server.advance(DAY);
        assert_eq!(opened(&server, &links[2]).await.status(), 410);
    }

    /// security.md M7: no link to the account for whoever reads the mail of an address that nobody has proven.
    async fn an_unproven_address_gets_no_lockdown_link(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        thief_of(&server, &alice).await;
        let mail = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        assert!(mail.links.iter().all(|link| !link.contains("token=")), "{mail:?}");
        assert!(mail.links.contains(&format!("{}/forgot", server.issuer)), "{mail:?}");
        browser.open("/account/security").await;
        browser.follow("This wasn’t me").await;
        assert!(!browser.page().has_button(LOCK) && browser.text().contains("First confirm your email address"), "{}", browser.describe());
        let mut undecided = browser.clone();
        undecided.follow("Back to the security page").await;
        assert_eq!(undecided.path(), "/account/security", "{}", undecided.describe());
        let mut confirming = browser.clone();
        confirming.follow("Confirm email address").await;
        assert_eq!(confirming.path(), "/verify", "{}", confirming.describe());
        browser.open("/account/sessions").await;
        let csrf = browser.page().value("csrf").unwrap();
        browser.post("/account/lockdown", &[("csrf", &csrf)], true).await;
        assert!(browser.is_signed_in().await, "there would be no way back");
    }

    /// security.md M7: whoever took the address away loses it by the old address's notice, with every link that came to theirs, and cannot
    /// keep it from going back by an account that they made with it.
    async fn a_lockdown_gives_the_address_back_for_good(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        changes_email(&server, &mut thief, "eve@evil.example").await;
        let hers = Person { email: "eve@evil.example".into(), ..alice.clone() };
        thief_of(&server, &hers).await;
        let lock_by_eve = mail_about(&server, &hers.email, NEW_SIGN_IN).await.link();
        changes_email(&server, &mut thief, "eve@elsewhere.example").await;
        let undo_by_eve = mail_about(&server, &hers.email, "The address of your Ostiary account was changed").await.link();
        // As with `sign_up.email_verification = "reminder"`: an account that nobody has proven the address for.
        let squatter = "INSERT INTO users (id, email, email_verified, enabled, profile, attributes, user_groups, roles, created_at, updated_at,
            phone_number_verified) SELECT 'squatter', 'alice@example.org', false, true, '{}', '{}', '[]', '[]', 0, 0, false";
        server.database().execute(squatter).await;

        let mut owner = opened(&server, &notice.link()).await;
        assert!(owner.text().contains(&format!("gets the address {} back", alice.email)), "{}", owner.describe());
        owner.press(LOCK).await;
        assert!(owner.text().contains(&format!("has the address {} again", alice.email)), "{}", owner.describe());
        assert_eq!(emails(&server).await, [alice.email.as_str()]);
        for link in [&lock_by_eve, &undo_by_eve] {
            assert_eq!(opened(&server, link).await.status(), 410, "what came to the thief's addresses is dead");
        }
        for email in ["eve@evil.example", "eve@elsewhere.example"] {
            let mut browser = opened(&server, "/forgot").await;
            browser.fill(words::EMAIL, email);
            browser.press("Send the link").await;
            assert!(browser.page().link("Back to sign-in").is_some(), "{}", browser.describe());
            assert!(!Mailbox::of(&server).newest_to(email).await.subject.contains("new Ostiary password"));
        }
        let mut browser = opened(&server, &mail_about(&server, &alice.email, "Your Ostiary account is locked down").await.link()).await;
        chooses_password(&mut browser).await;
        assert!(browser.is_signed_in().await);
    }

    /// security.md M7: a thief's own link, to the address they gave the account, does not end the owner's.
    async fn a_thief_cannot_lock_the_owner_out(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        changes_email(&server, &mut thief, "eve@evil.example").await;
        let undo = mail_about(&server, &alice.email, "The address of your Ostiary account was changed").await.link();
        let eve = Person { email: "eve@evil.example".into(), ..alice.clone() };
        thief_of(&server, &eve).await;
        let mut by_eve = opened(&server, &mail_about(&server, &eve.email, NEW_SIGN_IN).await.link()).await;
        by_eve.press(LOCK).await;
        assert_eq!(by_eve.heading(), "Your account is locked down");
        let mut back = opened(&server, &mail_about(&server, &eve.email, "Your Ostiary account is locked down").await.link()).await;
        chooses_password(&mut back).await;
        phone_of(&server, &mut back).await;
        server.advance(Duration::from_secs(1));

        let mut owner = opened(&server, &undo).await;
        owner.press("Restore my address").await;
        assert_eq!(emails(&server).await, [alice.email.as_str()]);
        assert!(!back.is_signed_in().await);
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 0, "what the thief added is gone");
        chooses_password(&mut owner).await;
        assert!(owner.is_signed_in().await);
        assert_eq!(opened(&server, &notice.link()).await.heading(), "This wasn’t you?", "each notice of the owner's has its link still");
    }

    /// The address went to another account that proved it: the locked one is nobody's until the operator decides.
    async fn without_its_address_a_locked_account_opens_to_nobody(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        changes_email(&server, &mut thief, "eve@evil.example").await;
        alice.signed_up_with_code(&server).await;
        let mut owner = opened(&server, &notice.link()).await;
        owner.press(LOCK).await;
        assert!(owner.text().contains("belongs to another account"), "{}", owner.describe());
        assert!(!thief.is_signed_in().await);
        assert_eq!(server.database().texts("SELECT email FROM users WHERE enabled = false").await, ["eve@evil.example"]);
        let mut browser = opened(&server, "/forgot").await;
        browser.fill(words::EMAIL, "eve@evil.example");
        browser.press("Send the link").await;
        assert!(!Mailbox::of(&server).newest_to("eve@evil.example").await.subject.contains("Choose a new"));
    }

    /// Issue 3, section 4: the same button for somebody who is signed in; what is older than seven days is the owner's and stays.
    async fn the_security_page_locks_down_and_keeps_what_is_old(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        let (authenticator, codes) = alice.adds_authenticator(&server, &mut browser).await;
        phone_of(&server, &mut browser).await;
        server.advance(8 * DAY);
        alice.sign_in(&mut browser).await;
        browser.follow("Use the authenticator app").await;
        browser.fill("Code", &authenticator.code(&server));
        browser.press("Continue").await;
        server.advance(Duration::from_secs(30));
        phone_of(&server, &mut browser).await;
        browser.open("/account/security").await;
        browser.follow("This wasn’t me").await;
        let mut second_tab = browser.clone();
        browser.press(LOCK).await;
        assert_eq!(browser.heading(), "Your account is locked down", "{}", browser.describe());
        second_tab.press(LOCK).await;
        assert_eq!(second_tab.status(), 410, "a session locks once: {}", second_tab.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM passkeys").await, 1, "the old one stays");
        assert!(!browser.is_signed_in().await);
        server.advance(Duration::from_secs(1));
        let mut back = opened(&server, &mail_about(&server, &alice.email, "Your Ostiary account is locked down").await.link()).await;
        chooses_password(&mut back).await;
        assert_eq!(back.heading(), "One more step", "the owner's second factor stands: {}", back.describe());
        back.follow("recovery code").await;
        back.fill("Recovery code", &codes[0]);
        back.press("Continue").await;
        assert!(back.is_signed_in().await, "{}", back.describe());
    }

    /// security.md S4: what was begun before a lockdown is not finished after it: a sign-in whose password is being checked, a change of
    /// password whose hash is being made.
    async fn what_is_under_way_ends_with_a_lockdown(db) {
        let slow = Setup::proving(db).setting("password.argon2_memory_kib", 65_536).setting("password.argon2_iterations", 12);
        let server = slow.start().await;
        let alice = Person::alice();
        let mut owner = alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        thief.open("/account/password").await;
        thief.fill("Current password", &alice.password);
        thief.fill("New password", NEW_PASSWORD);
        let mut other = Browser::new(&server);
        other.open("/login").await;
        other.fill(words::EMAIL, &alice.email);
        other.fill("Password", &alice.password);
        let mut tab = opened(&server, &notice.link()).await;
        let lock = async {
            tokio::time::timeout(Duration::from_secs(20), async {
                while server.app().passwords.load().1 == 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .unwrap();
            tab.press(LOCK).await;
        };
        tokio::join!(lock, async { thief.press("Change password").await; }, async { other.press("Sign in").await; });
        assert_eq!(tab.heading(), "Your account is locked down", "{}", tab.describe());
        for browser in [&mut owner, &mut thief, &mut other] {
            assert!(!browser.is_signed_in().await, "{}", browser.describe());
        }
        assert_eq!(server.database().number("SELECT count(*) FROM passwords").await, 0);
    }

    /// security.md M7: signed in, with the address just taken: the way back goes to the address of before, not to the thief's.
    async fn the_security_page_mails_the_way_back_to_the_address_of_before(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut owner = alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        changes_email(&server, &mut thief, "eve@evil.example").await;
        owner.open("/account/lockdown").await;
        assert!(owner.text().contains(&format!("gets the address {} back", alice.email)), "{}", owner.describe());
        owner.press(LOCK).await;
        assert_eq!(owner.heading(), "Your account is locked down", "{}", owner.describe());
        assert_eq!(emails(&server).await, [alice.email.as_str()]);
        let mut back = opened(&server, &mail_about(&server, &alice.email, "Your Ostiary account is locked down").await.link()).await;
        chooses_password(&mut back).await;
        assert!(back.is_signed_in().await);
        assert!(!thief.is_signed_in().await);
    }

    /// A link that was used by then locks nobody else who happens to be signed in in this browser.
    async fn a_dead_link_does_not_lock_whoever_is_signed_in(db) {
        let server = Setup::proving(db).start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.signed_up_with_code(&server).await;
        thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        let mut browser = bob.signed_up_with_code(&server).await;
        browser.open(&notice.link()).await;
        assert!(browser.text().contains(&alice.email), "{}", browser.describe());
        let mut second = browser.clone();
        browser.press(LOCK).await;
        assert_eq!(browser.heading(), "Your account is locked down");
        assert!(browser.clone().is_signed_in().await, "Bob stays signed in");
        second.press(LOCK).await;
        assert_eq!(second.status(), 410, "{}", second.describe());
        let csrf = second.page().value("csrf").unwrap_or_default();
        second.post("/account/lockdown", &[("csrf", &csrf)], true).await;
        assert_eq!(server.database().texts("SELECT user_id FROM passwords").await.len(), 1, "Bob's password stands");
        let mut again = Browser::new(&server);
        bob.sign_in(&mut again).await;
        assert!(again.is_signed_in().await);
    }

    /// An account that an operator has given a role is no squatter: it keeps the address, and the locked one is switched off.
    async fn an_operators_account_does_not_give_way(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut thief = thief_of(&server, &alice).await;
        let notice = mail_about(&server, &alice.email, NEW_SIGN_IN).await;
        changes_email(&server, &mut thief, "eve@evil.example").await;
        server.ground.command(&["user", "create", &alice.email, "--role", "editor", "--without-password"]).await.done();
        let mut owner = opened(&server, &notice.link()).await;
        owner.press(LOCK).await;
        assert!(owner.text().contains("belongs to another account"), "{}", owner.describe());
        assert_eq!(emails(&server).await, [alice.email.as_str(), "eve@evil.example"]);
        assert_eq!(server.database().texts("SELECT email FROM users WHERE enabled = false").await, ["eve@evil.example"]);
    }

    /// Issue 3, section 4: what was put in the place of the owner's second factor and recovery codes goes with a lockdown, and the owner's
    /// come back: whoever was in gets nowhere with theirs, and an account with a second factor does not open to whoever reads its mail
    /// (ASVS 6.4.3). A factor that was removed stays removed.
    async fn a_lockdown_puts_back_what_was_replaced(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        let (owners, owners_codes) = alice.adds_authenticator(&server, &mut browser).await;
        server.advance(8 * DAY);
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        give(&mut thief, &owners.code(&server)).await;
        server.advance(Duration::from_secs(30));
        // Twice: theirs does not push the owner's out.
        alice.adds_authenticator(&server, &mut thief).await;
        let (thiefs, _) = alice.adds_authenticator(&server, &mut thief).await;
        let mut thiefs_codes = Vec::new();
        for _ in 0..2 {
            thief.open("/account/recovery-codes").await;
            thief.press("Make new codes").await;
            thiefs_codes = thief.page().all(".codes code");
        }
        assert_eq!(thiefs_codes.len(), 10, "{}", thief.describe());
        thief.open("/account/lockdown").await;
        thief.press(LOCK).await;
        assert!(thief.text().contains("what was replaced is as it was before"), "{}", thief.describe());
        server.advance(Duration::from_secs(60));
        let mut back = opened(&server, &mail_about(&server, &alice.email, "Your Ostiary account is locked down").await.link()).await;
        chooses_password(&mut back).await;
        assert_eq!(back.heading(), "One more step", "{}", back.describe());
        let mut other = back.clone();
        give(&mut back, &thiefs.code(&server)).await;
        assert!(back.error().contains("wrong"), "{}", back.describe());
        other.follow("recovery code").await;
        other.fill("Recovery code", &thiefs_codes[0]);
        other.press("Continue").await;
        assert!(other.error().contains("wrong") || other.error().contains("used"), "{}", other.describe());
        other.fill("Recovery code", &owners_codes[3]);
        other.press("Continue").await;
        assert!(other.is_signed_in().await, "{}", other.describe());
        let person = Person { password: NEW_PASSWORD.to_owned(), ..alice.clone() };
        let mut phone = Browser::new(&server);
        person.sign_in(&mut phone).await;
        give(&mut phone, &owners.code(&server)).await;
        assert!(phone.is_signed_in().await, "{}", phone.describe());
        assert_eq!(server.database().number("SELECT count(*) FROM replaced_factors").await, 0);

        // Removed by somebody who has the proof for it, it is not put back.
        server.advance(8 * DAY);
        let mut phone = Browser::new(&server);
        person.sign_in(&mut phone).await;
        give(&mut phone, &owners.code(&server)).await;
        server.advance(Duration::from_secs(30));
        alice.adds_authenticator(&server, &mut phone).await;
        let kept = async || server.database().number("SELECT count(*) FROM replaced_factors").await;
        assert_eq!(kept().await, 1, "an app for an app");
        phone.open("/account/security").await;
        phone.press("Remove Authenticator app").await;
        assert_eq!(kept().await, 0, "{}", phone.describe());
    }

    /// security.md S5: a sign-in that waits for its second factor ends with the lockdown.
    async fn a_half_finished_sign_in_ends_with_a_lockdown(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        server.advance(8 * DAY);
        alice.sign_in(&mut browser).await;
        browser.fill("Code", &authenticator.code(&server));
        browser.press("Continue").await;
        server.advance(Duration::from_secs(30));
        let mut thief = Browser::new(&server);
        alice.sign_in(&mut thief).await;
        assert_eq!(thief.heading(), "One more step");
        server.advance(Duration::from_secs(30));
        browser.open("/account/lockdown").await;
        browser.press(LOCK).await;
        thief.fill("Code", &authenticator.code(&server));
        thief.press("Continue").await;
        assert!(!thief.is_signed_in().await, "{}", thief.describe());
    }
}

async fn phone_of(server: &TestServer, browser: &mut Browser) {
    passkey::Authenticator::phone(server).add_to(browser, "Phone").await;
    assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
}
