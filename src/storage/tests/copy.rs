use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::Database;
use crate::storage::copy::{CopyError, TableReport, copy};
use crate::storage::copy_tables::TABLES;
use crate::storage::{Held, Storage, query};

/// Rows in every table, of every kind of value, more than one batch of one, and keys whose order differs between collations.
async fn fill(storage: &Storage) {
    let mut sql = String::from(
        "INSERT INTO settings VALUES ('a', '{}'), ('B', 'ü \" '' \\ \u{1F600}');
         INSERT INTO signing_keys VALUES ('k1', 'ES256', 's', '{}', 1, 2, NULL, NULL), ('k2', 'RS256', 's', '{}', 1, 2, 3, 9223372036854775807);
         INSERT INTO clients VALUES ('c1', '{}', TRUE, FALSE, 1, 2), ('C2', '{}', FALSE, TRUE, -1, 2);
         INSERT INTO client_secrets VALUES ('s1', 'c1', 'd', 'x', 1, NULL);
         INSERT INTO resources VALUES ('https://api.example', '{}', FALSE, 1, 1);
         INSERT INTO users VALUES ('u1', 'a@example.com', TRUE, TRUE, '{}', '{}', '[]', '[]', 1, 1, TRUE, NULL, NULL, 'de');
         INSERT INTO passwords VALUES ('u1', '$argon2id$', 1);
         INSERT INTO sessions VALUES ('se1', 'd', 'u1', 1, 'acr', '[]', 1, 1, 1, NULL, '::1');
         INSERT INTO consents VALUES ('u1', 'c1', 'openid', '[]', 1), ('u1', 'C2', 'openid', '[]', 1);
         INSERT INTO grants VALUES ('g1', NULL, 'authorization_code', 'c1', NULL, NULL, '', '[]', '{}', NULL, NULL, NULL, NULL, FALSE, 1, 1, 1, 1, NULL, NULL);
         INSERT INTO revoked_tokens VALUES ('j', 1);
         INSERT INTO consumed_tickets VALUES ('t', 'code', 1);
         INSERT INTO failed_guesses VALUES ('f', 1, 2, 3, 4);
         INSERT INTO outgoing_mail VALUES ('m', 'welcome', 'x', 0, 1, 1, 2);
         INSERT INTO mailed_proofs VALUES ('p', 'reset_password', 'u1', 'a@example.com', 'd', NULL, 'b', 1, 2);
         INSERT INTO passkeys VALUES ('cred', 'u1', 'Phone', '{}', TRUE, TRUE, FALSE, FALSE, 1, NULL, TRUE);
         INSERT INTO totp_secrets VALUES ('u1', 's', 57000000, 1, 2);
         INSERT INTO recovery_codes VALUES ('u1', 'd1', 1, NULL), ('u1', 'd2', 1, 2);
         INSERT INTO phone_factors VALUES ('u1', '+4930901820', 1, NULL);
         INSERT INTO replaced_factors VALUES ('u1', 'totp', 's0', 1, 2);
         INSERT INTO trusted_devices VALUES ('t', 'd', 'u1', NULL, '::1', 1, 2, 3);
         INSERT INTO linked_identities VALUES ('google', '1', 'u1', 'a@example.com', NULL, 1, 2);
         INSERT INTO imported_users VALUES ('supabase', '1', 'u1', '{}', 1);
         INSERT INTO deleted_imports VALUES ('d', 1);
         INSERT INTO logout_deliveries VALUES ('se9', 'c1', 'u1', 1, 2, 3);
         INSERT INTO refusals VALUES ('c1', 'r1', 1, 'POST /token', 'invalid_grant', 'd', NULL, 's');
         INSERT INTO logout_failures VALUES ('c1', 'status 503', NULL, 1, 2, 3);",
    );
    for n in 0..1203 {
        let odd = if n % 2 == 0 { "a-" } else { "A" };
        sql.push_str(&format!("INSERT INTO events VALUES ('{odd}{n}', {n}, 'kind', NULL, 'c', NULL, NULL, NULL, '{{}}', 'UA');"));
        sql.push_str(&format!("INSERT INTO consumed_assertions VALUES ('{odd}{}', '{odd}{n}', {n});", n % 7));
    }
    run(storage, &sql).await;
}

/// Statements for both databases.
async fn run(storage: &Storage, sql: &str) {
    match storage.write().await.unwrap().held() {
        Held::Postgres(c) => c.batch_execute(sql).await.unwrap(),
        Held::Sqlite(c) => c.batch_execute(sql).await.unwrap(),
        Held::Closed => unreachable!(),
    }
}

