//! The one integration binary: black box over HTTP, on SQLite and on PostgreSQL. One file a capability.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// Each actor can do more than today's tests ask of it.
#![allow(dead_code)]

mod support;

mod authorization;
mod client_authentication;
mod code;
mod faults;
mod foreign;
mod harness;
mod house;
mod http;
mod jwks_uri;
mod keys;
mod operations;
mod refresh;
mod replicas;
mod sessions;
mod tokens;
