use super::Database;
use crate::storage::migrate::{run, status};

async fn four_replicas_start_at_once(database: &Database) {
    let before = status(&database.storage).await.unwrap();
    assert!(!before.is_empty() && before.iter().all(|state| !state.applied));
    let mut replicas = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let storage = database.opened_again().await;
        replicas.spawn(async move { run(&storage).await.unwrap() });
    }
    let applied: Vec<_> = replicas.join_all().await.into_iter().flatten().collect();
    let names: Vec<_> = before.iter().map(|state| state.name.clone()).collect();
    assert_eq!(applied, names, "each step is applied by one of them");
    assert!(status(&database.storage).await.unwrap().iter().all(|state| state.applied && state.known));
    assert!(run(&database.storage).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    four_replicas_start_at_once(&Database::sqlite_without_tables().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let database = Database::postgres_without_tables().await;
    four_replicas_start_at_once(&database).await;
    database.clean_up().await;
}

#[tokio::test(flavor = "current_thread")]
async fn on_a_runtime_of_one_thread() {
    four_replicas_start_at_once(&Database::sqlite_without_tables().await).await;
    let database = Database::postgres_without_tables().await;
    four_replicas_start_at_once(&database).await;
    database.clean_up().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_sqlite_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::sqlite().await;
    let path = database.settings.url.strip_prefix("sqlite:").unwrap().to_owned();
    for name in [path.clone(), format!("{path}-wal")] {
        assert_eq!(std::fs::metadata(&name).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

/// Of two steps with one version the second would never be applied.
#[tokio::test]
async fn each_step_has_a_version_of_its_own() {
    let states = status(&Database::sqlite_without_tables().await.storage).await.unwrap();
    let versions: std::collections::BTreeSet<_> = states.iter().map(|state| state.version.as_str()).collect();
    let steps = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().count();
    assert_eq!((versions.len(), states.len()), (steps, steps));
}
