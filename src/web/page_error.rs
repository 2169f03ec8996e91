//! Errors for people: a plain page with a way on and the request id that is in the log. In development it also shows an
//! application's developer what was sent, what is registered, and what to change.

use crate::app::App;
use crate::clients::Client;
use crate::clients::refusals::without_values;
use crate::credentials::password::HashError;
use crate::language::Text;
use crate::oauth::error::OAuthError;
use crate::storage::StorageError;
use crate::web::authorization_request::Unanswerable;
use crate::web::difference::{Marked, difference};
use crate::web::page::{Layout, Page};
use crate::web::problems::in_words;
use crate::web::registration_advice::{
    Advice, POST_LOGOUT_REDIRECT_URIS, REDIRECT_URIS, nearest, registration_advice, unknown_client_advice,
};
use crate::web::request_log::request_id_of;
use crate::web::response_target::NoTarget;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use std::fmt;
use std::time::Duration;

/// A page that says what went wrong.
#[derive(Debug, Clone)]
pub struct PageError {
    status: StatusCode,
    /// The id of a text, as that of the advice is.
    title: &'static str,
    explanation: Box<Text>,
    advice: Option<&'static str>,
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
    /// Marked where it differs from the nearest of `registered`.
    pub sent: Option<Marked>,
    pub registered: Vec<Marked>,
    /// In the order in which to think of it.
    pub fixes: Vec<Advice>,
}

impl Details {
    fn new(parameter: Option<&str>, sent: Option<&str>, registered: &[String], fixes: Vec<Advice>) -> Self {
        let (marked, registered) = difference(sent.unwrap_or_default(), registered);
        Self { parameter: parameter.map(str::to_owned), sent: sent.map(|_| marked), registered, fixes }
    }
}

/// Why it is not known which client asks for a sign-out (RP-Initiated Logout §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownAsker {
    UnreadableHint,
    Unnamed,
    Disagreeing,
    NoClient,
}

