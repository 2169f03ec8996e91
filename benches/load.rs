//! A load program: starts the real server, uses it as applications do with 32 connections, and tells what an operation costs:
//! operations a second, latency, CPU milliseconds of the server and of the database, memory.
//!
//!     cargo bench --bench load                       SQLite
//!     cargo bench --bench load -- --postgres URL     PostgreSQL on this machine, in a schema that is dropped afterwards
//!     … --seconds 5 --only refresh --cheap-hashes --program target/release/ostiary
//!
//! CPU is read from `/proc`, so it counts what the server and its PostgreSQL used and not what this program did. `--cheap-hashes`
//! makes argon2 cost next to nothing: what is left of a sign-in is everything else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;
/// Of one person: with a hundred sessions, which nobody has, each that begins would end another.
const MOST_SIGN_INS: usize = 90;
const SECRET: &str = "a secret of the bench, long enough";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://app.example/callback";

/// Every operation, in the order in which they are measured. Those that end in `_es256` are of a client whose ID tokens are ES256.
const OPERATIONS: [&str; 12] = [
    "discovery",
    "jwks",
    "client_credentials",
    "introspect",
    "userinfo",
    "refresh",
    "refresh_es256",
    "code_flow",
    "code_flow_es256",
    "sign_in_page",
    "sign_in",
    "sign_in_new_browser",
];

/// The server under test, killed when dropped.
struct Server {
    child: Child,
    url: String,
    database: Option<Postgres>,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The PostgreSQL that the server uses.
struct Postgres {
    url: String,
    schema: String,
    /// Its first process, the parent of all others.
    postmaster: u32,
}

impl Postgres {
    async fn new(url: String, schema: String) -> Self {
        let row = client(&url).await.query_one("SELECT pg_backend_pid()", &[]).await.unwrap();
        let backend = u32::try_from(row.get::<_, i32>(0)).unwrap();
        Self { url, schema, postmaster: stat(backend).expect("PostgreSQL must run on this machine").parent }
    }

    fn processes(&self) -> Vec<u32> {
        let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let is_one = |process: &u32| *process == self.postmaster || stat(*process).is_some_and(|stat| stat.parent == self.postmaster);
        all.filter(is_one).collect()
    }

    async fn drop_schema(&self) {
        let _ = client(&self.url).await.batch_execute(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema)).await;
    }
}

async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What one connection works with.
#[derive(Clone)]
struct User {
    http: reqwest::Client,
    url: String,
    client_id: &'static str,
    email: String,
    cookie: String,
    /// By what the server knows the browser when nobody is signed in.
    known: String,
    /// Of a form in that browser.
    csrf: String,
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
    let cheap_hashes = arguments.iter().any(|argument| argument == "--cheap-hashes");
    let server = start(&program, option("--postgres"), cheap_hashes).await;
    let idle = resident_mib(server.child.id());
    let users = [sign_in_everybody(&server, "bench", 0).await, sign_in_everybody(&server, "bench_es256", CONNECTIONS).await];
    println!(
        "{:<20} {:>8} {:>8} {:>8} {:>8} {:>11} {:>9} {:>9}",
        "operation", "per s", "p50 ms", "p95 ms", "p99 ms", "server cpu", "db cpu", "resident"
    );
    let (mut loaded, mut sign_in) = (idle, None);
    for name in OPERATIONS {
        if only.as_deref().is_none_or(|only| only == name) {
            let others = if name == "sign_in_new_browser" { &users[1] } else { &users[0] };
            let name = name.strip_suffix("_es256").map_or((name, others), |operation| (operation, &users[1]));
            let server_cpu = measure(&server, name.1, name.0, span).await;
            if name.0 == "sign_in" {
                sign_in = Some(server_cpu);
            }
            if !name.0.starts_with("sign_in") {
                loaded = resident_mib(server.child.id());
            }
        }
    }
    let hash = hash_ms();
    println!("\none hash by itself: {hash:.2} ms");
    if let (Some(sign_in), true) = (sign_in, cheap_hashes) {
        println!("sign_in without its hash: {sign_in:.3} ms of the server, {:.1} % of a hash", 100.0 * sign_in / hash);
    }
    let hashing = resident_mib(server.child.id());
    println!("resident: {idle} MiB idle, {loaded} MiB loaded, {hashing} MiB with the memory of password hashes; load {}", load());
    if let Some(database) = &server.database {
        database.drop_schema().await;
    }
}

