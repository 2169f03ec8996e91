//! The house keeps its floors: a module imports only from lower floors or from its own folder, and no endpoint another.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The floors as `lib.rs` tells them.
fn floors() -> HashMap<String, (usize, &'static str)> {
    let text = std::fs::read_to_string(source("lib.rs")).unwrap();
    let mut floors = HashMap::new();
    for (floor, kind, start) in [
        (0, "words", "| 0, words"),
        (1, "ground", "| 1, ground"),
        (2, "nouns", "| 2, nouns"),
        (3, "app", "| 3 |"),
        (4, "web", "| 4, what"),
        (5, "endpoint", "| 5, endpoints"),
        (6, "roof", "| roof"),
    ] {
        let line = text.lines().find(|line| line.contains(start)).unwrap_or_else(|| panic!("lib.rs has no line {start}"));
        for name in line.split("[`").skip(1).filter_map(|rest| rest.split('`').next()) {
            floors.insert(name.to_owned(), (floor, kind));
        }
    }
    floors
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a file names by `crate::`, outside its tests and comments.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut names = Vec::new();
    for line in lines {
        for rest in line.split("crate::").skip(1) {
            let listed = rest.strip_prefix('{').map(|inner| inner.split(['}', ';']).next().unwrap_or(inner)).unwrap_or(rest);
            let parts: Vec<&str> = if rest.starts_with('{') { listed.split(',').collect() } else { vec![listed] };
            for part in parts {
                let name: String = part.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit()).collect();
                names.push(name);
            }
        }
    }
    names
}

