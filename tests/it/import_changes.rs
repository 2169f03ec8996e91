//! What an import leaves as it is here, and who does not come back: issue 4, section 3.

use crate::both;
use crate::support::database::postgres_url;
use crate::support::prelude::*;
use crate::support::setup::Ground;
use crate::support::supabase::{self, Kind};

/// A schema of the tests' database for a system that people come from.
fn schema_of(ground: &Ground) -> String {
    format!("changes_{}_{}", ground.port, std::process::id())
}

async fn drop_schema(source: &tokio_postgres::Client, schema: &str) {
    source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
}

both! {
    /// docs/moving-in.md: what changes there is changed here, fact by fact; what does not stays, also when a person has changed it here.
    async fn a_changed_picture_takes_nothing_else_back(db) {
        let server = TestServer::start(db).await;
        let schema = schema_of(&server.ground);
        let source = supabase::tables(&schema, 3, |_| Kind::Plain).await;
        let url = postgres_url();
        let import = async || {
            let arguments = ["import", "supabase", "--schema", schema.as_str(), "--json"];
            server.ground.command_with(&arguments, &[("OSTIARY_IMPORT_URL", &url)]).await.done().json()
        };
        assert_eq!(import().await["totals"]["created"], 3);
        let (moved, proven, plain) = (supabase::id(0), supabase::id(1), supabase::id(2));
        let database = server.database();
        // As /account/email, /account/phone and the operator do it.
        database.execute(&format!("UPDATE users SET email = 'safe@example.org', updated_at = updated_at + 1 WHERE id = '{moved}'")).await;
        database.execute(&format!("UPDATE users SET profile = '{{\"name\":\"Mine\",\"phone_number\":\"+4930901820\"}}', phone_number_verified = TRUE, updated_at = updated_at + 1 WHERE id = '{proven}'")).await;
        server.ground.command(&["user", "update", &plain, "--group", "staff"]).await.done();
        // A sign-in with Google over there brings a picture, and nothing else.
        let there = async |change: &str, id: &str| {
            source.batch_execute(&format!("UPDATE users SET {change}, updated_at = now() WHERE id = '{id}'")).await.unwrap();
        };
        let picture = "raw_user_meta_data = raw_user_meta_data || '{\"avatar_url\": \"https://img.example/a.png\"}'";
        there(picture, &moved).await;
        there(picture, &proven).await;
        there("raw_app_meta_data = '{\"roles\": [\"editor\"]}'", &plain).await;
        assert_eq!(import().await["totals"]["updated"], 3);
        let shown = async |id: &str| server.ground.command(&["user", "show", id, "--json"]).await.done().json();
        let (one, two, three) = (shown(&moved).await, shown(&proven).await, shown(&plain).await);
        assert_eq!((&one["email"], &one["email_verified"], &one["profile"]["picture"]), (&json!("safe@example.org"), &json!(true), &json!("https://img.example/a.png")));
        assert_eq!((&two["profile"]["phone_number"], &two["phone_number_verified"]), (&json!("+4930901820"), &json!(true)));
        assert_eq!((&two["profile"]["name"], &two["profile"]["picture"]), (&json!("Mine"), &json!("https://img.example/a.png")));
        assert_eq!((&three["roles"], &three["groups"]), (&json!(["editor"]), &json!(["staff"])));

        there("email = 'Other@example.org', email_confirmed_at = NULL", &moved).await;
        there("email_confirmed_at = NULL, raw_user_meta_data = '{}'", &proven).await;
        assert_eq!(import().await["totals"]["updated"], 2);
        let (one, two) = (shown(&moved).await, shown(&proven).await);
        assert_eq!((&one["email"], &one["email_verified"]), (&json!("other@example.org"), &json!(false)), "what changes there is changed here");
        assert_eq!(two["email_verified"], false);
        assert_eq!(two["profile"], json!({ "phone_number": "+4930901820" }), "what is taken away there is taken away here");
        drop_schema(&source, &schema).await;
    }

    /// Who is switched off, or asks for deletion, between the import's look and its write stays so.
    async fn an_import_takes_nothing_back_that_happens_meanwhile(db) {
        let server = TestServer::start(db).await;
        let table = |name: &str| format!("id,email,name\n1,a@example.org,{name}\n");
        let first = server.ground.write_file("first.csv", &table("Ann"));
        server.ground.command(&["import", "csv", &first]).await.done();
        let second = server.ground.write_file("second.csv", &table("Anna"));
        let held = server.database().hold("UPDATE users SET enabled = FALSE, deletion_due_at = 9000000000000000, email = 'safe@example.org', updated_at = updated_at + 1").await;
        let ground = server.ground.clone();
        let import = tokio::spawn(async move { ground.command(&["import", "csv", &second, "--json"]).await.done().json() });
        held.is_waited_for().await;
        held.commit().await;
        assert_eq!(import.await.unwrap()["totals"]["updated"], 1);
        let shown = server.ground.command(&["user", "show", "1", "--json"]).await.done().json();
        assert_eq!((&shown["enabled"], &shown["email"]), (&json!(false), &json!("safe@example.org")), "{shown}");
        assert!(!shown["deletion_due_at"].is_null(), "{shown}");
        assert_eq!(shown["profile"]["name"], "Anna");
    }

    /// Regulation (EU) 2016/679 Article 17: who was deleted here does not come back while the old system still knows them, and nothing of
    /// them is kept for it.
    async fn who_was_deleted_here_does_not_come_back(db) {
        let server = TestServer::start(db).await;
        let table = server.ground.write_file("people.csv", "email\ngone@example.org\nhere@example.org\n");
        let import = async |name: &str| server.ground.command(&["import", "csv", &table, "--name", name, "--json"]).await.done().json();
        assert_eq!(import("shop").await["totals"]["created"], 2);
        server.ground.command(&["user", "delete", "gone@example.org"]).await.done();
        for _ in 0..2 {
            let again = import("shop").await;
            assert_eq!((&again["totals"]["created"], &again["totals"]["unchanged"]), (&json!(0), &json!(1)), "{again}");
            assert_eq!(again["totals"]["skipped_because"]["deleted here"], 1, "{again}");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM deleted_imports WHERE length(digest) = 43").await, 1);
        assert_eq!(server.database().number("SELECT count(*) FROM imported_users WHERE source_id = 'gone@example.org'").await, 0);
        let wanted = import("another").await;
        assert_eq!(wanted["totals"]["created"], 1, "an operator who wants them back gives the source another name: {wanted}");
    }

    /// A database of the same name and schema on another host is another source: it is read from its beginning.
    async fn a_database_of_the_same_name_elsewhere_is_read_whole(db) {
        let server = TestServer::start(db).await;
        let schema = schema_of(&server.ground);
        let staging = supabase::tables(&schema, 2, |_| Kind::Plain).await;
        let arguments = ["import", "supabase", "--schema", schema.as_str()];
        let url = postgres_url();
        server.ground.command_with(&arguments, &[("OSTIARY_IMPORT_URL", &url)]).await.done();
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 2);
        drop_schema(&staging, &schema).await;
        let production = supabase::tables(&schema, 5, |_| Kind::Plain).await;
        let elsewhere = if url.contains("127.0.0.1") { url.replace("127.0.0.1", "localhost") } else { url.replace("localhost", "127.0.0.1") };
        assert_ne!(url, elsewhere);
        let follower = server.ground.spawn(&[&arguments[..], &["--follow", "--every", "1"]].concat(), &[("OSTIARY_IMPORT_URL", &elsewhere)]);
        for _ in 0..6000 {
            if server.database().number("SELECT count(*) FROM users").await == 5 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 5, "nobody of the second is left out");
        drop(follower);
        drop_schema(&production, &schema).await;
    }
}
