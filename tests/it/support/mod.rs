//! The actors of the tests: a server with its own database, a browser, an app, people, a mailbox. See each file.

pub mod application;
pub mod authenticator;
pub mod browser;
pub mod cookies;
pub mod database;
pub mod jwt;
pub mod listener;
pub mod mail_server;
pub mod mailbox;
pub mod node;
pub mod page;
pub mod passkey;
pub mod people;
pub mod ports;
pub mod process;
pub mod programs;
pub mod provider;
pub mod relying_party;
pub mod server;
pub mod setup;
pub mod supabase;
pub mod upstream;
pub mod wire;

/// What nearly every test wants: `use crate::support::prelude::*;`
// A file of tests may want less.
#[allow(unused_imports)]
pub mod prelude {
    #[allow(unused_imports)]
    pub use super::application::{Application, AuthorizationRequest, Reply, Tokens};
    #[allow(unused_imports)]
    pub use super::browser::{Arrival, Browser, Landed};
    #[allow(unused_imports)]
    pub use super::database::Database;
    #[allow(unused_imports)]
    pub use super::jwt::Jwt;
    #[allow(unused_imports)]
    pub use super::people::Person;
    #[allow(unused_imports)]
    pub use super::process::ServerProcess;
    #[allow(unused_imports)]
    pub use super::server::TestServer;
    #[allow(unused_imports)]
    pub use super::setup::{Client, Setup};
    #[allow(unused_imports)]
    pub use serde_json::{Value, json};
    pub use std::time::Duration;
}

/// Makes two tests of one rule, one on each database: `rule_name::sqlite` and `rule_name::postgres`.
///
/// ```ignore
/// both! {
///     /// RFC 6749 §4.1.2
///     async fn a_code_is_redeemed_once(db) { let server = TestServer::start(db).await; … }
/// }
/// ```
#[macro_export]
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $rule:ident($db:ident) $body:block)+) => {$(
        $(#[$attribute])*
        mod $rule {
            #[allow(unused_imports)]
            use super::*;

            async fn rule($db: $crate::support::database::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                rule($crate::support::database::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                rule($crate::support::database::Database::Postgres).await;
            }
        }
    )+};
}
