//! What people prove themselves with.

pub mod guesses;
pub mod password;
