//! What people prove themselves with.

pub mod factors;
pub mod foreign_passkey;
pub mod foreign_password;
pub mod guesses;
mod known_passwords;
pub mod lockdown;
pub mod mailed_proofs;
pub mod passkeys;
pub mod password;
pub mod password_rules;
pub mod phone_factors;
pub mod portable;
pub mod recovery_codes;
pub mod replaced_factors;
mod store;
pub mod take_over;
pub mod totp;
pub mod trusted_devices;

pub use store::{
    delete_password, find_password_changed_at, find_password_hash, find_user_and_hash, insert_password_hash, replace_password_hash,
    set_password_hash,
};
