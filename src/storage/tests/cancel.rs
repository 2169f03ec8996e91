//! actix drops a handler's future when the client goes away, on a single-threaded runtime, while a statement may be running.
//! diesel_async's own SQLite wrapper panics then.

use std::time::Duration;

use diesel_async::RunQueryDsl;

use super::Database;
use crate::storage::{Connection, StorageError, StorageResult, query};

async fn count_slowly(conn: &mut Connection) -> StorageResult<usize> {
    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n";
    query!(conn, |c| diesel::sql_query(slow).execute(c).await)
}

async fn cut_off_in_mid_statement(database: &Database) {
    let storage = &database.storage;
    for _ in 0..2 {
        let cut = async { count_slowly(&mut storage.write().await?).await };
        assert!(tokio::time::timeout(Duration::from_millis(20), cut).await.is_err());
        super::soon(storage.ping()).await.unwrap();
        let cut = storage.transaction::<usize, StorageError>(async |conn| count_slowly(conn).await);
        assert!(tokio::time::timeout(Duration::from_millis(20), cut).await.is_err());
        let next =
            storage.transaction::<usize, StorageError>(async |conn| query!(conn, |c| diesel::sql_query("SELECT 1").execute(c).await));
        super::soon(next).await.unwrap();
    }
}

#[tokio::test(flavor = "current_thread")]
async fn sqlite_on_a_runtime_like_an_actix_worker() {
    cut_off_in_mid_statement(&Database::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_on_several_threads() {
    cut_off_in_mid_statement(&Database::sqlite().await).await;
}

#[tokio::test(flavor = "current_thread")]
async fn postgres_on_a_runtime_like_an_actix_worker() {
    let database = Database::postgres().await;
    cut_off_in_mid_statement(&database).await;
    database.clean_up().await;
}
