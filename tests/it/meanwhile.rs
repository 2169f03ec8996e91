//! What two do at once: neither takes back what the other has done.

use crate::both;
use crate::support::prelude::*;
use crate::support::upstream::FakeUpstream;

const NUMBER: &str = "+4930901820";

both! {
    /// OpenID Connect Core §5.1: a number that is proven while the profile is being saved stays proven, and what else came stays too.
    async fn a_saved_profile_takes_back_no_proof(db) {
        let server = TestServer::start(db).await;
        let mut browser = Person::alice().signed_in(&server).await;
        browser.open("/account/profile").await;
        browser.fill("Phone number", NUMBER);
        let proven = format!("UPDATE users SET phone_number_verified = TRUE, updated_at = updated_at + 1, profile = '{{\"phone_number\":\"{NUMBER}\",\"of_an_import\":\"x\"}}'");
        let held = server.database().hold(&proven).await;
        let saving = tokio::spawn(async move {
            browser.press("Save profile").await;
            browser
        });
        held.is_waited_for_by(&server).await;
        held.commit().await;
        let browser = saving.await.unwrap();
        assert_eq!(browser.error(), "", "{}", browser.describe());
        let text = server.database().text("SELECT profile FROM users").await;
        assert!(text.contains("of_an_import") && text.contains("Alice"), "{text}");
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE phone_number_verified").await, 1);
    }

    /// `user update --role` leaves the groups as they are, not as they were.
    async fn roles_that_are_set_leave_the_groups_alone(db) {
        let server = TestServer::start(db).await;
        server.ground.command(&["user", "create", "bob@example.org", "--without-password", "--group", "old"]).await.done();
        let held = server.database().hold("UPDATE users SET user_groups = '[\"staff\"]', updated_at = updated_at + 1").await;
        let ground = server.ground.clone();
        let update = tokio::spawn(async move { ground.command(&["user", "update", "bob@example.org", "--role", "editor", "--json"]).await.done().json() });
        held.is_waited_for().await;
        held.commit().await;
        let shown = update.await.unwrap();
        assert_eq!((&shown["roles"], &shown["groups"]), (&json!(["editor"]), &json!(["staff"])), "{shown}");
        assert_eq!(server.database().texts("SELECT user_groups FROM users").await, ["[\"staff\"]"]);
    }

    /// What an operator sets while somebody comes in by a provider stays beside what the provider says.
    async fn attributes_of_a_provider_leave_others_alone(db) {
        let fake = FakeUpstream::start("far").await;
        fake.knows("frieda-1", "frieda@far.example");
        let mut document = fake.document();
        document["attributes"] = json!({ "department": "dept" });
        let server = TestServer::with(db).upstream(document).start().await;
        fake.says(|script| script.userinfo = [("sub".into(), json!("frieda-1"))].into_iter().collect());
        fake.visit(&server).await.press("Create account").await;
        fake.claim("dept", "Research");
        let held = server.database().hold("UPDATE users SET attributes = '{\"tier\":\"gold\"}', updated_at = updated_at + 1").await;
        let (visitor, visited) = (fake.clone(), server.issuer.clone());
        let port = server.ground.port;
        let visit = tokio::spawn(async move {
            let mut browser = Browser::at(&visited, port);
            browser.open("/login").await;
            visitor.sign_in(&mut browser).await;
            browser
        });
        held.is_waited_for_by(&server).await;
        held.commit().await;
        let browser = visit.await.unwrap();
        assert_eq!(browser.path(), "/account", "{}", browser.describe());
        let attributes: Value = serde_json::from_str(&server.database().text("SELECT attributes FROM users").await).unwrap();
        assert_eq!(attributes, json!({ "tier": "gold", "department": "Research" }));
    }
}
