//! What is proven by mail: sign-up, a forgotten password, sign-in without one, a change of address.

use crate::both;
use crate::support::authenticator::give;
use crate::support::mailbox::{Mail, Mailbox};
use crate::support::passkey;
use crate::support::people::words;
use crate::support::prelude::*;
use std::time::Instant;

const NEW_PASSWORD: &str = "a walk along the shore";

async fn newest(server: &TestServer, address: &str) -> Mail {
    Mailbox::of(server).newest_to(address).await
}

async fn mails_to(server: &TestServer, address: &str) -> usize {
    Mailbox::of(server).all().await.iter().filter(|mail| mail.to.contains(address)).count()
}

/// Asks for a link to a new password and opens it in a browser of its own.
async fn open_reset_link(server: &TestServer, person: &Person) -> Browser {
    ask_for_reset(server, &person.email).await;
    let mut browser = Browser::new(server);
    browser.open(&newest(server, &person.email).await.link()).await;
    browser
}

async fn ask_for_reset(server: &TestServer, email: &str) -> Browser {
    let mut browser = Browser::new(server);
    browser.open("/login").await;
    browser.follow("Forgot your password?").await;
    browser.fill(words::EMAIL, email);
    browser.press("Send the link").await;
    assert_eq!(browser.heading(), "Check your mail", "{}", browser.describe());
    browser
}

async fn users(server: &TestServer) -> i64 {
    server.database().number("SELECT count(*) FROM users").await
}

/// Everything of a page but what is random in it: what somebody could tell two addresses apart by.
fn seen(browser: &Browser, email: &str) -> (u16, String, usize) {
    let page = browser.page();
    let html = page.html.replace(email, "");
    let mut plain = String::new();
    for (index, part) in html.split("value=\"").enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('"').map_or(part, |(_, rest)| rest) });
    }
    (page.status.as_u16(), plain, html.len())
}

