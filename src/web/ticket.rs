//! Where a page's flow goes on: the authorization request in its ticket, an errand in the account, a page of it that somebody came to by a
//! link, a page behind a gateway, or the account.

use super::authorization_request::AuthorizationRequest;
use super::browser::Browser;
use super::fresh_proof::{AccountErrand, AccountPage};
use super::page_error::PageError;
use super::protected_visit::ProtectedVisit;
use super::redirect::see_other;
use crate::app::App;
use crate::clients::Client;
use crate::credentials::factors::Factors;
use crate::oauth::authentication::Acr;
use crate::oauth::params::Params;
use crate::paths;
use crate::web::page::onward_source;
use actix_web::HttpResponse;
use std::sync::Arc;

/// The ticket of a page, opened.
pub struct Ticket {
    /// As it travels; empty for none.
    pub text: String,
    pub request: Option<AuthorizationRequest>,
    pub errand: Option<AccountErrand>,
    /// A page of the account that somebody came to who has to sign in first: it asks for no more than the account does.
    pub page: Option<AccountPage>,
    pub visit: Option<ProtectedVisit>,
    pub client: Option<Arc<Client>>,
    /// What the page's `form-action` must allow, since browsers apply it to redirects after the form.
    pub form_action: Vec<String>,
}

impl Ticket {
    /// Opens the `ticket` parameter. None is fine: the way on is the account.
    ///
    /// Errors: a page for one that has expired or is another browser's.
    pub fn open(app: &App, browser: &Browser, params: &Params) -> Result<Self, PageError> {
        Self::open_text(app, browser, params.get("ticket").unwrap_or(""))
    }

    /// Opens a ticket that travelled in another way; empty for none.
    pub fn open_text(app: &App, browser: &Browser, text: &str) -> Result<Self, PageError> {
        if text.is_empty() {
            return Ok(Self::of(String::new()));
        }
        if let Some(page) = AccountPage::of_ticket(text) {
            return Ok(Self { page: Some(page), ..Self::of(text.to_owned()) });
        }
        if let Some(errand) = AccountErrand::open(app, browser, text) {
            return Ok(Self { errand: Some(errand), ..Self::of(text.to_owned()) });
        }
        if let Some(visit) = ProtectedVisit::open(app, text) {
            let form_action = vec![onward_source(&visit.origin())];
            return Ok(Self { visit: Some(visit), form_action, ..Self::of(text.to_owned()) });
        }
        let request = AuthorizationRequest::open(app, browser, text).ok_or_else(PageError::expired_ticket)?;
        let (client, target) = request.target(app).map_err(|why| PageError::unanswerable(app, &why))?;
        let form_action = vec![onward_source(&target.uri)];
        Ok(Self { request: Some(request), client: Some(client), form_action, ..Self::of(text.to_owned()) })
    }

    /// Opens one that a person can do without: one that has expired meanwhile is none.
    pub fn open_if_good(app: &App, browser: &Browser, text: &str) -> Self {
        Self::open_text(app, browser, text).unwrap_or_else(|_| Self::of(String::new()))
    }

    /// A ticket that is only passed on.
    pub fn of(text: String) -> Self {
        Self { text, request: None, errand: None, page: None, visit: None, client: None, form_action: Vec::new() }
    }

    pub fn client_name(&self) -> Option<String> {
        self.client.as_ref().map(|client| client.metadata.client_name.clone())
    }

    /// Whether something outside the account waits for the end of the flow.
    pub fn is_awaited(&self) -> bool {
        self.request.is_some() || self.visit.is_some()
    }

    /// A link to where an awaited flow goes on.
    pub fn link_on(&self, app: &App) -> String {
        self.link(app, if self.visit.is_some() { paths::AUTH_START } else { paths::RESUME })
    }

    /// 303 to where the flow goes on.
    pub fn way_on(&self, app: &App) -> HttpResponse {
        if let Some(page) = self.page {
            return see_other(app, page.path(), &[]);
        }
        match &self.errand {
            Some(errand) => errand.way_back(app),
            None if self.visit.is_some() => see_other(app, paths::AUTH_START, &[("ticket", &self.text)]),
            None if self.text.is_empty() => see_other(app, paths::ACCOUNT, &[]),
            None => see_other(app, paths::RESUME, &[("ticket", &self.text)]),
        }
    }

    /// What a second factor must reach here: two factors, or more where the application asks for it and the account can give it.
    pub fn needed_acr(&self, factors: &Factors) -> Acr {
        let asked = self.request.as_ref().and_then(AuthorizationRequest::needed_acr);
        if factors.passkeys > 0 { asked.unwrap_or(Acr::TwoFactors).max(Acr::TwoFactors) } else { Acr::TwoFactors }
    }

    /// 303 to another page of the same flow.
    pub fn to(&self, app: &App, path: &str) -> HttpResponse {
        if self.text.is_empty() { see_other(app, path, &[]) } else { see_other(app, path, &[("ticket", &self.text)]) }
    }

    /// A link to another page of the same flow, with one parameter more.
    pub fn link_with(&self, app: &App, path: &str, (name, value): (&str, &str)) -> String {
        let separator = if self.text.is_empty() { '?' } else { '&' };
        format!("{}{separator}{name}={value}", self.link(app, path))
    }

    /// A link to another page of the same flow.
    pub fn link(&self, app: &App, path: &str) -> String {
        let path = format!("{}{path}", app.issuer().path());
        if self.text.is_empty() { path } else { format!("{path}?ticket={}", self.text) }
    }
}
