//! Signing keys and the master key.

use crate::both;
use crate::support::jwt::Jwt;
use crate::support::mailbox::Mailbox;
use crate::support::prelude::*;
use crate::support::setup::MASTER_KEY;
use crate::support::upstream::FakeUpstream;
use base64::Engine as _;

const DAY: Duration = Duration::from_secs(86_400);

fn kids(jwks: &Value) -> Vec<String> {
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

both! {
    /// security.md K1: published before it signs, kept until the last token it signed has ended, and the last session that one may name.
    async fn a_key_is_published_before_it_signs_and_kept_while_its_tokens_live(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let old = shop.sign_in(&mut browser, &alice).await;
        let old_kid = Jwt::decode(old.id_token()).header["kid"].as_str().unwrap().to_owned();
        server.ground.command(&["keys", "rotate"]).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Keys).await.unwrap();
        assert_eq!(kids(&shop.jwks().await).len(), 8);
        let during = shop.refresh(old.refresh_token()).await.tokens();
        assert_eq!(shop.verified(during.id_token()).await.header["kid"], old_kid, "not yet");

        // The command used the system's clock, and so did the server's start; a little more than a day later the next keys sign.
        server.advance(DAY + Duration::from_secs(60));
        let after = shop.refresh(during.refresh_token()).await.tokens();
        assert_ne!(shop.verified(after.id_token()).await.header["kid"], old_kid);
        let landed = browser.open(&shop.authorization_request().with("prompt", "none").with("id_token_hint", old.id_token()).url()).await.landed();
        landed.code();
        assert!(kids(&shop.jwks().await).contains(&old_kid), "still published");

        let cleaned = async || {
            ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
            ostiary::housekeeping::rotate_keys(server.app()).await.unwrap();
        };
        // An ID token goes on to name its session: as a hint it is verified as long as that lives (RP-Initiated Logout §2).
        for _ in 0..4 {
            server.advance(6 * DAY);
            browser.open("/account").await;
        }
        cleaned().await;
        browser.open(&format!("/logout?id_token_hint={}", old.id_token())).await;
        assert_eq!(browser.heading(), "You’re signed out", "{}", browser.describe());
        server.advance(8 * DAY);
        cleaned().await;
        assert!(!kids(&shop.jwks().await).contains(&old_kid), "gone with the last session");
    }

    /// security.md K1: whoever signs in anew goes on in their session, which may outlive the key that signed its first ID token; as a hint that
    /// is as good as ever (RP-Initiated Logout §2), until the session ends.
    async fn a_key_stays_for_as_long_as_a_session_that_was_prolonged(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let old = shop.sign_in(&mut browser, &alice).await;
        let old_kid = Jwt::decode(old.id_token()).header["kid"].as_str().unwrap().to_owned();
        server.ground.command(&["keys", "rotate"]).await.done();
        let cleaned = async || {
            ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
            ostiary::housekeeping::rotate_keys(server.app()).await.unwrap();
        };
        for _ in 0..4 {
            server.advance(6 * DAY);
            browser.open("/account").await;
        }
        let landed = browser.open(&shop.authorization_request().with("prompt", "login").url()).await;
        assert!(landed.is_page());
        alice.fill_sign_in(&mut browser).await.landed().code();
        for _ in 0..3 {
            server.advance(6 * DAY);
            browser.open("/account").await;
            cleaned().await;
        }
        assert!(kids(&shop.jwks().await).contains(&old_kid), "day 42");
        let silent = shop.authorization_request().with("prompt", "none").with("id_token_hint", old.id_token());
        browser.open(&silent.url()).await.landed().code();
        browser.open(&format!("/logout?id_token_hint={}", old.id_token())).await;
        assert_eq!(browser.heading(), "You’re signed out", "{}", browser.describe());
        server.advance(13 * DAY);
        cleaned().await;
        assert!(!kids(&shop.jwks().await).contains(&old_kid), "gone with the session");
    }

    /// security.md K2: keys rotate by themselves, and two replicas that rotate at once make one.
    async fn keys_rotate_on_schedule_once_whoever_does_it(db) {
        let server = TestServer::start(db).await;
        let replica = server.replica().await;
        let shop = Application::of(&server, "shop");
        assert_eq!(kids(&shop.jwks().await).len(), 4);
        ostiary::housekeeping::rotate_keys(server.app()).await.unwrap();
        assert_eq!(kids(&shop.jwks().await).len(), 4, "not due");
        server.advance(90 * DAY);
        let (one, two) = tokio::join!(ostiary::housekeeping::rotate_keys(server.app()), ostiary::housekeeping::rotate_keys(replica.app()));
        one.unwrap();
        two.unwrap();
        ostiary::housekeeping::rotate_keys(server.app()).await.unwrap();
        assert_eq!(kids(&shop.jwks().await).len(), 8);
    }

    /// security.md K1: a leaked key goes at once, with everything it signed.
    async fn a_revoked_key_is_gone_at_once(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let tokens = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let kid = Jwt::decode(&tokens.access_token).header["kid"].as_str().unwrap().to_owned();
        assert!(shop.is_active(&tokens.access_token).await, "and is known to be signed well");
        server.ground.command(&["keys", "revoke", &kid]).await.done();
        ostiary::housekeeping::reload(server.app(), ostiary::storage::Topic::Keys).await.unwrap();
        assert!(!kids(&shop.jwks().await).contains(&kid));
        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
    }

    /// security.md K1: one that signed nothing any more needs no other in its place.
    async fn a_retired_key_that_is_revoked_is_not_replaced(db) {
        let server = TestServer::start(db).await;
        let (app, shop) = (server.app(), Application::of(&server, "shop"));
        let first = kids(&shop.jwks().await);
        ostiary::keys::rotate(&app.storage, &app.sealing, &app.random, &app.key_policy, app.now(), true).await.unwrap();
        server.advance(2 * DAY);
        let revoke = async |kid: &str| {
            let done = ostiary::keys::revoke(&app.storage, &app.sealing, &app.random, &app.key_policy, kid, app.now()).await.unwrap();
            ostiary::housekeeping::reload(app, ostiary::storage::Topic::Keys).await.unwrap();
            (done, kids(&shop.jwks().await))
        };
        let (done, left) = revoke(&first[0]).await;
        assert_eq!((done, left.len()), (ostiary::keys::Revoked::Retired, 7));
        let signing = left.iter().find(|kid| !first.contains(kid)).unwrap();
        let (done, left) = revoke(signing).await;
        assert_eq!((done, left.len()), (ostiary::keys::Revoked::Replaced, 7));
        Person::alice().signed_in(&server).await;
    }

    /// security.md K1: a key that leaked is replaced until the next one's time; that one then signs, and the replacement has an end.
    async fn a_revoked_key_is_replaced_until_the_next_one_signs(db) {
        let server = TestServer::start(db).await;
        let app = server.app();
        let list = async || {
            let keys = ostiary::keys::list(&app.storage, app.now()).await.unwrap();
            let algorithm = keys[0].algorithm;
            keys.into_iter().filter(|key| key.algorithm == algorithm).collect::<Vec<_>>()
        };
        let revoke = async |kid: &str| {
            ostiary::keys::revoke(&app.storage, &app.sealing, &app.random, &app.key_policy, kid, app.now()).await.unwrap()
        };
        let current = list().await[0].kid.clone();
        ostiary::keys::rotate(&app.storage, &app.sealing, &app.random, &app.key_policy, app.now(), true).await.unwrap();
        assert_eq!(revoke(&current).await, ostiary::keys::Revoked::Replaced);
        let keys = list().await;
        let next = keys.iter().find(|key| key.state == "next").unwrap();
        let replacement = keys.iter().find(|key| key.state == "current").unwrap();
        assert_eq!(replacement.expires_at, Some(next.active_at + app.key_policy.kept_for));
        server.advance(2 * DAY);
        let states: Vec<_> = list().await.into_iter().map(|key| (key.kid, key.state)).collect();
        assert!(states.contains(&(next.kid.clone(), "current")) && states.contains(&(replacement.kid.clone(), "retired")), "{states:?}");
        assert_eq!(revoke(&replacement.kid).await, ostiary::keys::Revoked::Retired);
        assert!(list().await.iter().all(|key| key.kid == next.kid), "the healthy one stays");
    }

    /// security.md K1: one that was to sign next is replaced by one that is published as long before; the healthy one goes on signing.
    async fn a_next_key_that_is_revoked_leaves_the_current_one_signing(db) {
        let server = TestServer::start(db).await;
        let (app, shop) = (server.app(), Application::of(&server, "shop"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let signing = async |tokens: &Tokens| shop.verified(tokens.id_token()).await.header["kid"].as_str().unwrap().to_owned();
        let first = shop.sign_in(&mut browser, &alice).await;
        let current = signing(&first).await;
        let list = async || ostiary::keys::list(&app.storage, app.now()).await.unwrap();
        let algorithm = list().await.into_iter().find(|key| key.kid == current).unwrap().algorithm;
        ostiary::keys::rotate(&app.storage, &app.sealing, &app.random, &app.key_policy, app.now(), true).await.unwrap();
        server.advance(DAY / 2);
        let next = list().await.into_iter().find(|key| key.algorithm == algorithm && key.state == "next").unwrap();
        let done = ostiary::keys::revoke(&app.storage, &app.sealing, &app.random, &app.key_policy, &next.kid, app.now()).await.unwrap();
        ostiary::housekeeping::reload(app, ostiary::storage::Topic::Keys).await.unwrap();
        assert_eq!(done, ostiary::keys::Revoked::ReplacedNext);
        let published = kids(&shop.jwks().await);
        assert!(published.len() == 8 && !published.contains(&next.kid) && published.contains(&current), "{published:?}");
        let after = list().await.into_iter().find(|key| key.algorithm == algorithm && key.state == "next").unwrap();
        assert_eq!(after.active_at, app.now() + app.key_policy.publish_ahead, "as long before as any");
        let second = shop.refresh(first.refresh_token()).await.tokens();
        assert_eq!(signing(&second).await, current);
        // The old key's time has come and no other's: the current one is not retired before it is succeeded.
        server.advance(DAY / 2 + Duration::from_secs(60));
        let third = shop.refresh(second.refresh_token()).await.tokens();
        assert_eq!(signing(&third).await, current);
        server.advance(DAY / 2);
        let fourth = shop.refresh(third.refresh_token()).await.tokens();
        assert_eq!(signing(&fourth).await, after.kid);
        assert!(kids(&shop.jwks().await).contains(&current), "still published for what it signed");
    }

    /// security.md K3: nothing private is published; one id and one algorithm a key.
    async fn the_key_set_is_public(db) {
        let server = TestServer::start(db).await;
        let jwks = Application::of(&server, "shop").jwks().await;
        let mut ids = kids(&jwks);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4);
        for key in jwks["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            assert_eq!(key["use"], "sig");
            assert!(key["alg"].is_string() && key["kty"] != "oct");
        }
    }

    /// security.md K4: the wrong master key starts nothing and touches nothing; a rotated one goes on.
    async fn the_master_key_can_be_rotated_but_not_mistaken(db) {
        let other = base64::engine::general_purpose::STANDARD.encode(b"another master key for the tests");
        let mut server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let tokens = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let right = server.ground.clone();

        let mut wrong = right.replica();
        wrong.change("master_key", other.as_str());
        let before = server.database().row_counts().await;
        let refused = wrong.command(&["serve"]).await;
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("the master key is not the one"), "{refused:?}");
        assert_eq!(server.database().row_counts().await, before);

        server.ground.change("master_key", other.as_str());
        server.ground.change("previous_master_keys", vec![MASTER_KEY]);
        server.restart().await;
        let next = shop.refresh(tokens.refresh_token()).await.tokens();
        assert!(shop.is_active(&tokens.access_token).await);
        server.ground.command(&["keys", "rotate-master"]).await.done();
        server.ground.change("previous_master_keys", Vec::<String>::new());
        server.restart().await;
        shop.refresh(next.refresh_token()).await.tokens();
        assert!(shop.is_active(&next.access_token).await, "the signing keys are sealed anew");
    }

    /// security.md K4, L5: nobody's browser becomes a stranger's by a new master key; while replicas change over, in neither order.
    async fn a_browser_is_known_under_a_new_master_key(db) {
        let other = base64::engine::general_purpose::STANDARD.encode(b"another master key for the tests");
        let mut server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for (current, previous) in [(MASTER_KEY, other.as_str()), (&other, MASTER_KEY), (MASTER_KEY, &other), (&other, MASTER_KEY)] {
            server.ground.change("master_key", current);
            server.ground.change("previous_master_keys", vec![previous]);
            server.restart().await;
            browser.open("/logout").await;
            browser.press("Sign out").await;
            alice.sign_in(&mut browser).await;
            assert_eq!(browser.path(), "/account", "{}", browser.describe());
            assert_eq!(browser.cookie("ostiary_known").unwrap().value.split('.').count(), 1, "one person is remembered once");
        }
        let mails = Mailbox::of(&server).all().await;
        assert!(!mails.iter().any(|mail| mail.subject.starts_with("New sign-in")), "{mails:?}");
    }

    /// security.md K4: a key file that is lost is told, and no other is put in its place; found again, everything goes on.
    async fn a_lost_master_key_is_not_made_anew(db) {
        let mut ground = TestServer::with(db).prepare();
        ground.forget("master_key");
        ground.command(&["keys", "list"]).await.done();
        let (file, aside) = (ground.folder.path().join("master.key"), ground.folder.path().join("aside"));
        std::fs::rename(&file, &aside).unwrap();
        let before = ground.database.row_counts().await;
        for arguments in [&["serve"][..], &["keys", "list"], &["keys", "rotate-master"]] {
            let refused = ground.command(arguments).await;
            assert_eq!(refused.code, 1, "{refused:?}");
            assert!(refused.stderr.contains("master.key is missing") && refused.stderr.contains("restore it"), "{refused:?}");
            assert!(!file.exists(), "{arguments:?} made another key");
        }
        assert_eq!(ground.database.row_counts().await, before);
        std::fs::rename(&aside, &file).unwrap();
        ground.command(&["keys", "list"]).await.done();
    }

    /// security.md K4: everything that rests for long is sealed anew, so that the old key can go: an authenticator app, the one that it replaced,
    /// recovery codes, a provider's tokens are as good as before.
    async fn after_a_rotation_of_the_master_key_nothing_needs_the_old_one(db) {
        let other = base64::engine::general_purpose::STANDARD.encode(b"another master key for the tests");
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", "frieda@example.org");
        let mut document = fake.document();
        document["keep_tokens"] = json!(true);
        let mut server = TestServer::with(db).upstream(document).start().await;
        fake.visit(&server).await.press("Create account").await;
        let alice = Person::alice();
        let (replaced, codes) = alice.adds_authenticator(&server, &mut alice.signed_in(&server).await).await;
        server.advance(Duration::from_secs(8 * 86_400));
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        browser.fill("Code", &replaced.code(&server));
        browser.press("Continue").await;
        server.advance(Duration::from_secs(30));
        let (authenticator, _) = alice.adds_authenticator(&server, &mut browser).await;
        server.ground.change("master_key", other.as_str());
        server.ground.change("previous_master_keys", vec![MASTER_KEY]);
        server.restart().await;
        server.ground.command(&["keys", "rotate-master"]).await.done();
        server.ground.change("previous_master_keys", Vec::<String>::new());
        server.restart().await;
        let key_ids = "SELECT DISTINCT substr(sealed_secret, 1, 5) FROM totp_secrets UNION SELECT substr(sealed_tokens, 1, 5) FROM linked_identities
            WHERE sealed_tokens IS NOT NULL UNION SELECT substr(sealed_private_jwk, 1, 5) FROM signing_keys
            UNION SELECT substr(value, 1, 5) FROM replaced_factors WHERE kind = 'totp'";
        assert_eq!(server.database().number("SELECT count(*) FROM replaced_factors WHERE kind = 'totp'").await, 1);
        assert_eq!(server.database().texts(key_ids).await.len(), 1, "all under one key");
        assert_eq!(server.database().number("SELECT count(*) FROM linked_identities WHERE sealed_tokens IS NOT NULL").await, 1);
        let mut browser = Browser::new(&server);
        alice.sign_in(&mut browser).await;
        browser.fill("Code", &authenticator.code(&server));
        browser.press("Continue").await;
        assert_eq!(browser.heading(), "Your account", "{}", browser.describe());
        let mut other = Browser::new(&server);
        alice.sign_in(&mut other).await;
        other.follow("Use a recovery code").await;
        other.fill("Recovery code", &codes[0]);
        other.press("Continue").await;
        assert_eq!(other.heading(), "Your account", "{}", other.describe());
    }

    /// security.md K6: one kind of token never passes for another.
    async fn token_types_are_never_interchangeable(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        assert_eq!(shop.userinfo(tokens.id_token()).await.status, 401);
        assert!(!shop.is_active(tokens.id_token()).await);
        shop.refresh(&tokens.access_token).await.refused(400, "invalid_grant");
        for token in [&tokens.access_token, tokens.id_token()] {
            let body = format!("grant_type=refresh_token&refresh_token=x&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={token}");
            shop.post_raw("/token", &[], body).await.refused(401, "invalid_client");
        }
        // An access token as a logout hint proves nothing: the person is asked.
        browser.open(&format!("/logout?id_token_hint={}", tokens.access_token)).await;
        assert_eq!(browser.heading(), "Sign out?");
    }
}