impl UnknownAsker {
    /// The parameter, what the log says, what the client's developer is told.
    fn in_words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::UnreadableHint => (
                "id_token_hint",
                "id_token_hint is no ID token of ours and there is no client_id",
                "Send the ID token that this server issued, whole and unchanged (an access token is none; one that has expired will do). \
                 Its signature does not verify with a key of this server. Or send client_id beside it.",
            ),
            Self::Unnamed => (
                "id_token_hint",
                "neither id_token_hint nor client_id",
                "Send id_token_hint, the ID token of the sign-in, or at least client_id: without either nobody knows whose \
                 post_logout_redirect_uri this is. With the hint the person is not asked.",
            ),
            Self::Disagreeing => (
                "client_id",
                "client_id is not the aud of id_token_hint",
                "client_id and id_token_hint are of two clients. Send the client_id that the ID token was issued to (its aud), or leave \
                 client_id out.",
            ),
            Self::NoClient => {
                ("client_id", "the client is unknown or disabled", "No enabled client has this client_id; see: ostiary client list")
            }
        }
    }
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
    fn new(status: StatusCode, title: &'static str, explanation: &'static str) -> Self {
        let explanation = Box::new(Text::new(explanation));
        Self { status, title, explanation, advice: None, details: None, way_on: WayOn::None, methods: None, cause: None }
    }

    fn advising(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
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
        let mut error = Self::new(StatusCode::BAD_REQUEST, "errors-broken-link", "errors-broken-link-why")
            .advising("errors-broken-link-do")
            .because(why);
        // What is registered is nobody's business but the developer's.
        error.details = app.config.is_development().then(|| Box::new(Self::details_of(app, why)));
        error
    }

    fn details_of(app: &App, why: &Unanswerable) -> Details {
        let none: &[String] = &[];
        match why {
            Unanswerable::Malformed(problem) => Details::new(None, None, none, vec![Advice::new(problem.clone())]),
            Unanswerable::MissingClientId => {
                let fix = Advice::with("Send client_id. All that there are:", "ostiary client list");
                Details::new(Some("client_id"), None, none, vec![fix])
            }
            Unanswerable::UnknownClient { sent, redirect_uri } => {
                let directory = app.clients.directory();
                let near = nearest(sent, directory.clients().into_iter().map(|client| client.client_id.as_str())).map(str::to_owned);
                let fixes = unknown_client_advice(&directory, sent, redirect_uri.as_deref());
                Details::new(Some("client_id"), Some(sent), near.as_slice(), fixes)
            }
            Unanswerable::NoTarget { why, sent, registered, client_id } => {
                let fixes = match (why, sent) {
                    (NoTarget::Ambiguous, _) => vec![Advice::new("Send redirect_uri: this client has registered none or several.")],
                    (NoTarget::NotRegistered, None) => vec![Advice::new("Send redirect_uri.")],
                    (NoTarget::NotRegistered, Some(sent)) => {
                        let client = app.clients.find(client_id);
                        client.map(|client| registration_advice(&client, REDIRECT_URIS, registered, sent)).unwrap_or_default()
                    }
                };
                Details::new(Some("redirect_uri"), sent.as_deref(), registered, fixes)
            }
        }
    }

    /// A ticket that has expired, or was made for another browser.
    pub fn expired_ticket() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "errors-expired", "errors-expired-why").advising("errors-expired-do").with_account()
    }

    /// Under attack: the page that answers has the challenge, the form must be sent again.
    pub fn proof_of_work_needed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "errors-proof", "errors-proof-why").advising("errors-proof-do")
    }

    /// A form that does not come from a page this browser was shown.
    pub fn foreign_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, "errors-form", "errors-form-why").advising("errors-form-do").with_account()
    }

    /// `problem`: for a developer, in English.
    pub fn bad_form(problem: &str) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, "errors-unreadable", "errors-unreadable-why")
            .advising("errors-unreadable-do")
            .because(problem);
        error.explanation = Box::new(error.explanation.with("problem", problem));
        error
    }

    /// More requests from an address than it may send.
    pub fn too_many_requests(wait: Duration) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "errors-too-many", "errors-too-many-why");
        error.explanation = Box::new(error.explanation.with("wait", in_words(wait)));
        error
    }

    pub fn sign_up_disabled() -> Self {
        Self::new(StatusCode::FORBIDDEN, "errors-no-sign-up", "errors-no-sign-up-why").advising("errors-no-sign-up-do").with_account()
    }

    pub fn unregistered_logout_uri(client: &Client, sent: &str) -> Self {
        let registered: Vec<_> = client.metadata.post_logout_redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect();
        let fixes = registration_advice(client, POST_LOGOUT_REDIRECT_URIS, &registered, sent);
        let mut error = Self::new(StatusCode::BAD_REQUEST, "errors-sign-out-link", "errors-sign-out-link-why")
            .advising("errors-sign-out-link-do")
            .with_account()
            .because(format!("post_logout_redirect_uri is not registered: {}", without_values(sent).escape_debug()));
        error.details = Some(Box::new(Details::new(Some("post_logout_redirect_uri"), Some(sent), &registered, fixes)));
        error
    }

    /// A sign-out that is to go on to `sent`, and nobody knows whose address that is.
    pub fn unknown_asker(why: UnknownAsker, sent: &str) -> Self {
        let (parameter, cause, fix) = why.in_words();
        let mut error = Self::new(StatusCode::BAD_REQUEST, "errors-sign-out-link", "errors-sign-out-asker-why")
            .advising("errors-sign-out-link-do")
            .with_account()
            .because(format!("{cause}; post_logout_redirect_uri: {}", without_values(sent).escape_debug()));
        error.details = Some(Box::new(Details::new(Some(parameter), None, &[], vec![Advice::new(fix)])));
        error
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "errors-not-found", "errors-not-found-why").advising("errors-not-found-do").with_account()
    }

    /// `methods`: those that work here, for `Allow`.
    pub fn wrong_method(methods: &'static str) -> Self {
        let mut error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "errors-method", "errors-method-why");
        error.methods = Some(methods);
        error
    }

    /// The server is overloaded or has lost its database; the person did nothing wrong.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "errors-unavailable", "errors-unavailable-why")
            .advising("errors-unavailable-do")
            .because(cause)
    }

    /// No password could be hashed in time: 503 with Retry-After.
    pub fn busy(app: &App, error: HashError) -> Self {
        app.metrics.hash_refused();
        Self::unavailable(error)
    }

    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "errors-internal", "errors-internal-why").advising("errors-internal-do").because(cause)
    }

    /// Outside a handler's `Result`.
    pub fn into_response(self) -> HttpResponse {
        self.error_response()
    }

    fn render(&self, request: &HttpRequest, app: &App) -> HttpResponse {
        let layout = Layout::of(app, request);
        let way_on = match self.way_on {
            WayOn::Account => Some(Link { url: layout.url("/account"), text: layout.t("common-go-to-account") }),
            WayOn::None => None,
        };
        let view = ErrorPage {
            title: layout.t(self.title),
            explanation: layout.say(&*self.explanation),
            advice: self.advice.map(|advice| layout.t(advice)).unwrap_or_default(),
            layout,
            way_on,
            details: self.details.as_deref().filter(|_| app.config.is_development()).cloned(),
            request_id: request_id_of(request).to_string(),
        };
        Page::new(view).status(self.status).respond_to(request)
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
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
            tracing::error!(status = self.status.as_u16(), page = self.title, cause, "page error");
        } else {
            tracing::info!(status = self.status.as_u16(), page = self.title, cause, "page error");
        }
        let mut answer = HttpResponse::build(self.status).body(self.status.to_string());
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
    // What was said in headers beside the plain text, as when to come back (RFC 6585 §4), is said beside the page.
    for (name, value) in response.headers() {
        if !page.headers().contains_key(name) {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(response.into_response(page).map_into_right_body())
}

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> Self {
        if error.is_unavailable() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

/// What an application is told where nobody is there to read the page.
impl From<PageError> for OAuthError {
    fn from(error: PageError) -> Self {
        let cause = error.cause.unwrap_or_else(|| error.title.to_owned());
        if error.status == StatusCode::SERVICE_UNAVAILABLE { Self::unavailable(cause) } else { Self::server_error(cause) }
    }
}

/// A protocol error met on the way to a page.
impl From<OAuthError> for PageError {
    fn from(error: OAuthError) -> Self {
        Self::bad_form(error.description()).because(&error)
    }
}
