//! A PostgreSQL that goes away and comes back. It is reached through a small proxy, which a test can stop.

use std::net::SocketAddr;
use std::time::Duration;

use diesel_async::RunQueryDsl;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Database, run_sql, soon};
use crate::storage::{Storage, StorageSettings, Topic, query};

/// Forwards to the test's PostgreSQL.
struct Proxy {
    address: SocketAddr,
    target: String,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Proxy {
    /// Gives the proxy, running, and the URL by which PostgreSQL is reached through it.
    async fn start() -> (Self, String) {
        let mut url = url::Url::parse(&super::postgres_url()).expect("OSTIARY_TEST_POSTGRES_URL names one host");
        let target = format!("{}:{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let task = Some(tokio::spawn(forward(listener, target.clone())));
        (Self { address, target, task }, url.to_string())
    }

    /// Cuts every connection and refuses new ones.
    async fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    async fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.task = Some(tokio::spawn(forward(listener, self.target.clone())));
    }
}

async fn forward(listener: TcpListener, target: String) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let target = target.clone();
        connections.spawn(async move {
            let mut far = TcpStream::connect(target).await.unwrap();
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_is_unavailable_and_used_again_when_it_is_back() {
    let (mut proxy, url) = Proxy::start().await;
    let database = Database::postgres_at(url).await;
    crate::storage::migrate::run(&database.storage).await.unwrap();
    let mut heard = database.storage.watch();
    assert_eq!(soon(heard.next()).await, Some(Topic::All));
    // two connections in the pool, one of them lent
    let mut lent = database.storage.read().await.unwrap();
    database.storage.ping().await.unwrap();
    proxy.stop().await;
    // The idle connection may be lent before it has noticed its end.
    assert!(database.storage.ping().await.unwrap_err().is_unavailable());
    for _ in 0..3 {
        let error = database.storage.ping().await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        let told = error.to_string();
        assert!(
            told.starts_with("the database is unavailable: error connecting to server"),
            "the cause, and no words of the pool's: {told}"
        );
    }
    let error = query!(&mut lent, |c| diesel::sql_query("SELECT 1").execute(c).await).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    drop(lent);
    proxy.start_again().await;
    database.storage.ping().await.unwrap();
    assert_eq!(soon(heard.next()).await, Some(Topic::All), "what was announced meanwhile was missed");
    database.clean_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminated_backends_are_replaced() {
    let database = Database::postgres().await;
    // by a name of its own, so that the tests beside this one keep their connections
    let name = &database.settings.schema;
    let url = format!("{0}{1}application_name={name}", database.settings.url, if database.settings.url.contains('?') { '&' } else { '?' });
    let storage = Storage::open(&StorageSettings { url, ..database.settings.clone() }).await.unwrap();
    let mut heard = storage.watch();
    assert_eq!(soon(heard.next()).await, Some(Topic::All));
    let mut lent = storage.read().await.unwrap();
    let idle = (storage.read().await.unwrap(), storage.read().await.unwrap());
    drop(idle);
    let kill =
        format!("DO $$ BEGIN PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '{name}'; END $$");
    run_sql(&database.storage, &kill).await;
    let error = query!(&mut lent, |c| diesel::sql_query("SELECT 1").execute(c).await).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    drop(lent);
    // a connection that has not noticed its end yet may be lent once
    soon(async {
        while let Err(error) = storage.ping().await {
            assert!(error.is_unavailable(), "{error}");
        }
    })
    .await;
    assert_eq!(soon(heard.next()).await, Some(Topic::All), "what was announced meanwhile was missed");
    for _ in 0..10 {
        storage.ping().await.unwrap();
    }
    database.clean_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_takes_too_long_is_cut_off_by_the_server() {
    let database = Database::postgres().await;
    let settings = StorageSettings { statement_timeout: Duration::from_millis(50), ..database.settings.clone() };
    let storage = Storage::open(&settings).await.unwrap();
    let mut conn = storage.write().await.unwrap();
    let error = query!(&mut conn, |c| diesel::sql_query("SELECT pg_sleep(30)").execute(c).await).unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    database.clean_up().await;
}
