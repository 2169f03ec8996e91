//! Signing out in one application signs out of all (OpenID Connect Back-Channel Logout 1.0).

use crate::both;
use crate::support::listener::{Canary, Listener};
use crate::support::prelude::*;

/// Two applications that want to be told, one that does not.
async fn company(db: Database, first: &Listener, second: &Listener) -> TestServer {
    let told = |id: &str, listener: &Listener| Client::confidential(id).first_party().with("backchannel_logout_uri", listener.uri.as_str());
    TestServer::with(db)
        .client(told("shop", first))
        .client(told("admin", second))
        .client(Client::confidential("quiet").first_party())
        .start()
        .await
}

/// The logout token of a request that an application was sent.
fn logout_token(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /told HTTP/1.1"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{head}");
    body.strip_prefix("logout_token=").unwrap().to_owned()
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/logout").await;
    browser.press("Sign out").await;
}

/// Waits until only `left` are still to be told: an answer was heard before its row is gone.
async fn settled(server: &TestServer, left: usize) {
    while due(server).await > left {
        tokio::task::yield_now().await;
    }
}

/// How many are still to be told, now or later.
async fn due(server: &TestServer) -> usize {
    let later = server.clock.now() + Duration::from_secs(7200);
    ostiary::sessions::list_due_logouts(&mut server.app().storage.read().await.unwrap(), later, &[], 10).await.unwrap().len()
}

