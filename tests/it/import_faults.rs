//! What a source has wrong, or half, is told and never guessed at: issue 4, section 3.

use crate::both;
use crate::support::prelude::*;
use crate::support::supabase::{self, Kind};

both! {
    /// A dump that ends early is refused before anything is written, wherever it ends.
    async fn a_dump_that_was_cut_off_brings_nobody(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 40, supabase::kind);
        let text = std::fs::read_to_string(&dump).unwrap();
        let begin = |table: &str| text.rfind(&format!("COPY auth.{table} ")).unwrap();
        let in_row = |table: &str| begin(table) + text[begin(table)..].find("5ba5e000").unwrap() + 300;
        let (end, banned) = (text[..begin("users")].rfind("\\.").unwrap(), text.find("\t2999-01-01").unwrap());
        let middle = "the dump ends in the middle of auth.";
        for (cut, told) in [
            (banned, format!("{middle}users")),
            (in_row("users"), format!("{middle}users")),
            (in_row("identities"), format!("{middle}identities")),
            (end, format!("{middle}mfa_factors")),
            (text.find("COPY public.users").unwrap(), "the dump ends before its last table does".to_owned()),
        ] {
            let file = server.ground.write_file("cut.sql", &text[..cut]);
            let refused = server.ground.command(&["import", "supabase", &file]).await;
            assert!(refused.code == 1 && refused.stderr.contains(&told), "{told} {refused:?}");
            assert_eq!(server.database().number("SELECT count(*) FROM users").await, 0, "{told}");
        }
    }

    /// Whose row has lost its last values has lost their ban with them: they do not come, and who came before stays as they are.
    async fn a_row_with_too_few_values_brings_nobody(db) {
        let server = TestServer::start(db).await;
        let kinds = |n| [Kind::Plain, Kind::Banned, Kind::WithGoogle][n];
        let dump = supabase::dump(server.ground.folder.path(), 3, kinds);
        let whole = std::fs::read_to_string(&dump).unwrap();
        let text = whole.replace("\t2999-01-01 00:00:00+00\tf\t\\N\tf\n", "\n");
        assert_ne!(text, whole);
        let identity = text.lines().find(|line| line.contains("\tgoogle\t")).unwrap();
        let text = text.replace(identity, identity.rsplit_once('\t').unwrap().0);
        let file = server.ground.write_file("half.sql", &text);
        let done = server.ground.command(&["import", "supabase", &file, "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["skipped"]), (&json!(2), &json!(1)), "{done}");
        assert_eq!(done["totals"]["skipped_because"]["its row has another number of values than there are columns"], 1, "{done}");
        assert_eq!(done["totals"]["missing"]["a row of identities: it has another number of values than there are columns"], 1, "{done}");
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE enabled = FALSE").await, 0);

        server.ground.command(&["import", "supabase", dump.to_str().unwrap()]).await.done();
        let again = server.ground.command(&["import", "supabase", &file, "--json"]).await.done().json();
        assert_eq!(again["totals"]["skipped"], 1, "{again}");
        assert_eq!(server.database().texts("SELECT id FROM users WHERE enabled = FALSE").await, [supabase::id(1)], "banned, and stays so");
    }

    /// A table that is no sound table is refused as a whole, before anything is written.
    async fn a_table_that_is_cut_off_or_ambiguous_brings_nobody(db) {
        let server = TestServer::start(db).await;
        for (text, told) in [
            ("email,name\na@example.org,A\nb@example.org,\"B\nc@example.org,C\n", "in line 3 is never closed"),
            ("email,name\na@example.org,\"A\"\"\n", "in line 2 is never closed"),
            ("email,\"name\na@example.org,A\n", "in line 1 is never closed"),
            ("email,name,Email\na@example.org,A,b@example.org\n", "the column \"email\" is there twice"),
        ] {
            let refused = server.ground.command(&["import", "csv", &server.ground.write_file("bad.csv", text)]).await;
            assert!(refused.code == 1 && refused.stderr.contains(told), "{text} {refused:?}");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 0);
        for text in ["email,name\na@example.org,\"A \"\"B\"\"\"", "\u{feff}\"email\",name\r\nb@example.org,\"B\r\nC\"\r\n", "email\nc@example.org"] {
            let done = server.ground.command(&["import", "csv", &server.ground.write_file("good.csv", text), "--json"]).await.done().json();
            assert_eq!(done["totals"]["created"], 1, "{text} {done}");
        }
    }

    /// What cannot be understood is told, row by row; nothing is taken for its opposite.
    async fn what_a_table_says_unclearly_is_told(db) {
        let server = TestServer::start(db).await;
        let rows = [
            "id,email,email_verified,enabled,created_at",
            "1,a@example.org,YES,n,2024-03-01",
            "2,b@example.org,maybe,,",
            "3,c@example.org,,active,",
            "4,d@example.org,,,01.03.2024",
            "1,e@example.org,,,",
            "5,A@example.org,,,",
            "sí,f@example.org,,,",
        ];
        let table = server.ground.write_file("people.csv", &rows.join("\n"));
        let because = json!({
            "email_verified is neither true nor false: \"maybe\"": 1,
            "enabled is neither true nor false: \"active\"": 1,
            "created_at is no date or instant (RFC 3339): \"01.03.2024\"": 1,
            "it is twice in the source: the first counts": 1,
            "its address is twice in the source: the first keeps it": 1,
        });
        let missing = json!({ "id: it cannot be a `sub` (printable ASCII, 255 characters at most); the account gets a new one": 1 });
        for round in [&["--dry-run", "--json"][..], &["--json"]] {
            let done = server.ground.command(&[&["import", "csv", &table], round].concat()).await.done().json();
            assert_eq!((&done["totals"]["skipped_because"], &done["totals"]["missing"]), (&because, &missing), "{done}");
        }
        let shown = server.ground.command(&["user", "show", "1", "--json"]).await.done().json();
        assert_eq!((&shown["email_verified"], &shown["enabled"], &shown["created_at"]), (&json!(true), &json!(false), &json!("2024-03-01T00:00:00Z")));
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 2);
        let again = server.ground.command(&["import", "csv", &table, "--json"]).await.done().json();
        assert_eq!((&again["totals"]["unchanged"], &again["totals"]["skipped"]), (&json!(2), &json!(5)), "{again}");
    }

    /// OpenID Connect Core §5.1: without a number nothing of it is proven.
    async fn a_number_that_does_not_come_is_not_proven(db) {
        let server = TestServer::start(db).await;
        let rows = "email,phone_number,phone_number_verified\na@example.org,call me,true\nb@example.org,,true\nc@example.org,+4930901820,true\n";
        let done = server.ground.command(&["import", "csv", &server.ground.write_file("numbers.csv", rows), "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["comes"]["verified telephone number"]), (&json!(3), &json!(1)), "{done}");
        assert_eq!(server.database().texts("SELECT email FROM users WHERE phone_number_verified").await, ["c@example.org"]);
    }

    /// Twice in the source is told also where the two are far apart: people are written 500 at a time.
    async fn a_person_who_is_twice_in_a_long_table_comes_once(db) {
        let server = TestServer::start(db).await;
        let rows: String = (0..600).map(|n| format!("{n},p{n}@example.org,First\n")).collect();
        let table = server.ground.write_file("long.csv", &format!("id,email,name\n{rows}0,other@example.org,Second\n700,p1@example.org,Third\n"));
        let done = server.ground.command(&["import", "csv", &table, "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["updated"], &done["totals"]["skipped"]), (&json!(600), &json!(0), &json!(2)), "{done}");
        let because = &done["totals"]["skipped_because"];
        assert_eq!(because["it is twice in the source: the first counts"], 1, "{because}");
        assert_eq!(because["its address is twice in the source: the first keeps it"], 1, "{because}");
    }
}
