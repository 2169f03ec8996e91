//! wip
pub mod oauth;
pub mod clock;
pub mod random;
pub mod secret;
pub mod storage;
pub mod sealing;
pub mod outbound;
pub mod keys;
pub mod clients;
pub mod users;
pub mod credentials;
pub mod sessions;
pub mod grants;
