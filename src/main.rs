//! The command line, nothing else.
#![forbid(unsafe_code)]

use std::process::ExitCode;

// Multi-threaded: migrations block in place, which a single-threaded runtime cannot do.
#[tokio::main]
async fn main() -> ExitCode {
    ostiary::cli::run().await
}
