//! The authorization code: once, by its client, with its proofs, in its time.

use crate::both;
use crate::support::prelude::*;

/// security.md R6, pattern 2: what ends while a code is being redeemed ends what the code would grant. (SQLite has one writer, so that
/// there is no "while".)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_during_a_redemption_leaves_no_grant() {
    let server = TestServer::start(Database::Postgres).await;
    let alice = Person::alice();
    alice.signed_in(&server).await;
    for (client, what) in [
        ("partner", "DELETE FROM sessions"),
        ("shop", "DELETE FROM sessions"),
        ("partner", "DELETE FROM consents"),
        ("partner", "DELETE FROM clients WHERE client_id = 'partner'"),
        ("shop", "DELETE FROM clients WHERE client_id = 'shop'"),
        ("spa", "DELETE FROM users"),
    ] {
        let app = Application::of(&server, client);
        let mut browser = Browser::new(&server);
        let request = app.authorization_request().with("scope", "openid offline_access");
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        // As a lockdown, a withdrawal and a deletion do: what is there goes, then the grants that are there end.
        let held = server.database().hold(&format!("{what}; UPDATE grants SET ended_at = 1 WHERE ended_at IS NULL")).await;
        let redemption = tokio::spawn(async move { app.redeem(&request, &code).await });
        held.is_waited_for().await;
        assert!(!redemption.is_finished(), "{client}: {what}");
        held.commit().await;
        redemption.await.unwrap().refused(400, "invalid_grant");
        assert_eq!(server.database().number("SELECT count(*) FROM grants WHERE ended_at IS NULL").await, 0, "{what}");
    }
}

