//! The errors that the protocol knows, with the one table from code to HTTP status.
//!
//! Specs: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 8707 §2, OpenID Connect Core §3.1.2.6.

use std::borrow::Cow;
use std::fmt;

/// A registered OAuth error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    InvalidTarget,
    AccessDenied,
    UnsupportedResponseType,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    InteractionRequired,
    ConsentRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    UnmetAuthenticationRequirements,
    InvalidToken,
    InsufficientScope,
}

impl ErrorCode {
    /// The code as it goes over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    /// The status when the error is answered as JSON or as a challenge: the only table from code to status.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::AccessDenied | Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error of the protocol: what the client's developer is told and, apart from it, what only the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    pub code: ErrorCode,
    description: Cow<'static, str>,
    /// Logged under the request id, never sent.
    pub cause: Option<String>,
    /// What was sent where something else is registered: for the client's developer, never answered.
    pub sent: Option<String>,
}

impl OAuthError {
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: described(description.into()), cause: None, sent: None }
    }

    /// Public; says which parameter and what to change. Never holds text from the request.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Adds what only the log may say.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds what was sent.
    pub fn about(mut self, sent: impl fmt::Display) -> Self {
        self.sent = Some(sent.to_string());
        self
    }

    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// One answer for every failed client authentication, so that nothing tells an unknown client from a wrong
    /// secret (RFC 6749 §5.2); the reason goes to the log.
    pub fn invalid_client(cause: impl fmt::Display) -> Self {
        Self::new(
            ErrorCode::InvalidClient,
            "Client authentication failed. Check client_id, the credentials and the registered \
             token_endpoint_auth_method; the server's log has the reason under this request's id.",
        )
        .because(cause)
    }

    pub fn server_error(cause: impl fmt::Display) -> Self {
        Self::new(ErrorCode::ServerError, "The server could not complete the request.").because(cause)
    }

    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::new(ErrorCode::TemporarilyUnavailable, "The server is not able to answer now. Try again in a few seconds.").because(cause)
    }
}

/// RFC 6749 §4.1.2.1 and §5.2: an `error_description` must not include characters outside %x20-21, %x23-5B and %x5D-7E.
fn described(text: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, '\x20'..='\x7e') && !matches!(c, '"' | '\\');
    if text.chars().all(allowed) {
        return text;
    }
    let substitute = |c: char| if allowed(c) { c } else { '\'' };
    Cow::Owned(text.replace('§', "section ").chars().map(substitute).collect())
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6749 §4.1.2.1, §5.2
    #[test]
    fn a_description_has_the_characters_that_may_be_in_one() {
        let told = |text: &'static str| OAuthError::invalid_request(text).description().to_owned();
        assert_eq!(told("scope is missing (RFC 6749, section 3.3)."), "scope is missing (RFC 6749, section 3.3).");
        assert_eq!(told("RFC 6749 §3.3: \"a\\b\" \n is é."), "RFC 6749 section 3.3: 'a'b' ' is '.");
    }
}
