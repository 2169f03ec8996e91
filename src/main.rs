//! The command line, nothing else.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

/// For work that cannot be taken back once a command or the server is done, such as a password's hash: nobody waits for it any more.
const LAST_WORK: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    // Multi-threaded: migrations block in place, which a single-threaded runtime cannot do.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ostiary: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(ostiary::cli::run());
    runtime.shutdown_timeout(LAST_WORK);
    code
}
