//! Free TCP ports, each given out once by this test binary.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the range that the kernel takes the ports of outgoing connections from, so that none of those gets in the way.
const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;

/// A port on which nothing listens, and which no other caller in this process gets.
pub fn free_port() -> u16 {
    // Only hands out numbers: no test sees another's.
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(977);
    loop {
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + number % COUNT).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("::1", port)).is_ok() {
            return port;
        }
    }
}
