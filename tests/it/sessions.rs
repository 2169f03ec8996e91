//! Browser sessions: they begin anew, end when they should, and slow down guesses without locking anybody out.

use crate::both;
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;

const DAY: Duration = Duration::from_secs(86_400);

both! {
    /// security.md S1, S2: a new secret at every proof; the old ones are dead; a planted one is worth nothing.
    async fn every_proof_begins_a_new_secret(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let first = browser.clone();
        let mut thief = browser.clone();
        let request = Application::of(&server, "shop").authorization_request().with("prompt", "login");
        server.advance(Duration::from_secs(1));
        browser.open(&request.url()).await;
        alice.fill_sign_in(&mut browser).await;
        assert_ne!(first.cookie("ostiary_session").unwrap().value, browser.cookie("ostiary_session").unwrap().value);
        thief.open("/account").await;
        assert_eq!(thief.heading(), "Sign in", "the secret from before");
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Your account");
        let mut planted = Browser::new(&server);
        let fixed = "f".repeat(43);
        planted.open("/login").await;
        planted.cookies.set("ostiary_session", &fixed);
        planted.open("/login").await;
        alice.fill_sign_in(&mut planted).await;
        assert_ne!(planted.cookie("ostiary_session").unwrap().value, fixed);
    }

    /// security.md S2: somebody else at the same computer gets nothing of the one before.
    async fn another_person_at_the_same_browser_gets_a_session_of_their_own(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut browser = alice.signed_in(&server).await;
        let hers = shop.sign_in(&mut browser, &alice).await;
        bob.registered(&server).await;
        let request = shop.authorization_request().with("prompt", "login");
        server.advance(Duration::from_secs(1));
        browser.open(&request.url()).await;
        browser.follow("Use another account").await;
        let landed = bob.fill_sign_in(&mut browser).await.landed();
        let his = shop.redeem(&request, landed.code()).await.tokens();
        assert_ne!(shop.verified(hers.id_token()).await.claim("sub"), shop.verified(his.id_token()).await.claim("sub"));
        assert_ne!(shop.verified(hers.id_token()).await.claim("sid"), shop.verified(his.id_token()).await.claim("sid"));
        shop.refresh(hers.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// security.md S3: what the cookies are like.
    async fn cookies_are_locked_to_this_server(db) {
        let server = TestServer::start(db).await;
        let browser = Person::alice().signed_in(&server).await;
        for cookie in browser.cookies.all() {
            assert!(cookie.name.starts_with("ostiary_"), "a name of our own: {}", cookie.name);
            assert_eq!((cookie.attribute("path"), cookie.attribute("samesite")), (Some("/"), Some("Lax")), "{cookie:?}");
            assert!(cookie.attribute("httponly").is_some() && cookie.attribute("domain").is_none(), "{cookie:?}");
            assert!(cookie.value.len() >= 22);
        }
        let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, b"a master key that is for tests!!");
        let secure = TestServer::with(db)
            .setting("issuer", "https://id.example")
            .setting("allowed_hosts", vec!["127.0.0.1"])
            .setting("master_key", key)
            .setting("mail.transport", "smtp")
            .setting("mail.from", "a@id.example")
            .setting("smtp.host", "localhost")
            .start()
            .await;
        let answer = reqwest::get(format!("http://127.0.0.1:{}/login", secure.ground.port)).await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-ostiary_browser=") && cookie.contains("Secure"), "{cookie}");
        assert!(answer.headers().contains_key("strict-transport-security"));
    }

    /// security.md S4: seven days without use, thirty in all.
    async fn sessions_slide_and_end(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for _ in 0..4 {
            server.advance(6 * DAY);
            browser.open("/account").await;
            assert_eq!(browser.heading(), "Your account");
        }
        server.advance(6 * DAY);
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in", "thirty days in all");
        alice.sign_in(&mut browser).await;
        server.advance(7 * DAY);
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in", "seven days without use");
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT COUNT(*) FROM sessions").await, 0);
    }

    /// security.md S6, S9: the sessions page ends one, ends all others; a hundred is enough.
    async fn people_end_their_sessions(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut here = alice.signed_in(&server).await;
        let mut others = Vec::new();
        for _ in 0..3 {
            let mut other = Browser::new(&server);
            alice.sign_in(&mut other).await;
            others.push(other);
        }
        here.open("/account/sessions").await;
        here.press("End session").await;
        assert!(here.page().notice().contains("has ended"), "{}", here.describe());
        here.press("End all other sessions").await;
        for mut other in others {
            other.open("/account").await;
            assert_eq!(other.heading(), "Sign in");
        }
        here.open("/account").await;
        assert_eq!(here.heading(), "Your account");
        for _ in 0..103 {
            let mut other = Browser::new(&server);
            alice.sign_in(&mut other).await;
        }
        assert_eq!(server.database().number("SELECT COUNT(*) FROM sessions").await, 100);
    }

    /// security.md P2: nobody ends another's session.
    async fn a_session_of_somebody_else_cannot_be_ended(db) {
        let server = TestServer::start(db).await;
        let mut alice = Person::alice().signed_in(&server).await;
        let hers = server.database().texts("SELECT id FROM sessions").await.remove(0);
        let mut bob = Person::bob().signed_in(&server).await;
        bob.open("/account/sessions").await;
        let csrf = { bob.open("/account/profile").await; bob.page().value("csrf").unwrap() };
        bob.post("/account/sessions", &[("csrf", &csrf), ("end", &hers)], true).await;
        alice.open("/account").await;
        assert_eq!(alice.heading(), "Your account");
    }

    /// security.md S7, OpenID Connect RP-Initiated Logout §2 and §3.
    async fn signing_out_asks_unless_the_hint_proves_it(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let uri = "https://shop.example/signed-out";
        browser.open("/logout").await;
        assert_eq!(browser.heading(), "Sign out?");
        browser.press("Stay signed in").await;
        assert_eq!(browser.heading(), "You’re still signed in");
        for bad in ["https://shop.example/signed-out/", "https://evil.example/", "javascript:alert(1)"] {
            let url = url::Url::parse_with_params(&server.at("/logout"), [("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", bad)]).unwrap();
            assert!(browser.open(url.as_str()).await.is_page());
            assert_eq!(browser.heading(), "This sign-out link is broken", "{bad}");
        }
        let unproven = url::Url::parse_with_params(&server.at("/logout"), [("client_id", "shop"), ("post_logout_redirect_uri", uri)]).unwrap();
        browser.open(unproven.as_str()).await;
        assert_eq!(browser.heading(), "Sign out?");
        server.advance(3600 * Duration::from_secs(1));
        let proven = url::Url::parse_with_params(&server.at("/logout"), [("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", uri), ("state", "a&b")]).unwrap();
        let landed = browser.open(proven.as_str()).await.landed();
        assert_eq!((landed.url.as_str(), landed.param("state"), landed.params.len()), (uri, "a&b", 1));
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in");
    }

    /// RP-Initiated Logout §2: a request may be posted, by a form on the application's page, with which no cookie comes. What was posted is in
    /// no address afterwards, since who posts an ID token keeps it out of logs.
    async fn a_posted_sign_out_stays_out_of_addresses(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let uri = "https://shop.example/signed-out";
        let form = [("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", uri), ("state", "a&b")];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let answer = shop.post_raw("/logout", &[], body).await;
        let way = answer.header("location").to_owned();
        assert!(answer.status == 303 && !way.contains(tokens.id_token()) && !way.contains("shop.example"), "{answer:?}");
        let landed = browser.open(&way).await.landed();
        assert_eq!((landed.url.as_str(), landed.param("state")), (uri, "a&b"));
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in");
        server.advance(Duration::from_secs(61));
        browser.open(&way).await;
        assert!(browser.status() >= 400, "{}", browser.describe());
    }

    /// security.md L2, L4, L5: guesses slow down, also in parallel; the owner's own browser is not held up by strangers.
    async fn guesses_slow_down_and_never_lock_the_owner_out(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut known = alice.signed_in(&server).await;
        known.open("/logout").await;
        known.press("Sign out").await;
        let guess = |n: usize| {
            let (person, mut browser) = (Person { password: format!("guess number {n}"), ..alice.clone() }, Browser::new(&server));
            async move {
                person.sign_in(&mut browser).await;
                browser.error()
            }
        };
        for n in 0..5 {
            assert!(guess(n).await.contains("wrong"));
        }
        assert!(guess(5).await.contains("Wait 1 second"), "the sixth waits");
        server.advance(Duration::from_secs(2));
        assert!(guess(6).await.contains("wrong"));
        assert!(guess(7).await.contains("Wait 2 seconds"), "and longer each time");
        // From her own browser, in the same network even, she waits no longer than the network does, and then gets in.
        server.advance(Duration::from_secs(3));
        alice.sign_in(&mut known).await;
        assert_eq!(known.heading(), "Your account", "{}", known.describe());
        assert!(guess(8).await.contains("wrong"), "success forgets");
        let parallel = futures_util::future::join_all((100..300).map(guess)).await;
        let evaluated = parallel.iter().filter(|answer| answer.contains("wrong")).count();
        assert_eq!(evaluated, 4, "of 200 parallel guesses, after one: {parallel:?}");
    }

    /// security.md M8, P3: the profile holds what people say of themselves, and nothing that others vouch for.
    async fn the_profile_takes_only_its_own_fields(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/account/profile").await;
        let csrf = browser.page().value("csrf").unwrap();
        let fields = [("csrf", csrf.as_str()), ("name", "Alice"), ("email", "evil@example.org"), ("email_verified", "true"), ("roles", "[\"ostiary:admin\"]"), ("sub", "x")];
        browser.post("/account/profile", &fields, true).await;
        assert!(browser.page().notice().contains("saved"), "{}", browser.describe());
        let stored = server.database().texts("SELECT email || ' ' || roles || ' ' || profile FROM users").await.remove(0);
        assert_eq!(stored, "alice@example.org [] {\"name\":\"Alice\"}");
    }

    /// security.md M8: nor does the form of sign-up give anybody more than it asks for, with a code in between or without.
    async fn a_sign_up_holds_what_it_asks_for(db) {
        for policy in ["reminder", "before_sign_in"] {
            let server = TestServer::with(db).setting("sign_up.email_verification", policy).start().await;
            let alice = Person::alice();
            let mut browser = Browser::new(&server);
            let forge = |browser: &mut Browser| {
                for (name, value) in [
                    ("email_verified", "true"), ("id", "root"), ("user_id", "root"), ("sub", "root"), ("roles", "[\"ostiary:admin\"]"), ("role", "admin"), ("groups", "admin"), ("user_groups", "[\"admin\"]"),
                    ("attributes", "{\"plan\":\"gold\"}"), ("profile", "{\"nickname\":\"root\"}"), ("nickname", "root"), ("phone_number_verified", "true"), ("tenant", "other"), ("enabled", "true"),
                ] {
                    browser.forge(name, value);
                }
            };
            browser.open("/signup").await;
            forge(&mut browser);
            alice.fill_sign_up(&mut browser).await;
            let verified = policy == "before_sign_in";
            if verified {
                browser.fill("Code", &Mailbox::of(&server).newest_to(&alice.email).await.code());
                forge(&mut browser);
                browser.press("Continue").await;
            }
            assert!(browser.is_signed_in().await, "{}", browser.describe());
            let stored = "SELECT email || ' ' || roles || ' ' || user_groups || ' ' || attributes || ' ' || profile FROM users";
            assert_eq!(server.database().texts(stored).await, ["alice@example.org [] [] {} {\"name\":\"Alice Ardent\"}"]);
            assert_eq!(server.database().number("SELECT count(*) FROM users WHERE id = 'root' OR phone_number_verified").await, 0);
            assert_eq!(server.database().number("SELECT count(*) FROM users WHERE email_verified").await, i64::from(verified));
        }
    }
}

/// Guesses from one address of the network `n`, through a proxy that is believed.
async fn guess_from(server: &TestServer, n: usize, email: &str) -> String {
    let mut browser = Browser::new(server);
    browser.send_header("x-forwarded-for", &format!("198.51.{}.{}", n / 200, n % 200));
    Person { email: email.to_owned(), password: format!("guess number {n}"), name: String::new() }.sign_in(&mut browser).await;
    browser.error()
}

/// A second browser in which this person is signed in.
async fn elsewhere(server: &TestServer, person: &Person) -> Browser {
    let mut browser = Browser::new(server);
    person.sign_in(&mut browser).await;
    assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
    browser
}

/// Asks shop for a grant that lives by the session, and for one that outlives it.
async fn both_kinds(server: &TestServer, browser: &mut Browser, person: &Person) -> (Tokens, Tokens) {
    let shop = Application::of(server, "shop");
    let offline = shop.authorization_request().with("scope", "openid email offline_access");
    (shop.sign_in(browser, person).await, shop.sign_in_with(browser, person, &offline).await)
}

both! {
    /// security.md S6, OpenID Connect Core §11: what lives by a session ends with it; what was granted for offline use lives on.
    async fn ending_a_session_ends_what_lives_by_it(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut here = alice.signed_in(&server).await;
        let (mine, _) = both_kinds(&server, &mut here, &alice).await;
        let mut there = elsewhere(&server, &alice).await;
        let (online, offline) = both_kinds(&server, &mut there, &alice).await;
        let request = shop.authorization_request();
        let code = alice.authorize(&mut there, &request).await.code().to_owned();
        here.open("/account/sessions").await;
        here.press("End session").await;
        assert!(!there.is_signed_in().await);
        shop.redeem(&request, &code).await.refused(400, "invalid_grant");
        assert!(!shop.is_active(&online.access_token).await);
        assert_eq!(shop.userinfo(&online.access_token).await.status, 401);
        shop.refresh(online.refresh_token()).await.refused(400, "invalid_grant");
        assert!(shop.is_active(&offline.access_token).await);
        shop.refresh(offline.refresh_token()).await.tokens();
        assert!(here.is_signed_in().await);
        shop.refresh(mine.refresh_token()).await.tokens();
    }

    /// security.md S6, RFC 9700 §4.14.2: the same when the person signs out.
    async fn signing_out_ends_what_lives_by_the_session(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let thief = browser.clone();
        let (online, offline) = both_kinds(&server, &mut browser, &alice).await;
        browser.open("/logout").await;
        assert!(browser.text().contains(&alice.email));
        browser.press("Sign out").await;
        assert_eq!(browser.heading(), "You’re signed out");
        assert!(browser.cookie("ostiary_session").is_none(), "the cookie is taken back");
        shop.refresh(online.refresh_token()).await.refused(400, "invalid_grant");
        assert_eq!(shop.userinfo(&online.access_token).await.status, 401);
        shop.refresh(offline.refresh_token()).await.tokens();
        assert!(!thief.clone().is_signed_in().await, "and worth nothing to whoever copied it");
        assert_eq!(browser.page().headers["cache-control"], "no-store", "the back button shows nothing");
    }

    /// security.md R6, OWASP ASVS 7.4.3: a changed password ends everything but what is here; offline grants of elsewhere too.
    async fn changing_the_password_ends_everything_elsewhere(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut here = alice.signed_in(&server).await;
        let (mine, _) = both_kinds(&server, &mut here, &alice).await;
        let mut there = elsewhere(&server, &alice).await;
        let (online, offline) = both_kinds(&server, &mut there, &alice).await;
        let change = async |browser: &mut Browser, current: &str, new: &str| {
            browser.open("/account/password").await;
            browser.fill("Current password", current);
            browser.fill("New password", new);
            browser.press("Change password").await;
        };
        change(&mut here, "not her password", "alice likes short walks").await;
        assert!(here.error().contains("current password is wrong"), "{}", here.describe());
        assert!(there.is_signed_in().await, "a failed change ends nothing");
        change(&mut here, &alice.password, "alice likes short walks").await;
        assert!(here.page().notice().contains("has been changed"), "{}", here.describe());
        assert_eq!(here.page().all(".buttons a"), ["Back to the security page"], "nothing is left to cancel");
        assert!(!there.is_signed_in().await);
        for tokens in [&online, &offline] {
            shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
            assert!(!shop.is_active(&tokens.access_token).await);
        }
        assert!(here.is_signed_in().await);
        shop.refresh(mine.refresh_token()).await.tokens();
        alice.sign_in(&mut there).await;
        assert!(there.error().contains("wrong"), "the old password is dead");
        elsewhere(&server, &Person { password: "alice likes short walks".into(), ..alice }).await;
    }

    /// security.md L5: whoever sits at an open session cannot try passwords for ever.
    async fn the_current_password_cannot_be_guessed_at_an_open_session(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut answers = Vec::new();
        for n in 0..7 {
            browser.open("/account/password").await;
            browser.fill("Current password", &format!("guess number {n}"));
            browser.fill("New password", "alice likes short walks");
            browser.press("Change password").await;
            answers.push(browser.error());
        }
        assert_eq!(answers.iter().filter(|answer| answer.contains("is wrong")).count(), 5, "{answers:?}");
        assert!(answers[6].contains("Too many tries"), "{answers:?}");
    }

    /// security.md C7, T16: a person who is disabled is out on every way, at once.
    async fn a_disabled_person_is_out_at_once(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let (online, offline) = both_kinds(&server, &mut browser, &alice).await;
        let request = shop.authorization_request();
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        server.database().execute("UPDATE users SET enabled = FALSE").await;
        assert!(!browser.is_signed_in().await);
        let silent = shop.authorization_request().with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.landed().error(), "login_required");
        shop.redeem(&request, &code).await.refused(400, "invalid_grant");
        for tokens in [&online, &offline] {
            assert!(!shop.is_active(&tokens.access_token).await);
            assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
            shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
        }
        alice.sign_in(&mut browser).await;
        assert!(browser.error().contains("is wrong"), "said as to anybody: {}", browser.describe());
        server.database().execute("UPDATE users SET enabled = TRUE").await;
        elsewhere(&server, &alice).await;
    }

    /// security.md S4 [CVE-2025-29928], F6: an ended session is dead on every replica with the next request, and use does not bring it back.
    async fn an_ended_session_is_dead_everywhere(db) {
        let server = TestServer::start(db).await;
        let replica = server.replica().await;
        let alice = Person::alice();
        let browser = alice.signed_in(&server).await;
        let mut there = browser.clone();
        there.through(replica.ground.port);
        assert!(there.is_signed_in().await);
        server.advance(2 * DAY);
        // Use is due to be written down: many at once while the session ends.
        let mut leaving = browser.clone();
        leaving.open("/logout").await;
        let requests = (0..8).map(|n| {
            let mut one = browser.clone();
            one.through(if n % 2 == 0 { server.ground.port } else { replica.ground.port });
            async move { one.is_signed_in().await }
        });
        tokio::join!(futures_util::future::join_all(requests), leaving.press("Sign out"));
        assert!(!there.is_signed_in().await && !browser.clone().is_signed_in().await);
        assert_eq!(server.database().number("SELECT COUNT(*) FROM sessions").await, 0);
    }

    /// security.md S4: lifetimes are those of the configuration; use is noted within them; cookies live no longer.
    async fn lifetimes_are_as_configured(db) {
        let server = TestServer::with(db)
            .setting("sessions.idle_lifetime", "1h")
            .setting("sessions.absolute_lifetime", "3h")
            .setting("sessions.refresh_interval", "10m")
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let minute = Duration::from_secs(60);
        let mut browser = alice.signed_in(&server).await;
        assert_eq!(browser.cookie("ostiary_session").unwrap().attribute("max-age"), Some("10800"));
        let tokens = shop.sign_in(&mut browser, &alice).await;
        // Authorization requests are use too.
        for _ in 0..3 {
            server.advance(50 * minute);
            browser.open(&shop.authorization_request().with("prompt", "none").url()).await.landed().code();
        }
        shop.refresh(tokens.refresh_token()).await.tokens();
        server.advance(29 * minute);
        assert!(browser.is_signed_in().await);
        server.advance(2 * minute);
        assert!(!browser.is_signed_in().await, "three hours in all");
        assert_eq!(browser.open(&shop.authorization_request().with("prompt", "none").url()).await.landed().error(), "login_required");
        let mut browser = elsewhere(&server, &alice).await;
        server.advance(60 * minute);
        assert!(!browser.is_signed_in().await, "an hour without use");
        // A new proof begins the three hours anew.
        let mut browser = elsewhere(&server, &alice).await;
        server.advance(50 * minute);
        browser.open(&shop.authorization_request().with("prompt", "login").url()).await;
        alice.fill_sign_in(&mut browser).await.landed();
        for _ in 0..3 {
            server.advance(50 * minute);
            assert!(browser.is_signed_in().await);
        }
    }

    /// security.md S3: nothing in a cookie can be made up.
    async fn made_up_cookies_open_nothing(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let browser = alice.signed_in(&server).await;
        let secret = browser.cookie("ostiary_session").unwrap().value.clone();
        let id = server.database().texts("SELECT id FROM sessions").await.remove(0);
        let digest = server.database().texts("SELECT secret_digest FROM sessions").await.remove(0);
        let flipped = format!("{}{}", if secret.starts_with('A') { 'B' } else { 'A' }, &secret[1..]);
        for value in [&id, &digest, &flipped, &secret[1..], &format!("{secret}A"), "", "null", "'OR'1'='1"] {
            let mut forged = browser.clone();
            forged.cookies.set("ostiary_session", value);
            assert!(!forged.is_signed_in().await, "{value}");
        }
        // RFC 6265 §5.4: of two of one name, browsers send the one of the longer path first. The server takes the first.
        for (first, then, heading) in [(&flipped, &secret, "Sign in"), (&secret, &flipped, "Your account")] {
            let mut two = browser.clone();
            two.send_header("cookie", &format!("ostiary_session={first}; ostiary_session={then}"));
            two.open("/account").await;
            assert_eq!((two.status(), two.heading().as_str()), (200, heading), "the first counts: {}", two.describe());
        }
    }

    /// security.md S7, OpenID Connect RP-Initiated Logout §2: who may sign somebody out without asking, and where to.
    async fn only_the_sessions_own_id_token_signs_out_without_asking(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let (alice, bob) = (Person::alice(), Person::bob());
        let mut bobs = bob.signed_in(&server).await;
        let bobs_token = shop.sign_in(&mut bobs, &bob).await;
        let mut before = alice.signed_in(&server).await;
        let other_session = shop.sign_in(&mut before, &alice).await;
        let mut browser = elsewhere(&server, &alice).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let uri = "https://shop.example/signed-out";
        let address = |parameters: &[(&str, &str)]| url::Url::parse_with_params(&format!("{}/logout", server.issuer), parameters).unwrap().to_string();
        let body = tokens.id_token().split('.').nth(1).unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{body}.");
        let tampered = format!("{}.{body}.{}", bobs_token.id_token().split('.').next().unwrap(), bobs_token.id_token().split('.').nth(2).unwrap());
        for hint in [bobs_token.id_token(), other_session.id_token(), &unsigned, &tampered, &tokens.access_token, "x"] {
            browser.open(&address(&[("id_token_hint", hint)])).await;
            assert_eq!(browser.heading(), "Sign out?", "{hint}");
        }
        assert!(browser.is_signed_in().await && bobs.is_signed_in().await && before.is_signed_in().await);
        // Where to: only what the client that is proven or named has registered, to the letter.
        for parameters in [
            &[("post_logout_redirect_uri", uri)][..],
            &[("post_logout_redirect_uri", uri), ("client_id", "partner")],
            &[("post_logout_redirect_uri", uri), ("client_id", "nobody")],
            &[("post_logout_redirect_uri", uri), ("client_id", "partner"), ("id_token_hint", tokens.id_token())],
            &[("post_logout_redirect_uri", "https://shop.example/callback"), ("id_token_hint", tokens.id_token())],
            &[("post_logout_redirect_uri", "https://shop.example/signed-out?x"), ("id_token_hint", tokens.id_token())],
            &[("post_logout_redirect_uri", uri), ("id_token_hint", unsigned.as_str())],
        ] {
            assert!(browser.open(&address(parameters)).await.is_page(), "{parameters:?}");
            assert_eq!((browser.status(), browser.heading().as_str()), (400, "This sign-out link is broken"), "{parameters:?}");
        }
        // Each cause has its own words, for the person and for the developer.
        let asker = "did not say which app it is";
        for (parameters, words, advice) in [
            (&[("id_token_hint", unsigned.as_str())][..], asker, "signature does not verify"),
            (&[], asker, "without either nobody knows whose"),
            (&[("client_id", "partner"), ("id_token_hint", tokens.id_token())], asker, "of two clients"),
            (&[("client_id", "nobody")], asker, "No enabled client"),
            (&[("client_id", "partner")], "address to return to that it has not registered", "restart"),
        ] {
            browser.open(&address(&[&[("post_logout_redirect_uri", uri)], parameters].concat())).await;
            let text = browser.text();
            assert!(text.contains(words) && text.contains("For the app’s developer") && text.contains(advice), "{parameters:?} {text}");
        }
        browser.open(&format!("{}&state=a", address(&[("state", "b"), ("client_id", "shop")]))).await;
        assert_eq!(browser.status(), 400, "a repeated parameter");
        assert!(browser.is_signed_in().await);
        // Asked, the person goes where the client said; the state comes along.
        browser.open(&address(&[("client_id", "shop"), ("post_logout_redirect_uri", uri), ("state", "s p&=")])).await;
        assert!(browser.text().contains("Shop wants to sign you out"));
        let landed = browser.press("Sign out").await.landed();
        assert_eq!((landed.url.as_str(), landed.param("state"), landed.params.len()), (uri, "s p&=", 1));
        assert!(!browser.is_signed_in().await);
        // Nobody is signed in: there is nothing to ask.
        let landed = browser.open(&address(&[("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", uri)])).await.landed();
        assert_eq!((landed.url.as_str(), landed.params.len()), (uri, 0));
        browser.open("/logout").await;
        assert_eq!(browser.heading(), "You’re signed out");
        assert!(partner.get("/logout", &[]).await.status == 200);
    }

    /// security.md A39: no other site signs anybody out through our form.
    async fn the_sign_out_form_is_ours_alone(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        let mut bob = Person::bob().signed_in(&server).await;
        bob.open("/logout").await;
        let foreign = bob.page().value("csrf").unwrap();
        browser.open("/logout").await;
        let own = browser.page().value("csrf").unwrap();
        for (csrf, same_origin) in [("", true), (foreign.as_str(), true), (own.as_str(), false)] {
            browser.post("/logout", &[("csrf", csrf), ("decision", "sign_out")], same_origin).await;
            assert_eq!(browser.status(), 403);
        }
        assert!(browser.is_signed_in().await);
    }

    /// OpenID Connect RP-Initiated Logout §2: the request may be posted. Browsers send no Lax cookie along with another site's POST, so it
    /// must not be taken for one of somebody who is signed out.
    async fn a_logout_request_may_be_posted_from_another_site(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let uri = "https://shop.example/signed-out";
        let fields = [("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", uri), ("state", "a b")];
        let posted = Reply::of(shop.http.post(server.at("/logout")).header("sec-fetch-site", "cross-site").header("origin", "https://shop.example").form(&fields)).await;
        assert_eq!(posted.status, 303);
        let landed = browser.open(posted.header("location")).await.landed();
        assert_eq!((landed.url.as_str(), landed.param("state")), (uri, "a b"));
        assert!(!browser.is_signed_in().await, "sent back as if signed out, yet still signed in");
    }

    /// security.md L1, L2: counted by who is meant and not by how it is written; the unknown is slowed down as the known is.
    async fn guesses_count_by_account_however_it_is_written(db) {
        let server = TestServer::start(db).await;
        let jose = Person { email: "jos\u{e9}@example.org".into(), ..Person::new("Jose Jolly") };
        Person { email: "alice@example.org".into(), ..Person::alice() }.registered(&server).await;
        let spellings: [[&str; 6]; 3] = [
            ["alice@example.org", "ALICE@example.org", "Alice@Example.ORG", " alice@example.org", "alice@example.org ", "aLiCe@example.org"],
            ["nobody@example.org", "NOBODY@example.org", "Nobody@Example.ORG", " nobody@example.org", "nobody@example.org ", "nObody@example.org"],
            [&jose.email, "JOS\u{c9}@example.org", "jose\u{301}@example.org", "JOSE\u{301}@example.org", " jos\u{e9}@example.org", "Jos\u{e9}@EXAMPLE.org"],
        ];
        let mut all = Vec::new();
        for spellings in spellings {
            let mut answers = Vec::new();
            for email in spellings {
                let mut browser = Browser::new(&server);
                Person { email: email.into(), ..Person::new("X Y") }.sign_in(&mut browser).await;
                answers.push(browser.error());
            }
            assert!(answers[..5].iter().all(|answer| answer.contains("is wrong")), "{answers:?}");
            assert!(answers[5].contains("Wait 1 second"), "{spellings:?}: {answers:?}");
            all.push(answers);
        }
        assert!(all[0] == all[1] && all[0] == all[2], "known and unknown read the same");
    }

    /// security.md L2, L5: guesses from many networks slow each other down; a browser that the owner signed in with before is let in.
    async fn guesses_from_many_networks_slow_down_and_the_owner_gets_in(db) {
        let server = TestServer::with(db).setting("trusted_proxies", toml::Value::Array(vec!["127.0.0.0/8".into()])).start().await;
        let alice = Person::alice();
        let mut known = alice.signed_in(&server).await;
        known.open("/logout").await;
        known.press("Sign out").await;
        let mut evaluated = 0;
        for n in 0..60 {
            evaluated += usize::from(guess_from(&server, n, &alice.email).await.contains("is wrong"));
        }
        assert!((40..=50).contains(&evaluated), "{evaluated} of 60 guesses from as many networks were evaluated");
        assert!(guess_from(&server, 300, &alice.email).await.contains("Too many tries"));
        // The right password, from a browser that nobody knows: it waits as all do.
        let mut unknown = Browser::new(&server);
        alice.sign_in(&mut unknown).await;
        assert!(unknown.error().contains("Too many tries"), "{}", unknown.describe());
        // A copied cookie of the account is not enough: it belongs to its browser.
        let mut copied = Browser::new(&server);
        copied.open("/login").await;
        copied.cookies.set("ostiary_known", &known.cookie("ostiary_known").unwrap().value);
        alice.sign_in(&mut copied).await;
        assert!(copied.error().contains("Too many tries"), "{}", copied.describe());
        alice.sign_in(&mut known).await;
        assert!(known.is_signed_in().await, "{}", known.describe());
        // Another person is not held up.
        Person::bob().registered(&server).await;
        elsewhere(&server, &Person::bob()).await;
    }

    /// security.md L4, L5: the wait doubles, ends at a quarter of an hour, and is forgotten after a day or a success.
    async fn the_wait_doubles_and_stays_bounded(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        alice.registered(&server).await;
        let mut waits = Vec::new();
        for _ in 0..28 {
            let said = guess_from(&server, 0, &alice.email).await;
            let Some((_, wait)) = said.split_once("Wait ") else { continue };
            let number: u64 = wait.split(' ').next().unwrap().parse().unwrap();
            let seconds = if wait.contains("minute") { number * 60 } else { number };
            waits.push(seconds);
            server.advance(Duration::from_secs(seconds));
        }
        // From 128 s on told in minutes, rounded up.
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 180, 300, 540, 900, 900]);
        server.advance(Duration::from_secs(24 * 3600 + 901));
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT COUNT(*) FROM failed_guesses").await, 0);
        elsewhere(&server, &alice).await;
    }

    /// security.md L1: wrong, unknown and disabled are one answer, to the byte of it.
    async fn every_refusal_reads_the_same(db) {
        let server = TestServer::start(db).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        alice.registered(&server).await;
        bob.registered(&server).await;
        server.database().execute("UPDATE users SET enabled = FALSE WHERE email = 'bob@example.org'").await;
        let mut pages = Vec::new();
        for person in [Person { password: "not her password".into(), ..alice.clone() }, bob, Person::new("Carol Calm")] {
            let mut browser = Browser::new(&server);
            person.sign_in(&mut browser).await;
            let page = browser.page();
            let same = page.html.replace(&person.email, "EMAIL").replace(&page.value("csrf").unwrap(), "CSRF");
            // A passkey's challenge is another each time.
            let fresh = [page.value("challenge"), page.attribute("[data-options]", "data-options").map(|text| text.replace('"', "&#34;"))];
            let same = fresh.into_iter().flatten().filter(|text| !text.is_empty()).fold(same, |same, fresh| same.replace(&fresh, "FRESH"));
            let mut headers: Vec<_> = page.headers.iter().filter(|(name, _)| !["date", "x-request-id", "content-length"].contains(&name.as_str())).map(|(name, value)| (name.to_string(), value.clone())).collect();
            headers.sort_by(|one, other| one.0.cmp(&other.0));
            pages.push((page.status, headers, same));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(pages[0], pages[2]);
    }

    /// security.md S9: sign-ins of one person leave a hundred sessions at most, whoever makes them, and end the oldest's grants.
    async fn the_oldest_session_goes_with_its_grants(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut first = alice.signed_in(&server).await;
        let (online, offline) = both_kinds(&server, &mut first, &alice).await;
        let mut known = first.clone();
        known.cookies.remove("ostiary_session");
        for round in 0..100 {
            server.advance(Duration::from_millis(5));
            let mut browser = if round % 2 == 0 { Browser::new(&server) } else { known.clone() };
            alice.sign_in(&mut browser).await;
        }
        assert_eq!(server.database().number("SELECT COUNT(*) FROM sessions").await, 100);
        assert!(!first.is_signed_in().await);
        assert!(!shop.is_active(&online.access_token).await);
        assert!(shop.is_active(&offline.access_token).await);
        // Whoever signs in where the clock is behind keeps the session that has just begun.
        let behind = server.replica_ahead(-3600).await;
        let mut browser = Browser::new(&server);
        browser.through(behind.ground.port);
        alice.sign_in(&mut browser).await;
        assert!(browser.is_signed_in().await, "{}", browser.describe());
        assert_eq!(server.database().number("SELECT COUNT(*) FROM sessions").await, 100);
    }
}

both! {
    /// security.md A9: the page that asks leads only where the client has its address when the person decides, and not for ever.
    async fn a_sign_out_leads_where_it_may_lead_by_then(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let uri = "https://shop.example/signed-out";
        let ask = url::Url::parse_with_params(&server.at("/logout"), [("client_id", "shop"), ("post_logout_redirect_uri", uri)]).unwrap();
        let rename = async |from: &str, to: &str| {
            server.database().execute(&format!("UPDATE clients SET metadata = REPLACE(metadata, '{from}', '{to}') WHERE client_id = 'shop'")).await;
            ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Clients).await.unwrap();
        };
        let mut browser = alice.registered(&server).await;
        for late in ["taken away", "in an hour"] {
            alice.sign_in(&mut browser).await;
            browser.open(ask.as_str()).await;
            if late == "taken away" {
                rename("signed-out", "gone").await;
            } else {
                server.advance(Duration::from_secs(3600));
            }
            assert!(browser.press("Sign out").await.is_page(), "{late}");
            assert!(!browser.is_signed_in().await, "{late}");
            rename("gone", "signed-out").await;
        }
    }
}
