//! Where a page's flow goes on: the authorization request in its ticket, or the account.

use super::authorization_request::AuthorizationRequest;
use super::browser::Browser;
use super::page_error::PageError;
use super::redirect::see_other;
use crate::app::App;
use crate::clients::Client;
use crate::oauth::params::Params;
use crate::paths;
use actix_web::HttpResponse;
use std::sync::Arc;

/// The ticket of a page, opened.
pub struct Ticket {
    /// As it travels; empty for none.
    pub text: String,
    pub request: Option<AuthorizationRequest>,
    pub client: Option<Arc<Client>>,
    /// What the page's `form-action` must allow, since browsers apply it to redirects after the form.
    pub form_action: Vec<String>,
}

impl Ticket {
    /// Opens the `ticket` parameter. None is fine: the way on is the account.
    ///
    /// Errors: a page for one that has expired or is another browser's.
    pub fn open(app: &App, browser: &Browser, params: &Params) -> Result<Self, PageError> {
        let Some(text) = params.get("ticket") else {
            return Ok(Self::of(String::new()));
        };
        let request = AuthorizationRequest::open(app, browser, text).ok_or_else(PageError::expired_ticket)?;
        let (client, target) = request.target(app).map_err(|why| PageError::unanswerable(app, &why))?;
        Ok(Self { text: text.to_owned(), request: Some(request), client: Some(client), form_action: vec![target.form_action_source()] })
    }

    /// A ticket that is only passed on.
    pub fn of(text: String) -> Self {
        Self { text, request: None, client: None, form_action: Vec::new() }
    }

    pub fn client_name(&self) -> Option<String> {
        self.client.as_ref().map(|client| client.metadata.client_name.clone())
    }

    /// 303 to where the flow goes on.
    pub fn way_on(&self, app: &App) -> HttpResponse {
        if self.text.is_empty() { see_other(app, paths::ACCOUNT, &[]) } else { see_other(app, paths::RESUME, &[("ticket", &self.text)]) }
    }

    /// A link to another page of the same flow.
    pub fn link(&self, app: &App, path: &str) -> String {
        let path = format!("{}{path}", app.issuer().path());
        if self.text.is_empty() { path } else { format!("{path}?ticket={}", self.text) }
    }
}
