//! A source is read more than once, in whole or in part: what is not told has not changed, and what was told before changes nothing.
//! docs/moving-in.md.

use crate::both;
use crate::support::prelude::*;
use crate::support::supabase::HASH;

async fn import(server: &TestServer, kind: &str, file: &str) -> Value {
    server.ground.command(&["import", kind, file, "--json"]).await.done().json()
}

async fn shown(server: &TestServer, user: &str) -> Value {
    server.ground.command(&["user", "show", user, "--json"]).await.done().json()
}

async fn hash_of(server: &TestServer, user: &str) -> String {
    server.database().texts(&format!("SELECT hash FROM passwords WHERE user_id = '{user}'")).await.concat()
}

async fn set_password(server: &TestServer, user: &str) {
    server.ground.command_with_input(&["user", "set-password", user], "another password here").await.done();
}

/// What Auth0's support hands out, and what its bulk export writes.
fn auth0(server: &TestServer) -> (String, String) {
    let hashes = [("1", "ann"), ("2", "bob")].map(|(id, name)| {
        json!({ "_id": { "$oid": id }, "email": format!("{name}@example.org"), "email_verified": true, "passwordHash": HASH }).to_string()
    });
    let ann = json!({ "user_id": "auth0|1", "email": "ann@example.org", "email_verified": true, "name": "Ann",
        "created_at": "2019-05-01T10:00:00.000Z", "identities": [{ "provider": "auth0", "user_id": "1", "connection": "Users" }] });
    let bob = json!({ "user_id": "auth0|2", "email": "bob@example.org", "email_verified": true, "blocked": true,
        "app_metadata": { "roles": ["editor"], "groups": ["staff"] },
        "identities": [{ "provider": "auth0", "user_id": "2" }, { "provider": "google-oauth2", "user_id": "118" }] });
    (server.ground.write_file("hashes.ndjson", &hashes.join("\n")), server.ground.write_file("users.ndjson", &format!("{ann}\n{bob}\n")))
}

async fn assert_bob_is_whole(server: &TestServer, when: &str) {
    let bob = shown(server, "auth0|2").await;
    assert_eq!((&bob["enabled"], &bob["email_verified"]), (&json!(false), &json!(true)), "{when}: {bob}");
    assert_eq!((&bob["roles"], &bob["groups"]), (&json!(["editor"]), &json!(["staff"])), "{when}: {bob}");
    assert_eq!(server.database().texts("SELECT user_id FROM linked_identities WHERE provider = 'google'").await, ["auth0|2"], "{when}");
    assert_eq!(hash_of(server, "auth0|2").await, HASH, "{when}");
}

