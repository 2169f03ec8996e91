//! The guides of `docs/clients`: what they quote is what runs.

use crate::support::jwt::{KeyPair, forge};
use crate::support::node;
use crate::support::ports::free_port;
use crate::support::prelude::*;
use crate::support::programs::program;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;
use tokio::sync::OnceCell;

const API: &str = "https://api.example";
/// Authlib sends secrets by Basic as they are, without the encoding of RFC 6749 §2.3.1.
const PLAIN_SECRET: &str = "a-secret-of-letters-that-libraries-send-as-it-is";

/// clients.md §3: `oidc-client-ts` 3 in Chromium, from `examples/spa`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_without_a_server_signs_in() {
    let port = free_port().to_string();
    let page = Client::public("page")
        .first_party()
        .redirect_uri(&format!("http://localhost:{port}/callback"))
        .with("post_logout_redirect_uris", json!([format!("http://localhost:{port}/")]))
        .with("resources", json!([API]));
    let server = TestServer::with(Database::Sqlite).system_clock().resource(API, &["orders:read"]).client(page).start().await;
    let alice = Person::new("Alice Doe");
    alice.registered(&server).await;
    let environment = [("ISSUER", server.issuer.as_str()), ("APP_PORT", &port), ("EMAIL", &alice.email), ("PASSWORD", &alice.password)];
    assert!(node::run("spa.mjs", &environment).await.contains("content"));
}

/// Issue 4, section 4; RFC 8252: AppAuth for JS on a person's own machine, from `examples/appauth`, with the client that the guide makes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_on_a_desk_signs_in_with_appauth() {
    installed("appauth");
    let server = TestServer::with(Database::Sqlite).system_clock().start().await;
    let made = ["client", "create", "My desk", "--for", "native", "--redirect-uri", "http://127.0.0.1/callback", "--json"];
    let made = server.ground.command(&made).await.done().json();
    let alice = Person::new("Alice Doe");
    alice.registered(&server).await;
    let folder = tempfile::Builder::new().prefix("ostiary-desk-").tempdir().unwrap();
    let environment = [
        ("FOLDER", folder.path().to_str().unwrap()),
        ("ISSUER", server.issuer.as_str()),
        ("CLIENT_ID", made["client_id"].as_str().unwrap()),
        ("EMAIL", &alice.email),
        ("PASSWORD", &alice.password),
    ];
    assert!(node::run("appauth.mjs", &environment).await.contains("content"));
}

/// clients.md §3: FastAPI and PyJWT, from `examples/fastapi`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_in_python_checks_access_tokens() {
    let server = server_with_apis().await;
    let api = fastapi(&server);
    takes_what_is_meant_for_it(&server, &api).await;
}

/// Issue 4, section 4: a web application in FastAPI with Authlib, from `examples/fastapi`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_in_python_signs_people_in() {
    let (server, port) = server_for_an_application().await;
    let api = fastapi(&server);
    let uvicorn = program("uvicorn");
    let command = [uvicorn.to_str().unwrap(), "shop:app", "--port", &port.to_string()];
    // Authlib does not look at `iss` (RFC 9207); it knows one provider only.
    signs_people_in(&server, "fastapi", &command, &api, port, "state code").await;
}

/// Issue 4, section 4: NestJS and jose, from `examples/nestjs`, built as its users build it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_in_nestjs_checks_access_tokens() {
    let server = server_with_apis().await;
    let api = nestjs(&server).await;
    takes_what_is_meant_for_it(&server, &api).await;
}

/// Issue 4, section 4: a web application in NestJS with openid-client, from `examples/nestjs`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_in_nestjs_signs_people_in() {
    let (server, port) = server_for_an_application().await;
    let api = nestjs(&server).await;
    signs_people_in(&server, "nestjs", &["node", "dist/shop.js"], &api, port, "state code iss").await;
}

/// Issue 4, section 4: axum and jsonwebtoken, from `examples/rust-api`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_in_axum_checks_access_tokens() {
    let server = server_with_apis().await;
    let api = Api::start(example("rust-api-axum"), &server, free_port());
    takes_what_is_meant_for_it(&server, &api).await;
}

