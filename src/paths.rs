//! Every path by name, relative to the issuer.

pub const DISCOVERY: &str = "/.well-known/openid-configuration";
pub const AUTHORIZATION_SERVER_METADATA: &str = "/.well-known/oauth-authorization-server";
pub const JWKS: &str = "/jwks";
pub const AUTHORIZE: &str = "/authorize";
pub const RESUME: &str = "/authorize/resume";
pub const CONSENT: &str = "/consent";
pub const TOKEN: &str = "/token";
pub const USERINFO: &str = "/userinfo";
pub const INTROSPECT: &str = "/introspect";
pub const REVOKE: &str = "/revoke";
pub const LOGOUT: &str = "/logout";
pub const LOGIN: &str = "/login";
pub const SIGN_UP: &str = "/signup";
pub const SETUP: &str = "/setup";
pub const ACCOUNT: &str = "/account";
pub const ACCOUNT_PROFILE: &str = "/account/profile";
pub const ACCOUNT_PASSWORD: &str = "/account/password";
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
pub const ACCOUNT_APPS: &str = "/account/apps";
pub const OUTBOX: &str = "/outbox";
pub const STATIC: &str = "/static";
pub const HEALTH: &str = "/health";
pub const HEALTH_READY: &str = "/health/ready";
pub const METRICS: &str = "/metrics";
