//! Moving in and out: issue 4 section 3.

use crate::both;
use crate::support::database::postgres_url;
use crate::support::prelude::*;
use crate::support::setup::Ground;
use crate::support::supabase::{self, HASH, Kind, PASSWORD};
use std::path::Path;
use std::time::Instant;

const COUNT: usize = 300;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Somebody of the generated project.
fn person(n: usize) -> Person {
    Person { name: format!("Person {n}"), email: supabase::email(n), password: PASSWORD.to_owned() }
}

async fn signs_in(server: &TestServer, person: &Person) -> bool {
    let mut browser = Browser::new(server);
    person.sign_in(&mut browser).await;
    browser.heading() == "Your account"
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A schema of the tests' database for a system that people come from.
fn schema_of(ground: &Ground) -> String {
    format!("source_{}_{}", ground.port, std::process::id())
}

both! {
    /// Issue 4 §3: a report first, which writes nothing; then everybody, with what they prove themselves with; a second run changes nothing.
    async fn a_supabase_dump_moves_in(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), COUNT, supabase::kind);
        let before = server.database().row_counts().await;
        let rehearsal = server.ground.command(&["import", "supabase", text(&dump), "--dry-run", "--json"]).await.done().json();
        assert_eq!(server.database().row_counts().await, before, "a dry run writes nothing");
        assert_eq!(rehearsal["users"].as_array().unwrap().len(), COUNT);
        let lines = server.ground.command(&["import", "supabase", text(&dump), "--dry-run"]).await.done().stdout;
        assert!(lines.contains("does not come: password: its format is unknown") && lines.ends_with("Nothing was written.\n"), "{lines}");

        let done = server.ground.command(&["import", "supabase", text(&dump), "--json"]).await.done().json();
        let share = COUNT as i64 / 20;
        for (name, count) in [("read", 20), ("created", 16), ("skipped", 4), ("updated", 0), ("unchanged", 0)] {
            assert_eq!((&rehearsal["totals"][name], &done["totals"][name]), (&json!(count * share), &json!(count * share)), "{name}");
        }
        let because = &done["totals"]["skipped_because"];
        assert_eq!((&because["deleted there"], &because["anonymous there"], &because["it has no email address"]), (&json!(share), &json!(share), &json!(share)), "{because}");
        assert_eq!(because["its address is twice in the source: the first keeps it"], share, "whoever came by single sign-on does not take the account over: {because}");
        for (table, rows) in [("users", 16), ("passwords", 14), ("linked_identities", 3), ("totp_secrets", 1), ("imported_users", 16)] {
            assert_eq!(server.database().number(&format!("SELECT count(*) FROM {table}")).await, rows * share, "{table}");
        }
        assert_eq!(server.database().number("SELECT count(*) FROM users WHERE id LIKE '5ba5e000-%'").await, 16 * share, "ids are kept as sub");

        let hash = async |n: usize| server.database().texts(&format!("SELECT hash FROM passwords WHERE user_id = '{}'", supabase::id(n))).await.concat();
        assert_eq!(hash(1).await, HASH);
        assert!(!signs_in(&server, &Person { password: "correct horse batterz".into(), ..person(1) }).await);
        assert!(signs_in(&server, &person(1)).await);
        assert!(hash(1).await.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "replaced by ours at the first sign-in");
        assert!(signs_in(&server, &person(1)).await);
        assert!(!signs_in(&server, &person(4)).await, "banned there");
        assert!(!signs_in(&server, &person(12)).await, "its hash is of an unknown format");

        let shown = async |n: usize| server.ground.command(&["user", "show", &supabase::id(n), "--json"]).await.done().json();
        let (plain, unconfirmed, editor, pretender) = (shown(1).await, shown(8).await, shown(9).await, shown(10).await);
        assert_eq!((&plain["email"], &plain["email_verified"], &plain["profile"]["name"]), (&json!("person1@example.org"), &json!(true), &json!("Person \"1\" Ü")));
        assert_eq!(unconfirmed["email_verified"], false);
        assert_eq!((&editor["roles"], &editor["groups"]), (&json!(["editor"]), &json!(["staff"])));
        assert_eq!((&pretender["roles"], &pretender["profile"]), (&json!([]), &json!({ "name": "Pretender" })), "nobody makes themselves a role or an administrator");
        let dump_of_all = server.database().everything().await;
        assert!(!dump_of_all.contains("JBSWY3DPEHPK3PXP"), "authenticator secrets are sealed");

        let before = server.database().row_counts().await;
        let again = server.ground.command(&["import", "supabase", text(&dump), "--json"]).await.done().json();
        assert_eq!((&again["totals"]["unchanged"], &again["totals"]["created"]), (&json!(16 * share), &json!(0)));
        assert_eq!(server.database().row_counts().await, before, "a second run changes nothing");
        assert!(hash(1).await.starts_with("$argon2id$"), "nor does it bring the old hash back");
    }

    /// Issue 4 §3: nothing is half-imported after a kill, and the next run goes on where it was.
    async fn a_killed_import_leaves_whole_people_and_goes_on(db) {
        const MANY: usize = 8000;
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), MANY, |_| Kind::WithGoogle);
        let count = async |table: &str| server.database().number(&format!("SELECT count(*) FROM {table}")).await;
        let arguments = ["import", "supabase", text(&dump), "--json"];
        let mut child = server.ground.spawn(&arguments, &[]);
        until("the first batch", async || (count("users").await > 0).then_some(())).await;
        child.kill().await.unwrap();
        let users = until("the database has let go of what was under way", async || {
            let users = count("users").await;
            (users == count("passwords").await && users == count("imported_users").await).then_some(users)
        })
        .await;
        assert!(users > 0 && users < MANY as i64 && users % 500 == 0, "{users}");
        assert_eq!(count("linked_identities").await, users);
        let done = server.ground.command(&arguments).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["totals"]["read"], &done["totals"]["unchanged"]), (&json!(MANY), &json!(MANY), &json!(0)), "it went on and read nobody twice");
        assert_eq!((count("users").await, count("linked_identities").await), (MANY as i64, MANY as i64));
    }

    /// Issue 4 §3: both run side by side until the switch: who is new or changed there is so here, a moment later.
    async fn a_followed_database_brings_new_and_changed_people(db) {
        let server = TestServer::start(db).await;
        let schema = schema_of(&server.ground);
        let source = supabase::tables(&schema, 40, supabase::kind).await;
        let url = postgres_url();
        let environment = [("OSTIARY_IMPORT_URL", url.as_str())];
        let arguments = ["import", "supabase", "--schema", &schema, "--follow", "--every", "1"];
        let follower = server.ground.spawn(&arguments, &environment);
        let texts = async |query: String| server.database().texts(&query).await;
        until("all of before", async || (server.database().number("SELECT count(*) FROM users").await == 32).then_some(())).await;
        let changed = person(1);
        let mut browser = Browser::new(&server);
        changed.sign_in(&mut browser).await;
        assert_eq!(browser.heading(), "Your account");
        assert!(signs_in(&server, &person(13)).await);

        let of_another = HASH.replace("9COBK", "9COBL");
        let (one, plain, banned, linked, fresh) = (supabase::id(1), supabase::id(13), supabase::id(16), supabase::id(5), supabase::id(999));
        source
            .batch_execute(&format!(
                "UPDATE users SET encrypted_password = '{of_another}', updated_at = now() WHERE id = '{one}';
                 UPDATE users SET email = 'Moved@Example.org', raw_app_meta_data = '{{\"roles\": [\"editor\"]}}', updated_at = now() WHERE id = '{plain}';
                 UPDATE users SET banned_until = '2999-01-01', updated_at = now() WHERE id = '{banned}';
                 UPDATE users SET updated_at = now() WHERE id = '{linked}';
                 DELETE FROM identities WHERE user_id = '{linked}' AND provider = 'google';
                 INSERT INTO users (id, email, encrypted_password, email_confirmed_at, created_at, updated_at, is_sso_user, is_anonymous)
                   VALUES ('{fresh}', 'fresh@example.org', '{HASH}', now(), now(), now(), false, false);"
            ))
            .await
            .unwrap();
        until("the new person", async || texts(format!("SELECT email FROM users WHERE id = '{fresh}'")).await.pop()).await;
        assert_eq!(texts(format!("SELECT email FROM users WHERE id = '{plain}'")).await, ["moved@example.org"], "one look brings all that is changed");
        assert_eq!(texts(format!("SELECT roles FROM users WHERE id = '{plain}'")).await, ["[\"editor\"]"]);
        assert!(signs_in(&server, &Person { email: "fresh@example.org".into(), ..person(1) }).await);
        assert!(signs_in(&server, &Person { email: "moved@example.org".into(), ..person(13) }).await, "what was not changed there stays");
        assert!(!signs_in(&server, &person(16)).await, "banned there since");
        browser.open("/account").await;
        assert_eq!(browser.heading(), "Sign in", "a password that is changed there ends what was begun with the old one");
        assert!(!signs_in(&server, &changed).await);
        assert_eq!(server.database().number(&format!("SELECT count(*) FROM linked_identities WHERE user_id = '{linked}'")).await, 0, "taken away there");
        drop(follower);

        let again = server.ground.command_with(&["import", "supabase", "--schema", &schema, "--json"], &environment).await.done().json();
        assert_eq!((&again["totals"]["created"], &again["totals"]["updated"]), (&json!(0), &json!(0)), "{again}");
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    }

    /// clients.md §6.2: hashes, links and authenticator apps of Better Auth's tables.
    async fn better_auths_people_move_in(db) {
        let server = TestServer::start(db).await;
        let schema = schema_of(&server.ground);
        let source = crate::support::database::connect(&postgres_url(), &schema).await;
        // Made with Node as better-auth does it; see src/credentials/foreign_password_tests.rs and src/import/encrypted.rs.
        let hash = "00112233445566778899aabbccddeeff:c6e7b119a0a228c7c45fe4d2b8f3e1fab16f271f4bae3debcfc7a9ee82a856481fc29e088a5a98880640de40472875720faf62b86895d42cb2f484d1a51e313b";
        let secret = "000102030405060708090a0b0c0d0e0f101112131415161749e8eb847db0e33d433b1afa186f39b3813f118414901978d18ceb4ac6ef604a2a688f812be145e708aa6eb1e38ef885";
        source
            .batch_execute(&format!(
                r#"CREATE SCHEMA "{schema}";
                CREATE TABLE people (id text PRIMARY KEY, name text, email text, "emailVerified" boolean, image text, "createdAt" timestamptz, "updatedAt" timestamptz, "twoFactorEnabled" boolean, role text, banned boolean, "banExpires" timestamptz);
                CREATE TABLE account (id text, "accountId" text, "providerId" text, "userId" text, password text, "createdAt" timestamptz, "updatedAt" timestamptz);
                CREATE TABLE "twoFactor" (id text, secret text, "backupCodes" text, "userId" text);
                CREATE TABLE passkey (id text, "publicKey" text, "userId" text);
                INSERT INTO people VALUES ('aB3xYz', 'Ann', 'ann@example.org', true, 'https://img.example/a.png', now(), now(), true, 'editor,user', false, NULL),
                  ('bOb', 'Bob', 'bob@example.org', false, NULL, now(), now(), NULL, NULL, true, NULL), ('cEd', 'Ced', 'ced@example.org', true, NULL, now(), now(), false, '', true, '2020-01-01');
                INSERT INTO account VALUES ('1', 'aB3xYz', 'credential', 'aB3xYz', '{hash}', now(), now()), ('2', '117', 'google', 'aB3xYz', NULL, now(), now()), ('3', 'bOb', 'credential', 'bOb', '{hash}', now(), now()), ('4', 'cEd', 'credential', 'cEd', '{hash}', now(), now());
                INSERT INTO "twoFactor" VALUES ('1', '{secret}', '', 'aB3xYz');
                INSERT INTO passkey VALUES ('1', 'pQE', 'cEd');"#
            ))
            .await
            .unwrap();
        let (url, file) = (server.ground.folder.path().join("url"), server.ground.folder.path().join("secret"));
        std::fs::write(&url, postgres_url()).unwrap();
        std::fs::write(&file, "better-auth-secret-0123456789\n").unwrap();
        let arguments = ["import", "better-auth", "--schema", &schema, "--table", "user=people", "--url-file", text(&url), "--secret-file", text(&file), "--json"];
        let done = server.ground.command(&arguments).await.done().json();
        assert_eq!(done["totals"]["created"], 3, "{done}");
        assert!(done.to_string().contains("passkey \u{201c}Passkey\u{201d}: it only works under the RP ID"), "{done}");
        assert_eq!(server.database().texts("SELECT subject FROM linked_identities").await, ["117"]);
        assert_eq!(server.database().texts("SELECT user_id FROM totp_secrets").await, ["aB3xYz"]);
        assert_eq!(server.database().texts("SELECT roles FROM users WHERE id = 'aB3xYz'").await, ["[\"editor\",\"user\"]"]);
        let typed = |email: &str| Person { name: String::new(), email: email.into(), password: "Pass fine 1".into() };
        assert!(signs_in(&server, &typed("ced@example.org")).await, "a ban that is over is none");
        assert!(!signs_in(&server, &typed("bob@example.org")).await);
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    }

    /// Issue 4 §3: files of Keycloak, Auth0 and CSV; the hash that each brings works and is replaced.
    async fn people_come_from_files_of_other_systems(db) {
        let server = TestServer::start(db).await;
        let folder = server.ground.folder.path();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).unwrap();
            folder.join(name).display().to_string()
        };
        let realm = write("realm.json", r#"{"realm":"x","users":[{"id":"5e1f0000-0000-4000-8000-000000000001","username":"kay","email":"Kay@example.org","emailVerified":true,"enabled":true,"realmRoles":["editor"],
            "credentials":[{"type":"password","secretData":"{\"value\":\"b6d8nI3jKQfQGxSmGfyG42OTSAtX2ZrYDIO7bZ7DTd0=\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"}","credentialData":"{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\"}"}]}]}"#);
        let users = write("auth0.ndjson", &format!("{}\n{}\n", json!({ "user_id": "auth0|1", "email": "zoe@example.org", "email_verified": true, "passwordHash": HASH, "app_metadata": { "roles": ["editor"] }, "user_metadata": { "roles": ["king"] }, "identities": [{ "provider": "google-oauth2", "user_id": "118", "connection": "google-oauth2" }] }),
            json!({ "_id": { "$oid": "abc" }, "email": "yan@example.org", "passwordHash": HASH, "blocked": true })));
        let table = write("people.csv", "email,email_verified,name,roles,password_hash,created_at\nIda@example.org,true,\"Ida, I.\",editor,\"$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE\",2024-01-01T00:00:00Z\n");
        for (kind, file, created) in [("keycloak", &realm, 1), ("auth0", &users, 2), ("csv", &table, 1)] {
            let done = server.ground.command(&["import", kind, file, "--json"]).await.done().json();
            assert_eq!(done["totals"]["created"], created, "{kind} {done}");
            let again = server.ground.command(&["import", kind, file, "--json"]).await.done().json();
            assert_eq!(again["totals"]["unchanged"], created, "{kind} {again}");
        }
        for (email, id) in [("kay@example.org", Some("5e1f0000-0000-4000-8000-000000000001")), ("zoe@example.org", Some("auth0|1")), ("ida@example.org", None)] {
            let shown = server.ground.command(&["user", "show", email, "--json"]).await.done().json();
            assert_eq!(shown["roles"], json!(["editor"]), "{shown}");
            assert!(id.is_none_or(|id| shown["id"] == id) && shown["id"] != email, "{shown}");
            assert!(signs_in(&server, &Person { name: String::new(), email: email.into(), password: PASSWORD.into() }).await, "{email}");
        }
        assert_eq!(server.database().texts("SELECT id FROM users WHERE enabled = FALSE").await, ["auth0|abc"]);
        assert_eq!(server.database().texts("SELECT provider FROM linked_identities").await, ["google"]);
        for (kind, text, told) in [
            ("keycloak", "{}", "no export of a Keycloak realm"), ("auth0", "[]", "line 1 is no JSON object"), ("csv", "email,pasword\n", "\"pasword\" is not known"),
            ("csv", "id\n1\n", "none called email"), ("supabase", "INSERT INTO auth.users VALUES (1);\n", "--use-copy"), ("supabase", "PGDMP\u{1}", "pg_restore"), ("ostiary", "{}", "line 1 is none"),
        ] {
            let refused = server.ground.command(&["import", kind, &write("bad", text)]).await;
            assert!(refused.code != 0 && refused.stderr.contains(told), "{kind} {refused:?}");
        }
    }

    /// An address proves nothing between two systems: nobody is merged with an account that is here, nor takes what is another's.
    async fn nobody_is_merged_with_an_account_that_is_here(db) {
        let server = TestServer::start(db).await;
        let here = Person { name: "Here".into(), email: supabase::email(5), password: "another password here".into() };
        here.registered(&server).await;
        server.database().execute("INSERT INTO linked_identities SELECT 'google', '117000014', id, NULL, NULL, 1, 1 FROM users").await;
        let dump = supabase::dump(server.ground.folder.path(), 20, supabase::kind);
        let done = server.ground.command(&["import", "supabase", text(&dump), "--json"]).await.done().json();
        let because = &done["totals"]["skipped_because"];
        assert_eq!(because["an account with this address is here already"], 1, "{done}");
        assert_eq!(because["its address is twice in the source: the first keeps it"], 1, "{done}");
        assert_eq!(done["totals"]["missing"]["linked account (google): it opens another account here"], 1, "{done}");
        assert!(signs_in(&server, &here).await);
        assert!(!signs_in(&server, &person(5)).await);
        assert!(signs_in(&server, &person(14)).await);
        assert_eq!(server.database().number("SELECT count(*) FROM linked_identities").await, 2);
        let renamed = TestServer::start(db).await;
        renamed.ground.command(&["import", "supabase", text(&dump), "--provider", "google=work", "--provider", "sso:6f1f2f7d-2268-4104-a8fb-f4e305deb22a=saml"]).await.done();
        assert_eq!(renamed.database().texts("SELECT DISTINCT provider FROM linked_identities").await, ["work"]);
        let refused = renamed.ground.command(&["import", "supabase", "postgres://me:secret@db.example/x"]).await;
        assert!(refused.code == 2 && refused.stderr.contains("OSTIARY_IMPORT_URL") && !refused.stderr.contains("secret@"), "{refused:?}");
        let refused = renamed.ground.command(&["import", "supabase", text(&dump), "--follow"]).await;
        assert!(refused.code == 2 && refused.stderr.contains("a dump does not change"), "{refused:?}");
        let refused = renamed.ground.command(&["import", "supabase", text(&dump), "--passkey-rp-id", "elsewhere.example"]).await;
        assert!(refused.code == 2 && refused.stderr.contains("do not work here"), "{refused:?}");
    }

    /// Issue 4 §3, no lock-in: what is written out and read into the other database is the same people.
    async fn everybody_leaves_and_arrives_as_they_were(db) {
        let server = TestServer::start(db).await;
        let dump = supabase::dump(server.ground.folder.path(), 60, supabase::kind);
        server.ground.command(&["import", "supabase", text(&dump)]).await.done();
        let alice = Person::alice();
        alice.registered(&server).await;
        server.ground.command(&["user", "update", &alice.email, "--role", "ostiary:admin", "--group", "staff"]).await.done();
        let (first, second) = (server.ground.folder.path().join("first.ndjson"), server.ground.folder.path().join("second.ndjson"));
        let told = server.ground.command(&["export", "--to", text(&first)]).await.done();
        assert!(told.stdout.starts_with("49 people"), "{told:?}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&first).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(server.ground.command(&["export", "--to", text(&first)]).await.code, 1, "never over a file that is there");

        let other = TestServer::start(if db == Database::Sqlite { Database::Postgres } else { Database::Sqlite }).await;
        let done = other.ground.command(&["import", "ostiary", text(&first), "--json"]).await.done().json();
        assert_eq!((&done["totals"]["created"], &done["users"]), (&json!(49), &json!([])));
        other.ground.command(&["export", "--to", text(&second)]).await.done();
        let lines = |path: &Path| {
            let mut lines: Vec<String> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&first), lines(&second));
        assert!(lines(&first).iter().any(|line| line.contains("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP") && line.contains("\"totp\"")));
        assert!(signs_in(&other, &alice).await && signs_in(&other, &person(1)).await);
        let again = other.ground.command(&["import", "ostiary", text(&first), "--name", "twice", "--json"]).await.done().json();
        assert_eq!(again["totals"]["skipped_because"]["an account with this id is here already"], 49);
    }
}