/// Starts the program on a free port and waits until it answers.
async fn start(program: &str, postgres: Option<String>, cheap_hashes: bool) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://localhost:{port}");
    let client = |id: &str, algorithm: &str| {
        serde_json::json!({ "client_id": id, "client_name": "Bench", "client_secret": SECRET, "first_party": true,
            "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "id_token_signed_response_alg": algorithm })
    };
    let clients = serde_json::json!([client("bench", "RS256"), client("bench_es256", "ES256")]);
    let mut command = Command::new(program);
    command
        .env("OSTIARY_DATA_DIR", folder.path())
        .env("OSTIARY_ISSUER", &url)
        .env("OSTIARY_RATE_LIMIT_ENABLED", "false")
        .env("OSTIARY_SIGN_UP_EMAIL_VERIFICATION", "reminder")
        .env("OSTIARY_PROOF_OF_WORK_ENABLED", "false")
        .env("OSTIARY_LOG_LEVEL", "error")
        .env("OSTIARY_PASSWORD_HASH_QUEUE", "1000")
        .env("OSTIARY_PASSWORD_HASH_WAIT", "1m")
        .env("OSTIARY_CLIENTS", clients.to_string())
        .stdout(Stdio::null());
    if cheap_hashes {
        command.env("OSTIARY_PASSWORD_ARGON2_MEMORY_KIB", "8").env("OSTIARY_PASSWORD_ARGON2_ITERATIONS", "1");
    }
    let database = match postgres {
        Some(url) => Some(Postgres::new(url, format!("bench_{port}")).await),
        None => None,
    };
    if let Some(database) = &database {
        command.env("OSTIARY_DATABASE_URL", &database.url).env("OSTIARY_DATABASE_SCHEMA", &database.schema);
    }
    for round in ["first start", "second start"] {
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let ready = format!("http://127.0.0.1:{port}/health/ready");
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(child.try_wait().unwrap().is_none(), "the server ended");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        println!("{round} to first answer: {} ms", begun.elapsed().as_millis());
        if round == "second start" {
            return Server { child, url, database, _folder: folder };
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    unreachable!("two rounds")
}

/// One person, one browser session and one grant for each connection.
async fn sign_in_everybody(server: &Server, client_id: &'static str, from: usize) -> Vec<User> {
    let mut users = Vec::new();
    for n in from..from + CONNECTIONS {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let url = server.url.clone();
        let mut user = User {
            http,
            url,
            client_id,
            email: format!("user{n}@example.org"),
            cookie: String::new(),
            known: String::new(),
            csrf: String::new(),
            access_token: String::new(),
            refresh_token: String::new(),
        };
        let (csrf, binding) = form(&user, "/signup", "").await;
        let fields = [("csrf", csrf.as_str()), ("email", &user.email), ("password", "likes long walks")];
        let answer = user.http.post(format!("{}/signup", user.url)).header("cookie", &binding).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        user.cookie = format!("{binding}; {}", cookies(&answer));
        let is_known_by = |cookie: &&str| !cookie.starts_with("ostiary_session=");
        user.known = user.cookie.split("; ").filter(is_known_by).collect::<Vec<_>>().join("; ");
        user.csrf = form(&user, "/login", &user.known).await.0;
        code_flow(&mut user).await;
        users.push(user);
    }
    users
}

/// The CSRF value of a page, and the cookies it sets.
async fn form(user: &User, path: &str, cookie: &str) -> (String, String) {
    let page = user.http.get(format!("{}{path}", user.url)).header("cookie", cookie).send().await.unwrap();
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
        .basic_auth(user.client_id, Some(SECRET.replace(", ", "%2C+").replace(' ', "+")))
        .form(fields);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Authorize on the live session, redeem the code.
async fn code_flow(user: &mut User) {
    let query = [
        ("client_id", user.client_id),
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

async fn operate(user: &mut User, name: &str) {
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
        "sign_in_page" => drop(form(user, "/login", &user.known).await),
        // The form; in a browser that knows the person, as nearly all are, or in a new one, with its page: they are told of it by mail.
        _ => {
            let (csrf, binding) = match name {
                "sign_in" => (user.csrf.clone(), user.known.clone()),
                _ => form(user, "/login", "").await,
            };
            let fields = [("csrf", csrf.as_str()), ("email", &user.email), ("password", "likes long walks")];
            let answer = user.http.post(format!("{}/login", user.url)).header("cookie", binding).form(&fields).send().await.unwrap();
            assert_eq!(answer.status(), 303);
        }
    }
}

/// Tells what the operation took, and gives what of it was CPU of the server, in milliseconds.
async fn measure(server: &Server, users: &[User], name: &'static str, span: Duration) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let (cpu, db) = (cpu_ms(&[server.child.id()]), database_cpu(server));
    let begun = Instant::now();
    let most = if matches!(name, "sign_in" | "sign_in_new_browser") { MOST_SIGN_INS } else { usize::MAX };
    let tasks: Vec<_> = users
        .iter()
        .cloned()
        .map(|mut user| {
            let stop = stop.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) && times.len() < most {
                    let begun = Instant::now();
                    operate(&mut user, name).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let until = tokio::spawn(async move {
        tokio::time::sleep(span).await;
        stop.store(true, Ordering::Relaxed);
    });
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    until.abort();
    let elapsed = begun.elapsed().as_secs_f64();
    let count = times.len() as f64;
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    let server_cpu = (cpu_ms(&[server.child.id()]) - cpu) / count;
    let database = (database_cpu(server) - db) / count;
    let is_es256 = users[0].client_id == "bench_es256" && !name.starts_with("sign_in");
    let name = if is_es256 { format!("{name}_es256") } else { name.to_owned() };
    println!(
        "{name:<20} {:>8.0} {:>8.2} {:>8.2} {:>8.2} {server_cpu:>8.3} ms {database:>6.3} ms {:>5} MiB",
        count / elapsed,
        at(0.5),
        at(0.95),
        at(0.99),
        resident_mib(server.child.id()),
    );
    server_cpu
}

/// CPU of one argon2id with the default costs, every core hashing as in the server: cores that share a memory slow each other.
fn hash_ms() -> f64 {
    const EACH: usize = 60;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let before = cpu_ms(&[std::process::id()]);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let params = argon2::Params::new(19 * 1024, 2, 1, None).unwrap();
                let mut memory = vec![argon2::Block::default(); params.block_count()];
                let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
                for _ in 0..EACH {
                    argon2.hash_password_into_with_memory(b"likes long walks", b"salt of a bench.", &mut [0; 32], &mut memory).unwrap();
                }
            });
        }
    });
    (cpu_ms(&[std::process::id()]) - before) / (cores * EACH) as f64
}

/// What `/proc` tells of a process.
struct Stat {
    parent: u32,
    /// User and system time, in ticks of 10 ms.
    ticks: f64,
}

fn stat(process: u32) -> Option<Stat> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    Some(Stat { parent: fields[1].parse().ok()?, ticks: fields[11].parse::<f64>().ok()? + fields[12].parse::<f64>().ok()? })
}

/// Milliseconds that these processes have used.
fn cpu_ms(processes: &[u32]) -> f64 {
    processes.iter().filter_map(|process| stat(*process)).map(|stat| stat.ticks).sum::<f64>() * 10.0
}

/// PostgreSQL's processes; SQLite works within the server.
fn database_cpu(server: &Server) -> f64 {
    server.database.as_ref().map_or(0.0, |database| cpu_ms(&database.processes()))
}

/// How busy the machine is, by the last minute.
fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap().to_owned()
}

fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
