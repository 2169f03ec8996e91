//! The browser on the other side: its cookies and the token that binds forms to them.
//!
//! Its cookies: the *session* (256 random bits); the *binding* (256 random bits), which ties sealed tickets and forms to this browser
//! before anybody has signed in; *known*, keyed digests of the accounts that signed in here; *signing_in*, a half-finished sign-in under
//! seal; *mailed*, a step under seal that waits for something mailed; *trusted*, the secrets of those who are not asked for a second factor
//! here; and *passkey_offer*, whether people here are offered passkeys. Names are our own, since all applications on `localhost` share one
//! cookie jar.
//!
//! Specs: RFC 6265, RFC 9700 §4.7 (CSRF on our own forms), security.md S2, S3, A39.

use crate::app::App;
use crate::sealing::DigestPurpose;
use crate::sessions::{SessionSecret, SignedIn};
use crate::storage::StorageError;
use crate::users::User;
use crate::web::speak;
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::COOKIE;
use subtle::ConstantTimeEq;

/// What a request's cookies say.
pub struct Browser {
    http: HttpRequest,
    binding: String,
    /// Whether the binding was made just now and must be set.
    binding_is_new: bool,
    session: Option<SessionSecret>,
    known: Vec<String>,
    signing_in: Option<String>,
    trusted: Vec<String>,
    passkey_offer: PasskeyOffer,
}

impl Browser {
    /// Reads the cookies; makes a binding where there is none.
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let secure = app.config.secure_cookies();
        let read = |name: &str| cookie_value(request, &cookie_name(secure, name));
        let known = read(BINDING).filter(|value| value.len() == 43);
        let binding_is_new = known.is_none();
        Self {
            http: request.clone(),
            binding: known.unwrap_or_else(|| app.random.token()),
            binding_is_new,
            session: read(SESSION).as_deref().and_then(SessionSecret::parse),
            known: read(KNOWN).iter().flat_map(|all| all.split('.')).take(MOST_KNOWN).map(str::to_owned).collect(),
            signing_in: read(SIGNING_IN),
            passkey_offer: PasskeyOffer::parse(read(PASSKEY_OFFER).as_deref()),
            trusted: read(TRUSTED)
                .unwrap_or_default()
                .split('.')
                .filter(|secret| secret.len() == 43)
                .take(MOST_TRUSTED)
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The half-finished sign-in, under seal.
    pub fn pending_sign_in(&self) -> Option<&str> {
        self.signing_in.as_deref()
    }

    /// The step that waits for something mailed, under seal.
    pub fn mailed_step(&self, app: &App) -> Option<String> {
        cookie_value(&self.http, &cookie_name(app.config.secure_cookies(), MAILED))
    }

    /// Whether a passkey may be offered in this browser.
    pub fn passkey_offer(&self) -> PasskeyOffer {
        self.passkey_offer
    }

    /// The browser has said that it can make passkeys.
    pub fn can_make_passkeys(&mut self) {
        if self.passkey_offer == PasskeyOffer::Impossible {
            self.passkey_offer = PasskeyOffer::Possible;
        }
    }

    /// The secrets by which this browser is trusted; whose, the database knows.
    pub fn trusted_secrets(&self) -> &[String] {
        &self.trusted
    }

    /// The cookie with one secret more.
    pub fn trusted_cookie(&self, app: &App, secret: &str, lifetime: std::time::Duration) -> Cookie<'static> {
        let others = self.trusted.iter().map(String::as_str).take(MOST_TRUSTED - 1);
        let value: Vec<&str> = std::iter::once(secret).chain(others).collect();
        cookie(app, TRUSTED, value.join("."), seconds(lifetime))
    }