/// Issue 4, section 4: actix-web and jsonwebtoken, from `examples/rust-api`. The keys are read again for one that is new, and not for each
/// that is made up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_in_rust_checks_access_tokens() {
    let server = server_with_apis().await;
    let api = Api::start(example("rust-api"), &server, free_port());
    let (shop, bob) = (Application::of(&server, "shop"), Person::bob());
    let mut browser = bob.signed_in(&server).await;
    let request = shop.authorization_request().with("scope", "openid orders:read");
    let before = shop.sign_in_with(&mut browser, &bob, &request).await.access_token;
    assert_eq!(api.orders(Some(&before)).await.0, 200);
    let kid = Jwt::decode(&before).header["kid"].as_str().unwrap().to_owned();
    server.ground.command(&["keys", "revoke", &kid]).await.done();
    let mut after = before;
    for _ in 0..100 {
        after = shop.sign_in_with(&mut browser, &bob, &request).await.access_token;
        if Jwt::decode(&after).header["kid"] != kid {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_ne!(Jwt::decode(&after).header["kid"], kid, "another key signs by now");
    assert_eq!(api.orders(Some(&after)).await.0, 200, "a key that it did not know yet");
    takes_what_is_meant_for_it(&server, &api).await;
}

/// An API of a guide, running.
struct Api {
    url: String,
    http: reqwest::Client,
    _process: tokio::process::Child,
}

impl Api {
    fn start(mut command: Command, server: &TestServer, port: u16) -> Self {
        command.env("ISSUER", &server.issuer).env("AUDIENCE", API).env("PORT", port.to_string());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url: format!("http://localhost:{port}/orders"), http, _process: process }
    }

    /// Status, challenge and body of its answer.
    async fn orders(&self, token: Option<&str>) -> (u16, String, String) {
        let request = || match token {
            Some(token) => self.http.get(&self.url).bearer_auth(token),
            None => self.http.get(&self.url),
        };
        let mut answer = request().send().await;
        // Until it listens; refused connections come back at once.
        for _ in 0..600 {
            if answer.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            answer = request().send().await;
        }
        let answer = answer.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default(), answer.text().await.unwrap())
    }
}

async fn server_with_apis() -> TestServer {
    let shop = Client::confidential("shop").first_party().with("resources", json!([API, "https://other.example"]));
    TestServer::with(Database::Sqlite)
        .system_clock()
        .resource(API, &["orders:read", "orders:write"])
        .resource("https://other.example", &["other"])
        .client(shop)
        .start()
        .await
}

/// Cargo builds examples beside the tests: target/debug/deps/it-… and target/debug/examples/….
fn example(name: &str) -> Command {
    let here = std::env::current_exe().unwrap();
    let program = here.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(program.exists(), "{} is missing: cargo build --example {name}", program.display());
    Command::new(program)
}

