//! The one integration binary: black box over HTTP, on SQLite and on PostgreSQL. One file a capability.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::type_complexity)]
// Each actor can do more than today's tests ask of it.
#![allow(dead_code)]

mod support;

mod account;
mod administration;
mod authorization;
mod backchannel_logout;
mod bots;
mod claims;
mod client_authentication;
mod clients;
mod code;
mod company;
mod costs;
mod crossed;
mod cut_off;
mod discovery;
mod doctor;
mod faults;
mod federation;
mod foreign;
mod forward_auth;
mod gateways;
mod harness;
mod house;
mod http;
mod import;
mod import_changes;
mod import_factors;
mod import_faults;
mod import_follow;
mod import_odd;
mod import_twice;
mod jwks_uri;
mod keys;
mod languages;
mod lockdown;
mod mail;
mod meanwhile;
mod newcomer;
mod operations;
mod outages;
mod passkey_sign_up;
mod passkeys;
mod passwords;
mod places;
mod proofs;
mod refresh;
mod regressions;
mod replicas;
mod second_factor;
mod sessions;
mod standing;
mod step_up;
mod text_messages;
mod token_exchange;
mod tokens;
#[cfg(feature = "otlp")]
mod traces;
