//! `/login`: sign in, confirm who you are, choose an account.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. the password ([`password`]).
//! What follows is decided by `/authorize/resume`, never here.
//!
//! Cost: GET 1 round trip with a session, 2 where it is asked again, none without; POST see [`password`], and
//! [`first_factor_proven`].
//!
//! Specs: OpenID Connect Core §3.1.2.3, OWASP ASVS 6.

pub mod factor;
pub mod factor_page;
pub mod key_factor;
mod mailed;
pub mod offer;
pub mod page;
pub mod passkey;
mod password;

use crate::app::App;
use crate::credentials::find_password_changed_at;
use crate::oauth::authentication::Amr;
use crate::paths;
use crate::sessions::SignedIn;
use crate::users::Email;
use crate::web::browser::Browser;
use crate::web::fresh_proof::has_fresh_proof;
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::passkeys::{PasskeyForm, PasskeyProblem};
use crate::web::sign_in::{Proven, first_factor_proven};
use crate::web::ticket::Ticket;
use crate::web::upstream_buttons::UpstreamButton;
use actix_web::{HttpRequest, HttpResponse, web};
pub use mailed::{get_code, get_link, get_mail, post_code, post_link, post_mail};

use page::{ChooseAccountPage, LoginPage, LoginProblem};
use password::Outcome;

/// `GET /login`.
pub async fn get_login(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    let ticket = Ticket::open(&app, &browser, &params)?;
    let signed_in = browser.signed_in(&app, "").await?;
    let problem = (params.get("show") == Some("ended")).then_some(LoginProblem::TooManyWrongCodes);
    let Some(request) = &ticket.request else {
        // An errand is one person's; somebody else who is signed in does not confirm it.
        let is_meant = |now: &&SignedIn| ticket.errand.as_ref().is_none_or(|errand| errand.user_id == now.user.id);
        let confirms = signed_in.as_ref().filter(is_meant).filter(|_| params.get("show") != Some("other"));
        let proven = match confirms {
            Some(signed_in) => ticket.errand.is_none() || has_fresh_proof(&app, signed_in).await?,
            None => false,
        };
        let email = params.get("email").unwrap_or("");
        if proven {
            return Ok(ticket.way_on(&app));
        }
        return login_page(&app, &http, &browser, &ticket, confirms, email, problem).await;
    };
    if let (Some(signed_in), Some("choose")) = (&signed_in, params.get("show")) {
        return Ok(choose_page(&app, &http, &browser, &ticket, signed_in));
    }
    let hint = request.login_hint.as_deref().unwrap_or("");
    let other = params.get("show") == Some("other");
    let is_hinted = |now: &SignedIn| Email::parse(hint).is_ok_and(|hint| hint == now.user.email);
    // Whom the app asks for is not confirmed by somebody else; a hint that is no address says nothing of who it is.
    let is_meant = |now: &&SignedIn| {
        let sub = now.user.id.as_str();
        let by_subject = request.hinted_subject.as_deref().is_none_or(|hinted| hinted == sub) && request.claims.accepts_subject(sub);
        by_subject && (is_hinted(now) || Email::parse(hint).is_err())
    };
    let confirms = signed_in.as_ref().filter(|_| !other).filter(is_meant);
    let hint = if other && signed_in.as_ref().is_none_or(is_hinted) { "" } else { hint };
    login_page(&app, &http, &browser, &ticket, confirms, hint, problem).await
}

/// `POST /login`.
pub async fn post_login(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let mut browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    if params.get("passkeys") == Some("1") {
        browser.can_make_passkeys();
    }
    let ticket = Ticket::open(&app, &browser, &params)?;
    if let Some(choice) = params.get("choice") {
        return choose(&app, &http, &browser, ticket, choice).await;
    }
    let (email, typed) = (params.get("email").unwrap_or(""), params.get("password").unwrap_or(""));
    let problem = if email.is_empty() || typed.is_empty() {
        LoginProblem::WrongEmailOrPassword
    } else {
        match password::check(&app, &http, &browser, email, typed).await? {
            Outcome::Right { user, counted } => {
                let proven = Proven { amr: vec![Amr::Password], counted: &counted, at: None };
                return first_factor_proven(&app, &http, &browser, &ticket, &user, proven).await;
            }
            Outcome::Refused => LoginProblem::WrongEmailOrPassword,
            Outcome::Wait(wait) => LoginProblem::TooManyAttempts { wait },
        }
    };
    let before = browser.signed_in(&app, "").await?;
    let confirms = before.as_ref().filter(|before| before.user.email.as_str() == email && !ticket.text.is_empty());
    login_page(&app, &http, &browser, &ticket, confirms, email, Some(problem)).await
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
        _ => login_page(app, http, browser, &ticket, None, "", None).await,
    }
}

async fn login_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    confirms: Option<&SignedIn>,
    email: &str,
    error: Option<LoginProblem>,
) -> Result<HttpResponse, PageError> {
    login_page_after(app, http, browser, ticket, Shown { confirms, email, error, passkey_problem: None }).await
}

/// What the sign-in page shows.
struct Shown<'a> {
    confirms: Option<&'a SignedIn>,
    email: &'a str,
    error: Option<LoginProblem>,
    passkey_problem: Option<PasskeyProblem>,
}

async fn login_page_after(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    ticket: &Ticket,
    shown: Shown<'_>,
) -> Result<HttpResponse, PageError> {
    let Shown { confirms, email, error, passkey_problem } = shown;
    let passkey = PasskeyForm::to_sign_in(app, browser)?.map(|form| form.after(app, passkey_problem.as_ref()));
    // Who is asked again is known here; to anybody else the page says nothing of what an account has (security.md L1).
    let asks_password = match confirms {
        Some(signed_in) => find_password_changed_at(&mut app.storage.read().await?, &signed_in.user.id).await?.is_some(),
        None => true,
    };
    let sign_up = app.config.sign_up.enabled && confirms.is_none();
    let view = LoginPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        email: confirms.map_or(email, |signed_in| signed_in.user.email.as_str()).to_owned(),
        asks_password,
        error,
        sign_up_url: sign_up.then(|| ticket.link(app, paths::SIGN_UP)),
        forgot_url: ticket.link(app, paths::FORGOT),
        mail_me_url: app.config.login.email.then(|| ticket.link(app, paths::LOGIN_MAIL)),
        passkey,
        passkey_problem,
        other_account_url: confirms.map(|_| ticket.link_with(app, paths::LOGIN, ("show", "other"))),
        upstreams: UpstreamButton::offered(app, ticket.client.as_deref()),
    };
    let page = Page::new(view).form_action(&ticket.form_action).fetches().respond_to(http);
    with_cookies(page, [browser.new_binding_cookie(app)])
}

fn choose_page(app: &App, http: &HttpRequest, browser: &Browser, ticket: &Ticket, signed_in: &SignedIn) -> HttpResponse {
    let view = ChooseAccountPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        ticket: ticket.text.clone(),
        client_name: ticket.client_name(),
        account: signed_in.user.person(),
    };
    Page::new(view).form_action(&ticket.form_action).respond_to(http)
}
