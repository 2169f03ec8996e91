//! `/login/factor`: the second factor, for somebody whose first one holds, and for somebody who is signed in and asked for more.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the ticket opens; 3. somebody is asked, in this browser and this flow;
//! 4. the code is counted, in this sign-in (five, then the first factor must be proven again) and against the account, apart from the
//! password; 5. the code, which works once; 6. the sign-in was not finished before.
//!
//! Cost: GET 2 round trips; POST 10 to 20 round trips, 4 commits; a wrong code in an unknown browser up to 8 round trips more.
//!
//! Specs: RFC 6238 §5.2, RFC 9470, OWASP ASVS 6.5, 6.6; security.md O1, O2, O5, S5.

use super::factor_page::{FactorPage, FactorProblem};
use crate::app::App;
use crate::credentials::factors::{Factors, find_factors};
use crate::credentials::guesses::{self, Attempt};
use crate::credentials::phone_factors::note_phone_use;
use crate::credentials::recovery_codes::use_recovery_code;
use crate::credentials::totp::use_totp_code;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::metrics::SignIn;
use crate::oauth::authentication::{Acr, Amr};
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::DigestPurpose;
use crate::sms::PhoneNumber;
use crate::storage::Connection;
use crate::users::User;
use crate::web::browser::{Browser, no_pending_sign_in_cookie};
use crate::web::notices::tell;
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form, read_query};
use crate::web::redirect::see_other;
use crate::web::second_factor::Waiting;
use crate::web::sign_in::device_of;
use crate::web::text_messages::{AskedFor, RightCode, Sending, check_code, send_code};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};

/// A way to give the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Totp,
    Sms,
    RecoveryCode,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Sms => "sms",
            Self::RecoveryCode => "recovery",
        }
    }

    fn proves(self) -> &'static [Amr] {
        match self {
            Self::Totp | Self::RecoveryCode => &[Amr::Otp],
            Self::Sms => &[Amr::Sms],
        }
    }

    /// The ways of an account that reach `needed`, the usual one first.
    pub(super) fn of(app: &App, factors: &Factors, needed: Acr) -> Vec<Self> {
        if needed > Acr::TwoFactors {
            return Vec::new();
        }
        let ways = [
            (Self::Totp, factors.totp),
            (Self::Sms, factors.phone_number.is_some() && app.sms.is_some()),
            (Self::RecoveryCode, factors.has_second() && factors.recovery_codes > 0),
        ];
        ways.into_iter().filter_map(|(method, there)| there.then_some(method)).collect()
    }
}

/// What is known about a visitor of the page.
struct Visit {
    browser: Browser,
    ticket: Ticket,
    waiting: Waiting,
    methods: Vec<Method>,
    /// Whether a key would do as well.
    has_keys: bool,
    /// Where text messages go.
    number: Option<PhoneNumber>,
}

