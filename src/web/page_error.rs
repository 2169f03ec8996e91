//! Errors for people: a plain page with a way on and the request id that is in the log. In development it also shows an
//! application's developer what was sent, what is registered, and what to change.

use crate::app::App;
use crate::clients::Client;
use crate::oauth::error::OAuthError;
use crate::storage::StorageError;
use crate::web::authorization_request::Unanswerable;
use crate::web::page::{Layout, Page};
use crate::web::request_log::request_id_of;
use crate::web::response_target::NoTarget;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use std::borrow::Cow;
use std::fmt;

/// A page that says what went wrong.
#[derive(Debug, Clone)]
pub struct PageError {
    status: StatusCode,
    title: &'static str,
    explanation: Cow<'static, str>,
    advice: &'static str,
    details: Option<Box<Details>>,
    way_on: WayOn,
    /// For `Allow` (RFC 9110 §15.5.6: a 405 must say).
    methods: Option<&'static str>,
    /// For the log only.
    cause: Option<String>,
}

/// Where the person can go from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WayOn {
    None,
    Account,
}

/// For an application's developer, in development only.
#[derive(Debug, Clone)]
pub struct Details {
    pub parameter: Option<String>,
    pub sent: Option<String>,
    pub registered: Vec<String>,
    pub fix: String,
}

/// A link with its text.
#[derive(Debug, Clone)]
pub struct Link {
    pub url: String,
    pub text: String,
}

/// The error page.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub layout: Layout,
    pub title: String,
    pub explanation: String,
    pub advice: String,
    pub way_on: Option<Link>,
    pub details: Option<Details>,
    pub request_id: String,
}

impl PageError {
    fn new(status: StatusCode, title: &'static str, explanation: impl Into<Cow<'static, str>>, advice: &'static str) -> Self {
        Self { status, title, explanation: explanation.into(), advice, details: None, way_on: WayOn::None, methods: None, cause: None }
    }

    fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    fn with_account(mut self) -> Self {
        self.way_on = WayOn::Account;
        self
    }

    /// A request that cannot be answered to its application (RFC 6749 §4.1.2.1: no redirect).
    pub fn unanswerable(app: &App, why: &Unanswerable) -> Self {
        let (parameter, sent, registered, fix) = match why {
            Unanswerable::Malformed(problem) => (None, None, Vec::new(), problem.clone()),
            Unanswerable::MissingClientId => (Some("client_id"), None, Vec::new(), "Send client_id; see: ostiary client list".to_owned()),
            Unanswerable::UnknownClient => (
                Some("client_id"),
                None,
                Vec::new(),
                "No enabled client has this client_id; see: ostiary client list, or register one: ostiary client create".to_owned(),
            ),
            Unanswerable::NoTarget { why, sent, registered, client_id } => {
                let fix = match (why, sent) {
                    (NoTarget::Ambiguous, _) => "Send redirect_uri: this client has registered none or several.".to_owned(),
                    (NoTarget::NotRegistered, Some(sent)) => format!(
                        "redirect_uri must match a registered one to the letter. Either send one of those, or register it: \
                         ostiary client update {client_id} --redirect-uri '{}'",
                        sent.replace('\'', "")
                    ),
                    (NoTarget::NotRegistered, None) => "Send redirect_uri.".to_owned(),
                };
                (Some("redirect_uri"), sent.clone(), registered.clone(), fix)
            }
        };
        let details = Details { parameter: parameter.map(str::to_owned), sent, registered, fix };
        let mut error = Self::new(
            StatusCode::BAD_REQUEST,
            "This sign-in link is broken",
            "The app that sent you here made a mistake in its request, so we can’t sign you in to it.",
            "Go back to the app and try again. If that doesn’t help, tell the people who run it, with the reference below.",
        )
        .because(format!("{why:?}"));
        // What is registered is nobody's business but the developer's.
        error.details = app.config.is_development().then(|| Box::new(details));
        error
    }

