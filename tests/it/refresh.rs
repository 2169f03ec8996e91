//! Refresh tokens: one live branch, whatever is lost, replayed or raced.

use crate::both;
use crate::support::prelude::*;

both! {
    /// security.md R1, RFC 9700 §4.14.2.
    async fn reusing_a_refresh_token_ends_its_grant(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let second = shop.refresh(first.refresh_token()).await.tokens();
        let third = shop.refresh(second.refresh_token()).await.tokens();
        shop.refresh(first.refresh_token()).await.refused(400, "invalid_grant");
        shop.refresh(third.refresh_token()).await.refused(400, "invalid_grant");
        for tokens in [&first, &second, &third] {
            assert!(!shop.is_active(&tokens.access_token).await);
        }
        let mail = crate::support::mailbox::Mailbox::of(&server).newest_to(&alice.email).await;
        assert!(mail.subject.contains("signed out of Shop"), "{mail:?}");
    }

    /// clients.md §2.2: the answer was lost, or two halves of an application refreshed at once.
    async fn the_token_before_is_good_for_a_moment(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let lost = shop.refresh(first.refresh_token()).await.tokens();
        server.advance(Duration::from_secs(29));
        let again = shop.refresh(first.refresh_token()).await.tokens();
        // Both are the same, current generation: either goes on, the other then falls under the grace.
        let next = shop.refresh(again.refresh_token()).await.tokens();
        shop.refresh(lost.refresh_token()).await.tokens();
        shop.refresh(next.refresh_token()).await.tokens();
    }

    /// RFC 9700 §4.14.2: after the grace it is a replay.
    async fn after_the_grace_the_token_before_is_reuse(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let second = shop.refresh(first.refresh_token()).await.tokens();
        server.advance(Duration::from_secs(30));
        shop.refresh(first.refresh_token()).await.refused(400, "invalid_grant");
        shop.refresh(second.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// security.md R2: fifty at once yield one generation.
    async fn parallel_refreshes_yield_one_branch(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let tries: Vec<_> = (0..50)
            .map(|_| {
                let (shop, token) = (shop.clone(), first.refresh_token().to_owned());
                tokio::spawn(async move { shop.refresh(&token).await })
            })
            .collect();
        let mut last = None;
        for one in tries {
            last = Some(one.await.unwrap().tokens());
        }
        assert_eq!(server.database().number("SELECT generation FROM grants").await, 1);
        shop.refresh(last.unwrap().refresh_token()).await.tokens();
    }

    /// security.md R2: without a grace one of fifty at once has the answer, the others are reuse, and the grant has ended.
    async fn parallel_refreshes_without_a_grace_have_one_winner(db) {
        let server = TestServer::with(db).setting("tokens.refresh_token_grace", "0s").start().await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        server.advance(Duration::from_secs(1));
        let tries: Vec<_> = (0..50)
            .map(|_| {
                let (shop, token) = (shop.clone(), first.refresh_token().to_owned());
                tokio::spawn(async move { shop.refresh(&token).await })
            })
            .collect();
        let mut winners = Vec::new();
        for one in tries {
            let reply = one.await.unwrap();
            if reply.status == 200 { winners.push(reply.tokens()) } else { reply.refused(400, "invalid_grant") }
        }
        assert_eq!(winners.len(), 1);
        shop.refresh(winners[0].refresh_token()).await.refused(400, "invalid_grant");
    }

    /// security.md R3: a restart forgets nothing.
    async fn reuse_is_detected_after_a_restart(db) {
        let mut server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        let second = shop.refresh(first.refresh_token()).await.tokens();
        let third = shop.refresh(second.refresh_token()).await.tokens();
        server.restart().await;
        shop.refresh(first.refresh_token()).await.refused(400, "invalid_grant");
        shop.refresh(third.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// security.md R4, RFC 6749 §6.
    async fn scope_is_narrowed_for_one_answer_and_never_widened(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let request = shop.authorization_request().with("scope", "openid email orders:read");
        let first = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        let refresh = |token: String, scope: &'static str| {
            let shop = shop.clone();
            async move { shop.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)]).await }
        };
        refresh(first.refresh_token().into(), "openid email orders:write").await.refused(400, "invalid_scope");
        let narrow = refresh(first.refresh_token().into(), "openid").await.tokens();
        assert_eq!(narrow.scope(), "openid");
        let wide = shop.refresh(narrow.refresh_token()).await.tokens();
        assert_eq!(wide.scope(), "openid email orders:read");
    }

    /// security.md R5.
    async fn a_refresh_token_belongs_to_one_client(db) {
        let server = TestServer::start(db).await;
        let (shop, partner) = (Application::of(&server, "shop"), Application::of(&server, "partner"));
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        partner.refresh(first.refresh_token()).await.refused(400, "invalid_grant");
        shop.refresh(first.refresh_token()).await.tokens();
    }

    /// security.md R6: each within one request.
    async fn a_grant_dies_with_what_it_hangs_on(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        for end in ["sign out", "password", "apps", "disabled", "revoked"] {
            let mut browser = Browser::new(&server);
            server.database().execute("DELETE FROM users").await;
            alice.sign_up(&mut browser).await;
            let tokens = shop.sign_in(&mut browser, &alice).await;
            match end {
                "sign out" => {
                    browser.open("/logout").await;
                    browser.press("Sign out").await;
                }
                "password" => {
                    // From another browser: the one that changes it stays signed in.
                    let mut other = Browser::new(&server);
                    alice.sign_in(&mut other).await;
                    other.open("/account/password").await;
                    other.fill("Current password", &alice.password);
                    other.fill("New password", "another good password");
                    other.press("Change password").await;
                    assert_eq!(other.error(), "", "{}", other.describe());
                }
                "apps" => {
                    browser.open("/account/apps").await;
                    browser.press("Remove").await;
                }
                "disabled" => server.database().execute("UPDATE users SET enabled = FALSE").await,
                _ => assert_eq!(shop.revoke(tokens.refresh_token()).await.status, 200),
            }
            shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
            assert!(!shop.is_active(&tokens.access_token).await, "{end}");
            assert_eq!(shop.userinfo(&tokens.access_token).await.status, 401, "{end}");
        }
    }

    /// Only `offline_access` outlives the session.
    async fn offline_access_outlives_the_session(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let plain = partner.sign_in(&mut browser, &alice).await;
        assert!(plain.refresh_token.is_none(), "others get a refresh token by offline_access only");
        let request = partner.authorization_request().with("scope", "openid offline_access");
        let offline = partner.sign_in_with(&mut browser, &alice, &request).await;
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert!(!partner.is_active(&plain.access_token).await);
        partner.refresh(offline.refresh_token()).await.tokens();
    }

    /// security.md R7: idle and absolute ends.
    async fn refresh_tokens_end_when_idle_and_in_the_end(db) {
        const DAY: Duration = Duration::from_secs(86_400);
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = partner.authorization_request().with("scope", "openid offline_access");
        let idle = partner.sign_in_with(&mut browser, &alice, &request).await;
        let mut used = partner.sign_in_with(&mut browser, &alice, &request).await;
        for _ in 0..3 {
            server.advance(29 * DAY);
            used = partner.refresh(used.refresh_token()).await.tokens();
        }
        partner.refresh(idle.refresh_token()).await.refused(400, "invalid_grant");
        server.advance(4 * DAY);
        partner.refresh(used.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// A grant in use keeps the session it lives by alive, as a page would.
    async fn refreshing_keeps_the_session_alive(db) {
        const DAY: Duration = Duration::from_secs(86_400);
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let mut tokens = shop.sign_in(&mut browser, &alice).await;
        for _ in 0..4 {
            server.advance(5 * DAY);
            tokens = shop.refresh(tokens.refresh_token()).await.tokens();
        }
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Your account");
        server.advance(8 * DAY);
        shop.refresh(tokens.refresh_token()).await.refused(400, "invalid_grant");
    }

    /// security.md S4: what outlives a session does not bring it back.
    async fn an_offline_grant_wakes_no_session(db) {
        let server = TestServer::start(db).await;
        let partner = Application::of(&server, "partner");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = partner.authorization_request().with("scope", "openid offline_access");
        let offline = partner.sign_in_with(&mut browser, &alice, &request).await;
        server.advance(Duration::from_secs(8 * 86_400));
        partner.refresh(offline.refresh_token()).await.tokens();
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in", "{}", browser.describe());
    }

    /// OpenID Connect Core §11: `offline_access` is about refresh tokens; without one nothing outlives the session.
    async fn without_a_refresh_token_nothing_is_offline(db) {
        let bare = Client::confidential("bare").with("grant_types", json!(["authorization_code"]));
        let server = TestServer::with(db).client(bare).start().await;
        let bare = Application::of(&server, "bare");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let request = bare.authorization_request().with("scope", "openid offline_access");
        let tokens = bare.sign_in_with(&mut browser, &alice, &request).await;
        assert!(tokens.refresh_token.is_none() && bare.is_active(&tokens.access_token).await);
        browser.open("/logout").await;
        browser.press("Sign out").await;
        assert!(!bare.is_active(&tokens.access_token).await);
    }

    /// security.md R9, OpenID Connect Core §12.2.
    async fn the_refreshed_id_token_is_about_the_same_sign_in(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let first = shop.sign_in(&mut alice.signed_in(&server).await, &alice).await;
        server.advance(Duration::from_secs(100));
        let second = shop.refresh(first.refresh_token()).await.tokens();
        let (before, after) = (shop.verified(first.id_token()).await, shop.verified(second.id_token()).await);
        for name in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
            assert_eq!(before.claim(name), after.claim(name), "{name}");
        }
        assert!(after.claims.get("nonce").is_none());
        assert_eq!(after.number("iat") - before.number("iat"), 100);
    }

    /// security.md R3, K8: a clock that is set back makes no grace last longer, and signs nobody out.
    async fn a_clock_set_back_lengthens_no_grace(db) {
        let server = TestServer::start(db).await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let first = shop.sign_in(&mut browser, &alice).await;
        let second = shop.refresh(first.refresh_token()).await.tokens();
        server.set_back(Duration::from_secs(3600));
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Your account");
        assert!(shop.is_active(&second.access_token).await);
        let third = shop.refresh(second.refresh_token()).await.tokens();
        let token = shop.verified(&third.access_token).await;
        assert_eq!((token.number("iat"), token.number("exp") - token.number("iat")), (server.now(), 300));
        // Replicas' clocks may differ a little: that is within the grace still.
        server.set_back(Duration::from_secs(2));
        let again = shop.refresh(second.refresh_token()).await.tokens();
        let fourth = shop.refresh(again.refresh_token()).await.tokens();
        server.set_back(Duration::from_secs(60));
        shop.refresh(third.refresh_token()).await.refused(400, "invalid_grant");
        shop.refresh(fourth.refresh_token()).await.refused(400, "invalid_grant");
        // Nothing lives for ever: right again, what was issued has ended.
        let fresh = shop.sign_in(&mut browser, &alice).await;
        server.advance(Duration::from_secs(3662 + 300));
        assert!(!shop.is_active(&fresh.access_token).await);
        assert!(!shop.is_active(&third.access_token).await);
    }
}

both! {
    /// RFC 6749 §5.1, RFC 8707 §2.2: a scope that the resource does not know is refused, since an answer without any would say that all of it
    /// was granted; and the refresh token is not used up by it.
    async fn a_scope_that_the_resource_does_not_know_is_refused(db) {
        let (orders, mails) = ("https://orders.example", "https://mails.example");
        let server = TestServer::with(db)
            .resource(orders, &["orders:see"])
            .resource(mails, &["mails:see"])
            .client(Client::confidential("shop").first_party().with("resources", json!([orders, mails])))
            .start()
            .await;
        let shop = Application::of(&server, "shop");
        let alice = Person::alice();
        let request = shop.authorization_request().with("scope", "openid orders:see mails:see");
        let tokens = shop.sign_in_with(&mut alice.signed_in(&server).await, &alice, &request).await;
        let with = |scope| [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token()), ("scope", scope), ("resource", mails)];
        shop.post("/token", &with("orders:see")).await.refused(400, "invalid_scope");
        assert_eq!(shop.post("/token", &with("mails:see")).await.tokens().scope(), "mails:see");
    }
}
