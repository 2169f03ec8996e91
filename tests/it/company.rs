//! The example company (`examples/company`), brought up by its own script, with stock clients as judges.

use crate::support::node;
use crate::support::ports::free_port;
use std::path::Path;

/// Runs a script with a folder and ports for a company of its own. PostgreSQL and nginx, started by root, become users of their own, who can
/// come into this folder, or cannot, as into root's home.
async fn walk(script: &str, mode: u32) -> String {
    let folder = tempfile::Builder::new().prefix("ostiary-company-").tempdir().unwrap();
    let run = folder.path().join("run");
    let names = ["OSTIARY_PORT", "MAIN_PORT", "SUBSCRIPTIONS_PORT", "QUEUE_PORT", "ADMIN_PORT", "GATEWAY_PORT", "POSTGRES_PORT"];
    let ports = names.map(|name| (name, free_port().to_string()));
    let mut environment: Vec<(&str, &str)> = ports.iter().map(|(name, port)| (*name, port.as_str())).collect();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    environment.extend([("RUN", run.to_str().unwrap()), ("BIN", env!("CARGO_BIN_EXE_ostiary"))]);
    node::run(script, &environment).await
}

/// Issue 4, section 2, without the Next.js programs: PostgreSQL roles, both services, token exchange, and nginx in front of them:
/// identity headers, buckets, rules, revocation at once. Then stopped, forgotten and begun anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_services_and_the_gateway_work_for_a_stock_client() {
    assert!(walk("company-services.mjs", 0o700).await.contains("content"));
}

/// Back-Channel Logout §2.8, clients.md §2.2: what the Next.js programs do while something is away for a moment, without building them:
/// nobody is signed out, and the provider is to tell again.
#[tokio::test]
async fn a_provider_that_is_away_for_a_moment_signs_nobody_out() {
    assert!(node::run("company-parts.mjs", &[]).await.contains("content"));
}

/// Issue 4, section 2: all its programs in Chromium: sign up, verify, subscribe, queue; refused in the admin, an editor let in without
/// a second sign-in; out in one place, out of all; disabled, out at once at the gateway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): needs the builds of the Next.js programs"]
async fn people_use_the_whole_company_in_chromium() {
    let text = walk("company.mjs", 0o711).await;
    println!("{text}");
    assert!(text.contains("the whole company is content"));
}

/// clients.md §2.2: the same main app in Auth.js 5; one refresh for a page, though proxy and page both need the token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "weekly (tests/run --weekly): needs the builds of the Next.js programs"]
async fn the_main_app_works_in_auth_js_too() {
    assert!(walk("company-authjs.mjs", 0o711).await.contains("content"));
}

/// Issue 4: what cannot be built or started is told before anything else takes minutes, with what helps.
#[test]
fn the_start_script_says_at_once_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let here = |path: &str| folder.path().join(path);
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["Cargo.toml", "examples/company/start", "examples/company/queue/package-lock.json", "examples/company/queue/package.json"]
    {
        std::fs::create_dir_all(here(path).parent().unwrap()).unwrap();
        std::fs::copy(from.join(path), here(path)).unwrap();
    }
    let program = |name: &str, text: &str| {
        std::fs::create_dir_all(here("bin")).unwrap();
        std::fs::write(here("bin").join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(here("bin").join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    let ports = ["OSTIARY_PORT", "SUBSCRIPTIONS_PORT", "QUEUE_PORT", "GATEWAY_PORT"].map(|name| (name, free_port().to_string()));
    let started = |bin: Option<&str>| {
        let mut command = std::process::Command::new(here("examples/company/start"));
        command
            .arg("--services")
            .current_dir(folder.path())
            .envs(ports.iter().map(|(name, port)| (name, port)))
            .env("HOME", folder.path())
            .env("PATH", format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", here("bin").display()));
        command.env_remove("CARGO_HOME").env_remove("OSTIARY_BIN").env("DATABASE_URL", "postgres://127.0.0.1:1/none");
        let output = command.envs(bin.map(|bin| ("OSTIARY_BIN", bin))).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(!here("examples/company/queue/node_modules").exists() && !String::from_utf8_lossy(&output.stdout).contains("packages"));
        String::from_utf8(output.stderr).unwrap()
    };
    for nothing in ["/nowhere", "nowhere", "bin"] {
        assert_eq!(started(Some(nothing)), format!("start: OSTIARY_BIN is {nothing}, which is no program.\n"));
    }
    program("ostiary", "");
    let queue_port = &ports[2].1;
    let taken = std::net::TcpListener::bind(format!("127.0.0.1:{queue_port}")).unwrap();
    for found in ["bin/ostiary", "ostiary"] {
        let said = format!("start: port {queue_port} is taken. Stop what listens there (another start?), or set QUEUE_PORT.\n");
        assert_eq!(started(Some(found)), said);
    }
    drop(taken);
    program("cargo", "echo cargo 1.63.0");
    assert!(started(None).contains("Rust 1.89 or newer is needed to build Ostiary; this is 1.63.0."));

    // Somebody who is not root, and may not use sudo, on a machine whose perl is without its modules.
    program("cargo", "echo cargo 1.999.0");
    for (name, text) in [("perl", "exit 2"), ("id", "echo 1000"), ("sudo", "exit 1")] {
        program(name, text);
    }
    let said = started(None);
    assert!(said.starts_with("start: missing: ") && said.contains("apt-get install -y --no-install-recommends ") && said.contains(" perl"));
    for name in ["perl", "id", "sudo", "cargo"] {
        std::fs::remove_file(here("bin").join(name)).unwrap();
    }
    program("curl", "exit 22");
    if !Path::new("/usr/bin/cargo").exists() {
        assert!(started(None).contains("Rust could not be installed."));
    }

    let mut help = std::process::Command::new("bash");
    let help = help.args(["examples/company/start", "--help"]).current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("OSTIARY_BIN    the program"));
}