both! {
    /// Issue 3, section 1; security.md M2: no account before the address is proven, and the app's flow goes on after it.
    async fn an_account_begins_with_a_proven_address(db) {
        let server = Setup::proving(db).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        let request = shop.authorization_request();
        browser.open(&request.url()).await;
        browser.follow("Create an account").await;
        alice.fill_sign_up(&mut browser).await;
        assert_eq!((browser.heading().as_str(), browser.path()), ("Check your mail", "/signup/code"));
        assert_eq!(users(&server).await, 0);
        let dump = server.database().everything().await;
        assert!(!dump.contains(&alice.email), "nothing is stored for an address that nobody proved");
        browser.fill("Code", "000000");
        browser.press("Continue").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
        let code = newest(&server, &alice.email).await.code();
        browser.fill("Code", &format!(" {} {} ", &code[..3], &code[3..]));
        let landed = browser.press("Continue").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email_verified"], true);
        assert_eq!(newest(&server, &alice.email).await.subject, "Welcome to Ostiary");
    }

    /// security.md L1: a taken and a free address are told apart by the mail alone.
    async fn sign_up_tells_nobody_who_has_an_account(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let (mut taken, mut free) = (Browser::new(&server), Browser::new(&server));
        let carla = Person { email: "clara@example.org".into(), ..alice.clone() };
        alice.sign_up(&mut taken).await;
        carla.sign_up(&mut free).await;
        assert_eq!(seen(&taken, &alice.email), seen(&free, &carla.email));
        assert_eq!(newest(&server, &alice.email).await.subject, "You already have an account at Ostiary");
        assert_eq!(newest(&server, &carla.email).await.code().len(), 6);
        assert_eq!(users(&server).await, 1);
    }

    /// security.md M10, S10: five tries, in the browser that asked, once, for ten minutes; many at once are no more.
    async fn a_sign_up_code_is_good_for_five_tries_in_one_browser(db) {
        let server = Setup::proving(db).start().await;
        let bob = Person::bob();
        let mut browser = Browser::new(&server);
        bob.sign_up(&mut browser).await;
        let code = newest(&server, &bob.email).await.code();
        let tries: Vec<_> = (0..50)
            .map(|_| {
                let mut tab = browser.clone();
                let wrong = if code == "111111" { "222222" } else { "111111" };
                tab.fill("Code", wrong);
                tokio::spawn(async move {
                    tab.press("Continue").await;
                    tab.error().contains("Too many")
                })
            })
            .collect();
        let mut refused = 0;
        for one in tries {
            refused += usize::from(one.await.unwrap());
        }
        assert_eq!(refused, 45);
        browser.fill("Code", &code);
        browser.press("Continue").await;
        assert!(browser.error().contains("Too many"), "{}", browser.describe());
        assert_eq!(users(&server).await, 0);

        browser.press("Send a new code").await;
        let code = newest(&server, &bob.email).await.code();
        let mut other = Browser::new(&server);
        other.open("/signup/code").await;
        assert_eq!(other.heading(), "Create your account", "another browser waits for no code");
        let mut thief = Browser::new(&server);
        thief.open("/signup").await;
        thief.cookies.set("ostiary_mailed", &browser.cookie("ostiary_mailed").unwrap().value);
        thief.open("/signup/code").await;
        assert_eq!(thief.heading(), "Create your account", "the step belongs to the browser");
        let tries: Vec<_> = (0..5)
            .map(|_| {
                let mut tab = browser.clone();
                tab.fill("Code", &code);
                tokio::spawn(async move {
                    tab.press("Continue").await;
                    usize::from(tab.heading() == "Your account")
                })
            })
            .collect();
        let mut made = 0;
        for one in tries {
            made += one.await.unwrap();
        }
        assert_eq!((made, users(&server).await), (1, 1));

        let carl = Person::new("Carl Cosy");
        let mut late = Browser::new(&server);
        carl.sign_up(&mut late).await;
        let code = newest(&server, &carl.email).await.code();
        late.fill("Code", &code);
        server.advance(Duration::from_secs(601));
        late.press("Continue").await;
        assert_eq!(users(&server).await, 1, "{}", late.describe());
    }

    /// Issue 3, section 1; security.md M3, M4, M5, M6: the link changes nothing by being opened, leaves the address, and is good once.
    async fn a_forgotten_password_is_set_anew_by_a_link(db) {
        let server = Setup::proving(db).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut at_home = alice.signed_up_with_code(&server).await;
        let tokens = shop.sign_in(&mut at_home, &alice).await;
        ask_for_reset(&server, &alice.email).await;
        let mail = newest(&server, &alice.email).await;
        let link = mail.link();
        let token = link.split("token=").nth(1).unwrap().to_owned();
        assert!(link.starts_with(&format!("{}/forgot/reset?", server.issuer)) && token.len() == 43);
        assert!(!server.database().everything().await.contains(&token), "only its digest is stored");
        let dump = server.database().everything().await;
        for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
            let scanner = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
            let url = link.replace(&server.issuer, &format!("http://127.0.0.1:{}", server.ground.port));
            let answer = scanner.request(method, &url).header("host", server.issuer.trim_start_matches("http://")).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/forgot/reset"));
            assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        }
        assert!(server.database().everything().await == dump, "opening it changed nothing");

        let mut browser = Browser::new(&server);
        browser.open(&link).await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/forgot/reset", "Choose a new password"));
        assert!(!browser.page().html.contains(&token) && browser.page().url.query().is_none());
        browser.fill("New password", "short");
        browser.press("Save and sign in").await;
        assert!(browser.error().contains("at least 8"), "{}", browser.describe());
        browser.fill("New password", NEW_PASSWORD);
        browser.press("Save and sign in").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        // security.md M6: everything of before has ended, and the owner is told.
        at_home.open("/account").await;
        assert_eq!(at_home.heading(), "Sign in");
        assert!(!shop.is_active(&tokens.access_token).await);
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        let subjects: Vec<_> = Mailbox::of(&server).all().await.into_iter().map(|mail| mail.subject).collect();
        assert!(subjects.iter().any(|subject| subject == "Your Ostiary password was changed"), "{subjects:?}");
        Person { password: alice.password.clone(), ..alice.clone() }.sign_in(&mut at_home).await;
        assert!(at_home.error().contains("wrong"));
        Person { password: NEW_PASSWORD.into(), ..alice.clone() }.sign_in(&mut at_home).await;
        assert_eq!(at_home.heading(), "Your account");
        let mut again = Browser::new(&server);
        again.open(&link).await;
        assert_eq!((again.status(), again.heading().as_str()), (410, "This link no longer works"));
    }

    /// security.md M3: one of fifty parallel posts.
    async fn a_reset_link_is_good_for_one_of_fifty_posts(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let browser = open_reset_link(&server, &alice).await;
        let tries: Vec<_> = (0..50)
            .map(|number| {
                let mut tab = browser.clone();
                tab.fill("New password", &format!("{NEW_PASSWORD} {number}"));
                tokio::spawn(async move {
                    tab.press("Save and sign in").await;
                    usize::from(tab.heading() == "Your account")
                })
            })
            .collect();
        let mut set = 0;
        for one in tries {
            set += one.await.unwrap();
        }
        assert_eq!(set, 1);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'password_reset'").await, 1);
    }

    /// security.md M3: a newer link ends an older one; so do half an hour, a new password and a new address.
    async fn a_reset_link_ends_with_what_comes_after_it(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut at_home = alice.signed_up_with_code(&server).await;
        let dead = async |link: &str| {
            let mut browser = Browser::new(&server);
            browser.open(link).await;
            browser.heading() == "This link no longer works"
        };
        let mut links = Vec::new();
        for _ in 0..2 {
            ask_for_reset(&server, &alice.email).await;
            links.push(newest(&server, &alice.email).await.link());
        }
        assert!(dead(&links[0]).await && !dead(&links[1]).await);
        server.advance(Duration::from_secs(1801));
        assert!(dead(&links[1]).await);

        ask_for_reset(&server, &alice.email).await;
        let link = newest(&server, &alice.email).await.link();
        at_home.open("/account/password").await;
        alice.fill_sign_in(&mut at_home).await;
        at_home.fill("Current password", &alice.password);
        at_home.fill("New password", NEW_PASSWORD);
        at_home.press("Change password").await;
        assert!(dead(&link).await, "{}", at_home.describe());

        ask_for_reset(&server, &alice.email).await;
        let link = newest(&server, &alice.email).await.link();
        at_home.open("/account/email").await;
        at_home.fill("New email address", "alice@new.example");
        at_home.press("Send a code").await;
        at_home.fill("Code", &newest(&server, "alice@new.example").await.code());
        at_home.press("Continue").await;
        assert_eq!(server.database().texts("SELECT email FROM users").await, ["alice@new.example"], "{}", at_home.describe());
        assert!(dead(&link).await);
    }

    /// security.md M2, M11: every way around the link ends at the link.
    async fn no_new_password_without_the_mailed_link(db) {
        let server = Setup::proving(db).start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.signed_up_with_code(&server).await;
        bob.signed_up_with_code(&server).await;
        let mut browser = ask_for_reset(&server, &alice.email).await;
        browser.open("/forgot/reset").await;
        assert_eq!(browser.status(), 410);
        browser.open("/forgot").await;
        let csrf = browser.page().value("csrf").unwrap();
        for fields in [&[("csrf", csrf.as_str())][..], &[("csrf", &csrf), ("password", NEW_PASSWORD)], &[("csrf", &csrf), ("token", "x"), ("password", NEW_PASSWORD)]] {
            browser.post("/forgot/reset", fields, true).await;
            assert_eq!(browser.heading(), "This link no longer works");
        }
        // security.md M2 [CVE-2023-26481]: Bob's link sets Bob's password, whatever the form says.
        let mut bobs = open_reset_link(&server, &bob).await;
        bobs.forge("email", &alice.email);
        bobs.forge("username", &alice.email);
        bobs.fill("New password", NEW_PASSWORD);
        bobs.press("Save and sign in").await;
        let mut check = Browser::new(&server);
        alice.sign_in(&mut check).await;
        assert_eq!(check.heading(), "Your account", "Alice's password is what it was");
        // security.md M11: a link of one purpose is nothing to another.
        ask_for_reset(&server, &alice.email).await;
        let token = newest(&server, &alice.email).await.link().split("token=").nth(1).unwrap().to_owned();
        let mut other = Browser::new(&server);
        other.open(&format!("/account/email/undo?token={token}")).await;
        assert_eq!(other.status(), 410);
        // S10: the step that a link opened stays in the browser that opened it.
        let mine = open_reset_link(&server, &alice).await;
        let mut thief = Browser::new(&server);
        thief.open("/login").await;
        thief.cookies.set("ostiary_mailed", &mine.cookie("ostiary_mailed").unwrap().value);
        thief.open("/forgot/reset").await;
        assert_eq!(thief.status(), 410);
    }

    /// security.md M1: what a request says of its host is in no mail.
    async fn links_in_mails_are_made_of_the_issuer_alone(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut browser = Browser::new(&server);
        for (name, value) in [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https"), ("x-forwarded-port", "444"), ("forwarded", "host=evil.example;proto=https")] {
            browser.send_header(name, value);
        }
        browser.open("/forgot").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Send the link").await;
        browser.open("/login/mail").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Email me a code").await;
        for mail in Mailbox::of(&server).all().await {
            assert!(!mail.text.contains("evil.example") && !mail.text.contains(":444"), "{mail:?}");
            assert!(mail.links.iter().all(|link| link.starts_with(&server.issuer)), "{mail:?}");
        }
    }

    /// security.md L1: known, unknown, disabled and unproven are one to whoever asks; only the mailbox knows.
    async fn forgetting_tells_nobody_who_has_an_account(db) {
        let server = Setup::proving(db).start().await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.signed_up_with_code(&server).await;
        bob.signed_up_with_code(&server).await;
        server.ground.command(&["user", "disable", &bob.email]).await.done();
        let before = (mails_to(&server, &alice.email).await, mails_to(&server, &bob.email).await);
        let known = ask_for_reset(&server, &alice.email).await;
        let disabled = ask_for_reset(&server, &bob.email).await;
        let unknown = ask_for_reset(&server, "clara@example.org").await;
        let (a, b, c) = (seen(&known, ""), seen(&disabled, ""), seen(&unknown, ""));
        assert!(a == b && b == c);
        assert_eq!((mails_to(&server, &alice.email).await, mails_to(&server, &bob.email).await), (before.0 + 1, before.1));
        assert_eq!(mails_to(&server, "clara@example.org").await, 0);
    }

    /// security.md M9: whoever proves an unproven address takes the account, and nothing of before is left in it.
    async fn an_unproven_account_is_taken_over_clean(db) {
        let server = TestServer::with(db).setting("login.email", true).start().await;
        let shop = Application::of(&server, "shop");
        let left = async |server: &TestServer| {
            let mut left = [0; 3];
            for (left, table) in left.iter_mut().zip(["totp_secrets", "recovery_codes", "passkeys"]) {
                *left = server.database().number(&format!("SELECT count(*) FROM {table}")).await;
            }
            left
        };
        // An attacker makes the accounts.
        for (name, by_link) in [("Alice Ardent", true), ("Bob Brisk", false)] {
            let victim = Person::new(name);
            let mut attacker = victim.signed_in(&server).await;
            victim.adds_authenticator(&server, &mut attacker).await;
            passkey::Authenticator::phone(&server).add_to(&mut attacker, "Phone").await;
            assert_eq!(left(&server).await, [1, 10, 1], "{}", attacker.describe());
            let tokens = shop.sign_in(&mut attacker, &victim).await;
            let mut own = Browser::new(&server);
            if by_link {
                own = open_reset_link(&server, &victim).await;
                own.fill("New password", NEW_PASSWORD);
                own.press("Save and sign in").await;
            } else {
                own.open("/login/mail").await;
                own.fill(words::EMAIL, &victim.email);
                own.press("Email me a code").await;
                own.fill("Code", &newest(&server, &victim.email).await.code());
                own.press("Continue").await;
            }
            assert_eq!(own.heading(), "Your account", "{}", own.describe());
            attacker.open("/account").await;
            assert_eq!(attacker.heading(), "Sign in");
            victim.sign_in(&mut attacker).await;
            assert!(attacker.error().contains("wrong"), "{}", attacker.describe());
            shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
            assert_eq!(left(&server).await, [0; 3], "what would open it again");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 2);
        assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'account_taken_over'").await, 2);
    }

    /// Issue 3, section 1; security.md M3, M4, M10, S10: a mailed code signs in where it was asked for, its link where it is opened.
    async fn a_mailed_code_or_link_signs_in(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut browser = Browser::new(&server);
        let request = shop.authorization_request();
        browser.open(&request.url()).await;
        browser.follow("Email me a code").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Email me a code").await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/login/code", "Check your mail"));
        let mail = newest(&server, &alice.email).await;
        let (code, link) = (mail.code(), mail.link());
        assert!(!server.database().everything().await.contains(&code), "the code is stored as a keyed digest");
        let mut elsewhere = Browser::new(&server);
        elsewhere.open("/login/code").await;
        assert_eq!(elsewhere.path(), "/login/mail", "another browser waits for no code");
        browser.fill("Code", &code);
        let landed = browser.press("Continue").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let id_token = Jwt::decode(tokens.id_token());
        assert_eq!((id_token.claim("amr"), id_token.text("acr")), (&json!(["email"]), "1"));
        elsewhere.open(&link).await;
        assert_eq!(elsewhere.status(), 410, "the code and its link are one proof");

        elsewhere.open("/login/mail").await;
        elsewhere.fill(words::EMAIL, &alice.email);
        elsewhere.press("Email me a code").await;
        let link = newest(&server, &alice.email).await.link();
        let mut phone = Browser::new(&server);
        phone.open(&link).await;
        assert_eq!((phone.path(), phone.page().url.query()), ("/login/link", None));
        let mut second = phone.clone();
        phone.press("Sign in").await;
        assert_eq!(phone.heading(), "Your account", "{}", phone.describe());
        second.press("Sign in").await;
        assert_eq!(second.status(), 410, "once");
    }

    /// security.md M4; RFC 9700 §4.7: the link leads back to the application in the browser that asked for it there, and in no other.
    async fn a_mailed_link_leads_on_to_the_application_where_it_was_asked_for(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let shop = Application::of(&server, "shop");
        let (alice, mallory) = (Person::alice(), Person::bob());
        alice.signed_up_with_code(&server).await;
        mallory.signed_up_with_code(&server).await;
        let request = shop.authorization_request();
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        browser.follow("Email me a code").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Email me a code").await;
        let link = newest(&server, &alice.email).await.link();
        // A link that somebody else asked for signs nobody in to the application.
        let mut other = Browser::new(&server);
        other.open("/login/mail").await;
        other.fill(words::EMAIL, &mallory.email);
        other.press("Email me a code").await;
        let mut lured = browser.clone();
        lured.open(&newest(&server, &mallory.email).await.link()).await;
        lured.press("Sign in").await;
        assert_eq!(lured.heading(), "Your account", "{}", lured.describe());
        // Opened twice, it is the same link.
        browser.open(&link).await;
        browser.open(&link).await;
        assert_eq!((browser.path(), browser.page().url.query()), ("/login/link", None));
        let landed = browser.press("Sign in").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(Jwt::decode(tokens.id_token()).claim("amr"), &json!(["email"]));
    }

    /// RFC 9700 §4.7: a link that was replaced leads to one that leads on as it would have; one that is opened after its flow has gone on
    /// begins it no second time.
    async fn a_reset_link_leads_on_once(db) {
        let server = Setup::proving(db).start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let ask = async |browser: &mut Browser| {
            browser.fill(words::EMAIL, &alice.email);
            browser.press("Send the link").await;
            assert_eq!(browser.heading(), "Check your mail", "{}", browser.describe());
            newest(&server, &alice.email).await.link()
        };
        let request = shop.authorization_request();
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        browser.follow("Forgot your password?").await;
        let replaced = ask(&mut browser).await;
        open_reset_link(&server, &alice).await;
        browser.open(&replaced).await;
        assert_eq!((browser.status(), browser.heading().as_str()), (410, "This link no longer works"));
        browser.follow("Get a new link").await;
        let link = ask(&mut browser).await;
        browser.open(&link).await;
        browser.fill("New password", NEW_PASSWORD);
        let landed = browser.press("Save and sign in").await.landed();
        shop.redeem(&request, landed.code()).await.tokens();

        let mut remembers = Browser::new(&server);
        remembers.open(&shop.authorization_request().url()).await;
        remembers.follow("Forgot your password?").await;
        let link = ask(&mut remembers).await;
        remembers.follow("Back to sign-in").await;
        Person { password: NEW_PASSWORD.into(), ..alice.clone() }.fill_sign_in(&mut remembers).await.landed();
        remembers.open(&link).await;
        remembers.fill("New password", "a walk in the woods");
        remembers.press("Save and sign in").await;
        assert_eq!(remembers.heading(), "Your account", "{}", remembers.describe());
    }

    /// security.md M4, S5; RFC 9700 §4.7: so does the link to a new password. The second factor is asked for on the way, and a flow that has
    /// expired keeps nobody from the new password.
    async fn a_reset_link_leads_on_to_the_application_where_it_was_asked_for(db) {
        let server = Setup::proving(db).start().await;
        let shop = Application::of(&server, "shop");
        let (alice, mallory) = (Person::alice(), Person::bob());
        let mut at_home = alice.signed_up_with_code(&server).await;
        let (authenticator, _) = alice.adds_authenticator(&server, &mut at_home).await;
        mallory.signed_up_with_code(&server).await;
        let forgets = async |browser: &mut Browser, person: &Person| {
            browser.follow("Forgot your password?").await;
            browser.fill(words::EMAIL, "nobody");
            browser.press("Send the link").await;
            assert!(!browser.error().is_empty(), "{}", browser.describe());
            browser.fill(words::EMAIL, &person.email);
            browser.press("Send the link").await;
            assert_eq!(browser.heading(), "Check your mail", "{}", browser.describe());
            newest(&server, &person.email).await.link()
        };
        let request = shop.authorization_request();
        let mut browser = Browser::new(&server);
        browser.open(&request.url()).await;
        let link = forgets(&mut browser, &alice).await;
        // Whoever remembers after all has not lost the application.
        let mut remembers = browser.clone();
        remembers.follow("Back to sign-in").await;
        assert!(remembers.page().value("ticket").is_some(), "{}", remembers.describe());
        // A link that somebody else asked for signs nobody in to the application.
        let mut other = Browser::new(&server);
        other.open("/login").await;
        let luring = forgets(&mut other, &mallory).await;
        let mut lured = browser.clone();
        lured.open(&luring).await;
        lured.fill("New password", NEW_PASSWORD);
        lured.press("Save and sign in").await;
        assert_eq!(lured.heading(), "Your account", "{}", lured.describe());
        // Opened twice, it is the same link.
        browser.open(&link).await;
        browser.open(&link).await;
        assert_eq!((browser.path(), browser.page().url.query()), ("/forgot/reset", None));
        browser.fill("New password", NEW_PASSWORD);
        browser.press("Save and sign in").await;
        assert_eq!(browser.path(), "/login/factor", "{}", browser.describe());
        let landed = give(&mut browser, &authenticator.code(&server)).await.landed();
        shop.redeem(&request, landed.code()).await.tokens();

        let mut late = Browser::new(&server);
        late.open(&shop.authorization_request().url()).await;
        server.advance(Duration::from_secs(3600 - 60));
        let link = forgets(&mut late, &mallory).await;
        server.advance(Duration::from_secs(120));
        late.open(&link).await;
        late.fill("New password", "a walk in the woods");
        late.press("Save and sign in").await;
        assert_eq!(late.heading(), "Your account", "{}", late.describe());
    }

    /// security.md L1, M10: an unknown address is asked for a code like a known one; five tries, then none.
    async fn a_mailed_sign_in_tells_nobody_who_has_an_account(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let mut pages = Vec::new();
        for email in [alice.email.as_str(), "clara@example.org"] {
            let mut browser = Browser::new(&server);
            browser.open("/login/mail").await;
            browser.fill(words::EMAIL, email);
            browser.press("Email me a code").await;
            let mut steps = vec![seen(&browser, email)];
            for _ in 0..6 {
                browser.fill("Code", "12345x");
                browser.press("Continue").await;
                steps.push(seen(&browser, email));
            }
            assert!(browser.error().contains("Too many"), "{}", browser.describe());
            pages.push(steps);
        }
        assert!(pages[0] == pages[1]);
        let off = Setup::proving(db).start().await;
        let mut browser = Browser::new(&off);
        browser.open("/login/mail").await;
        assert_eq!(browser.status(), 404, "off unless it is switched on");
    }

    /// security.md M10: twenty tries an hour of all codes to one address; then no code of that hour is looked at, right or wrong.
    async fn codes_to_one_address_are_tried_twenty_times_an_hour(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let ask = async || {
            let mut browser = Browser::new(&server);
            browser.open("/login/mail").await;
            browser.fill(words::EMAIL, &alice.email);
            browser.press("Email me a code").await;
            browser
        };
        server.advance(Duration::from_secs(3600));
        for _ in 0..4 {
            let mut browser = ask().await;
            for _ in 0..5 {
                browser.fill("Code", "12345x");
                browser.press("Continue").await;
                assert!(browser.error().contains("wrong"), "{}", browser.describe());
            }
        }
        let mut fifth = ask().await;
        fifth.fill("Code", &newest(&server, &alice.email).await.code());
        fifth.press("Continue").await;
        assert!(fifth.error().contains("Too many") && fifth.cookie("ostiary_session").is_none(), "{}", fifth.describe());
        server.advance(Duration::from_secs(3600));
        let mut next_hour = ask().await;
        next_hour.fill("Code", &newest(&server, &alice.email).await.code());
        next_hour.press("Continue").await;
        assert!(next_hour.is_signed_in().await, "{}", next_hour.describe());
    }

    /// security.md M5, Z1: what a mail carries is in no log, however much is logged.
    async fn what_a_mail_carries_is_in_no_log(db) {
        let server = Setup::proving(db).setting("login.email", true).setting("log.level", "trace").start_process().await;
        let (mut secrets, alice) = (Vec::new(), Person::alice());
        let mail = async || Mailbox::of_process(&server).newest_to(&alice.email).await;
        let token = |mail: &Mail| mail.link().split("token=").nth(1).unwrap().to_owned();
        let mut browser = Browser::of_process(&server);
        alice.sign_up(&mut browser).await;
        secrets.push(mail().await.code());
        browser.fill("Code", secrets.last().unwrap());
        browser.press("Continue").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let mut browser = Browser::of_process(&server);
        browser.open("/login/mail").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Email me a code").await;
        let sent = mail().await;
        secrets.extend([sent.code(), token(&sent)]);
        browser.open(&sent.link()).await;
        browser.press("Sign in").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let mut browser = Browser::of_process(&server);
        browser.open("/forgot").await;
        browser.fill(words::EMAIL, &alice.email);
        browser.press("Send the link").await;
        let sent = mail().await;
        secrets.push(token(&sent));
        browser.open(&sent.link()).await;
        browser.fill("New password", NEW_PASSWORD);
        browser.press("Save and sign in").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let changed = mail().await;
        secrets.push(token(&changed));
        browser.open(&changed.link()).await;
        assert_eq!(browser.path(), "/account/lockdown", "{}", browser.describe());
        let log = server.logged("/account/lockdown").await;
        assert!(log.contains("/forgot/reset") && log.contains("/login/link"), "the paths are logged");
        // The log has times and lengths of as many digits.
        let is_there = |secret: &str| log.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(|word| word == secret);
        assert!(secrets.iter().all(|secret| !is_there(secret)), "{secrets:?}");
    }

    /// security.md L5: strangers use up their own tries, not those of a browser that the owner has signed in with.
    async fn strangers_do_not_use_up_the_owners_mail(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let alice = Person::alice();
        let mut own = alice.signed_up_with_code(&server).await;
        own.open("/logout").await;
        own.press("Sign out").await;
        for _ in 0..8 {
            let mut stranger = Browser::new(&server);
            stranger.open("/login/mail").await;
            stranger.fill(words::EMAIL, &alice.email);
            stranger.press("Email me a code").await;
            for _ in 0..5 {
                stranger.fill("Code", "12345x");
                stranger.press("Continue").await;
            }
        }
        own.open("/login/mail").await;
        own.fill(words::EMAIL, &alice.email);
        own.press("Email me a code").await;
        own.fill("Code", &newest(&server, &alice.email).await.code());
        own.press("Continue").await;
        assert_eq!(own.heading(), "Your account", "{}", own.describe());
    }

    /// security.md M13: one address gets five such mails in an hour, one network causes thirty.
    async fn nobody_is_flooded_with_mail(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        alice.signed_up_with_code(&server).await;
        let before = mails_to(&server, &alice.email).await;
        for _ in 0..9 {
            ask_for_reset(&server, &alice.email).await;
            alice.sign_up(&mut Browser::new(&server)).await;
        }
        // The sign-up of before counts in the same hour.
        assert_eq!(mails_to(&server, &alice.email).await - before, 4);
        server.advance(Duration::from_secs(3600));
        ask_for_reset(&server, &alice.email).await;
        assert_eq!(newest(&server, &alice.email).await.link().len(), format!("{}/forgot/reset?token=", server.issuer).len() + 43);
        let all = Mailbox::of(&server).all().await.len();
        for number in 0..40 {
            Person::new(&format!("Guest{number} Brisk")).sign_up(&mut Browser::new(&server)).await;
        }
        let sent = Mailbox::of(&server).all().await.len() - all;
        assert!((25..=30).contains(&sent), "{sent}");
    }

    /// security.md M13: nor is somebody else's address that an account was made for, by letters of welcome and notices.
    async fn an_unproven_address_is_not_flooded_with_mail(db) {
        let server = TestServer::with(db).setting("sign_up.email_verification", "reminder").start().await;
        let alice = Person::alice();
        alice.signed_in(&server).await;
        let before = mails_to(&server, &alice.email).await;
        for _ in 0..13 {
            alice.sign_in(&mut Browser::new(&server)).await;
        }
        assert_eq!(mails_to(&server, &alice.email).await - before, 10);
        server.database().execute("UPDATE users SET email_verified = TRUE").await;
        alice.sign_in(&mut Browser::new(&server)).await;
        assert_eq!(mails_to(&server, &alice.email).await - before, 11, "a proven one is told everything");
        let all = Mailbox::of(&server).all().await.len();
        for number in 0..33 {
            Person::new(&format!("Guest{number} Brisk")).sign_up(&mut Browser::new(&server)).await;
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 34);
        let sent = Mailbox::of(&server).all().await.len() - all;
        assert!((28..=30).contains(&sent), "{sent}");
    }

    /// security.md M10, M13: past the limit of an hour "Send a new code" mails nothing, and the code that was mailed last still works.
    async fn a_code_that_is_not_followed_by_another_still_works(db) {
        let server = Setup::proving(db).setting("login.email", true).start().await;
        let again_and_again = async |browser: &mut Browser, address: &str| {
            let before = mails_to(&server, address).await;
            for _ in 0..6 {
                browser.press("Send a new code").await;
            }
            assert_eq!(mails_to(&server, address).await - before, 4, "five an hour: {}", browser.describe());
            browser.fill("Code", &newest(&server, address).await.code());
            browser.press("Continue").await;
        };
        let alice = Person::alice();
        let mut browser = Browser::new(&server);
        alice.sign_up(&mut browser).await;
        again_and_again(&mut browser, &alice.email).await;
        assert_eq!(browser.path(), "/account", "sign-up: {}", browser.describe());

        browser.open("/account/email").await;
        browser.fill("New email address", "alice@new.example");
        browser.press("Send a code").await;
        again_and_again(&mut browser, "alice@new.example").await;
        assert_eq!(browser.path(), "/account/security", "change: {}", browser.describe());

        server.database().execute("UPDATE users SET email_verified = FALSE").await;
        browser.open("/verify").await;
        browser.press("Send the code").await;
        again_and_again(&mut browser, "alice@new.example").await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 1, "verify: {}", browser.describe());

        server.advance(Duration::from_secs(3600));
        let ask = async |email: &str| {
            let mut browser = Browser::new(&server);
            browser.open("/login/mail").await;
            browser.fill(words::EMAIL, email);
            browser.press("Email me a code").await;
            browser
        };
        let (mut known, mut unknown) = (ask("alice@new.example").await, ask("nobody@new.example").await);
        // A new code has tries of its own, and whether there is one shows nowhere.
        for browser in [&mut known, &mut unknown] {
            for _ in 0..6 {
                browser.fill("Code", "000000");
                browser.press("Continue").await;
            }
            assert!(browser.error().contains("Too many"), "{}", browser.describe());
            browser.press("Send a new code").await;
        }
        assert_eq!(mails_to(&server, "nobody@new.example").await, 0);
        for browser in [&mut known, &mut unknown] {
            browser.fill("Code", "000000");
            browser.press("Continue").await;
            assert!(browser.error().contains("wrong"), "{}", browser.describe());
            for _ in 0..5 {
                browser.press("Send a new code").await;
            }
        }
        assert_eq!(seen(&known, "alice@new.example"), seen(&unknown, "nobody@new.example"));
        known.fill("Code", &newest(&server, "alice@new.example").await.code());
        known.press("Continue").await;
        assert_eq!(known.path(), "/account", "sign-in: {}", known.describe());
    }

    /// security.md M7: the new address is proven, the old one is told and can take it back for seven days; fresh proof is asked for.
    async fn an_address_is_changed_and_restored(db) {
        let server = Setup::proving(db).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_up_with_code(&server).await;
        server.advance(Duration::from_secs(601));
        browser.open("/account/email").await;
        assert_eq!(browser.heading(), "Confirm it’s you");
        alice.fill_sign_in(&mut browser).await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/account/email", "Email address"));
        browser.fill("New email address", "alice@evil.example");
        browser.press("Send a code").await;
        let code = newest(&server, "alice@evil.example").await.code();
        assert_eq!(server.database().texts("SELECT email FROM users").await, [alice.email.as_str()], "not before it is proven");
        browser.fill("Code", &code);
        browser.press("Continue").await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        assert!(browser.text().contains("Your change has been saved."), "{}", browser.describe());
        assert_eq!(server.database().texts("SELECT email FROM users").await, ["alice@evil.example"]);

        let told = newest(&server, &alice.email).await;
        assert_eq!(told.subject, "The address of your Ostiary account was changed");
        server.advance(Duration::from_secs(6 * 86_400));
        let mut owner = Browser::new(&server);
        owner.open(&told.link()).await;
        assert_eq!((owner.path(), owner.page().url.query()), ("/account/email/undo", None));
        assert_eq!(server.database().texts("SELECT email FROM users").await, ["alice@evil.example"], "opening it changes nothing");
        owner.press("Restore my address").await;
        assert_eq!(owner.heading(), "Choose a new password", "{}", owner.describe());
        assert_eq!(server.database().texts("SELECT email FROM users").await, [alice.email.as_str()]);
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in", "everybody was signed out");
        Person { email: "alice@evil.example".into(), ..alice.clone() }.sign_in(&mut browser).await;
        assert!(browser.error().contains("wrong"));
        alice.sign_in(&mut browser).await;
        assert!(browser.error().contains("wrong"), "the password of before opens nothing");
        owner.fill("New password", NEW_PASSWORD);
        owner.press("Save and sign in").await;
        assert_eq!(owner.heading(), "Your account", "{}", owner.describe());
        let mut again = Browser::new(&server);
        again.open(&told.link()).await;
        assert_eq!(again.status(), 410);
    }

    /// security.md M7: a slip of the pen gives no account away, a taken address tells nothing, and seven days are seven days.
    async fn a_change_of_address_gives_nothing_away(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.registered(&server).await;
        let mut browser = bob.signed_in(&server).await;
        // Bob's own address was never proven: its owner may be anybody.
        browser.open("/account/email").await;
        browser.fill("New email address", &bob.email);
        browser.press("Send a code").await;
        assert!(browser.error().contains("already"), "{}", browser.describe());
        browser.fill("New email address", &alice.email);
        browser.press("Send a code").await;
        let taken = seen(&browser, &alice.email);
        assert_eq!(newest(&server, &alice.email).await.subject, "You already have an account at Ostiary");
        browser.open("/account/email?new").await;
        browser.fill("New email address", "bobby@example.org");
        browser.press("Send a code").await;
        assert_eq!(seen(&browser, "bobby@example.org").1, taken.1);
        let before = mails_to(&server, &bob.email).await;
        browser.fill("Code", &newest(&server, "bobby@example.org").await.code());
        browser.press("Continue").await;
        assert_eq!(browser.path(), "/account/security", "{}", browser.describe());
        assert_eq!(mails_to(&server, "<bob@").await + mails_to(&server, &bob.email).await, before, "no link to this account for a stranger");

        browser.open("/account/email").await;
        browser.fill("New email address", "robert@example.org");
        browser.press("Send a code").await;
        browser.fill("Code", &newest(&server, "robert@example.org").await.code());
        browser.press("Continue").await;
        let told = newest(&server, "bobby@example.org").await;
        server.advance(Duration::from_secs(7 * 86_400 + 1));
        let mut late = Browser::new(&server);
        late.open(&told.link()).await;
        assert_eq!(late.status(), 410);
    }

    /// OpenID Connect Core §5.1; `before_token`: no app gets a token before the address is proven, on no path.
    async fn no_token_before_the_address_is_proven(db) {
        let server = TestServer::with(db).setting("sign_up.email_verification", "before_token").start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let none = browser.open(&request.clone().with("prompt", "none").url()).await.landed();
        assert_eq!(none.error(), "interaction_required");
        browser.open(&request.url()).await;
        assert_eq!((browser.path(), browser.heading().as_str()), ("/verify", "Confirm your email address"));
        browser.press("Send the code").await;
        browser.fill("Code", &newest(&server, &alice.email).await.code());
        let landed = browser.press("Continue").await.landed();
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email_verified"], true);
        // The policy holds for what was issued too.
        server.database().execute("UPDATE users SET email_verified = FALSE").await;
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        assert!(!shop.is_active(&tokens.access_token).await);
    }

    /// `reminder`: the account's page reminds, and a code settles it. security.md M8: nothing else does.
    async fn an_unproven_address_is_reminded_of(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        assert!(browser.text().contains("Your email address isn’t confirmed yet."), "{}", browser.describe());
        browser.open("/account/profile").await;
        browser.forge("email_verified", "true");
        browser.forge("email", "root@example.org");
        browser.press("Save profile").await;
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, 0);
        browser.open("/account").await;
        browser.follow("Confirm it").await;
        browser.press("Send the code").await;
        browser.fill("Code", "123 45x");
        browser.press("Continue").await;
        assert!(browser.error().contains("wrong"), "{}", browser.describe());
        browser.fill("Code", &newest(&server, &alice.email).await.code());
        browser.press("Continue").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        assert!(!browser.text().contains("Your email address isn’t confirmed yet."));
    }

    /// OWASP ASVS 6.3.5, 6.3.7: a browser that the person has not used before is told of; one that they have is not.
    async fn a_sign_in_with_a_new_browser_is_told(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut own = alice.signed_in(&server).await;
        let before = mails_to(&server, &alice.email).await;
        own.open("/logout").await;
        own.press("Sign out").await;
        alice.sign_in(&mut own).await;
        assert_eq!(mails_to(&server, &alice.email).await, before);
        alice.sign_in(&mut Browser::new(&server)).await;
        let mail = newest(&server, &alice.email).await;
        assert_eq!(mail.subject, "New sign-in to your Ostiary account");
        assert!(mail.text.contains("Firefox") && mail.text.contains("127.0.0.1"), "{mail:?}");
        assert!(mail.links.iter().any(|link| link.ends_with("/forgot")), "{mail:?}");
    }
}