fn rows(reports: &[TableReport], table: &str) -> u64 {
    reports.iter().find(|report| report.table == table).unwrap().rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_to_postgres_and_back_with_the_same_checksums() {
    let (first, second, third) =
        (Database::sqlite().await, Database::postgres_without_tables().await, Database::sqlite_without_tables().await);
    fill(&first.storage).await;
    let there = copy(&first.storage, &second.storage).await.unwrap();
    let back = copy(&second.storage, &third.storage).await.unwrap();
    assert_eq!(there, back);
    assert_eq!((rows(&there, "events"), rows(&there, "consumed_assertions"), rows(&there, "clients")), (1203, 1203, 2));
    assert!(there.iter().all(|report| report.rows > 0), "a table that is empty in this test is not tested: {there:?}");
    let checksums: BTreeSet<_> = there.iter().map(|report| &report.checksum).collect();
    assert_eq!(checksums.len(), there.len());
    second.clean_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_with_any_row_is_refused_and_a_source_of_another_version_too() {
    let (source, target) = (Database::sqlite().await, Database::postgres().await);
    fill(&source.storage).await;
    super::run_sql(&target.storage, "INSERT INTO consumed_tickets VALUES ('t', 'code', 1)").await;
    let refused = copy(&source.storage, &target.storage).await.unwrap_err();
    assert!(matches!(refused, CopyError::TargetNotEmpty("consumed_tickets")), "{refused}");
    super::run_sql(&target.storage, "DELETE FROM consumed_tickets").await;
    let empty = Database::sqlite_without_tables().await;
    let refused = copy(&empty.storage, &target.storage).await.unwrap_err();
    assert!(matches!(refused, CopyError::SourceNotMigrated(_)), "{refused}");
    target.clean_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_target_changes_is_found_and_nothing_stays() {
    let (source, target) = (Database::sqlite().await, Database::postgres().await);
    fill(&source.storage).await;
    super::run_sql(
        &target.storage,
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = NEW.at + 1; RETURN NEW; END $$;
         CREATE TRIGGER spoil BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.at = 700) EXECUTE FUNCTION spoil()",
    )
    .await;
    let refused = copy(&source.storage, &target.storage).await.unwrap_err();
    assert!(matches!(refused, CopyError::Differs { table: "events", sent_rows: 1203, kept_rows: 1203 }), "{refused}");
    super::run_sql(&target.storage, "DO $$ BEGIN IF EXISTS (SELECT FROM users) THEN RAISE 'rows stayed'; END IF; END $$").await;
    target.clean_up().await;
}

/// What is written meanwhile is in the copy whole or not at all: a person comes with their password, whichever table is read first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_copied_is_of_one_moment() {
    for source in [Database::sqlite().await, Database::postgres().await] {
        fill(&source.storage).await;
        let target = Database::postgres_without_tables().await;
        let writing = source.opened_again().await;
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        let writer = tokio::spawn(async move {
            let (mut people, mut begun) = (0, Some(begun));
            while stopped.try_recv().is_err() {
                people += 1;
                let sql = format!(
                    "BEGIN; INSERT INTO users VALUES ('w{people}', 'w{people}@example.com', TRUE, TRUE, '{{}}', '{{}}', '[]', '[]', 1, 1, TRUE, NULL, NULL, NULL);
                     INSERT INTO passwords VALUES ('w{people}', 'h', 1); COMMIT"
                );
                run(&writing, &sql).await;
                begun.take().map(|begun| begun.send(()));
            }
            people
        });
        has_begun.await.unwrap();
        let reports = copy(&source.storage, &target.storage).await.unwrap();
        stop.send(()).unwrap();
        let people: u64 = writer.await.unwrap();
        assert_eq!(rows(&reports, "users"), rows(&reports, "passwords"));
        assert!((2..people).contains(&rows(&reports, "users")), "{people} were written, of whom came {}", rows(&reports, "users"));
        target.clean_up().await;
        source.clean_up().await;
    }
}

/// What the target does not take is told with its table: the operator is to know where to look.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_names_its_table() {
    let (source, target) = (Database::sqlite().await, Database::postgres().await);
    fill(&source.storage).await;
    super::run_sql(&target.storage, "ALTER TABLE events ADD CHECK (at <> 700)").await;
    let refused = copy(&source.storage, &target.storage).await.unwrap_err();
    assert!(matches!(refused, CopyError::Table { table: "events", .. }), "{refused}");
    assert!(refused.to_string().starts_with("events could not be copied: "), "{refused}");
    target.clean_up().await;
}

/// Fails when a migration adds a table or a column that `copy_tables.rs` or `schema.rs` does not know.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_and_column_is_copied() {
    let database = Database::sqlite().await;
    let mut conn = database.storage.read().await.unwrap();
    let columns = "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c \
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT IN ('__diesel_schema_migrations', 'changes')";
    let there: Vec<String> = query!(&mut conn, |c| diesel::dsl::sql::<Text>(columns).load(c).await).unwrap();
    let copied = TABLES.iter().flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")));
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), copied.collect::<BTreeSet<_>>());
}
