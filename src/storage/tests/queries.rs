use std::collections::HashSet;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;

use super::{Database, both};
use crate::clock::Timestamp;
use crate::random::Random;
use crate::storage::columns::{Json, id_newtype};
use crate::storage::schema::{client_secrets, clients, consumed_tickets, users};
use crate::storage::{Connection, Storage, StorageError, StorageResult, StorageSettings, prepared, query, together, together_if};

both!(
    a_single_use_thing_has_one_winner_among_32,
    a_row_comes_back_as_it_went_in,
    violations_are_told_apart,
    a_failed_transaction_leaves_nothing,
    a_transaction_begins_with_its_first_statement_even_one_that_fails,
    what_is_sent_together_is_one_round_trip_of_the_transaction,
    what_is_sent_together_may_allow_the_last_and_commit,
    what_is_written_lightly_leaves_the_next_durable,
    a_transaction_dropped_half_way_leaves_nothing_and_frees_its_locks,
    boxed_filters_and_upserts_compile_for_both,
    an_update_that_is_always_the_same_is_prepared_once,
    a_reader_waits_for_a_connection_only_so_long,
);

id_newtype! {
    /// A user, for these tests.
    struct UserId;
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
struct User {
    id: UserId,
    email: String,
    email_verified: bool,
    enabled: bool,
    profile: Json<serde_json::Value>,
    attributes: Json<serde_json::Value>,
    user_groups: Json<Vec<String>>,
    roles: Json<Vec<String>>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

fn user(email: &str) -> User {
    let now = Timestamp::from_unix_microseconds(1_700_000_000_123_456);
    User {
        id: UserId::generate(&Random::System, now),
        email: email.to_owned(),
        email_verified: true,
        enabled: false,
        profile: Json(serde_json::json!({"name": "Zoë \"Z\" 木村"})),
        attributes: Json(serde_json::json!({})),
        user_groups: Json(vec!["admins".to_owned()]),
        roles: Json(Vec::new()),
        created_at: now,
        updated_at: now + Duration::from_micros(1),
    }
}

async fn insert_user(conn: &mut Connection, user: &User) -> StorageResult<User> {
    query!(conn, |c| diesel::insert_into(users::table).values(user).returning(User::as_returning()).get_result(c).await)
}

async fn find_user(conn: &mut Connection, email: &str) -> StorageResult<Option<User>> {
    query!(conn, |c| users::table.filter(users::email.eq(email)).select(User::as_select()).first(c).await.optional())
}

async fn consume_ticket(conn: &mut Connection, id: &str) -> StorageResult<bool> {
    let row = (consumed_tickets::id.eq(id), consumed_tickets::purpose.eq("code"), consumed_tickets::expires_at.eq(1));
    query!(conn, |c| diesel::insert_into(consumed_tickets::table).values(row).on_conflict_do_nothing().execute(c).await).map(|n| n == 1)
}

async fn a_single_use_thing_has_one_winner_among_32(database: &Database) {
    let mut consumers = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let storage = database.storage.clone();
        consumers.spawn(async move { consume_ticket(&mut storage.write().await.unwrap(), "t1").await.unwrap() });
    }
    assert_eq!(consumers.join_all().await.into_iter().filter(|won| *won).count(), 1);
}

async fn a_row_comes_back_as_it_went_in(database: &Database) {
    let mut conn = database.storage.write().await.unwrap();
    let sent = user("zoe@example.com");
    assert_eq!(insert_user(&mut conn, &sent).await.unwrap(), sent);
    assert_eq!(find_user(&mut database.storage.read().await.unwrap(), "zoe@example.com").await.unwrap(), Some(sent));
    assert_eq!(find_user(&mut conn, "nobody@example.com").await.unwrap(), None);
}

async fn violations_are_told_apart(database: &Database) {
    let mut conn = database.storage.write().await.unwrap();
    insert_user(&mut conn, &user("a@example.com")).await.unwrap();
    let error = insert_user(&mut conn, &user("a@example.com")).await.unwrap_err();
    assert!(error.is_unique_violation() && !error.is_unavailable() && !error.is_foreign_key_violation(), "{error}");
    let orphan = (
        client_secrets::id.eq("s"),
        client_secrets::client_id.eq("nobody"),
        client_secrets::digest.eq(""),
        client_secrets::sealed.eq(""),
        client_secrets::created_at.eq(0),
    );
    let error = query!(&mut conn, |c| diesel::insert_into(client_secrets::table).values(orphan).execute(c).await).unwrap_err();
    assert!(error.is_foreign_key_violation() && !error.is_unique_violation(), "{error}");
    // the connection is still good
    assert!(find_user(&mut conn, "a@example.com").await.unwrap().is_some());
}

async fn a_failed_transaction_leaves_nothing(database: &Database) {
    let storage = database.storage.clone();
    // in a task of its own, since handlers' futures may have to be Send
    let done: Result<(), StorageError> = tokio::spawn(async move {
        storage
            .transaction(async |conn| {
                insert_user(conn, &user("b@example.com")).await?;
                insert_user(conn, &user("b@example.com")).await?;
                Ok(())
            })
            .await
    })
    .await
    .unwrap();
    assert!(done.unwrap_err().is_unique_violation());
    assert_eq!(find_user(&mut database.storage.read().await.unwrap(), "b@example.com").await.unwrap(), None);
}

/// A storage of one connection: what one transaction leaves of it, the next one gets.
async fn of_one_connection(database: &Database) -> Storage {
    Storage::open(&StorageSettings { max_connections: 1, ..database.settings.clone() }).await.unwrap()
}

async fn a_transaction_begins_with_its_first_statement_even_one_that_fails(database: &Database) {
    let storage = of_one_connection(database).await;
    insert_user(&mut storage.write().await.unwrap(), &user("first@example.com")).await.unwrap();
    for _ in 0..3 {
        let done: Result<(), StorageError> =
            storage.transaction(async |conn| insert_user(conn, &user("first@example.com")).await.map(drop)).await;
        assert!(done.unwrap_err().is_unique_violation());
        storage.transaction::<(), StorageError>(async |_| Ok(())).await.unwrap();
        let refused = storage.transaction::<(), StorageError>(async |conn| {
            insert_user(conn, &user("second@example.com")).await?;
            Err(StorageError::Settings("changed my mind".to_owned()))
        });
        assert!(refused.await.is_err());
    }
    assert_eq!(find_user(&mut storage.read().await.unwrap(), "second@example.com").await.unwrap(), None);
    // What comes by itself is committed by itself.
    insert_user(&mut storage.write().await.unwrap(), &user("third@example.com")).await.unwrap();
    assert!(find_user(&mut database.storage.read().await.unwrap(), "third@example.com").await.unwrap().is_some());
}

async fn what_is_sent_together_is_one_round_trip_of_the_transaction(database: &Database) {
    let storage = of_one_connection(database).await;
    let both = async |conn: &mut Connection, email: &str| -> StorageResult<(User, usize, i64)> {
        let (sent, tickets) = (user(email), vec!["one".to_owned(), "two".to_owned()]);
        let rows = users::table.filter(users::email.eq(email.to_owned()));
        together!(
            conn,
            get_result(diesel::insert_into(users::table).values(&sent).returning(User::as_returning())),
            execute(diesel::delete(consumed_tickets::table.filter(consumed_tickets::id.eq_any(tickets)))),
            get_result(rows.count()),
        )
    };
    consume_ticket(&mut storage.write().await.unwrap(), "two").await.unwrap();
    for commits in [false, true] {
        let before = storage.statements();
        let done = storage.transaction(async |conn| {
            let (inserted, deleted, found) = both(conn, "d@example.com").await?;
            assert_eq!((inserted.email.as_str(), deleted, found), ("d@example.com", 1, 1));
            if commits { Ok(()) } else { Err(StorageError::Settings("changed my mind".to_owned())) }
        });
        assert_eq!(done.await.is_ok(), commits);
        let after = storage.statements();
        assert_eq!((after.round_trips - before.round_trips, after.commits - before.commits), (2, u64::from(commits)));
        assert_eq!(find_user(&mut storage.read().await.unwrap(), "d@example.com").await.unwrap().is_some(), commits);
    }
    // One that fails fails all.
    let failed = storage.transaction(async |conn| both(conn, "d@example.com").await.map(drop)).await;
    assert!(failed.unwrap_err().is_unique_violation());
    assert!(find_user(&mut storage.read().await.unwrap(), "d@example.com").await.unwrap().is_some());
}

async fn what_is_sent_together_may_allow_the_last_and_commit(database: &Database) {
    let storage = of_one_connection(database).await;
    // One more person, and if that is so two others.
    let insert = async |conn: &mut Connection, allowed: bool, emails: [&str; 3]| -> StorageResult<(usize, bool)> {
        let [first, second, third] = emails.map(user);
        let first_email = first.email.clone();
        let ((inserted, _), last) = together_if!(
            conn,
            (execute(diesel::insert_into(users::table).values(&first)), load(users::table.select(users::email))),
            |first| allowed && first.0 == 1 && first.1.contains(&first_email),
            (execute(diesel::insert_into(users::table).values(&second)), execute(diesel::insert_into(users::table).values(&third))),
        )?;
        Ok((inserted, last == Some((1, 1))))
    };
    let are_there = async |emails: [&str; 3]| {
        let mut conn = storage.read().await.unwrap();
        let mut there = [false; 3];
        for (there, email) in there.iter_mut().zip(emails) {
            *there = find_user(&mut conn, email).await.unwrap().is_some();
        }
        there
    };
    let first = ["e0@example.com", "e1@example.com", "e2@example.com"];
    let before = storage.statements();
    assert_eq!(storage.transaction(async |conn| insert(conn, true, first).await).await.unwrap(), (1, true));
    let after = storage.statements();
    assert_eq!((after.round_trips - before.round_trips, after.commits - before.commits), (3, 1));
    assert_eq!(are_there(first).await, [true; 3]);

    // Where they are not allowed the transaction goes on, and is committed or not by its end.
    let not_allowed = ["f0@example.com", "f1@example.com", "f2@example.com"];
    for fails in [true, false] {
        let done = storage.transaction(async |conn| {
            assert_eq!(insert(conn, false, not_allowed).await?, (1, false));
            if fails { Err(StorageError::Settings("changed my mind".to_owned())) } else { Ok(()) }
        });
        assert_eq!(done.await.is_err(), fails);
        assert_eq!(are_there(not_allowed).await, [!fails, false, false]);
    }

    // One that fails keeps the others from being committed, and the connection is as good as before.
    let one_is_there = ["g0@example.com", "g1@example.com", "e1@example.com"];
    let failed = storage.transaction(async |conn| insert(conn, true, one_is_there).await).await;
    assert!(failed.unwrap_err().is_unique_violation());
    assert_eq!(are_there(one_is_there).await, [false, false, true]);
    let others = ["h0@example.com", "h1@example.com", "h2@example.com"];
    assert_eq!(storage.transaction(async |conn| insert(conn, true, others).await).await.unwrap(), (1, true));
}

async fn what_is_written_lightly_leaves_the_next_durable(database: &Database) {
    let storage = of_one_connection(database).await;
    // FULL is 2 and NORMAL 1; PostgreSQL has no such choice for a statement alone.
    let is_sqlite = database.settings.url.starts_with("sqlite:");
    let synchronous = move || sql::<Integer>(if is_sqlite { "PRAGMA synchronous" } else { "SELECT 2" });
    let insert = async |conn: &mut Connection, email: &str| -> StorageResult<(i32, usize)> {
        let user = user(email);
        together!(conn, get_result(synchronous()), execute(diesel::insert_into(users::table).values(&user)))
    };
    let mut conn = storage.write().await.unwrap();
    assert_eq!(insert(conn.lightly(), "i0@example.com").await.unwrap(), (if is_sqlite { 1 } else { 2 }, 1));
    assert_eq!(insert(&mut conn, "i1@example.com").await.unwrap(), (2, 1));
    assert!(insert(conn.lightly(), "i0@example.com").await.unwrap_err().is_unique_violation());
    assert_eq!(insert(&mut conn, "i2@example.com").await.unwrap(), (2, 1));
    drop(conn);
    let in_transaction = storage.transaction(async |conn| insert(conn.lightly(), "i3@example.com").await);
    assert_eq!(in_transaction.await.unwrap(), (2, 1));
}

async fn a_transaction_dropped_half_way_leaves_nothing_and_frees_its_locks(database: &Database) {
    let mut conn = database.storage.write().await.unwrap();
    insert_user(&mut conn, &user("c@example.com")).await.unwrap();
    drop(conn);
    let disable = async |conn: &mut Connection| {
        query!(conn, |c| diesel::update(users::table.filter(users::email.eq("c@example.com")))
            .set(users::email_verified.eq(false))
            .execute(c)
            .await)
    };
    let (reached, waiting) = tokio::sync::oneshot::channel();
    let storage = database.storage.clone();
    let task = tokio::spawn(async move {
        storage
            .transaction::<(), StorageError>(async |conn| {
                disable(conn).await?;
                let _ = reached.send(());
                std::future::pending().await
            })
            .await
    });
    super::soon(waiting).await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    // Another process can take the lock, though nobody lends a connection of the first pool again.
    let other = database.opened_again().await;
    let changed = super::soon(other.transaction::<usize, StorageError>(async |conn| disable(conn).await)).await;
    assert_eq!(changed.unwrap(), 1);
}

async fn boxed_filters_and_upserts_compile_for_both(database: &Database) {
    let mut conn = database.storage.write().await.unwrap();
    for name in ["one", "two", "two"] {
        let row = (
            clients::client_id.eq(name),
            clients::metadata.eq("{}"),
            clients::enabled.eq(true),
            clients::declared.eq(false),
            clients::created_at.eq(1),
            clients::updated_at.eq(1),
        );
        query!(&mut conn, |c| diesel::insert_into(clients::table)
            .values(row)
            .on_conflict(clients::client_id)
            .do_update()
            .set((clients::metadata.eq(diesel::upsert::excluded(clients::metadata)), clients::updated_at.eq(clients::updated_at + 1)))
            .execute(c)
            .await)
        .unwrap();
    }
    let only_changed = true;
    let found: HashSet<String> = query!(&mut conn, |c| {
        let mut found = clients::table.left_join(client_secrets::table).select(clients::client_id).into_boxed::<DB>();
        if only_changed {
            found = found.filter(clients::updated_at.gt(1).and(client_secrets::id.is_null()));
        }
        found.load(c).await
    })
    .unwrap()
    .into_iter()
    .collect();
    assert_eq!(found, HashSet::from(["two".to_owned()]));
}

async fn an_update_that_is_always_the_same_is_prepared_once(database: &Database) {
    let mut conn = database.storage.write().await.unwrap();
    let mut zoe = user("zoe@example.com");
    insert_user(&mut conn, &zoe).await.unwrap();
    for seconds in 1..=3 {
        zoe.updated_at = zoe.created_at + Duration::from_secs(seconds);
        let update = diesel::update(users::table.find(&zoe.id)).set(users::updated_at.eq(zoe.updated_at));
        let returned: User = query!(&mut conn, |c| prepared(update.returning(User::as_returning())).get_result(c).await).unwrap();
        assert_eq!(returned, zoe);
    }
    // SQLite keeps its statements to itself.
    if matches!(conn.held(), crate::storage::Held::Postgres(_)) {
        let kept = diesel::dsl::sql::<diesel::sql_types::BigInt>(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE \"users\" SET \"updated_at\"%'",
        );
        assert_eq!(query!(&mut conn, |c| kept.get_result::<i64>(c).await).unwrap(), 1);
    }
}

async fn a_reader_waits_for_a_connection_only_so_long(database: &Database) {
    let settings =
        crate::storage::StorageSettings { max_connections: 1, connect_timeout: Duration::from_millis(100), ..database.settings.clone() };
    let storage = crate::storage::Storage::open(&settings).await.unwrap();
    let held = storage.read().await.unwrap();
    let error = storage.read().await.err().expect("the only connection is taken");
    assert!(error.is_unavailable(), "{error}");
    drop(held);
    storage.ping().await.unwrap();
}
