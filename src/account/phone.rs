//! `/account/phone`: proves a telephone number by a code sent to it, for the profile and, where the operator lets it, as a second step.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. fresh proof; 3. the number is one that may be written to, within the
//! limits; or 4. the code is counted; 5. the code, which works once.
//!
//! Cost: GET 2 round trips; a code is sent for 5 round trips, 3 commits, 1 request; it is confirmed for 13 round trips, 3 commits.
//!
//! Specs: OpenID Connect Core §5.1 (`phone_number_verified`), OWASP ASVS 6.6.1; security.md O4.

use super::factor_removal::may_text_messages;
use super::phone_page::{PhonePage, PhoneProblem};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::credentials::factors::find_factors;
use crate::credentials::guesses::{self, Attempt};
use crate::credentials::phone_factors::set_phone_factor;
use crate::credentials::trusted_devices::delete_trusted_devices_of;
use crate::events::{self, About, EventKind};
use crate::mail::notices::Notice;
use crate::oauth::authentication::Amr;
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::DigestPurpose;
use crate::sessions::SignedIn;
use crate::sms::{PhoneNumber, Sms};
use crate::users::{find_user, hold_account, update_profile};
use crate::web::browser::{Browser, session_cookie};
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::{Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::second_factor::raise_session;
use crate::web::sign_in::device_of;
use crate::web::text_messages::{AskedFor, Sending, check_code, send_code};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

/// What the page needs, or the way elsewhere.
struct Visit {
    browser: Browser,
    signed_in: Box<SignedIn>,
}

/// `GET /account/phone`.
pub async fn get_phone(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let sms = app.sms.as_ref().ok_or_else(PageError::not_found)?;
    let visit = match visit(&app, &http).await? {
        Ok(visit) => visit,
        Err(way) => return Ok(way),
    };
    let number = visit.signed_in.user.profile.0.get("phone_number").and_then(Value::as_str).unwrap_or("").to_owned();
    phone_page(&app, &http, &visit, sms, number, None, None).await
}

/// `POST /account/phone`: `phone_number` asks for a code, `code` gives it.
pub async fn post_phone(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let sms = app.sms.as_ref().ok_or_else(PageError::not_found)?;
    let params = read_form(&app, &http, &Browser::of(&app, &http), &body)?;
    let visit = match visit(&app, &http).await? {
        Ok(visit) => visit,
        Err(way) => return Ok(way),
    };
    if params.get("sent").is_some() {
        return confirm(&app, &http, &visit, sms, &params).await;
    }
    let typed = params.get("phone_number").unwrap_or("").trim().to_owned();
    let Some(number) = PhoneNumber::parse(&typed) else {
        return phone_page(&app, &http, &visit, sms, typed, None, Some(PhoneProblem::NotANumber)).await;
    };
    match send_code(&app, &visit.browser, sms, &visit.signed_in.user.id, &number, AskedFor::NewNumber).await? {
        Sending::Sent(ticket) => phone_page(&app, &http, &visit, sms, number.as_str().to_owned(), Some(ticket), None).await,
        Sending::NotSent(why) => phone_page(&app, &http, &visit, sms, typed, None, Some(PhoneProblem::NotSent(why))).await,
    }
}

async fn visit(app: &App, http: &HttpRequest) -> Result<Result<Visit, HttpResponse>, PageError> {
    let (browser, signed_in) = match visitor(app, http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(Err(way)),
    };
    if let Some(way) = ask_for_fresh_proof(app, &browser, &signed_in, AccountPage::Phone).await? {
        return Ok(Err(way));
    }
    Ok(Ok(Visit { browser, signed_in }))
}

async fn confirm(app: &App, http: &HttpRequest, visit: &Visit, sms: &Sms, params: &Params) -> Result<HttpResponse, PageError> {
    let user = &visit.signed_in.user;
    let (sent, number) = (params.get("sent").unwrap_or(""), params.get("number").unwrap_or("").to_owned());
    let again = |problem| phone_page(app, http, visit, sms, number.clone(), Some(sent.to_owned()), Some(problem));
    let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["new number", user.id.as_str()]);
    let attempt = guesses::count_attempt(&mut app.storage.write().await?, &key, 0, app.now()).await?;
    if let Attempt::Wait(wait) = attempt {
        return again(PhoneProblem::TooManyAttempts { wait }).await;
    }
    let asked_for = (&user.id, AskedFor::NewNumber);
    let right = check_code(app, &visit.browser, sms, asked_for, sent, params.get("code").unwrap_or("")).await?;
    let mut connection = app.storage.write().await?;
    let proven = match right {
        Some(code) => code.use_up(&mut connection).await?,
        None => None,
    };
    let Some(proven) = proven else {
        drop(connection);
        return again(PhoneProblem::WrongCode).await;
    };
    guesses::forget_failures(&mut connection, std::slice::from_ref(&key)).await?;
    drop(connection);
    let done = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, user).await? {
                return Err(PageError::expired_ticket());
            }
            // As it is now: the provider took its time, and another tab may have saved the profile.
            let Some(now) = find_user(connection, &user.id).await? else { return Err(PageError::expired_ticket()) };
            let mut profile = now.profile.0;
            profile.insert("phone_number".to_owned(), Value::from(proven.as_str()));
            update_profile(connection, &user.id, &profile, true, app.now()).await?;
            let about = About::user(&user.id).in_session(&visit.signed_in.session.id).from(device_of(http));
            events::record(connection, app, EventKind::PhoneNumberVerified, &about).await?;
            // Held: what makes it more than the only factor cannot be taken away in between.
            if may_text_messages(app, &find_factors(connection, &user.id).await?) {
                if set_phone_factor(connection, &user.id, proven.as_str(), app.now()).await? {
                    delete_trusted_devices_of(connection, &user.id).await?;
                }
                events::record(connection, app, EventKind::SecondFactorAdded, &about.with("factor", "sms")).await?;
                // Without its session nothing of this stays.
                let methods = [Amr::Sms];
                let raised =
                    raise_session(app, connection, http, &visit.signed_in, &methods).await?.ok_or_else(PageError::expired_ticket)?;
                return Ok((Some(raised), tell(app, connection, http, user, &Notice::FactorAdded).await?));
            }
            Ok::<_, PageError>((None, tell(app, connection, http, user, &Notice::NumberAdded).await?))
        })
        .await?;
    let (raised, _posted) = done;
    let raised = raised.map(|secret| session_cookie(app, &secret));
    // Who has a second factor needs a way back in without it.
    let now = find_factors(&mut app.storage.read().await?, &user.id).await?;
    if now.has_second() && now.recovery_codes == 0 {
        return with_cookies(see_other(app, paths::ACCOUNT_RECOVERY_CODES, &[]), [raised]);
    }
    with_cookies(see_other(app, paths::ACCOUNT_SECURITY, &[("done", "saved")]), [raised])
}

async fn phone_page(
    app: &App,
    http: &HttpRequest,
    visit: &Visit,
    sms: &Sms,
    number: String,
    sent: Option<String>,
    problem: Option<PhoneProblem>,
) -> Result<HttpResponse, PageError> {
    let factors = find_factors(&mut app.storage.read().await?, &visit.signed_in.user.id).await?;
    let view = PhonePage {
        layout: layout(app, http, &visit.signed_in),
        csrf: visit.browser.csrf(app),
        number,
        sent,
        problem,
        countries: sms.countries(),
        becomes_factor: may_text_messages(app, &factors),
    };
    with_cookies(Page::new(view).respond_to(http), [visit.browser.new_binding_cookie(app)])
}