    /// The request that this browser sent.
    pub fn http(&self) -> &HttpRequest {
        &self.http
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

    /// Who is signed in, with their consent to a client (any `client_id`; empty for none). Nobody whose account is to be deleted: see
    /// [`Browser::leaving`].
    ///
    /// Cost: 1 round trip; none without a session cookie.
    pub async fn signed_in(&self, app: &App, client_id: &str) -> Result<Option<SignedIn>, StorageError> {
        Ok(self.anyone(app, client_id).await?.filter(|found| found.user.deletion_due_at.is_none()))
    }

    /// Who is signed in to an account that is to be deleted: they may keep it, and nothing else.
    ///
    /// Cost: 1 round trip; none without a session cookie.
    pub async fn leaving(&self, app: &App) -> Result<Option<SignedIn>, StorageError> {
        Ok(self.anyone(app, "").await?.filter(|found| found.user.deletion_due_at.is_some()))
    }

    /// Whoever is signed in, be their account to be deleted or not: to sign them out.
    ///
    /// Cost: 1 round trip; none without a session cookie.
    pub async fn anyone(&self, app: &App, client_id: &str) -> Result<Option<SignedIn>, StorageError> {
        let Some(secret) = &self.session else { return Ok(None) };
        let mut connection = app.storage.read().await?;
        let found = crate::sessions::find_signed_in(&mut connection, secret, client_id, &app.sessions, app.now()).await?;
        if let Some(found) = &found {
            speak::as_the_account_prefers(&self.http, &found.user);
        }
        Ok(found)
    }
}

/// The value of a cookie, read pair by pair: what other applications of this host have set, in whatever bytes, takes nothing from ours. The
/// name counts as it was sent: encoded, `__Host-` would get around what browsers see to (RFC 6265bis §4.1.3).
pub fn cookie_value(request: &HttpRequest, name: &str) -> Option<String> {
    let mut pairs = request.headers().get_all(COOKIE).flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    pairs.find_map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?.trim();
        let (sent, _) = pair.split_once('=')?;
        let cookie = Cookie::parse_encoded(pair).ok().filter(|_| sent.trim_end() == name)?;
        Some(cookie.value().to_owned())
    })
}

/// Accounts whose people a browser remembers having let in; the oldest is forgotten.
const MOST_KNOWN: usize = 8;
/// Characters of a digest that are kept in the cookie: 132 bits.
const KNOWN_LENGTH: usize = 22;

impl Browser {
    /// Whether this person has signed in with this browser before: strangers' guesses do not slow them down here
    /// (security.md L5).
    pub fn knows(&self, app: &App, user: &User) -> bool {
        is_known(app, &self.binding, user, &self.known)
    }

    /// Whether anybody has signed in with this browser before, by what it says itself.
    pub fn knows_anybody(&self) -> bool {
        !self.known.is_empty()
    }

    /// Whom this browser remembers, for work after the answer.
    pub fn known(&self) -> Known {
        Known { binding: self.binding.clone(), digests: self.known.clone() }
    }

    /// The cookie that remembers a person who has just signed in.
    pub fn known_cookie(&self, app: &App, user: &User) -> Cookie<'static> {
        let own = known_digests(app, &self.binding, user);
        let others = self.known.iter().filter(|known| !own.contains(known)).take(MOST_KNOWN - 1);
        let value: Vec<&str> = own.first().into_iter().chain(others).map(String::as_str).collect();
        cookie(app, KNOWN, value.join("."), Duration::days(400))
    }
}

/// Whom a browser remembers.
pub struct Known {
    binding: String,
    digests: Vec<String>,
}

impl Known {
    /// See [`Browser::knows`].
    pub fn knows(&self, app: &App, user: &User) -> bool {
        is_known(app, &self.binding, user, &self.digests)
    }
}

fn is_known(app: &App, binding: &str, user: &User, known: &[String]) -> bool {
    if known.is_empty() {
        return false;
    }
    let own = known_digests(app, binding, user);
    known.iter().any(|known| own.iter().any(|own| known.as_bytes().ct_eq(own.as_bytes()).into()))
}

