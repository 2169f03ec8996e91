//! What a source has wrong, or half, is told and never guessed at: issue 4, section 3.

use crate::both;
use crate::support::database::{connect, postgres_url};
use crate::support::prelude::*;
use crate::support::supabase::{self, Kind};

/// As somebody who may do what this role may.
fn url_as(role: &str) -> String {
    let url = postgres_url();
    format!("{url}{}options=-c%20role%3D{role}", if url.contains('?') { '&' } else { '?' })
}

/// From `COPY` to the line that ends it: where the table's block begins and ends in a dump.
fn block(text: &str, table: &str) -> (usize, usize) {
    let begin = text.rfind(&format!("COPY auth.{table} ")).unwrap();
    (begin, begin + text[begin..].find("\n\\.\n").unwrap() + 4)
}

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

    /// A table of Better Auth's that is not found takes nobody's password or second factor away without a word.
    async fn a_table_that_is_not_found_is_told(db) {
        let server = TestServer::start(db).await;
        let schema = format!("faults_{}_{}", server.ground.port, std::process::id());
        let source = connect(&postgres_url(), &schema).await;
        source
            .batch_execute(&format!(
                r#"CREATE SCHEMA "{schema}";
                CREATE TABLE "user" (id text PRIMARY KEY, name text, email text, "emailVerified" boolean, "createdAt" timestamptz, "updatedAt" timestamptz, "twoFactorEnabled" boolean);
                CREATE TABLE account (id text PRIMARY KEY, "accountId" text, "providerId" text, "userId" text, password text, "createdAt" timestamptz, "updatedAt" timestamptz);
                CREATE TABLE two_factor (id text PRIMARY KEY, secret text, "backupCodes" text, "userId" text);
                INSERT INTO "user" VALUES ('ann', 'Ann', 'ann@example.org', true, now(), now(), true);
                INSERT INTO two_factor VALUES ('1', '00', '', 'ann');
                CREATE ROLE {schema}; GRANT USAGE ON SCHEMA "{schema}" TO {schema}; GRANT SELECT ON "user", two_factor TO {schema};"#
            ))
            .await
            .unwrap();
        let import = async |url: &str, more: &[&str]| {
            let arguments = [&["import", "better-auth", "--schema", &schema, "--dry-run"], more].concat();
            server.ground.command_with(&arguments, &[("OSTIARY_IMPORT_URL", url)]).await
        };
        let url = postgres_url();
        let is_told = async |more: &[&str]| import(&url, more).await.done().stdout.contains("does not come: authenticator app: it is switched on");
        assert!(is_told(&[]).await);
        assert!(!is_told(&["--table", "twoFactor=two_factor"]).await);
        for (table, code, told) in [
            ("twofactor=two_factor", 2, "user, account, twoFactor, passkey"),
            ("account=accounts", 1, "there is no table accounts"),
            ("user=people", 1, "there is no table people"),
        ] {
            let refused = import(&url, &["--table", table]).await;
            assert!(refused.code == code && refused.stderr.contains(told), "{table}: {refused:?}");
        }
        let unreadable = import(&url_as(&schema), &[]).await;
        let told = format!("GRANT SELECT ON \"{schema}\".\"account\" TO {schema};");
        assert!(unreadable.code == 1 && unreadable.stderr.contains(&told), "{told}: {unreadable:?}");
        source.batch_execute("DROP TABLE account").await.unwrap();
        let absent = import(&url, &[]).await.done();
        assert!(absent.stderr.contains("--table account=NAME"), "{absent:?}");
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE; DROP ROLE {schema}")).await.unwrap();
    }

    /// The same of Supabase's: what may not be read ends the import, what a dump does not have is told.
    async fn factors_that_cannot_be_read_are_told(db) {
        let server = TestServer::start(db).await;
        let schema = format!("factors_{}_{}", server.ground.port, std::process::id());
        let source = supabase::tables(&schema, 1, |_| Kind::WithTotp).await;
        let change = async |statements: &str| source.batch_execute(statements).await.unwrap();
        change(&format!("CREATE ROLE {schema}; GRANT SELECT ON users, identities TO {schema}")).await;
        let url = url_as(&schema);
        let import = async || {
            let environment = [("OSTIARY_IMPORT_URL", url.as_str())];
            server.ground.command_with(&["import", "supabase", "--schema", &schema, "--dry-run"], &environment).await
        };
        let told = import().await;
        assert!(told.code == 1 && told.stderr.contains(&format!("GRANT USAGE ON SCHEMA \"{schema}\" TO {schema};")), "{told:?}");
        change(&format!("GRANT USAGE ON SCHEMA \"{schema}\" TO {schema}")).await;
        let told = import().await;
        assert!(told.code == 1 && told.stderr.contains(&format!("GRANT SELECT ON \"{schema}\".\"mfa_factors\" TO {schema};")), "{told:?}");
        change(&format!("GRANT SELECT ON mfa_factors TO {schema}")).await;
        assert!(import().await.done().stdout.contains("authenticator app"));
        change(&format!("DROP SCHEMA \"{schema}\" CASCADE; DROP ROLE {schema}")).await;

        let dump = supabase::dump(server.ground.folder.path(), 1, |_| Kind::WithTotp);
        let text = std::fs::read_to_string(&dump).unwrap();
        let (begin, end) = block(&text, "mfa_factors");
        let without = server.ground.write_file("without.sql", &format!("{}{}", &text[..begin], &text[end..]));
        for (file, is_told) in [(dump.to_str().unwrap(), false), (without.as_str(), true)] {
            let printed = server.ground.command(&["import", "supabase", file, "--dry-run"]).await.done();
            assert_eq!(printed.stderr.contains("the dump has no auth.mfa_factors"), is_told, "{printed:?}");
        }
    }

    /// Row level security hides rows without a word: a role that is held back by it brings nobody, and is told what it lacks.
    async fn rows_that_are_hidden_are_told(db) {
        let server = TestServer::start(db).await;
        let schema = format!("hidden_{}_{}", server.ground.port, std::process::id());
        let source = supabase::tables(&schema, 2, |_| Kind::Plain).await;
        let change = async |statements: &str| source.batch_execute(statements).await.unwrap();
        change(&format!(
            "CREATE VIEW people WITH (security_invoker) AS SELECT * FROM users; ALTER TABLE users ENABLE ROW LEVEL SECURITY;
             CREATE ROLE {schema}; GRANT USAGE ON SCHEMA \"{schema}\" TO {schema}; GRANT SELECT ON ALL TABLES IN SCHEMA \"{schema}\" TO {schema}"
        ))
        .await;
        let url = url_as(&schema);
        let import = async |kind: &str, more: &[&str]| {
            let arguments = [&["import", kind, "--schema", &schema], more].concat();
            server.ground.command_with(&arguments, &[("OSTIARY_IMPORT_URL", url.as_str())]).await
        };
        let told = import("supabase", &[]).await;
        let (table, lifted) = (format!("the table \"{schema}\".\"users\" has row level security"), format!("ALTER ROLE {schema} BYPASSRLS;"));
        assert!(told.code == 1 && told.stderr.contains(&table) && told.stderr.contains(&lifted), "{told:?}");
        let through_view = import("better-auth", &["--table", "user=people"]).await;
        assert!(through_view.code == 1 && through_view.stderr.contains("BYPASSRLS"), "{through_view:?}");
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 0);
        change(&lifted).await;
        import("supabase", &[]).await.done();
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 2);
        change(&format!("DROP SCHEMA \"{schema}\" CASCADE; DROP ROLE {schema}")).await;
    }

    /// Two dumps in one file: neither counts alone, and no guess is made.
    async fn a_dump_with_a_table_twice_brings_nobody(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 2, |_| Kind::Plain);
        let text = std::fs::read_to_string(&dump).unwrap();
        for table in ["users", "identities"] {
            let (begin, end) = block(&text, table);
            let file = server.ground.write_file("twice.sql", &format!("{}{}{}", &text[..end], &text[begin..end], &text[end..]));
            let refused = server.ground.command(&["import", "supabase", &file]).await;
            assert!(refused.code == 1 && refused.stderr.contains(&format!("the dump has auth.{table} twice")), "{refused:?}");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users").await, 0);
    }

    /// A row of a table that has lost a value, or has one too many, keeps nobody else out.
    async fn a_row_of_another_length_keeps_nobody_else_out(db) {
        let server = TestServer::start(db).await;
        let rows = "id,email,name\n1,a@example.org,A\n2,b@example.org\n3,c@example.org,C,D\n4,d@example.org,D\n";
        let done = server.ground.command(&["import", "csv", &server.ground.write_file("odd.csv", rows), "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["skipped"]), (&json!(2), &json!(2)), "{done}");
        assert_eq!(done["totals"]["skipped_because"], json!({ "its row has another number of values than there are columns": 2 }), "{done}");
        assert_eq!((&done["users"][0]["source_id"], &done["users"][1]["source_id"]), (&json!("2"), &json!("3")), "{done}");
        assert_eq!(server.database().texts("SELECT id FROM users ORDER BY id").await, ["1", "4"]);
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
        assert_eq!(again["totals"]["skipped_because"], because, "for the same reasons: {again}");
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