/// `GET /login/factor`.
pub async fn get_factor(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_query(&http)?;
    match visit(&app, browser, &params).await? {
        Ok(visit) => Ok(factor_page(&app, &http, &visit, chosen(&visit, &params), None, None)),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /login/factor`.
pub async fn post_factor(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let visit = match visit(&app, browser, &params).await? {
        Ok(visit) => visit,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let method = chosen(&visit, &params);
    let user = visit.waiting.user();
    let sent = params.get("sent").filter(|_| method == Method::Sms);
    if method == Method::Sms && sent.is_none() {
        return send(&app, &http, &visit).await;
    }
    if !visit.waiting.count_code(&app).await? {
        return ended(&app, &visit);
    }
    let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["second factor", user.id.as_str()]);
    let attempt = guesses::count_attempt(&mut app.storage.write().await?, &key, 0, app.now()).await?;
    if let Attempt::Wait(wait) = attempt {
        app.metrics.sign_in(SignIn::Throttled);
        return Ok(factor_page(&app, &http, &visit, method, sent, Some(FactorProblem::TooManyAttempts { wait })));
    }
    let code = params.get("code").unwrap_or("");
    let texted = match method {
        Method::Sms => texted_code(&app, &visit, sent.unwrap_or(""), code).await?,
        Method::Totp | Method::RecoveryCode => None,
    };
    // A code that is used up is noted, and its owner told, or it is not used up.
    let right = app
        .storage
        .transaction(async |connection| {
            let right = match method {
                Method::Totp => use_totp_code(connection, &app.sealing, &user.id, code, app.now()).await?,
                Method::RecoveryCode => use_recovery_code(connection, &user.id, code, app.now()).await?,
                Method::Sms => is_of_account(&app, &visit, connection, texted).await?,
            };
            if !right {
                return Ok(None);
            }
            guesses::forget_failures(connection, std::slice::from_ref(&key)).await?;
            if method != Method::RecoveryCode {
                return Ok(Some(Posted::nothing()));
            }
            events::record(connection, &app, EventKind::RecoveryCodeUsed, &about(user, &http, method)).await?;
            Ok::<_, PageError>(Some(tell(&app, connection, &http, user, &Notice::RecoveryCodeUsed).await?))
        })
        .await?;
    if right.is_none() {
        app.metrics.sign_in(SignIn::Refused);
        visit.waiting.note_wrong_code(&app, &http, &visit.browser, &about(user, &http, method)).await?;
        return Ok(factor_page(&app, &http, &visit, method, sent, Some(FactorProblem::Wrong { method })));
    }
    drop(right);
    let trust = visit.waiting.may_trust(&visit.ticket) && params.get("trust").is_some();
    match visit.waiting.proven(&app, &http, &visit.browser, &visit.ticket, method.proves(), trust).await? {
        Some(way_on) => Ok(way_on),
        None => ended(&app, &visit),
    }
}

/// Sends a code to the account's number.
async fn send(app: &App, http: &HttpRequest, visit: &Visit) -> Result<HttpResponse, PageError> {
    let (Some(sms), Some(number)) = (&app.sms, &visit.number) else { return Ok(visit.ticket.to(app, paths::LOGIN_FACTOR)) };
    Ok(match send_code(app, &visit.browser, sms, &visit.waiting.user().id, number, AskedFor::SignIn).await? {
        Sending::Sent(sent) => factor_page(app, http, visit, Method::Sms, Some(&sent), None),
        Sending::NotSent(why) => factor_page(app, http, visit, Method::Sms, None, Some(FactorProblem::NotSent(why))),
    })
}

/// The code that was sent, if this is it; the provider may be asked, so that no connection is held.
async fn texted_code(app: &App, visit: &Visit, sent: &str, code: &str) -> Result<Option<RightCode>, PageError> {
    let Some(sms) = &app.sms else { return Ok(None) };
    check_code(app, &visit.browser, sms, (&visit.waiting.user().id, AskedFor::SignIn), sent, code).await
}

/// Whether it was not used before, and was sent to the number that is the account's still.
async fn is_of_account(app: &App, visit: &Visit, connection: &mut Connection, code: Option<RightCode>) -> Result<bool, PageError> {
    let Some(code) = code else { return Ok(false) };
    let user_id = &visit.waiting.user().id;
    let proven = code.use_up(connection).await?;
    let right = proven.is_some() && proven == visit.number;
    if right {
        note_phone_use(connection, user_id, app.now()).await?;
    }
    Ok(right)
}

/// Who is asked for what; else the way to where they have to go.
async fn visit(app: &App, browser: Browser, params: &Params) -> Result<Result<Visit, HttpResponse>, PageError> {
    let ticket = Ticket::open(app, &browser, params)?;
    let Some(waiting) = Waiting::of(app, &browser, &ticket).await? else { return Ok(Err(ticket.to(app, paths::LOGIN))) };
    let factors = find_factors(&mut app.storage.read().await?, &waiting.user().id).await?;
    let needed = waiting.needed(&ticket, &factors);
    if matches!(&waiting, Waiting::StepUp(signed_in) if signed_in.session.reached() >= needed) {
        return Ok(Err(ticket.way_on(app)));
    }
    let methods = Method::of(app, &factors, needed);
    // A key is asked for before any code: it answers no other site. Codes are a link away.
    if factors.passkeys > 0 && (methods.is_empty() || params.get("method").is_none()) {
        return Ok(Err(ticket.to(app, paths::LOGIN_FACTOR_KEY)));
    }
    if methods.is_empty() {
        // What was asked for a moment ago has been taken away.
        let there = if matches!(waiting, Waiting::StepUp(_)) { paths::ACCOUNT_TOTP } else { paths::LOGIN };
        return Ok(Err(ticket.to(app, there)));
    }
    let has_keys = factors.passkeys > 0;
    let number = factors.phone_number.as_deref().and_then(PhoneNumber::parse);
    Ok(Ok(Visit { browser, ticket, waiting, methods, has_keys, number }))
}

/// The way that was chosen, if the account has it.
fn chosen(visit: &Visit, params: &Params) -> Method {
    let asked = params.get("method");
    let known = visit.methods.iter().find(|method| Some(method.as_str()) == asked);
    known.or(visit.methods.first()).copied().unwrap_or(Method::Totp)
}

fn about(user: &User, http: &HttpRequest, method: Method) -> About {
    About::user(&user.id).from(device_of(http)).with("method", method.as_str())
}

/// The half-finished sign-in is over: the first factor must be proven again.
fn ended(app: &App, visit: &Visit) -> Result<HttpResponse, PageError> {
    let mut query = vec![("show", "ended")];
    if !visit.ticket.text.is_empty() {
        query.push(("ticket", visit.ticket.text.as_str()));
    }
    with_cookies(see_other(app, paths::LOGIN, &query), [Some(no_pending_sign_in_cookie(app))])
}

/// `sent`: the ticket of a code that is on its way.
fn factor_page(
    app: &App,
    http: &HttpRequest,
    visit: &Visit,
    method: Method,
    sent: Option<&str>,
    problem: Option<FactorProblem>,
) -> HttpResponse {
    let link = |method: Method| visit.ticket.link_with(app, paths::LOGIN_FACTOR, ("method", method.as_str()));
    let others = visit.methods.iter().copied().filter(|other| *other != method);
    let view = FactorPage {
        layout: Layout::of(app, http),
        csrf: visit.browser.csrf(app),
        ticket: visit.ticket.text.clone(),
        client_name: visit.ticket.client_name(),
        email: visit.waiting.user().email.to_string(),
        method,
        problem,
        sent: sent.map(str::to_owned),
        number: visit.number.as_ref().map(PhoneNumber::hint).unwrap_or_default(),
        others: others.map(|other| (other, link(other))).collect(),
        key_url: visit.has_keys.then(|| visit.ticket.link(app, paths::LOGIN_FACTOR_KEY)),
        may_trust: visit.waiting.may_trust(&visit.ticket),
        start_again_url: visit.ticket.link(app, paths::LOGIN),
    };
    Page::new(view).form_action(&visit.ticket.form_action).respond_to(http)
}
