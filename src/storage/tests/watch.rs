use super::{Database, both, soon};
use crate::storage::{StorageError, Topic, announce};

both!(another_process_hears_what_was_committed_and_nothing_else, a_late_subscriber_is_told_to_read_everything);

async fn another_process_hears_what_was_committed_and_nothing_else(database: &Database) {
    let other = database.opened_again().await;
    let mut heard = other.watch();
    let mut own = database.storage.watch();
    assert_eq!(soon(heard.next()).await, Some(Topic::All), "what was read before it listened may be stale");
    assert_eq!(soon(own.next()).await, Some(Topic::All));
    let failed = database.storage.transaction::<(), StorageError>(async |conn| {
        announce(conn, Topic::Keys).await?;
        Err(StorageError::Settings("on purpose".to_owned()))
    });
    failed.await.unwrap_err();
    for topic in [Topic::Clients, Topic::Logouts, Topic::Clients, Topic::All] {
        database.storage.transaction::<(), StorageError>(async |conn| announce(conn, topic).await).await.unwrap();
        assert_eq!(soon(heard.next()).await, Some(topic));
        assert_eq!(soon(own.next()).await, Some(topic), "the announcer's own process hears it too");
    }
}

async fn a_late_subscriber_is_told_to_read_everything(database: &Database) {
    let mut early = database.storage.watch();
    assert_eq!(soon(early.next()).await, Some(Topic::All));
    assert_eq!(soon(database.storage.watch().next()).await, Some(Topic::All));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_schemas_of_one_database_do_not_hear_each_other() {
    let (one, two) = (Database::postgres().await, Database::postgres().await);
    let mut heard = one.storage.watch();
    assert_eq!(soon(heard.next()).await, Some(Topic::All));
    announce(&mut two.storage.write().await.unwrap(), Topic::Keys).await.unwrap();
    announce(&mut one.storage.write().await.unwrap(), Topic::Clients).await.unwrap();
    assert_eq!(soon(heard.next()).await, Some(Topic::Clients));
    one.clean_up().await;
    two.clean_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_ends_with_the_storage() {
    let database = Database::sqlite().await;
    let mut heard = database.storage.watch();
    assert_eq!(soon(heard.next()).await, Some(Topic::All));
    drop(database);
    assert_eq!(soon(heard.next()).await, None);
}
