//! Fresh proof: what changes how an account is protected asks its person to prove who they are once more, with as many factors as
//! the account has, and not longer than ten minutes ago. A trusted device does not count.
//!
//! The way there and back is a ticket that names a page of the account: an enum, never a URL. So is the way of somebody who comes to a page
//! of the account by a link and has to sign in first.
//!
//! Specs: OWASP ASVS 7.5.1; security.md M7, O4, W8.

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::factors::find_factors;
use crate::oauth::authentication::Acr;
use crate::paths;
use crate::sealing::{Purpose, SealingError};
use crate::sessions::SignedIn;
use crate::users::UserId;
use crate::web::browser::Browser;
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::redirect::see_other;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A proof is fresh for this long.
pub const FRESH_FOR: Duration = Duration::from_secs(600);
/// How long the proving may take.
const ERRAND_LIFETIME: Duration = Duration::from_secs(1800);

/// The pages of the account that an errand, or whoever signs in, may come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountPage {
    Overview,
    Profile,
    Security,
    Sessions,
    Apps,
    Activity,
    Password,
    Email,
    Totp,
    RecoveryCodes,
    Phone,
    AddPasskey,
    AddSecurityKey,
    /// Connect an account elsewhere: the one that the errand carries.
    Connect,
    /// One's data as a file.
    Data,
    Delete,
}

impl AccountPage {
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => paths::ACCOUNT,
            Self::Profile => paths::ACCOUNT_PROFILE,
            Self::Security => paths::ACCOUNT_SECURITY,
            Self::Sessions => paths::ACCOUNT_SESSIONS,
            Self::Apps => paths::ACCOUNT_APPS,
            Self::Activity => paths::ACCOUNT_ACTIVITY,
            Self::Password => paths::ACCOUNT_PASSWORD,
            Self::Email => paths::ACCOUNT_EMAIL,
            Self::Totp => paths::ACCOUNT_TOTP,
            Self::RecoveryCodes => paths::ACCOUNT_RECOVERY_CODES,
            Self::Phone => paths::ACCOUNT_PHONE,
            Self::AddPasskey => paths::ACCOUNT_PASSKEYS_ADD,
            Self::AddSecurityKey => paths::ACCOUNT_SECURITY_KEYS_ADD,
            Self::Connect => paths::CONNECT,
            Self::Data => paths::ACCOUNT_DATA,
            Self::Delete => paths::ACCOUNT_DELETE,
        }
    }

    /// Those that a link leads to by itself. The overview is where everybody goes who is on the way to nothing else.
    const LINKED: [Self; 14] = [
        Self::Profile,
        Self::Security,
        Self::Sessions,
        Self::Apps,
        Self::Activity,
        Self::Password,
        Self::Email,
        Self::Totp,
        Self::RecoveryCodes,
        Self::Phone,
        Self::AddPasskey,
        Self::AddSecurityKey,
        Self::Data,
        Self::Delete,
    ];

    /// The page that a request asks for.
    pub fn of_request(app: &App, http: &HttpRequest) -> Option<Self> {
        let path = http.path().strip_prefix(app.issuer().path())?;
        Self::LINKED.into_iter().find(|page| page.path() == path)
    }

    /// The ticket of whoever has to sign in before they see it. It is not sealed and does not expire: it leads nobody elsewhere, and a
    /// sign-in page may be open for a day.
    pub fn ticket(self) -> String {
        self.path().trim_start_matches('/').replace('/', ".")
    }

    /// The page of such a ticket.
    pub fn of_ticket(text: &str) -> Option<Self> {
        Self::LINKED.into_iter().find(|page| page.ticket() == text)
    }
}

/// Why somebody who is signed in proves themselves again, and where they go on: the ticket of a flow within the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountErrand {
    pub page: AccountPage,
    pub user_id: UserId,
    /// Digest of the browser's binding cookie.
    browser: String,
    pub issued_at: Timestamp,
    expires_at: Timestamp,
    /// A sealed ticket that only the page can open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrival: Option<String>,
}

