//! The actors themselves: what every other test relies on.

use crate::both;
use crate::support::prelude::*;
use crate::support::relying_party::RelyingParty;
use crate::support::wire::Wire;
use openidconnect::OAuth2TokenResponse;

both! {
    /// OpenID Connect Core §3.1
    async fn an_application_signs_a_person_in(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let shop = Application::of(&server, "shop");
        let tokens = shop.sign_in(&mut browser, &alice).await;
        let id_token = shop.verified(tokens.id_token()).await;
        assert_eq!(id_token.text("aud"), "shop");
        assert_eq!(shop.userinfo(&tokens.access_token).await.ok()["email"], alice.email);
        assert!(shop.is_active(&tokens.access_token).await);
        let again = shop.refresh(tokens.refresh_token()).await.tokens();
        assert_ne!(again.refresh_token, tokens.refresh_token);
    }

    async fn a_person_signs_up_on_the_way_and_allows_a_partner(db) {
        let server = TestServer::start(db).await;
        let bob = Person::bob();
        let mut browser = Browser::new(&server);
        let partner = Application::of(&server, "partner");
        let request = partner.authorization_request();
        browser.open(&request.url()).await;
        browser.follow("Create an account").await;
        bob.fill_sign_up(&mut browser).await;
        assert!(browser.page().has_button("Allow"), "{}", browser.describe());
        let landed = browser.press("Allow").await.landed();
        partner.check(&request, &landed);
        partner.redeem(&request, landed.code()).await.tokens();
    }

    async fn time_moves_by_hand(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let shop = Application::of(&server, "shop");
        let request = shop.authorization_request();
        let landed = alice.authorize(&mut browser, &request).await;
        server.advance(Duration::from_secs(61));
        shop.redeem(&request, landed.code()).await.refused(400, "invalid_grant");
    }

    async fn a_foreign_relying_party_accepts_everything(db) {
        let server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let party = RelyingParty::discover(&server.ground, "shop").await;
        let begun = party.begin();
        let request = begun.request(&Application::of(&server, "shop"));
        let landed = alice.authorize(&mut browser, &request).await;
        let signed_in = party.finish(begun, &landed).await;
        assert_eq!(signed_in.userinfo.email().unwrap().as_str(), alice.email);
        assert_eq!(signed_in.claims.email().unwrap().as_str(), alice.email);
        let refreshed = party.refresh(&signed_in.tokens).await;
        assert_ne!(refreshed.refresh_token().unwrap().secret(), signed_in.tokens.refresh_token().unwrap().secret());
    }

    async fn a_replica_takes_the_next_step(db) {
        let server = TestServer::start(db).await;
        let replica = server.replica().await;
        let alice = Person::alice();
        let mut browser = alice.registered(&server).await;
        let shop = Application::of(&server, "shop");
        let request = shop.authorization_request();
        browser.open(&request.url()).await;
        browser.through(replica.ground.port);
        let landed = alice.fill_sign_in(&mut browser).await.landed();
        let tokens = shop.clone().through(&replica.url).redeem(&request, landed.code()).await.tokens();
        assert!(shop.is_active(&tokens.access_token).await);
    }

    async fn a_restart_keeps_everything(db) {
        let mut server = TestServer::start(db).await;
        let alice = Person::alice();
        let mut browser = alice.signed_in(&server).await;
        let tokens = Application::of(&server, "shop").sign_in(&mut browser, &alice).await;
        server.restart().await;
        Application::of(&server, "shop").refresh(tokens.refresh_token()).await.tokens();
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 1);
        assert!(server.database().everything().await.contains(&alice.email));
    }

    async fn a_process_survives_kill_9_and_stops_on_sigterm(db) {
        let mut process = ServerProcess::start(db).await;
        let alice = Person::alice();
        let mut browser = Browser::of_process(&process);
        alice.sign_up(&mut browser).await;
        let tokens = Application::of_process(&process, "shop").sign_in(&mut browser, &alice).await;
        process.kill().await;
        process.restart().await;
        Application::of_process(&process, "shop").refresh(tokens.refresh_token()).await.tokens();
        let clients = process.command(&["client", "list", "--json"]).await.done().json();
        assert!(clients.to_string().contains("shop"), "{clients}");
        assert_eq!(process.terminate().await, 0);
        assert!(!process.log().contains(&alice.password));
    }
}

/// The database goes and comes back; the server does neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_can_be_cut_and_mended() {
    let (wire, url) = Wire::to_postgres().await;
    let server =
        TestServer::with(Database::Postgres).setting("database.url", url).setting("database.connect_timeout", "500ms").start().await;
    let shop = Application::of(&server, "shop");
    assert_eq!(shop.get("/health/ready", &[]).await.status, 200);
    wire.cut();
    assert_eq!(shop.get("/health/ready", &[]).await.status, 503);
    wire.mend();
    for _ in 0..100 {
        if shop.get("/health/ready", &[]).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not ready again after five seconds");
}
