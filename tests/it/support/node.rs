//! Programs of other people's making: node scripts in `tests/foreign`, with their packages by lock file.

use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::Semaphore;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

/// A tour in Chromium drives several browsers at once and keeps every core busy: more than two of them would only wait for each other.
static TOURS: Semaphore = Semaphore::const_new(2);

/// Runs a script that takes people through pages in Chromium, and expects that it looked at some.
pub async fn tour(script: &str, environment: &[(&str, &str)]) {
    let _turn = TOURS.acquire().await;
    let text = run(script, environment).await;
    assert!(text.contains("pages looked at"), "{text}");
}

/// Runs a script to its end. Panics with what it printed unless it ends well.
pub async fn run(script: &str, environment: &[(&str, &str)]) -> String {
    assert!(
        folder().join("node_modules").exists(),
        "tests/foreign/node_modules is missing: run `tests/run`, which installs it, or npm ci in tests/foreign"
    );
    let output = Command::new("node").arg(script).current_dir(folder()).envs(environment.iter().copied()).kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(600), output).await.unwrap_or_else(|_| panic!("{script} takes over ten minutes"));
    let output = output.unwrap_or_else(|error| panic!("node does not start: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}:\n{text}");
    text
}
