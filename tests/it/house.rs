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
    for (name, room) in
        [("josekit", "keys/jose.rs"), ("argon2::", "credentials/password.rs"), ("lettre::", "mail"), ("chacha20poly1305", "sealing.rs")]
    {
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
        assert!(lines <= 450, "{} has {lines} lines", path.display());
    }
}