both! {
    /// security.md C1, RFC 6749 §4.1.2: the second redemption is refused and ends what the first had granted.
    async fn replaying_a_code_ends_its_grant(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        assert!(shop.is_active(&tokens.access_token).await);

        shop.redeem(&request, landed.code()).await.refused(400, "invalid_grant");

        assert!(!shop.is_active(&tokens.access_token).await);
        assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401);
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// RFC 6749 §4.1.2: a replay is one after the code's minute too, and after the session that it came from.
    async fn a_late_replay_ends_the_grant(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        for late in ["a minute later", "signed out"] {
            let mut browser = if late == "signed out" { Browser::new(&server) } else { alice.signed_in(&server).await };
            let request = partner.authorization_request().with("scope", "openid offline_access");
            let landed = alice.authorize(&mut browser, &request).await;
            let tokens = partner.redeem(&request, landed.code()).await.tokens();
            if late == "signed out" {
                browser.open("/logout").await;
                browser.press("Sign out").await;
            } else {
                server.advance(Duration::from_secs(61));
            }
            assert!(partner.is_active(&tokens.access_token).await, "{late}");
            partner.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
            assert!(!partner.is_active(&tokens.access_token).await, "{late}");
            partner.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
            assert_eq!(server.database().number("SELECT count(*) FROM events WHERE kind = 'code_reused'").await, if late == "signed out" { 2 } else { 1 });
        }
    }

    /// security.md C2: whoever is first wins, and nobody else.
    async fn one_of_a_hundred_parallel_redemptions_wins(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        let tries = (0..100).map(|_| {
            let (shop, request, code) = (shop.clone(), request.clone(), landed.code().to_owned());
            tokio::spawn(async move { shop.redeem(&request, &code).await })
        });
        let mut winners = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            let reply = one.await.unwrap();
            if reply.status == 200 { winners.push(reply.tokens()) } else { reply.refused(400, "invalid_grant") }
        }
        assert_eq!(winners.len(), 1);
        assert!(!shop.is_active(&winners[0].access_token).await, "a replay must end the grant");
    }

    /// security.md C3: a stolen code is worth nothing to another client, and the owner's stays good.
    async fn a_code_belongs_to_one_client(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        partner.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
        for at in [0, 20, landed.code().len() - 1] {
            let mut changed = landed.code().to_owned().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            shop.redeem(&request, &changed).await.refused(400, "invalid_grant");
        }
        shop.redeem(&request, landed.code()).await.tokens();
    }

    /// security.md C4: nothing else passes for a code, and a code passes for nothing else.
    async fn a_code_and_a_refresh_token_are_not_interchangeable(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        shop.refresh(landed.code()).await.refused(400, "invalid_grant");
        for other in [tokens.refresh_token(), tokens.access_token.as_str(), tokens.id_token()] {
            shop.redeem(&request, other).await.refused(400, "invalid_grant");
        }
        for token in [landed.code(), tokens.id_token()] {
            assert!(!shop.is_active(token).await);
            assert_eq!(shop.userinfo(token).await.status, 401);
        }
    }

    /// security.md C5, RFC 7636 §4.6, RFC 9700 §2.1.1 (downgrade).
    async fn the_verifier_must_answer_the_challenge(db) {
        let server = TestServer::with(db)
            .client(Client::confidential("shop").first_party())
            .client(Client::confidential("old").first_party().with("require_pkce", false))
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let long = "a".repeat(129);
        for verifier in ["", "a-wrong-verifier-that-is-long-enough-to-be-one-12345", "short", &long] {
            let request = shop.authorization_request();
            let landed = alice.authorize(&mut browser, &request).await;
            let mut wrong = request.clone();
            wrong.verifier = verifier.to_owned();
            shop.redeem(&wrong, landed.code()).await.refused(400, "invalid_grant");
            shop.redeem(&request, landed.code()).await.tokens();
        }
        let old = Application::of(&server, "old");
        let without = old.authorization_request().without("code_challenge").without("code_challenge_method");
        let landed = alice.authorize(&mut browser, &without).await;
        old.redeem(&without, landed.code()).await.refused(400, "invalid_grant");
        let mut silent = without.clone();
        silent.verifier = String::new();
        let landed = alice.authorize(&mut browser, &silent).await;
        old.redeem(&silent, landed.code()).await.tokens();
    }

    /// security.md A8, RFC 6749 §4.1.3.
    async fn the_redirect_uri_must_be_the_one_of_the_request(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        for uri in ["", "https://shop.example/other"] {
            let mut other = request.clone();
            other.redirect_uri = uri.to_owned();
            shop.redeem(&other, landed.code()).await.refused(400, "invalid_grant");
        }
        let unnamed = shop.authorization_request().without("redirect_uri");
        let landed = alice.authorize(&mut browser, &unnamed).await;
        shop.redeem(&unnamed, landed.code()).await.refused(400, "invalid_grant");
    }

    /// security.md C6.
    async fn a_code_lives_a_minute(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        server.advance(Duration::from_secs(59));
        shop.redeem(&request, landed.code()).await.tokens();
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        server.advance(Duration::from_secs(60));
        shop.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
    }

    /// security.md C6: replicas whose clocks differ by ten seconds redeem each other's codes, and none for longer.
    async fn clocks_that_differ_do_not_shorten_or_lengthen_a_code_by_more(db) {
        let server = TestServer::start(db).await;
        let (ahead, behind) = (server.replica_ahead(10).await, server.replica_ahead(-10).await);
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut codes = Vec::new();
        for issuer in [&ahead, &behind, &server] {
            browser.through(issuer.ground.port);
            let request = shop.authorization_request();
            codes.push((request.clone(), alice.authorize(&mut browser, &request).await.code().to_owned()));
        }
        for ((request, code), redeemer) in codes.iter().zip([&behind, &ahead, &ahead]) {
            let app = shop.clone().through(&redeemer.url);
            let tokens = app.redeem(request, code).await.tokens();
            for server in [&server, &ahead, &behind] {
                assert!(shop.clone().through(&server.url).is_active(&tokens.access_token).await);
            }
            app.refresh(tokens.refresh_token()).await.tokens();
        }
        let request = shop.authorization_request();
        browser.through(server.ground.port);
        let code = alice.authorize(&mut browser, &request).await.code().to_owned();
        for server in [&server, &ahead, &behind] {
            server.advance(Duration::from_secs(71));
        }
        for server in [&server, &ahead, &behind] {
            shop.clone().through(&server.url).redeem(&request, &code).await.refused(400, "invalid_grant");
        }
    }

    /// security.md C7: what happens between code and redemption counts.
    async fn whatever_ends_before_the_redemption_ends_the_code(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for what in [
            "DELETE FROM sessions",
            "UPDATE users SET enabled = FALSE",
            "DELETE FROM consents",
        ] {
            let request = partner.authorization_request();
            let landed = alice.authorize(&mut browser, &request).await;
            server.database().execute(what).await;
            partner.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
            server.database().execute("UPDATE users SET enabled = TRUE").await;
        }
    }

    /// security.md C8, F1: the database holds no code, token or secret that opens anything.
    async fn the_database_holds_nothing_that_opens_anything(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        let tokens = shop.redeem(&request, landed.code()).await.tokens();
        let dump = server.database().everything().await;
        let session = browser.cookie("ostiary_session").unwrap().value.clone();
        let secret = crate::support::setup::secret_of("shop");
        for planted in [landed.code(), &tokens.access_token, tokens.refresh_token(), tokens.id_token(), &session, &secret, &alice.password, &request.verifier] {
            assert!(!dump.contains(planted), "{planted}");
        }
        assert!(dump.contains(&alice.email), "the dump is of the right database");
    }
}
