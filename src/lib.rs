//! Ostiary: an OAuth 2 and OpenID Connect authorization server.
//!
//! # The house
//! A module imports only from the floors below it or from its own folder; `tests/it/house.rs` holds it to that.
//! *Nouns* outlive a request and own tables; *endpoints* live for a request and own parsing, the order of checks and the
//! answer. Endpoints use nouns; no endpoint uses another.
//!
//! | floor | modules |
//! |---|---|
//! | 0, words: pure | [`oauth`], [`paths`], [`clock`], [`random`], [`secret`], [`request_id`], [`digits`] |
//! | 1, ground | [`config`], [`language`], [`storage`], [`sealing`], [`outbound`], [`places`], [`metrics`], [`mail`], [`brand`], [`sms`], [`telemetry`] |
//! | 2, nouns | [`keys`], [`clients`], [`users`], [`credentials`], [`sessions`], [`grants`], [`upstreams`] |
//! | 3 | [`app`]: everything that a request may use; [`events`]: what happened |
//! | 4, what a handler may ask for | [`web`] |
//! | 5, endpoints | [`authorization`], [`login`], [`sign_up`], [`federation`], [`forgot`], [`verify`], [`setup`], [`account`], [`logout`], [`outbox`], [`password_strength`], [`token`], [`userinfo`], [`introspection`], [`revocation`], [`discovery`], [`forward_auth`], [`health`] |
//! | roof | [`backchannel_logout`], [`housekeeping`], [`routes`], [`server`], [`import`], [`cli`] |
//!
//! # Specifications
//! RFC 6749, 6750, 7009, 7517, 7519, 7523, 7591 (metadata), 7636, 7662, 8252, 8414, 8693, 8707, 9068, 9207, 9470, 9700; OpenID Connect
//! Core, Discovery, RP-Initiated Logout, Back-Channel Logout. `grep 'RFC 7636 §4.6'` finds the rule, the code and the test.

// floor 0
pub mod clock;
pub mod digits;
pub mod oauth;
pub mod paths;
pub mod random;
pub mod request_id;
pub mod secret;

// floor 1
pub mod brand;
pub mod config;
pub mod language;
pub mod mail;
pub mod metrics;
pub mod outbound;
pub mod places;
pub mod sealing;
pub mod sms;
pub mod storage;
pub mod telemetry;

// floor 2
pub mod clients;
pub mod credentials;
pub mod grants;
pub mod keys;
pub mod sessions;
pub mod upstreams;
pub mod users;

// floor 3
pub mod app;
pub mod events;

// floor 4
pub mod web;

// floor 5
pub mod account;
pub mod authorization;
pub mod discovery;
pub mod federation;
pub mod forgot;
pub mod forward_auth;
pub mod health;
pub mod introspection;
pub mod login;
pub mod logout;
pub mod outbox;
pub mod password_strength;
pub mod revocation;
pub mod setup;
pub mod sign_up;
pub mod token;
pub mod userinfo;
pub mod verify;

// roof
pub mod backchannel_logout;
pub mod cli;
pub mod housekeeping;
pub mod import;
pub mod routes;
pub mod server;

#[cfg(test)]
mod page_samples;

pub use server::Server;