#[test]
fn modules_import_from_lower_floors_only() {
    let floors = floors();
    let mut wrong = Vec::new();
    let mut paths = Vec::new();
    files(&source(""), &mut paths);
    for path in paths {
        let relative = path.strip_prefix(source("")).unwrap().to_owned();
        let own = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if ["lib", "main", "page_samples"].contains(&own.as_str()) || relative.to_str().unwrap().contains("tests") {
            continue;
        }
        let Some((floor, kind)) = floors.get(&own) else { panic!("lib.rs puts {own} on no floor") };
        for name in imports(&std::fs::read_to_string(&path).unwrap()) {
            let Some((below, other)) = floors.get(&name).filter(|_| name != own) else { continue };
            // The nouns know each other; so do the parts of each floor that is one room.
            let neighbours = below == floor && *kind != "endpoint";
            if below > floor || (below == floor && !neighbours) {
                wrong.push(format!("{}: {kind} {own} imports {other} {name}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_file_names_each_of_the_sensitive_crates() {
    for (name, room) in [
        ("josekit", "keys/jose.rs"),
        ("argon2::", "credentials/password.rs"),
        ("lettre::", "mail"),
        ("chacha20poly1305::", "sealing.rs"),
        ("bcrypt::", "credentials/foreign_password.rs"),
        ("aes_gcm::", "import/encrypted.rs"),
        ("use webauthn_rs_core", "credentials/foreign_passkey.rs"),
        ("totp_rs", "credentials/totp.rs"),
        ("qrcodegen", "account/qr_code.rs"),
        ("webauthn_rs::", "credentials/"),
    ] {
        let mut paths = Vec::new();
        files(&source(""), &mut paths);
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(source("")).unwrap().display().to_string();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(name));
            let checked_address = name == "lettre::" && (relative == "users/email.rs" || relative.starts_with("config/"));
            assert!(!code || relative.starts_with(room) || checked_address, "{relative} names {name}");
        }
    }
}

#[test]
fn files_stay_small() {
    let mut paths = Vec::new();
    files(&source(""), &mut paths);
    for path in paths {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        // The samples of every page are a list: it grows with them.
        assert!(lines <= 450 || path.ends_with("page_samples.rs"), "{} has {lines} lines", path.display());
    }
}

/// What `docs/security.md` claims is so: every case has a row; a row names tests that exist, and one of them cites the case, or says that
/// there is nothing to attack.
#[test]
fn the_security_page_is_honest() {
    let page = std::fs::read_to_string(source("../docs/security.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let cases = [
        ('L', 11),
        ('A', 45),
        ('C', 10),
        ('T', 16),
        ('R', 9),
        ('I', 7),
        ('S', 10),
        ('O', 6),
        ('W', 8),
        ('U', 7),
        ('K', 9),
        ('M', 13),
        ('F', 11),
        ('X', 4),
        ('G', 8),
        ('H', 9),
        ('Z', 5),
    ];
    let mut wrong = Vec::new();
    for id in cases.into_iter().flat_map(|(letter, last)| (1..=last).map(move |number| format!("{letter}{number}"))) {
        let of_case: Vec<_> = rows.iter().filter(|row| row[0].split(' ').next() == Some(&id)).collect();
        let [row] = of_case.as_slice() else {
            wrong.push(format!("{id} has {} rows", of_case.len()));
            continue;
        };
        let named: Vec<&str> = row[2].split('`').skip(1).step_by(2).collect();
        let missing = row[1].contains("oes not exist here");
        let comments: Vec<_> = named.iter().map(|test| comment_of(test)).collect();
        wrong.extend(named.iter().zip(&comments).filter(|(_, comment)| comment.is_none()).map(|(test, _)| format!("{id}: no test {test}")));
        let cited = comments.iter().flatten().any(|comment| cites(comment, &id));
        if !cited && !missing {
            wrong.push(format!("{id}: none of {named:?} cites it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The comment in front of a test that is named as `file::rule`, in `tests/it` or in `src`; nothing when there is no such test.
fn comment_of(test: &str) -> Option<String> {
    let (file, rule) = test.rsplit_once("::")?;
    let places = [source(&format!("../tests/it/{file}.rs")), source(&format!("{file}.rs")), source(&format!("{file}/mod.rs"))];
    let text = places.iter().find_map(|path| std::fs::read_to_string(path).ok())?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.contains(&format!("fn {rule}(")))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("//") || line.starts_with("#["));
    Some(above.copied().collect::<Vec<_>>().join("\n"))
}

/// Whether a comment names a case by itself, or within "A31 to A35".
fn cites(comment: &str, id: &str) -> bool {
    let words: Vec<&str> = comment.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let number = |word: &str| word.strip_prefix(&id[..1]).and_then(|rest| rest.parse::<u32>().ok());
    let in_range = |part: &[&str]| match part {
        [first, "to", last] => {
            number(first).zip(number(last)).is_some_and(|(first, last)| number(id).is_some_and(|own| (first..=last).contains(&own)))
        }
        _ => false,
    };
    comment.contains("security.md") && (words.contains(&id) || words.windows(3).any(in_range))
}

/// security.md Z3, Z4: the lock file names every crate with its checksum, from the one registry, and none with a fault that concerns us.
#[test]
fn dependencies_are_pinned_and_of_sound_versions() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let lock: toml::Table = text.parse().unwrap();
    let (mut count, mut found) = (0, HashMap::<&str, Vec<Vec<u64>>>::new());
    for package in lock["package"].as_array().unwrap() {
        let (name, version) = (package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        let numbers = version.split(['.', '-', '+']).take(3).map(|part| part.parse().unwrap()).collect();
        found.entry(name).or_default().push(numbers);
        if name != "ostiary" {
            assert_eq!(package["source"].as_str(), Some("registry+https://github.com/rust-lang/crates.io-index"), "{name}");
            assert_eq!(package["checksum"].as_str().map(str::len), Some(64), "{name}");
        }
        count += 1;
    }
    assert!(count > 100);
    for (name, least, advisory) in [
        ("diesel", [2, 2, 3], "RUSTSEC-2024-0365"),
        ("actix-http", [3, 0, 0], "RUSTSEC-2021-0081, RUSTSEC-2020-0048"),
        ("rustls", [0, 23, 5], "RUSTSEC-2024-0336"),
        ("idna", [1, 0, 0], "RUSTSEC-2024-0421"),
        ("openssl", [0, 10, 70], "RUSTSEC-2025-0004"),
        ("ring", [0, 17, 12], "RUSTSEC-2025-0009"),
    ] {
        let versions = found.get(name).unwrap_or_else(|| panic!("{name} is no longer used: take its line away"));
        assert!(versions.iter().all(|version| version.as_slice() >= least.as_slice()), "{name} {versions:?}: {advisory}");
    }
}

/// Every member that `[[clients]]` and `[[resources]]` may have stands in a table of `docs/integrate.md`.
#[test]
fn members_of_declared_clients_and_apis_are_documented() {
    let page = std::fs::read_to_string(source("../docs/integrate.md")).unwrap();
    let cells: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1)).collect();
    let client = serde_json::to_value(ostiary::oauth::client_metadata::RawClientMetadata::default()).unwrap();
    let of_clients = client.as_object().unwrap().keys().map(String::as_str);
    let others = ["client_id", "client_secret", "client_secret_file", "upstreams"];
    let of_resources = ["identifier", "name", "scopes", "access_token_format", "access_token_lifetime"];
    let missing: Vec<&str> = of_clients
        .chain(others)
        .chain(of_resources)
        .filter(|member| !cells.iter().any(|cell| cell.contains(&format!("`{member}`"))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Of two migrations with one version only one is run, and nothing says so.
#[test]
fn every_migration_has_a_version_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let versions: Vec<String> = names.map(|name| name.split('_').next().unwrap().to_owned()).collect();
    let distinct: std::collections::BTreeSet<_> = versions.iter().collect();
    assert_eq!(distinct.len(), versions.len(), "{versions:?}");
}
