//! Browser sessions: they begin anew, end when they should, and slow down guesses without locking anybody out.

use crate::both;
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
        let parallel = futures_util::future::join_all((100..130).map(guess)).await;
        let evaluated = parallel.iter().filter(|answer| answer.contains("wrong")).count();
        assert!(evaluated <= 5, "{evaluated} of 30 parallel guesses were evaluated");
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
}
