//! One odd row keeps nobody else out or in, and the reports say what is so. docs/moving-in.md.

use crate::both;
use crate::support::prelude::*;
use crate::support::supabase::{self, Kind};
use crate::support::upstream::FakeUpstream;

async fn import(server: &TestServer, kind: &str, file: &str) -> Value {
    server.ground.command(&["import", kind, file, "--json"]).await.done().json()
}

both! {
    /// Neither database may take what the other cannot: NUL in a text, a key that no index holds.
    async fn a_row_that_cannot_be_kept_keeps_nobody_else_out(db) {
        let server = TestServer::start(db).await;
        let rows = [
            json!({ "user_id": format!("auth0|{}", "x".repeat(8000)), "email": "long@example.org" }),
            json!({ "user_id": "auth0|nul\u{0}", "email": "nul@example.org" }),
            json!({ "user_id": "auth0|1", "email": "a\u{0}@example.org" }),
            json!({ "user_id": "auth0|2", "email": "b@example.org", "app_metadata": { "roles": ["edi\u{0}tor", "reader"] },
                "identities": [{ "provider": "google-oauth2", "user_id": "117", "profileData": { "email": "b\u{0}@example.org" } },
                    { "provider": "github", "user_id": "8\u{0}" }] }),
            json!({ "user_id": "auth0|3", "email": "c@example.org" }),
        ];
        let file = server.ground.write_file("odd.ndjson", &rows.map(|row| row.to_string()).join("\n"));
        let done = import(&server, "auth0", &file).await;
        assert_eq!((&done["totals"]["created"], &done["totals"]["skipped"]), (&json!(2), &json!(3)), "{done}");
        assert_eq!(done["totals"]["skipped_because"], json!({
            "its id cannot be read: it is longer than 500 bytes, or has control characters": 2,
            "its address cannot be read: it has control characters": 1,
        }), "{done}");
        assert!(done["users"][0]["source_id"].as_str().unwrap().starts_with("auth0|xxx"), "they are named: {done}");
        assert_eq!(done["totals"]["missing"], json!({
            "a role: its name has control characters": 1,
            "the address of a linked account: it has control characters": 1,
            "a linked account: its provider or subject cannot be kept": 1,
        }), "{done}");
        assert_eq!(server.database().texts("SELECT subject FROM linked_identities WHERE email IS NULL").await, ["117"]);
        assert_eq!(server.database().texts("SELECT roles FROM users WHERE id = 'auth0|2'").await, ["[\"reader\"]"]);
        assert_eq!(import(&server, "auth0", &file).await["totals"]["unchanged"], 2);
    }

    /// What cannot be kept of a profile is told, by the dry run too; what is empty is no fact.
    async fn a_fact_that_does_not_come_is_told(db) {
        let server = TestServer::start(db).await;
        let person = json!({ "user_id": "auth0|1", "email": "a@example.org", "name": "x".repeat(5000), "nickname": "Li\nne", "given_name": " ", "family_name": "Doe", "picture": "ftp://a.example/p.png" });
        let file = server.ground.write_file("odd.ndjson", &person.to_string());
        let dry = server.ground.command(&["import", "auth0", &file, "--json", "--dry-run"]).await.done().json();
        let done = import(&server, "auth0", &file).await;
        for told in [dry, done] {
            assert_eq!(told["totals"]["missing"], json!({
                "name: it is longer than 2000 bytes": 1, "nickname: it has control characters": 1, "picture: it is no web address": 1,
            }), "{told}");
        }
        assert_eq!(server.database().texts("SELECT profile FROM users").await, ["{\"family_name\":\"Doe\"}"]);
    }

    /// "Comes" is said of what will be of use, and of nothing else.
    async fn what_comes_is_what_can_be_used(db) {
        let fake = FakeUpstream::start("far").await;
        let server = TestServer::with(db).upstream(fake.document()).start().await;
        let torn = json!({ "id": "u1", "email": "a@example.org", "totp": { "secret": "" },
            "identities": [{ "provider": "far", "subject": "1" }, { "provider": "google", "subject": "2" }],
            "passkeys": [{ "credential_id": "AAAA", "name": "Key", "document": { "x": 1 }, "user_verified": true, "backup_eligible": false, "backed_up": false }] });
        let done = import(&server, "ostiary", &server.ground.write_file("torn.ndjson", &torn.to_string())).await;
        let unused = "linked account (google), unused until a provider with this id is configured";
        assert_eq!(done["users"][0]["comes"], json!(["linked account (far)", unused]), "{done}");
        assert_eq!(done["totals"]["missing"], json!({
            "authenticator app: its secret is no base 32, or of no usable length": 1,
            "passkey: it is none that can be read": 1,
        }), "{done}");
        for table in ["totp_secrets", "passkeys"] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        let realm = json!({ "realm": "x", "users": [{ "id": "s", "username": "service-account-x", "enabled": true, "serviceAccountClientId": "x" }] });
        let done = import(&server, "keycloak", &server.ground.write_file("realm.json", &realm.to_string())).await;
        assert_eq!((&done["totals"]["read"], &done["totals"]["skipped"]), (&json!(1), &json!(1)), "{done}");
        assert!(done["users"][0]["why"].as_str().unwrap().starts_with("service account"), "{done}");
    }

    /// What cannot be read is named with its person, keeps nothing else back, and does not pass for success.
    async fn an_export_names_what_cannot_be_read(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 3, |_| Kind::WithTotp);
        server.ground.command(&["import", "supabase", dump.to_str().unwrap()]).await.done();
        server.database().execute(&format!("UPDATE totp_secrets SET sealed_secret = 'torn' WHERE user_id = '{}'", supabase::id(1))).await;
        let file = server.ground.folder.path().join("everybody.ndjson");
        let part = server.ground.folder.path().join("everybody.ndjson.part");
        let told = server.ground.command(&["export", "--to", file.to_str().unwrap()]).await;
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.stdout.contains(&format!("cannot be read: the authenticator app of {}", supabase::id(1))), "{told:?}");
        let lines = std::fs::read_to_string(&file).unwrap();
        assert_eq!((lines.lines().count(), lines.matches("\"totp\"").count(), part.exists()), (3, 2, false));
        let told = server.ground.command(&["keys", "rotate-master"]).await;
        assert!(told.code != 0 && told.stderr.contains(&supabase::id(1)), "{told:?}");

        // An export that fails half-way leaves nothing.
        std::fs::remove_file(&file).unwrap();
        server.database().execute("ALTER TABLE passkeys RENAME TO gone").await;
        let failed = server.ground.command(&["export", "--to", file.to_str().unwrap()]).await;
        assert_eq!((failed.code, file.exists(), part.exists()), (1, false, false), "{failed:?}");
        let nowhere = server.ground.command(&["export", "--to", "/nowhere/at/all.ndjson"]).await;
        assert!(nowhere.code == 1 && nowhere.stderr.contains("/nowhere/at/all.ndjson"), "{nowhere:?}");
    }
}
