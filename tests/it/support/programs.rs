//! Programs of other people's making that `tests/run` installs from Python packages: Caddy, Envoy, Traefik, uvicorn; weekly, oauth2-proxy.

use std::path::PathBuf;

/// The program, from the folder that `tests/run` installs into, or of the system.
pub fn program(name: &str) -> PathBuf {
    let installed = std::env::var_os("OSTIARY_TEST_PROGRAMS").map(|folder| PathBuf::from(folder).join(name));
    let mut places =
        installed.into_iter().chain(["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(|folder| PathBuf::from(folder).join(name)));
    places.find(|path| path.exists()).unwrap_or_else(|| panic!("{name} is missing: run `tests/run`, which installs it"))
}
