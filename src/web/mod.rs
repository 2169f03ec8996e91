//! What a handler may ask for: who is on the other side, what was sent, how to answer.

pub mod authenticated_client;
pub mod authorization_request;
pub mod bearer_token;
pub mod browser;
pub mod client_address;
pub mod cors;
pub mod form;
pub mod oauth_error;
pub mod page;
pub mod page_error;
pub mod page_form;
pub mod permissions;
pub mod problems;
pub mod rate_limit;
pub mod redirect;
pub mod request_log;
pub mod response_target;
pub mod sign_in;
pub mod static_files;
pub mod ticket;