    /// A ticket that has expired, or was made for another browser.
    pub fn expired_ticket() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This page has expired",
            "It was open for too long, or was opened in another browser than the one you began with.",
            "Go back to the app and start again from there.",
        )
        .with_account()
    }

    /// A form that does not come from a page this browser was shown.
    pub fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Please try that again",
            "The form you sent is out of date: you may have signed in or out in another tab since it was opened, or your browser blocks cookies.",
            "Go back, reload the page and send it again. Cookies must be allowed for this site.",
        )
        .with_account()
    }

    pub fn bad_form(problem: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "We couldn’t read that", problem.to_owned(), "Go back, reload the page and try again.")
    }

    pub fn sign_up_disabled() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "New accounts are made for you",
            "You can’t create an account here yourself.",
            "Ask the people who run this service for one. If you have an account, sign in.",
        )
        .with_account()
    }

    pub fn unregistered_logout_uri(client: Option<&Client>, sent: &str) -> Self {
        let mut error = Self::new(
            StatusCode::BAD_REQUEST,
            "This sign-out link is broken",
            "The app that sent you here named an address to return to that it has not registered. You are still signed in.",
            "You can sign out in your account.",
        )
        .with_account();
        error.cause = Some(format!("post_logout_redirect_uri is not registered: {}", sent.escape_debug()));
        error.details = client.map(|client| {
            Box::new(Details {
                parameter: Some("post_logout_redirect_uri".into()),
                sent: Some(sent.to_owned()),
                registered: client.metadata.post_logout_redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
                fix: format!("Register it: ostiary client update {} --post-logout-redirect-uri URI", client.client_id),
            })
        });
        error
    }

    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "The address you opened leads to no page.",
            "Check it for typing mistakes.",
        )
        .with_account()
    }

    /// `methods`: those that work here, for `Allow`.
    pub fn wrong_method(methods: &'static str) -> Self {
        let mut error = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "That doesn’t work here",
            "This address exists, but not for the way it was called (the HTTP method).",
            "",
        );
        error.methods = Some(methods);
        error
    }

    /// The server is overloaded or has lost its database; the person did nothing wrong.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "We’ll be right back",
            "Something we need is not answering at the moment. Nothing you did is lost.",
            "Wait a few seconds and reload the page.",
        )
        .because(cause)
    }

    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            "This is our mistake, not yours.",
            "Try again in a moment. If it stays, tell the people who run this service, with the reference below.",
        )
        .because(cause)
    }

    /// Outside a handler's `Result`.
    pub fn into_response(self) -> HttpResponse {
        self.error_response()
    }

    fn render(&self, request: &HttpRequest, app: &App) -> HttpResponse {
        let layout = Layout::of(app);
        let way_on = match self.way_on {
            WayOn::Account => Some(Link { url: layout.url("/account"), text: "Go to your account".into() }),
            WayOn::None => None,
        };
        let view = ErrorPage {
            layout,
            title: self.title.to_owned(),
            explanation: self.explanation.to_string(),
            advice: self.advice.to_owned(),
            way_on,
            details: self.details.as_deref().filter(|_| app.config.is_development()).cloned(),
            request_id: request_id_of(request).to_string(),
        };
        Page::new(view).status(self.status).respond_to(request)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.title)
    }
}

/// The page needs the application and the request, which the framework does not hand to `error_response`: it is put
/// together by [`show`], which every route of people's pages is wrapped in. This is what is left should it be missing.
impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let cause = self.cause.as_deref().unwrap_or("");
        if self.status.is_server_error() {
            tracing::error!(status = self.status.as_u16(), title = self.title, cause, "page error");
        } else {
            tracing::info!(status = self.status.as_u16(), title = self.title, cause, "page error");
        }
        let mut answer = HttpResponse::build(self.status).body(format!("{}\n{}\n{}\n", self.title, self.explanation, self.advice));
        answer.extensions_mut().insert(self.clone());
        answer
    }
}

/// Puts the page in the place of a [`PageError`]'s plain text.
pub async fn show(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl actix_web::body::MessageBody + 'static>,
) -> Result<actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let error = response.response().extensions().get::<PageError>().cloned();
    let (Some(error), Some(app)) = (error, response.request().app_data::<web::Data<App>>().cloned()) else {
        return Ok(response.map_into_left_body());
    };
    let request = response.request().clone();
    let mut page = error.render(&request, &app);
    if error.status == StatusCode::SERVICE_UNAVAILABLE {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(super::oauth_error::RETRY_AFTER_SECONDS));
    }
    if let Some(methods) = error.methods {
        page.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    }
    Ok(response.into_response(page).map_into_right_body())
}

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> Self {
        if error.is_unavailable() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

/// A protocol error met on the way to a page.
impl From<OAuthError> for PageError {
    fn from(error: OAuthError) -> Self {
        Self::bad_form(&error.description).because(&error)
    }
}
