//! `/login`: sign in, confirm who you are, choose an account.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. the password ([`password`]).
//! What follows is decided by `/authorize/resume`, never here.
//!
//! Cost: GET 1 round trip with a session, none without; POST see [`password`], and 3 to 6 round trips, 1 commit more.
//!
//! Specs: OpenID Connect Core §3.1.2.3, OWASP ASVS 6.

pub mod page;
mod password;

use crate::app::App;
use crate::credentials::guesses;
use crate::metrics::SignIn;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::paths;
use crate::sessions::SignedIn;
use crate::users::User;
use crate::web::browser::{Browser, session_cookie};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::sign_in::begin_session;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{ChooseAccountPage, LoginPage, LoginProblem};
use password::Outcome;

/// `GET /login`.
pub async fn get_login(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|why| PageError::bad_form(&why.to_string()))?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let signed_in = browser.signed_in(&app, "").await?;
    let Some(request) = &ticket.request else {
        return match signed_in {
            Some(_) => Ok(ticket.way_on(&app)),
            None => Ok(login_page(&app, &http, &browser, &ticket, None, params.get("email").unwrap_or(""), None)),
        };
    };
    if let (Some(signed_in), Some("choose")) = (&signed_in, params.get("show")) {
        return Ok(choose_page(&app, &http, &browser, &ticket, signed_in));
    }
    let hint = request.login_hint.as_deref().unwrap_or("");
    let other = params.get("show") == Some("other");
    let confirms = signed_in.as_ref().filter(|_| !other);
    Ok(login_page(&app, &http, &browser, &ticket, confirms, if other { "" } else { hint }, None))
}

/// `POST /login`.
pub async fn post_login(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    if let Some(choice) = params.get("choice") {
        return choose(&app, &http, &browser, ticket, choice).await;
    }
    let (email, typed) = (params.get("email").unwrap_or(""), params.get("password").unwrap_or(""));
    let problem = if email.is_empty() || typed.is_empty() {
        LoginProblem::WrongEmailOrPassword
    } else {
        match password::check(&app, &http, &browser, email, typed).await? {
            Outcome::Right { user, counted } => return signed_in(&app, &http, &browser, &ticket, &user, &counted).await,
            Outcome::Refused => LoginProblem::WrongEmailOrPassword,
            Outcome::Wait(wait) => LoginProblem::TooManyAttempts { wait },
        }
    };
    let before = browser.signed_in(&app, "").await?;
    let confirms = before.as_ref().filter(|before| before.user.email.as_str() == email && ticket.request.is_some());
    Ok(login_page(&app, &http, &browser, &ticket, confirms, email, Some(problem)))
}

/// The password was right: the session begins, and the flow goes on.
async fn signed_in(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    user: &User,
    counted: &[String],
) -> Result<HttpResponse, PageError> {
    let before = browser.signed_in(app, "").await?;
    let secret = app
        .storage
        .transaction(async |connection| {
            let counted: Vec<&str> = counted.iter().map(String::as_str).collect();
            guesses::forget_failures(connection, &counted).await?;
            begin_session(app, connection, http, before.as_ref(), user, vec![Amr::Password]).await
        })
        .await?;
    app.metrics.sign_in(SignIn::Success);
    with_cookies(
        ticket.way_on(app),
        [Some(session_cookie(app, &secret)), Some(browser.known_cookie(app, &user.id)), browser.new_binding_cookie(app)],
    )
}

/// `prompt=select_account`: go on as the person who is signed in, or as another.
async fn choose(app: &App, http: &HttpRequest, browser: &Browser, ticket: Ticket, choice: &str) -> Result<HttpResponse, PageError> {
    let signed_in = browser.signed_in(app, "").await?;
    match (choice, ticket.request.clone(), signed_in) {
        ("continue", Some(mut request), Some(signed_in)) => {
            request.chosen_session = Some(signed_in.session.id);
            let text = request.seal(app).map_err(PageError::internal)?;
            Ok(Ticket { text, request: Some(request), ..ticket }.way_on(app))
        }
        _ => Ok(login_page(app, http, browser, &ticket, None, "", None)),
    }
}

fn login_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    confirms: Option<&SignedIn>,
    email: &str,
    error: Option<LoginProblem>,
) -> HttpResponse {
    let sign_up = app.config.sign_up.enabled && confirms.is_none();
    let separator = if ticket.text.is_empty() { '?' } else { '&' };
    let view = LoginPage {
        layout: Layout::of(app),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: confirms.map_or(email, |signed_in| signed_in.user.email.as_str()).to_owned(),
        error,
        sign_up_url: sign_up.then(|| ticket.link(app, paths::SIGN_UP)),
        other_account_url: confirms.map(|_| format!("{}{separator}show=other", ticket.link(app, paths::LOGIN))),
    };
    let page = Page::new(view).form_action(&ticket.form_action).respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)]).unwrap_or_else(|error| error.into_response())
}

fn choose_page(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, signed_in: &SignedIn) -> HttpResponse {
    let view = ChooseAccountPage {
        layout: Layout::of(app),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        account: signed_in.user.person(),
    };
    Page::new(view).form_action(&ticket.form_action).respond_to(http)
}
