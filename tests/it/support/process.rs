//! The real program as a process of its own: for replicas, crashes and what the log says.

use super::database::Database;
use super::setup::{Ground, Setup};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// Runs until it is dropped (then it is killed).
pub struct ServerProcess {
    /// Where it listens: `http://localhost:PORT`.
    pub url: String,
    pub issuer: String,
    pub ground: Ground,
    child: Child,
    log: Arc<Mutex<String>>,
    collectors: [JoinHandle<()>; 2],
}

/// What a command of the program printed, and how it ended.
#[derive(Debug)]
pub struct Printed {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl ServerProcess {
    pub async fn start(database: Database) -> Self {
        Setup::on(database).start_process().await
    }

    /// Starts on a ground that exists, and waits until it is ready.
    pub async fn on(ground: Ground) -> Self {
        Self::on_with(ground, &[]).await
    }

    /// The same, with environment variables.
    pub async fn on_with(ground: Ground, environment: &[(&str, &str)]) -> Self {
        let mut process = Self::spawn(ground, environment);
        process.wait_until_ready(Duration::from_secs(30)).await;
        process
    }

    /// The same, where something that it needs is scarce.
    pub async fn on_under(ground: Ground, under: Under) -> Self {
        let mut command = Command::new("sh");
        let script = format!("{}; exec \"$0\" \"$@\" {}", under.before, under.redirection);
        command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_ostiary"));
        let mut process = Self::spawned(plain(command, &ground), ground, &[]);
        process.wait_until_ready(Duration::from_secs(30)).await;
        process
    }

    /// Starts it and does not wait.
    pub fn spawn(ground: Ground, environment: &[(&str, &str)]) -> Self {
        Self::spawned(program(&ground), ground, environment)
    }

    fn spawned(mut command: Command, ground: Ground, environment: &[(&str, &str)]) -> Self {
        let mut child = command
            .arg("serve")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let collectors = [collect(child.stdout.take().unwrap(), log.clone()), collect(child.stderr.take().unwrap(), log.clone())];
        let url = format!("http://localhost:{}", ground.port);
        Self { url, issuer: ground.issuer.clone(), ground, child, log, collectors }
    }

    /// Waits for `/health/ready`. Panics with the log when the program ends or the time is over.
    pub async fn wait_until_ready(&mut self, longest: Duration) {
        let start = Instant::now();
        let http = reqwest::Client::new();
        let ready = format!("http://127.0.0.1:{}/health/ready", self.ground.port);
        loop {
            if http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            assert!(start.elapsed() < longest, "the server is not ready after {longest:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that it has printed so far, on both streams.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Waits until it has printed this, a moment after it was done. Returns everything printed so far; panics with it after 30 s.
    pub async fn logged(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let log = self.log();
            if log.contains(text) {
                return log;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{text:?} was not printed:\n{log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kilobytes of memory in use.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// What the system allows it, as in `/proc/PID/limits`.
    pub fn limits(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/limits", self.child.id().unwrap())).unwrap()
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id().unwrap())).unwrap().count()
    }

    /// As when the power goes: no goodbye.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop (SIGTERM) and waits until it has ended and all that it printed is in [`Self::log`]. Returns the exit code.
    pub async fn terminate(&mut self) -> i32 {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Waits until it has ended and all that it printed is in [`Self::log`]. Returns the exit code.
    pub async fn ended(&mut self) -> i32 {
        let status = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("still runs 30 s after SIGTERM:\n{}", self.log())).unwrap();
        for collector in &mut self.collectors {
            collector.await.unwrap();
        }
        status.code().unwrap_or(-1)
    }

    /// Sends a signal by name (`TERM`, `STOP`, `CONT`).
    pub async fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id().unwrap());
        assert!(Command::new("sh").args(["-c", &kill]).status().await.unwrap().success());
    }

    /// Another process on the same database.
    pub async fn replica(&self) -> Self {
        Self::on(self.ground.replica()).await
    }

    /// Starts again what was killed or has stopped.
    pub async fn restart(&mut self) {
        let _ = self.child.kill().await;
        *self = Self::on(self.ground.clone()).await;
    }

    /// Runs a command of the program on the same installation: `server.command(&["client", "list", "--json"])`.
    pub async fn command(&self, arguments: &[&str]) -> Printed {
        self.ground.command(arguments).await
    }
}

impl Ground {
    /// A file in the server's folder.
    pub fn write_file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs a command of the program with this configuration and waits for its end.
    pub async fn command(&self, arguments: &[&str]) -> Printed {
        self.run(arguments, &[], "").await
    }

    /// The same for a command that reads from its standard input.
    pub async fn command_with_input(&self, arguments: &[&str], input: &str) -> Printed {
        self.run(arguments, &[], input).await
    }

    /// The same, with environment variables.
    pub async fn command_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Printed {
        self.run(arguments, environment, "").await
    }

    async fn run(&self, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Printed {
        let mut command = program(self);
        command.args(arguments).envs(environment.iter().copied()).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have closed it by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes()).await;
        let output = child.wait_with_output();
        let output = tokio::time::timeout(Duration::from_secs(60), output).await.expect("the command takes over a minute").unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Printed { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ground {
    /// Starts a command and leaves it running; what it prints is thrown away.
    pub fn spawn(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Child {
        let mut command = program(self);
        command.args(arguments).envs(environment.iter().copied()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

impl Printed {
    /// Panics unless the command ended well.
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Setup {
    /// Starts the program as a process.
    pub async fn start_process(self) -> ServerProcess {
        ServerProcess::on(self.prepare()).await
    }
}

/// What is scarce: shell words before the program starts, and redirections of it.
#[derive(Debug, Clone, Copy)]
pub struct Under {
    pub before: &'static str,
    pub redirection: &'static str,
}

fn program(ground: &Ground) -> Command {
    plain(Command::new(env!("CARGO_BIN_EXE_ostiary")), ground)
}

fn plain(mut command: Command, ground: &Ground) -> Command {
    command.current_dir(ground.folder.path()).arg("--config").arg(&ground.file);
    for (name, _) in std::env::vars() {
        if name.starts_with("OSTIARY_") {
            command.env_remove(name);
        }
    }
    command
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, log: Arc<Mutex<String>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    })
}