both! {
    /// "Both files are read by the same command": in either order, and again, neither takes back what the other told.
    async fn auth0s_two_files_complete_each_other(db) {
        for hashes_first in [true, false] {
            let server = TestServer::start(db).await;
            let (hashes, users) = auth0(&server);
            let order = if hashes_first { [&hashes, &users] } else { [&users, &hashes] };
            assert_eq!(import(&server, "auth0", order[0]).await["totals"]["created"], 2);
            let second = import(&server, "auth0", order[1]).await;
            assert_eq!((&second["totals"]["created"], &second["totals"]["skipped"]), (&json!(0), &json!(0)), "{second}");
            assert_eq!(second["totals"]["changes"], if hashes_first { json!({ "switched off": 1 }) } else { json!({}) }, "{second}");
            assert_bob_is_whole(&server, "after both").await;
            assert_eq!(hash_of(&server, "auth0|1").await, HASH);
            assert_eq!(shown(&server, "auth0|1").await["created_at"], "2019-05-01T10:00:00Z", "as the users' file tells");

            set_password(&server, "ann@example.org").await;
            let ours = hash_of(&server, "auth0|1").await;
            let rehearsal = server.ground.command(&["import", "auth0", &users, "--dry-run"]).await.done().stdout;
            assert!(!rehearsal.contains("hands hashes out"), "a password is here: {rehearsal}");
            for file in [&hashes, &users, &hashes] {
                let again = import(&server, "auth0", file).await;
                assert_eq!((&again["totals"]["unchanged"], &again["users"]), (&json!(2), &json!([])), "{again}");
            }
            assert_bob_is_whole(&server, "after all over again").await;
            assert_eq!(hash_of(&server, "auth0|1").await, ours, "what was told before does not take the new password's place");
        }
    }

    /// A hash that comes late does not take the place of what was set up here meanwhile.
    async fn a_hash_that_is_told_late_leaves_the_password_of_here(db) {
        let server = TestServer::start(db).await;
        let (hashes, users) = auth0(&server);
        import(&server, "auth0", &users).await;
        set_password(&server, "ann@example.org").await;
        let ours = hash_of(&server, "auth0|1").await;
        let done = import(&server, "auth0", &hashes).await;
        assert_eq!(done["totals"]["missing"], json!({ "password: one was set here before the source told of it": 1 }), "{done}");
        assert_eq!(hash_of(&server, "auth0|1").await, ours);
        assert_bob_is_whole(&server, "whose hash was missing").await;
        assert_eq!(import(&server, "auth0", &hashes).await["totals"]["unchanged"], 2);
    }

    /// A table without a column says nothing of it; what it does say is told before it is done.
    async fn a_table_without_a_column_takes_nothing_away(db) {
        let server = TestServer::start(db).await;
        let table = |name: &str, columns: &str, values: &str| server.ground.write_file(name, &format!("{columns}\n{values}\n"));
        let first = table("one.csv", "id,email,email_verified,enabled,roles,name,phone_number,phone_number_verified",
            "1,a@c.example,true,false,editor staff,Ann,+4930901820,true");
        import(&server, "csv", &first).await;
        let before = shown(&server, "1").await;
        let second = import(&server, "csv", &table("two.csv", "id,email,password_hash", &format!("1,a@c.example,{HASH}"))).await;
        assert_eq!((&second["totals"]["updated"], &second["totals"]["changes"]), (&json!(1), &json!({})), "{second}");
        let after = shown(&server, "1").await;
        for fact in ["enabled", "email_verified", "roles", "profile", "phone_number_verified"] {
            assert_eq!(before[fact], after[fact], "{fact}: {after}");
        }
        assert_eq!((&after["enabled"], &after["email_verified"], &after["profile"]["name"]), (&json!(false), &json!(true), &json!("Ann")));
        let unsaid = import(&server, "csv", &table("three.csv", "id,email,enabled,email_verified", "1,a@c.example,,")).await;
        assert_eq!(unsaid["totals"]["unchanged"], 1, "an empty cell is neither true nor false: {unsaid}");

        let fourth = table("four.csv", "id,email,enabled,email_verified,roles,name,phone_number", "1,a@c.example,true,false,staff,,");
        let rehearsal = server.ground.command(&["import", "csv", &fourth, "--dry-run"]).await.done().stdout;
        let told = ["switched on again", "its address is not verified any more", "its telephone number is not verified any more",
            "roles taken away: editor", "claims taken away: name, phone_number"];
        for what in told {
            assert!(rehearsal.contains(&format!("changes here: {what}\n")), "{what}: {rehearsal}");
        }
        assert_eq!(shown(&server, "1").await, after, "a dry run writes nothing");
        let done = import(&server, "csv", &fourth).await;
        assert_eq!(done["users"][0]["changes"], json!(told), "{done}");
        assert_eq!(done["totals"]["changes"]["roles taken away"], 1, "{done}");
        let last = shown(&server, "1").await;
        assert_eq!((&last["enabled"], &last["roles"], &last["profile"]), (&json!(true), &json!(["staff"]), &json!({})));
    }

    /// What a person has unlinked here stays away, whatever else changes there.
    async fn a_link_that_was_taken_away_here_stays_away(db) {
        let server = TestServer::start(db).await;
        let users = |name: &str| {
            let document = json!({ "user_id": "auth0|1", "email": "ann@example.org", "name": name,
                "identities": [{ "provider": "google-oauth2", "user_id": "117" }] });
            server.ground.write_file("users.ndjson", &document.to_string())
        };
        import(&server, "auth0", &users("Ann")).await;
        server.database().execute("DELETE FROM linked_identities").await;
        assert_eq!(import(&server, "auth0", &users("Anna")).await["totals"]["updated"], 1);
        assert_eq!(server.database().number("SELECT count(*) FROM linked_identities").await, 0);
        let empty = json!({ "user_id": "auth0|1", "email": "ann@example.org", "identities": [] }).to_string();
        let done = import(&server, "auth0", &server.ground.write_file("empty.ndjson", &empty)).await;
        assert_eq!(done["totals"]["changes"], json!({ "linked account taken away (google)": 1 }), "a list that is there counts: {done}");
    }

    /// "It is twice in the source: the first counts", also where the run was stopped between the two.
    async fn a_second_row_is_one_after_a_stop_too(db) {
        let server = TestServer::start(db).await;
        // The first batch, and more than what tells a file from another.
        let padding = "x".repeat(3000);
        let row = |n: usize, name: &str| json!({ "user_id": n.to_string(), "email": format!("p{n}@example.org"), "name": name, "given": padding }).to_string();
        let rows: String = (0..500).map(|n| row(n, "First") + "\n").collect();
        let again = row(7, "Second");
        let torn = server.ground.write_file("users.ndjson", &format!("{rows}[{}\n{}\n", &again[1..], row(500, "Last")));
        let stopped = server.ground.command(&["import", "auth0", &torn]).await;
        assert!(stopped.code == 1 && stopped.stderr.contains("line 501 is no JSON object"), "{stopped:?}");
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 500);
        server.ground.write_file("users.ndjson", &format!("{rows}{again}\n{}\n", row(500, "Last")));
        let done = import(&server, "auth0", &torn).await;
        let totals = &done["totals"];
        assert_eq!((&totals["read"], &totals["created"], &totals["updated"]), (&json!(502), &json!(501), &json!(0)), "it went on: {done}");
        assert_eq!(totals["skipped_because"], json!({ "it is twice in the source: the first counts": 1 }), "{done}");
        assert_eq!(shown(&server, "auth0|7").await["profile"]["name"], "First");
    }
}
