//! A load program: starts the real server, uses it as applications do with 32 connections, and tells what an operation costs:
//! operations a second, latency, CPU milliseconds of the server and of the database, memory.
//!
//!     cargo bench --bench load                       SQLite
//!     cargo bench --bench load -- --postgres URL     PostgreSQL, in a schema of its own
//!     … --seconds 5 --only refresh --program target/release/ostiary
//!
//! CPU is read from `/proc`, so it counts what the server used and not what this program did.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;
const SECRET: &str = "a secret of the bench, long enough";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://app.example/callback";

/// The server under test, killed when dropped.
struct Server {
    child: Child,
    url: String,
    postgres: bool,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one connection works with.
#[derive(Clone)]
struct User {
    http: reqwest::Client,
    url: String,
    cookie: String,
    access_token: String,
    refresh_token: String,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let option = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1)).cloned();
    let span = Duration::from_secs(option("--seconds").and_then(|text| text.parse().ok()).unwrap_or(4));
    let only = option("--only");
    let program = option("--program").unwrap_or_else(|| env!("CARGO_BIN_EXE_ostiary").to_owned());
    let server = start(&program, option("--postgres")).await;
    let idle = resident_mib(server.child.id());
    let users = sign_in_everybody(&server).await;
    println!("{:<22} {:>9} {:>8} {:>8} {:>8} {:>11} {:>9}", "operation", "per s", "p50 ms", "p95 ms", "p99 ms", "server cpu", "db cpu");
    for name in ["discovery", "jwks", "client_credentials", "introspect", "userinfo", "refresh", "code_flow", "sign_in"] {
        if only.as_deref().is_none_or(|only| only == name) {
            measure(&server, &users, name, span).await;
        }
    }
    println!("\nresident: {idle} MiB idle, {} MiB loaded", resident_mib(server.child.id()));
}

