//! Somebody with only the README: its commands, to the letter but for the ports, and the example's own files in a real browser.

use crate::both;
use crate::support::database::OwnDatabase;
use crate::support::node;
use crate::support::ports::free_port;
use crate::support::prelude::*;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The README's fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let readme = file("README.md");
    let parts = readme.split("```").collect::<Vec<_>>();
    let fenced = parts.iter().skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect()
}

/// The one block of a language that begins with these words.
fn block(language: &str, start: &str) -> String {
    let found: Vec<_> = blocks(language).into_iter().filter(|block| block.starts_with(start)).collect();
    let [one] = found.as_slice() else { panic!("the README has {} blocks that begin with {start}", found.len()) };
    one.clone()
}

/// A server as a newcomer starts it: a folder of its own, no configuration file.
struct FirstStart {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    printed: String,
    _server: tokio::process::Child,
}

impl FirstStart {
    /// The issuer's port stands in for 3004, which may be taken; PostgreSQL gets a schema of its own, since tests share one.
    async fn of(db: Database, port: u16) -> Self {
        let folder = tempfile::Builder::new().prefix("ostiary-newcomer-").tempdir().unwrap();
        let mut environment = vec![
            ("OSTIARY_ISSUER".to_owned(), format!("http://localhost:{port}")),
            // The application refreshes half a minute before the end: so each of its requests does.
            ("OSTIARY_TOKENS_ACCESS_TOKEN_LIFETIME".to_owned(), "30s".to_owned()),
        ];
        if let OwnDatabase::Postgres { url, schema } = db.own(folder.path()) {
            environment.push(("OSTIARY_DATABASE_URL".to_owned(), url));
            environment.push(("OSTIARY_DATABASE_SCHEMA".to_owned(), schema));
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_ostiary"));
        clean(&mut command).current_dir(folder.path()).envs(environment.iter().cloned());
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        while !printed.contains("/setup?ticket=") {
            let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("no setup link after a minute");
            printed.push_str(&line.unwrap().unwrap_or_else(|| panic!("the server ended: {printed}")));
            printed.push('\n');
        }
        // Read on, so that the server never meets a closed pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { folder, environment, printed, _server: server }
    }

    /// Runs lines of the README in a shell in which `ostiary` is the program, as the README's alias makes it.
    async fn shell(&self, lines: &str) -> String {
        let script = format!("set -eu\nostiary() {{ '{}' \"$@\"; }}\n{lines}", env!("CARGO_BIN_EXE_ostiary"));
        let mut command = Command::new("sh");
        clean(&mut command).args(["-c", &script]).current_dir(self.folder.path()).envs(self.environment.iter().cloned());
        let output = command.kill_on_drop(true).output().await.unwrap();
        assert!(output.status.success(), "{lines}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn link(&self) -> &str {
        self.printed.lines().map(str::trim).find(|line| line.contains("/setup?ticket=")).unwrap()
    }
}

/// Without what configures the tests themselves.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OSTIARY_")) {
        command.env_remove(name);
    }
    command
}

/// The value beside a word in the output of `client create`.
fn told<'a>(output: &'a str, name: &str) -> &'a str {
    let line = output.lines().map(str::trim).find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or_else(|| panic!("no {name} in {output}"))
}

both! {
    /// Issue 2: with only the README a stock client is signed in: set up, an API, a client, the example, in Chromium.
    async fn the_readme_leads_to_a_signed_in_person(db) {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/node_modules");
        assert!(example.exists(), "run `tests/run`, which installs the example's packages, or npm ci in examples/quickstart");
        let [port, app_port, api_port, lost_port] = [free_port(), free_port(), free_port(), free_port()];
        let server = FirstStart::of(db, port).await;
        if db == Database::Sqlite {
            // What the README says is printed is what is printed.
            let promised = block("text", "Ostiary is ready.").replace(":3004", &format!(":{port}"));
            let (before_ticket, _) = promised.split_once('…').unwrap();
            assert!(server.printed.starts_with(before_ticket), "{}\n\nbut the README has\n\n{promised}", server.printed);
        }
        let commands = block("sh", "ostiary resource create").replace("localhost:3000", &format!("localhost:{app_port}"));
        assert_eq!(commands.matches("ostiary ").count(), 2, "an API and a client: {commands}");
        let output = server.shell(&commands).await;
        let (app_port, api_port, lost_port) = (app_port.to_string(), api_port.to_string(), lost_port.to_string());
        let environment = [
            ("ISSUER", told(&output, "issuer")),
            ("SETUP_LINK", server.link()),
            ("CLIENT_ID", told(&output, "client_id")),
            ("CLIENT_SECRET", told(&output, "client_secret")),
            ("APP_PORT", &app_port),
            ("API_PORT", &api_port),
            ("LOST_PORT", &lost_port),
        ];
        assert!(node::run("newcomer.mjs", &environment).await.contains("content"));
    }
}

/// The code that the README quotes is the code of the example, line by line (indented less where it stood inside something).
#[test]
fn the_readme_quotes_the_examples_to_the_letter() {
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let examples = ["app.mjs", "api.mjs"].map(|name| lines(&file(&format!("examples/quickstart/{name}"))));
    let quoted = blocks("js");
    assert_eq!(quoted.len(), 2, "one of the application, one of the API");
    for (block, example) in quoted.iter().zip(&examples) {
        for passage in block.trim().split("\n\n") {
            let passage = lines(passage);
            assert!(example.windows(passage.len()).any(|window| window == passage), "not in the example:\n{}", passage.join("\n"));
        }
    }
    // And so are its commands: what is started is there, and reads what it is given.
    let started = block("sh", "npm ci --prefix examples/quickstart");
    for (name, example) in [("app.mjs", &examples[0]), ("api.mjs", &examples[1])] {
        assert!(started.contains(&format!("node examples/quickstart/{name}")), "{started}");
        let port = started.lines().find(|line| line.contains(name)).and_then(|line| line.rsplit("localhost:").next()).unwrap();
        assert!(
            example.iter().any(|line| line.contains(&format!("PORT = '{port}'"))),
            "{name} listens on {port} unless it is told otherwise"
        );
    }
}

/// Every file that the README and the documents point to is there.
#[test]
fn links_of_the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![PathBuf::from("README.md")];
    for folder in ["docs", "docs/clients"] {
        let found = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| Path::new(folder).join(entry.unwrap().file_name()));
        documents.extend(found.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    documents.push(PathBuf::from("examples/company/README.md"));
    let mut followed = 0;
    for document in documents {
        let text = file(document.to_str().unwrap());
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
            if target.contains("://") {
                continue;
            }
            let path = if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            assert!(root.join(&path).exists(), "{}: {target}", document.display());
            if let Some(heading) = heading {
                let anchors = file(path.to_str().unwrap());
                let anchors = anchors.lines().filter_map(|line| line.strip_prefix('#')).map(|line| anchor(line.trim_start_matches('#')));
                assert!(anchors.into_iter().any(|found| found == heading), "{}: {target}", document.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

/// A heading's anchor, as code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>();
    kept.replace(' ', "-")
}