/// Under the current master key and those of before: with a new one, nobody's browser becomes a stranger's.
///
/// A browser that knew the person before everything was cut off may be the other's: it counts as new, and its owner is told.
fn known_digests(app: &App, binding: &str, user: &User) -> Vec<String> {
    let since = user.cut_off_at.map(|at| at.to_string());
    let parts: Vec<&str> = [binding, user.id.as_str()].into_iter().chain(since.as_deref()).collect();
    let digests = app.sealing.keyed_digests(DigestPurpose::KnownDevice, &parts);
    digests.into_iter().map(|digest| digest.chars().take(KNOWN_LENGTH).collect()).collect()
}

/// Accounts that trust one browser; the one that began first is asked again.
const MOST_TRUSTED: usize = 4;

const SESSION: &str = "session";
const KNOWN: &str = "known";
const BINDING: &str = "browser";
const SIGNING_IN: &str = "signing_in";
/// Whether people are offered a passkey after they have signed in with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyOffer {
    /// The browser has not said that it could make one.
    Impossible,
    Possible,
    /// "Not now".
    Declined,
}

impl PasskeyOffer {
    fn parse(cookie: Option<&str>) -> Self {
        match cookie {
            Some("possible") => Self::Possible,
            Some("declined") => Self::Declined,
            _ => Self::Impossible,
        }
    }
}

/// Remembers through a second factor that a passkey can be offered, and for half a year that it need not be.
pub fn passkey_offer_cookie(app: &App, offer: PasskeyOffer) -> Cookie<'static> {
    let (value, lifetime) = match offer {
        PasskeyOffer::Impossible => ("", Duration::ZERO),
        PasskeyOffer::Possible => ("possible", Duration::minutes(10)),
        PasskeyOffer::Declined => ("declined", Duration::days(180)),
    };
    cookie(app, PASSKEY_OFFER, value.to_owned(), lifetime)
}

const PASSKEY_OFFER: &str = "passkey_offer";
const TRUSTED: &str = "trusted";
const MAILED: &str = "mailed";

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
    cookie(app, SESSION, secret.expose().to_owned(), seconds(app.sessions.absolute_lifetime))
}

fn seconds(lifetime: std::time::Duration) -> Duration {
    Duration::seconds(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX))
}

/// The cookie of a half-finished sign-in.
pub fn pending_sign_in_cookie(app: &App, sealed: String, lifetime: std::time::Duration) -> Cookie<'static> {
    cookie(app, SIGNING_IN, sealed, seconds(lifetime))
}

/// Removes the half-finished sign-in.
pub fn no_pending_sign_in_cookie(app: &App) -> Cookie<'static> {
    cookie(app, SIGNING_IN, String::new(), Duration::ZERO)
}

/// The cookie of a step that waits for something mailed.
pub fn mailed_step_cookie(app: &App, sealed: String, lifetime: std::time::Duration) -> Cookie<'static> {
    cookie(app, MAILED, sealed, seconds(lifetime))
}

/// Removes the step that waited for something mailed.
pub fn no_mailed_step_cookie(app: &App) -> Cookie<'static> {
    cookie(app, MAILED, String::new(), Duration::ZERO)
}

/// Removes the session's cookie.
pub fn no_session_cookie(app: &App) -> Cookie<'static> {
    cookie(app, SESSION, String::new(), Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;

    // security.md S3: applications on other ports of localhost share the jar, and write into it what they like.
    #[test]
    fn one_cookie_that_cannot_be_read_takes_none_of_the_others() {
        let line = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
        let request = TestRequest::default()
            .append_header((COOKIE, line(b"lang=caf\xe9; a=1;b=x%20y; bad=%ff; %5F_Host-c=2; =; d")))
            .append_header((COOKIE, line(b"e=5; a=6")))
            .to_http_request();
        let read = ["a", "b", "e", "lang", "bad", "__Host-c", "d", ""].map(|name| cookie_value(&request, name));
        let expected = [Some("1"), Some("x y"), Some("5"), None, None, None, None, None];
        assert_eq!(read, expected.map(|value| value.map(str::to_owned)));
    }
}