/// security.md L1: how long an answer takes says nothing of the address. Medians of two hundred each, interleaved; looking an address up and
/// writing a mail down within the request would take several times as long as the answer does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_long_an_answer_takes_says_nothing_of_the_address() {
    let server = Setup::proving(Database::Sqlite).setting("login.email", true).start().await;
    let alice = Person::alice();
    alice.signed_up_with_code(&server).await;
    let bob = Person::bob();
    let mut signed_in = bob.signed_up_with_code(&server).await;
    for (page, button) in [
        ("/forgot", "Send the link"),
        ("/login/mail", "Email me a code"),
        ("/signup", words::CREATE_ACCOUNT),
        ("/account/email?new", "Send a code"),
    ] {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..200 {
            // Another hour: no limit of sending ends the work that is done for one of them.
            server.advance(Duration::from_secs(3600));
            for (index, email) in [alice.email.clone(), format!("nobody{round}@example.org")].into_iter().enumerate() {
                let changes = page == "/account/email?new";
                let mut browser = if changes { signed_in.clone() } else { Browser::new(&server) };
                browser.open(page).await;
                if changes && browser.path() != "/account/email" {
                    bob.fill_sign_in(&mut browser).await;
                    signed_in = browser.clone();
                    browser.open(page).await;
                }
                browser.fill(if changes { "New email address" } else { words::EMAIL }, &email);
                if page == "/signup" {
                    browser.fill(words::PASSWORD, NEW_PASSWORD);
                }
                let start = Instant::now();
                browser.press(button).await;
                times[index].push(start.elapsed());
                // What is done after the answer is over before the next is timed.
                server.app().mailer.outbox().await;
            }
        }
        let [known, unknown] = times.map(median);
        let (low, high) = (known.min(unknown).as_secs_f64(), known.max(unknown).as_secs_f64());
        assert!(high < low * 1.3 + 0.002, "{page}: known {known:?}, unknown {unknown:?}");
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