/// Starts the program on a free port and waits until it answers.
async fn start(program: &str, postgres: Option<String>) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://localhost:{port}");
    let clients = serde_json::json!([{ "client_id": "bench", "client_name": "Bench", "client_secret": SECRET, "first_party": true,
        "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token", "client_credentials"] }]);
    let mut command = Command::new(program);
    command
        .env("OSTIARY_DATA_DIR", folder.path())
        .env("OSTIARY_ISSUER", &url)
        .env("OSTIARY_RATE_LIMIT_ENABLED", "false")
        .env("OSTIARY_LOG_LEVEL", "error")
        .env("OSTIARY_PASSWORD_HASH_QUEUE", "1000")
        .env("OSTIARY_PASSWORD_HASH_WAIT", "1m")
        .env("OSTIARY_CLIENTS", clients.to_string())
        .stdout(Stdio::null());
    if let Some(database) = &postgres {
        command.env("OSTIARY_DATABASE_URL", database).env("OSTIARY_DATABASE_SCHEMA", format!("bench_{port}"));
    }
    for round in ["first start", "second start"] {
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let ready = format!("http://127.0.0.1:{port}/health/ready");
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        println!("{round} to first answer: {} ms", begun.elapsed().as_millis());
        if round == "second start" {
            return Server { child, url, postgres: postgres.is_some(), _folder: folder };
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    unreachable!("two rounds")
}

/// One person, one browser session and one grant for each connection.
async fn sign_in_everybody(server: &Server) -> Vec<User> {
    let mut users = Vec::new();
    for n in 0..CONNECTIONS {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let mut user =
            User { http, url: server.url.clone(), cookie: String::new(), access_token: String::new(), refresh_token: String::new() };
        let (csrf, binding) = form(&user, "/signup").await;
        let fields = [("csrf", csrf.as_str()), ("email", &format!("user{n}@example.org")), ("password", "likes long walks")];
        let answer = user.http.post(format!("{}/signup", user.url)).header("cookie", &binding).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        user.cookie = format!("{binding}; {}", cookies(&answer));
        code_flow(&mut user).await;
        users.push(user);
    }
    users
}

/// The CSRF value of a page, and the cookies it sets.
async fn form(user: &User, path: &str) -> (String, String) {
    let page = user.http.get(format!("{}{path}", user.url)).send().await.unwrap();
    let cookie = cookies(&page);
    let html = page.text().await.unwrap();
    (html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned(), cookie)
}

fn cookies(answer: &reqwest::Response) -> String {
    let pairs = answer.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap().split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

async fn post(user: &User, path: &str, fields: &[(&str, &str)]) -> Value {
    let answer = user
        .http
        .post(format!("{}{path}", user.url))
        .basic_auth("bench", Some(SECRET.replace(", ", "%2C+").replace(' ', "+")))
        .form(fields);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Authorize on the live session, redeem the code.
async fn code_flow(user: &mut User) {
    let query = [
        ("client_id", "bench"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let answer = user.http.get(format!("{}/authorize", user.url)).query(&query).header("cookie", &user.cookie).send().await.unwrap();
    let location = reqwest::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let tokens = post(user, "/token", &fields).await;
    user.access_token = tokens["access_token"].as_str().unwrap().to_owned();
    user.refresh_token = tokens["refresh_token"].as_str().unwrap().to_owned();
}

async fn operate(user: &mut User, name: &str, n: usize) {
    let get = |path: &str| user.http.get(format!("{}{path}", user.url));
    match name {
        "discovery" => drop(get("/.well-known/openid-configuration").send().await.unwrap().bytes().await.unwrap()),
        "jwks" => drop(get("/jwks").send().await.unwrap().bytes().await.unwrap()),
        "client_credentials" => drop(post(user, "/token", &[("grant_type", "client_credentials")]).await),
        "introspect" => assert_eq!(post(user, "/introspect", &[("token", &user.access_token)]).await["active"], true),
        "userinfo" => assert_eq!(get("/userinfo").bearer_auth(&user.access_token).send().await.unwrap().status(), 200),
        "refresh" => {
            let tokens = post(user, "/token", &[("grant_type", "refresh_token"), ("refresh_token", &user.refresh_token)]).await;
            user.refresh_token = tokens["refresh_token"].as_str().unwrap().to_owned();
        }
        "code_flow" => code_flow(user).await,
        _ => {
            let (csrf, binding) = form(user, "/login").await;
            let fields = [("csrf", csrf.as_str()), ("email", &format!("user{n}@example.org")), ("password", "likes long walks")];
            let answer = user.http.post(format!("{}/login", user.url)).header("cookie", binding).form(&fields).send().await.unwrap();
            assert_eq!(answer.status(), 303);
        }
    }
}

async fn measure(server: &Server, users: &[User], name: &'static str, span: Duration) {
    let stop = Arc::new(AtomicBool::new(false));
    let (cpu, db) = (cpu_ms(&[server.child.id()]), database_cpu(server));
    let begun = Instant::now();
    let tasks: Vec<_> = users
        .iter()
        .cloned()
        .enumerate()
        .map(|(n, mut user)| {
            let stop = stop.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    operate(&mut user, name, n).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    tokio::time::sleep(span).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let elapsed = begun.elapsed().as_secs_f64();
    let count = times.len() as f64;
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let server_cpu = (cpu_ms(&[server.child.id()]) - cpu) / count;
    let database = (database_cpu(server) - db) / count;
    println!(
        "{name:<22} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {server_cpu:>8.3} ms {database:>6.3} ms",
        count / elapsed,
        at(0.5),
        at(0.95),
        at(0.99)
    );
}

/// Milliseconds of user and system time of these processes, in ticks of 10 ms.
fn cpu_ms(processes: &[u32]) -> f64 {
    let ticks = processes.iter().filter_map(|process| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        Some(fields[11].parse::<f64>().ok()? + fields[12].parse::<f64>().ok()?)
    });
    ticks.sum::<f64>() * 10.0
}

/// All of PostgreSQL's processes; SQLite works within the server.
fn database_cpu(server: &Server) -> f64 {
    if !server.postgres {
        return 0.0;
    }
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        name.starts_with("postgres").then(|| entry.file_name().to_str()?.parse().ok())?
    });
    cpu_ms(&processes.collect::<Vec<u32>>())
}

fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