fn fastapi(server: &TestServer) -> Api {
    let port = free_port();
    let mut command = Command::new(program("uvicorn"));
    command.args(["api:app", "--port", &port.to_string(), "--no-access-log"]).current_dir(root().join("examples/fastapi"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Api::start(command, server, port)
}

/// Built once: two tests need it, and one would build what the other is reading.
async fn nestjs(server: &TestServer) -> Api {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    let folder = installed("nestjs");
    BUILT
        .get_or_init(async || {
            let built = Command::new("npm").args(["run", "--silent", "build"]).current_dir(&folder).output().await.unwrap();
            assert!(built.status.success(), "{}{}", String::from_utf8_lossy(&built.stdout), String::from_utf8_lossy(&built.stderr));
        })
        .await;
    let mut command = Command::new("node");
    command.arg("dist/main.js").current_dir(&folder);
    Api::start(command, server, free_port())
}

/// A server that knows the application of a guide, and the application's port. Its access tokens are due at each visit.
async fn server_for_an_application() -> (TestServer, u16) {
    let port = free_port();
    let home = format!("http://localhost:{port}/");
    let shop = Client::confidential("shop")
        .first_party()
        .with("client_secret", PLAIN_SECRET)
        .redirect_uri(&format!("{home}callback"))
        .with("post_logout_redirect_uris", json!([home]))
        .with("resources", json!([API]));
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .setting("tokens.access_token_lifetime", "30s")
        .resource(API, &["orders:read"])
        .client(shop)
        .start()
        .await;
    (server, port)
}

/// A person signs in at an application, reads orders, refreshes, and signs out; nobody else does. `forged`: the parameters of the way back
/// that the application checks.
async fn signs_people_in(server: &TestServer, example: &str, command: &[&str], api: &Api, port: u16, forged: &str) {
    let alice = Person::new("Alice Doe");
    alice.registered(server).await;
    let folder = root().join("examples").join(example);
    let environment = [
        ("COMMAND", json!(command).to_string()),
        ("FOLDER", folder.display().to_string()),
        ("ISSUER", server.issuer.clone()),
        ("CLIENT_ID", "shop".to_owned()),
        ("CLIENT_SECRET", PLAIN_SECRET.to_owned()),
        ("APP_PORT", port.to_string()),
        ("API", api.url.replace("/orders", "")),
        ("EMAIL", alice.email),
        ("PASSWORD", alice.password),
        ("FORGED", forged.to_owned()),
    ];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(node::run("sign-in.mjs", &environment).await.contains("content"));
}

/// RFC 6750 §3, RFC 9068 §4: what is meant for an API opens it, and nothing else does.
async fn takes_what_is_meant_for_it(server: &TestServer, api: &Api) {
    const INVALID: (u16, &str) = (401, "Bearer error=\"invalid_token\"");
    const INSUFFICIENT: (u16, &str) = (403, "Bearer error=\"insufficient_scope\", scope=\"orders:read\"");
    let (shop, alice) = (Application::of(server, "shop"), Person::alice());
    let mut browser = alice.signed_in(server).await;
    let asking = |scope: &str| shop.authorization_request().with("scope", scope);
    let good = shop.sign_in_with(&mut browser, &alice, &asking("openid orders:read")).await;
    let other = shop.sign_in_with(&mut browser, &alice, &asking("other")).await;
    let writing = shop.sign_in_with(&mut browser, &alice, &asking("orders:write")).await;
    let request = shop.authorization_request().without("scope").with("resource", API);
    let bare = shop.sign_in_with(&mut browser, &alice, &request).await;

    let (status, _, body) = api.orders(Some(&good.access_token)).await;
    assert!(status == 200 && body.contains("a lantern"), "{status} {body}");
    let (status, challenge, _) = api.orders(None).await;
    assert_eq!((status, challenge.as_str()), (401, "Bearer"), "no token");

    let token = Jwt::decode(&good.access_token);
    let key = KeyPair::generate();
    let signed_by_another = forge(&token.header, &token.claims, |input| key.signature(input));
    let mut header = token.header.clone();
    header["kid"] = json!("made-up");
    let made_up = forge(&header, &token.claims, |input| key.signature(input));
    for (token, what) in [
        ("nonsense", "no JWT"),
        (good.id_token(), "an ID token is no access token"),
        (&other.access_token, "for another API"),
        (&signed_by_another, "signed by another"),
        (&made_up, "of a key that is nowhere"),
        (&made_up, "and again"),
    ] {
        let (status, challenge, _) = api.orders(Some(token)).await;
        assert_eq!((status, challenge.as_str()), INVALID, "{what}");
    }
    let claims = Jwt::decode(&bare.access_token).claims;
    assert!(claims.get("scope").is_none() && claims["aud"] == API, "{claims:?}");
    for (tokens, what) in [(&writing, "another scope"), (&bare, "none at all")] {
        let (status, challenge, _) = api.orders(Some(&tokens.access_token)).await;
        assert_eq!((status, challenge.as_str()), INSUFFICIENT, "{what}");
    }
    assert_eq!(api.orders(Some(&good.access_token)).await.0, 200, "and still");

    // Anybody can make up a `kid`: that must not make the API call the provider each time.
    let asked = keys_read(server, api).await;
    for number in 0..20 {
        header["kid"] = json!(format!("made-up-{number}"));
        let made_up = forge(&header, &token.claims, |input| key.signature(input));
        assert_eq!(api.orders(Some(&made_up)).await.0, 401);
    }
    let more = keys_read(server, api).await - asked;
    assert!(more <= 2, "the keys were read {more} times for 20 made-up ones");
}

/// How often the server was asked for its keys.
async fn keys_read(server: &TestServer, api: &Api) -> u64 {
    let metrics = api.http.get(format!("{}/metrics", server.issuer)).send().await.unwrap().text().await.unwrap();
    let lines = metrics.lines().filter(|line| line.starts_with("ostiary_http_requests_total") && line.contains("route=\"/jwks\""));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// RFC 6750 §3.1: the lines of `--for express`, pasted as they are, for an API with two scopes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recipe_of_an_api_in_express_works_when_pasted() {
    let shop = Client::confidential("shop").first_party().with("resources", json!([API, "https://other.example"]));
    let server = TestServer::with(Database::Sqlite)
        .system_clock()
        .resource(API, &["orders:read", "orders:write"])
        .resource("https://other.example", &["other"])
        .client(shop)
        .start()
        .await;
    let made = server.ground.command(&["client", "create", "Orders", "--for", "express", "--resource", API, "--json"]).await.done().json();
    let (shop, alice) = (Application::of(&server, "shop"), Person::alice());
    let mut browser = alice.signed_in(&server).await;
    let mut environment = vec![("PASTE", made["paste"].as_str().unwrap().to_owned())];
    for (name, scope) in [("BOTH", "openid orders:read orders:write"), ("ONE", "orders:read"), ("OTHER", "other")] {
        let request = shop.authorization_request().with("scope", scope);
        environment.push((name, shop.sign_in_with(&mut browser, &alice, &request).await.access_token));
    }
    let request = shop.authorization_request().without("scope").with("resource", API);
    environment.push(("NONE", shop.sign_in_with(&mut browser, &alice, &request).await.access_token));
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(node::run("express-recipe.mjs", &environment).await.contains("content"));
}

/// Issue 4, section 4: each `ostiary …` line of a guide is one that the program takes, on a new installation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_lines_of_the_guides_run() {
    let server = TestServer::start(Database::Sqlite).await;
    let ada = "printf 'likes long walks' | ostiary user create ada@example.com --name Ada --role staff";
    // Those that make an API first: other guides speak of the same ones.
    let mut guides: Vec<String> = std::fs::read_dir(root().join("docs/clients"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    guides.sort_by_key(|guide| !guide.contains("ostiary resource create"));
    let mut script = vec![ada.to_owned()];
    for guide in &guides {
        let blocks = guide.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
        let lines = blocks.map(|block| block.replace("\\\n", " ")).collect::<String>();
        // The API that the tests' configuration declares is not made anew, and has its scopes for itself.
        let renamed = |line: &str| line.replace("//api.example", "//api.guide.example").replace("orders:", "guide:");
        script.extend(lines.lines().filter(|line| line.starts_with("ostiary ")).map(renamed));
    }
    // Two guides make the same API.
    let mut seen = std::collections::HashSet::new();
    script.retain(|line| seen.insert(line.clone()));
    assert!(script.len() > 15, "{script:?}");
    for line in &script {
        let text = format!(
            "set -eu\nostiary() {{ '{}' --config '{}' \"$@\"; }}\n{line}",
            env!("CARGO_BIN_EXE_ostiary"),
            server.ground.file.display()
        );
        let mut shell = Command::new("sh");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OSTIARY_")) {
            shell.env_remove(name);
        }
        let output = shell.arg("-c").arg(&text).current_dir(server.ground.folder.path()).stdin(Stdio::null()).output().await.unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The folder of an example in Node.js, with its packages.
fn installed(example: &str) -> PathBuf {
    let folder = root().join("examples").join(example);
    let hint = format!("run `tests/run`, which installs the example's packages, or npm ci in examples/{example}");
    assert!(folder.join("node_modules").exists(), "{hint}");
    folder
}

/// Issue 4, section 4: each guide's code is in the file that it names, passage by passage; a guide that quotes none says that it
/// was not run.
#[test]
fn guides_quote_files_to_the_letter() {
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let folder = root().join("docs/clients");
    let mut guides = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let guide = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "README.md" {
            continue;
        }
        guides += 1;
        let parts: Vec<&str> = guide.split("```").collect();
        let (mut quotes, mut file) = (0, None);
        for pair in parts.chunks(2) {
            let [prose, block] = pair else { break };
            // The last file that the prose before names; the one of the block before when it names none.
            let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            file = links.filter(|link| link.starts_with("../../")).last().or(file);
            let (language, code) = block.split_once('\n').unwrap();
            // Commands, and settings that are the reader's own.
            if matches!(language, "sh" | "text") {
                continue;
            }
            let Some(file) = file else {
                assert!(guide.contains("ot run here"), "{name}: whose code is this?\n{code}");
                continue;
            };
            let source = lines(&std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{name}: {file}: {error}")));
            let passage = lines(code.trim_end());
            assert!(source.windows(passage.len()).any(|window| window == passage), "{name}: not in {file}:\n{code}");
            quotes += 1;
        }
        assert!(quotes > 0 || guide.contains("ot run here"), "{name} quotes nothing and does not say that it was not run");
    }
    assert!(guides >= 15, "{guides}");
}