both! {
    /// Back-Channel Logout §2.4 and §2.5, security.md S8.
    async fn every_application_of_the_session_is_told(db) {
        let (first, second) = (Listener::answering("200 OK").await, Listener::answering("204 No Content").await);
        let server = company(db, &first, &second).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let (shop, admin, quiet) = (Application::of(&server, "shop"), Application::of(&server, "admin"), Application::of(&server, "quiet"));
        let tokens = shop.sign_in(&mut browser, &alice).await;
        admin.sign_in(&mut browser, &alice).await;
        quiet.sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        let id = shop.verified(tokens.id_token()).await;
        for (listener, client_id) in [(&first, "shop"), (&second, "admin")] {
            let heard = listener.wait_for(1).await;
            let token = shop.verified(&logout_token(&heard[0])).await;
            assert_eq!(token.header["typ"], "logout+jwt");
            assert_eq!((token.text("iss"), token.text("aud")), (server.issuer.as_str(), client_id));
            assert_eq!((token.text("sub"), token.text("sid")), (id.text("sub"), id.text("sid")));
            assert_eq!(token.claim("events"), &json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
            assert_eq!(token.number("exp") - token.number("iat"), 120);
            assert!(!token.text("jti").is_empty() && token.claims.get("nonce").is_none());
        }
        let discovery = shop.discovery().await;
        assert_eq!((&discovery["backchannel_logout_supported"], &discovery["backchannel_logout_session_supported"]), (&json!(true), &json!(true)));
    }

    /// Back-Channel Logout §2.3: whoever signed in by the session, however long ago, is told; each once.
    async fn an_application_is_told_long_after_it_signed_in(db) {
        let (first, second) = (Listener::answering("200 OK").await, Listener::answering("200 OK").await);
        let told = |id: &str, listener: &Listener| Client::confidential(id).with("backchannel_logout_uri", listener.uri.as_str());
        let server = TestServer::with(db).client(told("partner", &first)).client(told("other", &second)).start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for id in ["partner", "partner", "partner", "other"] {
            // None has a refresh token: their grants are over with their access tokens.
            assert!(Application::of(&server, id).sign_in(&mut browser, &alice).await.refresh_token.is_none());
        }
        server.advance(Duration::from_secs(2 * 86_400));
        browser.open("/account").await;
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT count(*) FROM grants").await, 2, "one for each application");
        sign_out(&mut browser).await;
        first.wait_for(1).await;
        second.wait_for(1).await;
        settled(&server, 0).await;
        ostiary::housekeeping::delete_expired(server.app()).await.unwrap();
        assert_eq!(server.database().number("SELECT count(*) FROM grants").await, 0, "gone with the session");
    }

    /// security.md S8: one that is slow or gone holds up nobody, is tried again, and hears it once it is back.
    async fn an_application_that_fails_is_told_later(db) {
        let (first, second) = (Listener::answering("503 Service Unavailable").await, Listener::answering("200 OK").await);
        let server = company(db, &first, &second).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        Application::of(&server, "shop").sign_in(&mut browser, &alice).await;
        Application::of(&server, "admin").sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        first.wait_for(1).await;
        second.wait_for(1).await;
        settled(&server, 1).await;
        *first.status.lock().unwrap() = "200 OK";
        server.advance(Duration::from_secs(31));
        ostiary::backchannel_logout::deliver_due(server.app()).await.unwrap();
        first.wait_for(2).await;
        settled(&server, 0).await;
        server.advance(Duration::from_secs(600));
        ostiary::backchannel_logout::deliver_due(server.app()).await.unwrap();
        assert_eq!((first.heard().len(), second.heard().len()), (2, 1), "told once, and no more");
    }

    /// security.md S8: one that takes every connection and never answers keeps nobody else waiting, however much it is still to be told.
    async fn an_application_that_never_answers_holds_up_no_other(db) {
        let (silent, second) = (Listener::answering("silence").await, Listener::answering("200 OK").await);
        let server = company(db, &silent, &second).await;
        let (alice, bob) = (Person::alice(), Person::bob());
        let (mut of_alice, mut of_bob) = (alice.signed_in(&server).await, bob.signed_in(&server).await);
        Application::of(&server, "shop").sign_in(&mut of_alice, &alice).await;
        Application::of(&server, "admin").sign_in(&mut of_alice, &alice).await;
        Application::of(&server, "admin").sign_in(&mut of_bob, &bob).await;
        // Older ones, some of which were tried before: more than go out at once, and more than are listed at once.
        let rows: Vec<String> = (0..150).map(|n| format!("('old-{n}', 'shop', 'somebody', {}, 1, 9000000000000000)", n % 2)).collect();
        let insert = "INSERT INTO logout_deliveries (session_id, client_id, user_id, attempts, due_at, expires_at) VALUES";
        server.database().execute(&format!("{insert} {}", rows.join(", "))).await;
        sign_out(&mut of_alice).await;
        second.wait_for(1).await;
        sign_out(&mut of_bob).await;
        second.wait_for(2).await;
        assert!(silent.heard().len() < 50, "they waited until {} others had not been answered", silent.heard().len());
        let listed = ostiary::sessions::list_due_logouts(&mut server.app().storage.read().await.unwrap(), server.clock.now(), &[], 1).await;
        assert_eq!(listed.unwrap()[0].attempts, 0, "what was not tried yet comes first");
    }

    /// security.md A34, S8: in production no inner address is called, by number or by name; whoever signs out is signed out all the same.
    async fn inner_addresses_are_told_nothing(db) {
        let canary = Canary::new().await;
        let told = |id: &str, host: &str| Client::confidential(id).first_party().with("backchannel_logout_uri", format!("https://{host}:{}/told", canary.port));
        let hosts = [("number", "127.0.0.1"), ("mapped", "[::ffff:127.0.0.1]"), ("name", "localhost")];
        let setup = hosts.into_iter().fold(TestServer::with(db), |setup, (id, host)| setup.client(told(id, host)));
        let setup = setup.setting("issuer", "https://id.example").setting("allowed_hosts", vec!["localhost"]).setting("mail.transport", "smtp");
        let server = setup.setting("mail.from", "id@id.example").setting("smtp.host", "localhost").start().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        for (id, _) in hosts {
            Application::of(&server, id).sign_in(&mut browser, &alice).await;
        }
        sign_out(&mut browser).await;
        assert!(!browser.is_signed_in().await);
        let failures = async || server.database().texts("SELECT client_id || ' ' || reason FROM logout_failures ORDER BY client_id").await;
        while failures().await.len() < hosts.len() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(failures().await.iter().all(|failure| failure.contains("forbidden")), "{:?}", failures().await);
        assert_eq!(canary.visits(), 0);
    }

    /// RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4: "not now" is no refusal.
    async fn an_application_that_is_busy_is_told_later(db) {
        let (first, second) = (Listener::answering("429 Too Many Requests").await, Listener::answering("200 OK").await);
        let server = company(db, &first, &second).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        Application::of(&server, "shop").sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        first.wait_for(1).await;
        for (heard, status) in [(2, "408 Request Timeout"), (3, "425 Too Early"), (4, "200 OK")] {
            settled(&server, 1).await;
            *first.status.lock().unwrap() = status;
            server.advance(Duration::from_secs(601));
            ostiary::backchannel_logout::deliver_due(server.app()).await.unwrap();
            first.wait_for(heard).await;
        }
        settled(&server, 0).await;
    }

    /// A refusal is final: the application has no such session.
    async fn a_refused_logout_token_is_not_sent_again(db) {
        let (first, second) = (Listener::answering("401 Unauthorized").await, Listener::answering("200 OK").await);
        let server = company(db, &first, &second).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        Application::of(&server, "shop").sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        first.wait_for(1).await;
        settled(&server, 0).await;
        server.advance(Duration::from_secs(900));
        ostiary::backchannel_logout::deliver_due(server.app()).await.unwrap();
        assert_eq!(first.heard().len(), 1);
    }

    /// security.md S8: replicas that try again at the same moment tell once between them, and one goes on when the other is gone.
    async fn replicas_share_what_is_to_be_told(db) {
        let (first, second) = (Listener::answering("503 Service Unavailable").await, Listener::answering("200 OK").await);
        let mut server = company(db, &first, &second).await;
        let replica = server.replica().await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        Application::of(&server, "shop").sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        first.wait_for(1).await;
        for heard in 2..6 {
            server.advance(Duration::from_secs(200));
            // Their own tasks may come first, which is the same to the application.
            let (one, two) = tokio::join!(ostiary::backchannel_logout::deliver_due(server.app()), ostiary::backchannel_logout::deliver_due(replica.app()));
            one.and(two).unwrap();
            assert_eq!(first.wait_for(heard).await.len(), heard, "one of them told it");
        }
        assert_eq!(due(&replica).await, 1, "told in vain so far");
        server.stop().await;
        *first.status.lock().unwrap() = "200 OK";
        server.advance(Duration::from_secs(601));
        ostiary::backchannel_logout::deliver_due(replica.app()).await.unwrap();
        first.wait_for(6).await;
        settled(&replica, 0).await;
        assert_eq!(first.heard().len(), 6);
    }

    /// security.md K6, T9: a logout token is no ID token, no access token and no assertion.
    async fn a_logout_token_is_good_for_nothing_else(db) {
        let (first, second) = (Listener::answering("200 OK").await, Listener::answering("200 OK").await);
        let server = company(db, &first, &second).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let shop = Application::of(&server, "shop");
        shop.sign_in(&mut browser, &alice).await;
        sign_out(&mut browser).await;
        let token = logout_token(&first.wait_for(1).await[0]);
        assert_eq!(shop.userinfo(&token).await.status, 401);
        assert!(!shop.is_active(&token).await);
        shop.refresh(&token).await.refused(400, "invalid_grant");
    }
}
