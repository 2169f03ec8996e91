//! `import --follow`: what leaves no trace there is seen, and a lost connection is made anew. docs/moving-in.md.

use crate::both;
use crate::support::database::{connect, postgres_url, until};
use crate::support::prelude::*;
use crate::support::supabase::{self, Kind};

both! {
    async fn what_is_unlinked_there_is_unlinked_here_and_a_lost_connection_is_made_anew(db) {
        let server = TestServer::start(db).await;
        let schema = format!("follow_{}_{}", server.ground.port, std::process::id());
        let source = connect(&postgres_url(), &schema).await;
        // Long ago, so that no instant tells of anything.
        source
            .batch_execute(&format!(
                r#"CREATE SCHEMA "{schema}";
                CREATE TABLE "user" (id text PRIMARY KEY, name text, email text, "emailVerified" boolean, "createdAt" timestamptz, "updatedAt" timestamptz);
                CREATE TABLE account (id text PRIMARY KEY, "accountId" text, "providerId" text, "userId" text, password text, "createdAt" timestamptz, "updatedAt" timestamptz);
                INSERT INTO "user" VALUES ('ann', 'Ann', 'ann@example.org', true, '2024-01-01', '2024-01-01'), ('bob', 'Bob', 'bob@example.org', true, '2024-01-01', '2024-01-01');
                INSERT INTO account VALUES ('1', '117', 'google', 'ann', NULL, '2024-01-01', '2024-01-01'), ('2', '42', 'github', 'ann', NULL, '2024-01-01', '2024-01-01'),
                  ('3', '118', 'google', 'bob', NULL, '2024-01-01', '2024-01-01');"#
            ))
            .await
            .unwrap();
        let url = postgres_url();
        let environment = [("OSTIARY_IMPORT_URL", url.as_str())];
        let follower = server.ground.spawn(&["import", "better-auth", "--schema", &schema, "--follow", "--every", "1"], &environment);
        let links = async || server.database().texts("SELECT subject FROM linked_identities ORDER BY subject").await;
        until("everybody", async || links().await == ["117", "118", "42"]).await;
        source.batch_execute("DELETE FROM account WHERE id = '1'").await.unwrap();
        until("Ann's Google is unlinked", async || links().await == ["118", "42"]).await;

        // Its own connection alone: other tests follow too.
        let cut = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ostiary import' AND query LIKE '%{schema}%'");
        until("the connection is cut", async || source.query_one(&cut, &[]).await.unwrap().get::<_, i64>(0) > 0).await;
        source.batch_execute(r#"INSERT INTO "user" VALUES ('cy', 'Cy', 'cy@example.org', true, now(), now()); DELETE FROM account WHERE id = '3'"#).await.unwrap();
        until("whoever came meanwhile", async || server.database().number("SELECT count(*) FROM users WHERE id = 'cy'").await == 1).await;
        until("what was unlinked meanwhile", async || links().await == ["42"]).await;
        drop(follower);
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    }

    /// A row that nobody has touched since it was made has no `updated_at`; what bears no instant at all is seen when all is read anew.
    async fn who_was_never_changed_there_comes_and_all_is_read_anew_when_asked(db) {
        let server = TestServer::start(db).await;
        let schema = format!("untouched_{}_{}", server.ground.port, std::process::id());
        let source = supabase::tables(&schema, 1, |_| Kind::Plain).await;
        let url = postgres_url();
        let environment = [("OSTIARY_IMPORT_URL", url.as_str())];
        let whole = ["import", "supabase", "--schema", schema.as_str()];
        server.ground.command_with(&whole, &environment).await.done();

        let follow = [&whole[..], &["--follow", "--every", "1"]].concat();
        let follower = server.ground.spawn(&follow, &environment);
        let fresh = supabase::id(999);
        source
            .batch_execute(&format!(
                "INSERT INTO users (id, email, email_confirmed_at, created_at, is_sso_user, is_anonymous) VALUES ('{fresh}', 'fresh@example.org', now(), now(), false, false)"
            ))
            .await
            .unwrap();
        let count = format!("SELECT count(*) FROM users WHERE id = '{fresh}'");
        until("whoever has no updated_at", async || server.database().number(&count).await == 1).await;
        drop(follower);

        source.batch_execute(&format!("UPDATE users SET email = 'moved@example.org' WHERE id = '{}'", supabase::id(0))).await.unwrap();
        let follower = server.ground.spawn(&[&follow[..], &["--restart"]].concat(), &environment);
        let count = "SELECT count(*) FROM users WHERE email = 'moved@example.org'";
        until("what changed and does not say when", async || server.database().number(count).await == 1).await;
        drop(follower);
        source.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).await.unwrap();
    }

    /// An operator has two databases; an error says which.
    async fn an_error_of_the_source_names_the_source(db) {
        let server = TestServer::start(db).await;
        for (url, told) in [
            ("mysql://me:hidden@db.example/x", "its URL begins with postgres://"),
            ("postgres://me:hidden@127.0.0.1:1/x", "cannot be reached"),
        ] {
            let refused = server.ground.command_with(&["import", "better-auth", "--dry-run"], &[("OSTIARY_IMPORT_URL", url)]).await;
            assert!(refused.code == 1 && refused.stderr.contains("the source") && refused.stderr.contains("OSTIARY_IMPORT_URL"), "{refused:?}");
            assert!(refused.stderr.contains(told) && !refused.stderr.contains("hidden") && !refused.stderr.contains("database settings"), "{refused:?}");
        }
    }
}
