//! Programs of other people's making that `tests/run` installs from Python packages: Caddy, Envoy, uvicorn.

use std::path::PathBuf;

/// The program, from the folder that `tests/run` installs into, or of the system. `None` where it could not be installed and
/// `tests/run` has said so.
pub fn program(name: &str) -> Option<PathBuf> {
    let installed = std::env::var_os("OSTIARY_TEST_PROGRAMS").map(|folder| PathBuf::from(folder).join(name));
    let places = installed.into_iter().chain(["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(|folder| PathBuf::from(folder).join(name)));
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() && std::env::var_os("OSTIARY_TEST_WITHOUT_PROGRAMS").is_some() {
        eprintln!("not run: {name} could not be installed");
        return None;
    }
    Some(found.unwrap_or_else(|| panic!("{name} is missing: run `tests/run`, which installs it")))
}