/// Issue 4, "done": a hundred thousand people move in within minutes and flat memory, and sign in. Takes minutes itself:
/// `cargo test --test it a_hundred_thousand -- --ignored --nocapture --test-threads 1` tells the numbers of `docs/moving-in.md`.
async fn a_hundred_thousand_people_move_in(db: Database) {
    const MANY: usize = 100_000;
    let server = TestServer::start(db).await;
    let dump = supabase::dump(server.ground.folder.path(), MANY, supabase::kind);
    let size = std::fs::metadata(&dump).unwrap().len() >> 20;
    let start = Instant::now();
    let mut child = server.ground.spawn(&["import", "supabase", text(&dump), "--json"], &[]);
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        peak = peak.max(peak_kib(child.id().unwrap_or_default()).unwrap_or(0));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let took = start.elapsed();
    println!("{db:?}: {MANY} people of a dump of {size} MiB in {took:.1?}, {} MiB at most", peak >> 10);
    assert!(ended.success());
    assert_eq!(server.database().number("SELECT count(*) FROM users").await, (MANY / 20 * 16) as i64);
    assert!(took < Duration::from_secs(600) && peak < 200 << 10, "{took:?} {peak}");
    assert!(signs_in(&server, &person(1)).await && signs_in(&server, &person(MANY - 1)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn a_hundred_thousand_people_move_into_sqlite() {
    a_hundred_thousand_people_move_in(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): takes minutes"]
async fn a_hundred_thousand_people_move_into_postgresql() {
    a_hundred_thousand_people_move_in(Database::Postgres).await;
}

/// The most memory that a process has had, if it still runs.
fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find(|line| line.starts_with("VmHWM"))?.split_whitespace().nth(1)?.parse().ok()
}
