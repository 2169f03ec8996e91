//! What people prove themselves with.

pub mod guesses;
pub mod password;
mod store;

pub use store::{find_password_changed_at, find_password_hash, find_user_and_hash, replace_password_hash, set_password_hash};
