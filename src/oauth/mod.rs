//! The words of the protocol, pure: no I/O, no clock, no framework. Text is parsed here once, at the door;
//! nothing past the door handles raw strings.
//!
//! Specs: RFC 6749, RFC 7591, RFC 7636, RFC 8707, RFC 9068, RFC 9207, RFC 9700, OpenID Connect Core 1.0.

pub mod authentication;
pub mod claims;
pub mod client_metadata;
mod client_resources;
pub mod error;
pub mod grant_type;
pub mod issuer;
pub mod params;
pub mod pkce;
pub mod prompt;
pub mod redirect_uri;
pub mod resource;
pub mod response_mode;
pub mod scope;
pub mod signature_algorithm;
