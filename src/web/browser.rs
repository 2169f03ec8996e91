//! The browser on the other side: its cookies and the token that binds forms to them.
//!
//! Three cookies: the *session* (256 random bits); the *binding* (256 random bits), which ties sealed tickets and forms to
//! this browser before anybody has signed in; and *known*, keyed digests of the accounts that signed in here. Names are our own, since all applications on
//! `localhost` share one cookie jar.
//!
//! Specs: RFC 6265, RFC 9700 §4.7 (CSRF on our own forms), security.md S2, S3, A39.

use crate::app::App;
use crate::sealing::DigestPurpose;
use crate::sessions::{SessionSecret, SignedIn};
use crate::storage::StorageError;
use crate::users::UserId;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use subtle::ConstantTimeEq;

/// What a request's cookies say.
pub struct Browser {
    binding: String,
    /// Whether the binding was made just now and must be set.
    binding_is_new: bool,
    session: Option<SessionSecret>,
    known: Vec<String>,
}

impl Browser {
    /// Reads the cookies; makes a binding where there is none.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let secure = app.config.secure_cookies();
        let read = |name: &str| request.cookie(&cookie_name(secure, name)).map(|cookie| cookie.value().to_owned());
        let known = read(BINDING).filter(|value| value.len() == 43);
        let binding_is_new = known.is_none();
        Self {
            binding: known.unwrap_or_else(|| app.random.token()),
            binding_is_new,
            session: read(SESSION).as_deref().and_then(SessionSecret::parse),
            known: read(KNOWN).unwrap_or_default().split('.').take(MOST_KNOWN).map(str::to_owned).collect(),
        }
    }

    /// The cookie to set when the binding is new.
    pub fn new_binding_cookie(&self, app: &App) -> Option<Cookie<'static>> {
        self.binding_is_new.then(|| cookie(app, BINDING, self.binding.clone(), Duration::days(400)))
    }

    /// What a ticket carries of this browser.
    pub fn binding_digest(&self, app: &App) -> String {
        app.sealing.keyed_digest(DigestPurpose::BrowserBinding, &[&self.binding])
    }

    /// Whether a ticket was made for this browser.
    pub fn is_bound_by(&self, app: &App, digest: &str) -> bool {
        app.sealing.matches_keyed_digest(DigestPurpose::BrowserBinding, &[&self.binding], digest)
    }

    /// The value of a form's `csrf` field. It changes with the session, so that a form shown to one person cannot be sent
    /// by another who signed in since.
    pub fn csrf(&self, app: &App) -> String {
        app.sealing.keyed_digest(DigestPurpose::Csrf, &[&self.binding, &self.session_digest()])
    }

    pub fn is_csrf(&self, app: &App, sent: &str) -> bool {
        app.sealing.matches_keyed_digest(DigestPurpose::Csrf, &[&self.binding, &self.session_digest()], sent)
    }

    fn session_digest(&self) -> String {
        self.session.as_ref().map(|secret| secret.digest().as_str().to_owned()).unwrap_or_default()
    }

    /// Who is signed in, with their consent to a client (any `client_id`; empty for none).
    ///
    /// Cost: 1 round trip; none without a session cookie.
    pub async fn signed_in(&self, app: &App, client_id: &str) -> Result<Option<SignedIn>, StorageError> {
        let Some(secret) = &self.session else { return Ok(None) };
        let mut connection = app.storage.read().await?;
        crate::sessions::find_signed_in(&mut connection, secret, client_id, &app.sessions, app.now()).await
    }
}

/// Accounts whose people a browser remembers having let in; the oldest is forgotten.
const MOST_KNOWN: usize = 8;
/// Characters of a digest that are kept in the cookie: 132 bits.
const KNOWN_LENGTH: usize = 22;

impl Browser {
    /// Whether this person has signed in with this browser before: strangers' guesses do not slow them down here
    /// (security.md L5).
    pub fn knows(&self, app: &App, user_id: &UserId) -> bool {
        let digest = self.known_digest(app, user_id);
        self.known.iter().any(|known| known.as_bytes().ct_eq(digest.as_bytes()).into())
    }

    /// The cookie that remembers a person who has just signed in.
    pub fn known_cookie(&self, app: &App, user_id: &UserId) -> Cookie<'static> {
        let digest = self.known_digest(app, user_id);
        let others = self.known.iter().filter(|known| **known != digest).take(MOST_KNOWN - 1);
        let value: Vec<&str> = std::iter::once(&digest).chain(others).map(String::as_str).collect();
        cookie(app, KNOWN, value.join("."), Duration::days(400))
    }

    fn known_digest(&self, app: &App, user_id: &UserId) -> String {
        let digest = app.sealing.keyed_digest(DigestPurpose::KnownDevice, &[&self.binding, user_id.as_str()]);
        digest.chars().take(KNOWN_LENGTH).collect()
    }
}

const SESSION: &str = "session";
const KNOWN: &str = "known";
const BINDING: &str = "browser";

fn cookie_name(secure: bool, name: &str) -> String {
    if secure { format!("__Host-ostiary_{name}") } else { format!("ostiary_{name}") }
}

fn cookie(app: &App, name: &str, value: String, max_age: Duration) -> Cookie<'static> {
    let secure = app.config.secure_cookies();
    Cookie::build(cookie_name(secure, name), value)
        .path("/")
        .secure(secure)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(max_age)
        .finish()
}

/// The cookie of a session that has begun or been renewed; it lasts as long as the session may.
pub fn session_cookie(app: &App, secret: &SessionSecret) -> Cookie<'static> {
    let lifetime = i64::try_from(app.sessions.absolute_lifetime.as_secs()).unwrap_or(i64::MAX);
    cookie(app, SESSION, secret.expose().to_owned(), Duration::seconds(lifetime))
}

/// Removes the session's cookie.
pub fn no_session_cookie(app: &App) -> Cookie<'static> {
    cookie(app, SESSION, String::new(), Duration::ZERO)
}