impl AccountErrand {
    fn new(app: &App, browser: &Browser, user_id: &UserId, page: AccountPage) -> Self {
        let now = app.now();
        Self {
            page,
            user_id: user_id.clone(),
            browser: browser.binding_digest(app),
            issued_at: now,
            expires_at: now + ERRAND_LIFETIME,
            arrival: None,
        }
    }

    /// The errand of connecting an account elsewhere to the one of `user_id`, who has to sign in for it.
    pub fn connecting(app: &App, browser: &Browser, user_id: &UserId, arrival: &str) -> Self {
        Self { arrival: Some(arrival.to_owned()), ..Self::new(app, browser, user_id, AccountPage::Connect) }
    }

    /// 303 to a page of the sign-in, which comes back.
    pub fn way_to(&self, app: &App, browser: &Browser, path: &str) -> Result<HttpResponse, PageError> {
        let ticket = self.seal(app).map_err(PageError::internal)?;
        with_cookies(see_other(app, path, &[("ticket", &ticket)]), [browser.new_binding_cookie(app)])
    }

    /// 303 to the page.
    pub fn way_back(&self, app: &App) -> HttpResponse {
        match &self.arrival {
            Some(arrival) => see_other(app, self.page.path(), &[("arrival", arrival)]),
            None => see_other(app, self.page.path(), &[]),
        }
    }

    pub fn seal(&self, app: &App) -> Result<String, SealingError> {
        app.sealing.seal(Purpose::AccountErrand, self)
    }

    /// Opens the ticket of an errand of this browser that has not expired.
    pub fn open(app: &App, browser: &Browser, ticket: &str) -> Option<Self> {
        let errand: Self = app.sealing.open(Purpose::AccountErrand, ticket)?;
        (browser.is_bound_by(app, &errand.browser) && errand.expires_at > app.now()).then_some(errand)
    }
}

/// Whether the session's proof is fresh, and as strong as the account can give it.
///
/// Cost: 1 round trip at most.
pub async fn has_fresh_proof(app: &App, signed_in: &SignedIn) -> Result<bool, PageError> {
    if !is_recent(app, signed_in) {
        return Ok(false);
    }
    if signed_in.session.reached() >= Acr::TwoFactors {
        return Ok(true);
    }
    Ok(!find_factors(&mut app.storage.read().await?, &signed_in.user.id).await?.has_second())
}

/// `None` when the proof is fresh; else the way to give it, which comes back to `page`.
///
/// Cost: 1 round trip at most.
pub async fn ask_for_fresh_proof(
    app: &App,
    browser: &Browser,
    signed_in: &SignedIn,
    page: AccountPage,
) -> Result<Option<HttpResponse>, PageError> {
    if has_fresh_proof(app, signed_in).await? {
        return Ok(None);
    }
    // Whoever has given the first factor just now is asked for the second only.
    let path = if is_recent(app, signed_in) { paths::LOGIN_FACTOR } else { paths::LOGIN };
    errand(app, browser, signed_in, page, path).map(Some)
}

/// The way to a page of the sign-in that comes back to `page` of the account.
pub fn errand(app: &App, browser: &Browser, signed_in: &SignedIn, page: AccountPage, path: &str) -> Result<HttpResponse, PageError> {
    AccountErrand::new(app, browser, &signed_in.user.id, page).way_to(app, browser, path)
}

/// The same for a page that a flow comes by: the flow's own ticket leads there and back.
///
/// Cost: 1 round trip at most.
pub async fn ask_for_fresh_proof_for(
    app: &App,
    browser: &Browser,
    signed_in: &SignedIn,
    page: AccountPage,
    ticket: &Ticket,
) -> Result<Option<HttpResponse>, PageError> {
    if !ticket.is_awaited() {
        return ask_for_fresh_proof(app, browser, signed_in, page).await;
    }
    if has_fresh_proof(app, signed_in).await? {
        return Ok(None);
    }
    Ok(Some(ticket.to(app, if is_recent(app, signed_in) { paths::LOGIN_FACTOR } else { paths::LOGIN })))
}

fn is_recent(app: &App, signed_in: &SignedIn) -> bool {
    app.now().since(signed_in.session.authenticated_at) <= FRESH_FOR
}
