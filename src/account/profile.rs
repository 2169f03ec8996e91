//! `/account/profile`: the standard claims that a person writes about themselves. Anything else in the form is ignored:
//! nobody verifies their own address or gives themselves a role here (security.md M8, P3).
//!
//! Cost: GET 1 round trip; POST 5 round trips, 1 commit.
//!
//! Specs: OpenID Connect Core §5.1.

use super::page::{LONGEST, Profile, ProfileErrors, ProfilePage, ProfileProblem};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::language::time_zone;
use crate::oauth::params::Params;
use crate::sessions::SignedIn;
use crate::sms::PhoneNumber;
use crate::users::{Email, User, find_user, hold_account, update_profile};
use crate::web::browser::Browser;
use crate::web::page::Page;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::sign_in::device_of;
use crate::web::speak::as_the_account_prefers;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

const CLAIMS: [&str; 14] = [
    "name",
    "preferred_username",
    "given_name",
    "middle_name",
    "family_name",
    "nickname",
    "phone_number",
    "profile",
    "website",
    "picture",
    "birthdate",
    "gender",
    "locale",
    "zoneinfo",
];

/// The members of the claim `address` (OpenID Connect Core §5.1.1), each a field of its own.
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// `GET /account/profile`.
pub async fn get_profile(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => {
            let profile = Profile::of(&signed_in.user.profile.0);
            Ok(profile_page(&app, &http, &browser, &signed_in, profile, ProfileErrors::default(), false))
        }
        Visitor::Stranger(way) => Ok(way),
    }
}

/// `POST /account/profile`.
pub async fn post_profile(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, mut signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    let (typed, mut errors) = check(&params);
    // Applications that show or match user names must not take one person for another (security.md L9).
    let name = typed.get("preferred_username").and_then(Value::as_str).and_then(|name| Email::parse(name).ok());
    if name.is_some_and(|address| address != signed_in.user.email) {
        errors.set("preferred_username", ProfileProblem::AnothersAddress);
    }
    if !errors.is_empty() {
        return Ok(profile_page(&app, &http, &browser, &signed_in, Profile::of(&typed), errors, false));
    }
    let profile = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, &signed_in.user).await? {
                return Err(PageError::expired_ticket());
            }
            // As it is now: a number may have been proven since the page was asked for.
            let Some(user) = find_user(connection, &signed_in.user.id).await? else { return Ok(typed.clone()) };
            let (profile, still_verified) = written_into(&user, &typed);
            update_profile(connection, &user.id, &profile, still_verified, app.now()).await?;
            let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(&http));
            events::record(connection, &app, EventKind::ProfileChanged, &about).await?;
            Ok::<_, PageError>(profile)
        })
        .await?;
    signed_in.user.profile.0 = profile;
    as_the_account_prefers(&http, &signed_in.user);
    Ok(profile_page(&app, &http, &browser, &signed_in, Profile::of(&typed), errors, true))
}

/// The profile with what was typed, and whether its telephone number is proven still.
fn written_into(user: &User, typed: &Map<String, Value>) -> (Map<String, Value>, bool) {
    // What the form does not hold (claims that came with an import) stays.
    let mut profile = user.profile.0.clone();
    profile.retain(|name, _| !CLAIMS.contains(&name.as_str()) && name != "address");
    profile.extend(typed.clone());
    let text = |profile: &Map<String, Value>| profile.get("phone_number").and_then(Value::as_str).map(str::to_owned);
    let (before, after) = (text(&user.profile.0), text(&profile));
    // However it is written. Two texts that are no numbers we send to are the same only when they are.
    let number = |text: &Option<String>| text.as_deref().and_then(PhoneNumber::parse);
    let is_same = before == after || (number(&after).is_some() && number(&before) == number(&after));
    let still_verified = user.phone_number_verified && is_same && after.is_some();
    (profile, still_verified)
}

/// What was typed, without what is empty, and the problems beside their fields.
fn check(params: &Params) -> (Map<String, Value>, ProfileErrors) {
    let mut typed = Map::new();
    let mut errors = ProfileErrors::default();
    for name in CLAIMS {
        let Some(value) = params.get(name).map(str::trim).filter(|value| !value.is_empty()) else { continue };
        let value = if name == "zoneinfo" { time_zone(value).unwrap_or(value) } else { value };
        typed.insert(name.to_owned(), Value::from(value));
        let problem = if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
            Some(ProfileProblem::TooLong)
        } else {
            problem_with(name, value)
        };
        if let Some(problem) = problem {
            errors.set(name, problem);
        }
    }
    let mut address = Map::new();
    for name in ADDRESS {
        // §5.1.1: lines end in one line feed or in two characters; forms send the two.
        let value = params.get(name).unwrap_or("").trim().replace("\r\n", "\n");
        if value.chars().count() > LONGEST || value.chars().any(|c| c.is_control() && c != '\n') {
            errors.set(name, ProfileProblem::TooLong);
        }
        if !value.is_empty() {
            address.insert(name.to_owned(), Value::from(value));
        }
    }
    if !address.is_empty() {
        typed.insert("address".to_owned(), Value::from(address));
    }
    (typed, errors)
}

fn problem_with(name: &str, value: &str) -> Option<ProfileProblem> {
    match name {
        "profile" | "website" | "picture" => {
            let fine = url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
            (!fine).then_some(ProfileProblem::NotAUrl)
        }
        "phone_number" => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            let fine = value.starts_with('+')
                && (7..=15).contains(&digits)
                && value.chars().skip(1).all(|c| c.is_ascii_digit() || " -().".contains(c));
            (!fine).then_some(ProfileProblem::NotAPhoneNumber)
        }
        "birthdate" => {
            let format = time::macros::format_description!("[year]-[month]-[day]");
            time::Date::parse(value, format).is_err().then_some(ProfileProblem::NotADate)
        }
        "locale" => {
            let fine = value.split(['-', '_']).all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
            (!fine).then_some(ProfileProblem::NotALanguage)
        }
        "zoneinfo" => time_zone(value).is_none().then_some(ProfileProblem::NotATimeZone),
        _ => None,
    }
}

fn profile_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    signed_in: &SignedIn,
    profile: Profile,
    errors: ProfileErrors,
    saved: bool,
) -> HttpResponse {
    let view = ProfilePage {
        layout: layout(app, http, signed_in),
        csrf: browser.csrf(app),
        email: signed_in.user.email.to_string(),
        profile,
        errors,
        saved,
    };
    Page::new(view).respond_to(http)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::users::UserId;
    use serde_json::json;

    /// OpenID Connect Core §5.1: `phone_number_verified` is about the number that is there.
    #[test]
    fn a_number_that_is_changed_is_not_proven() {
        let mut user = User::new(UserId::new("1"), Email::parse("a@example.org").unwrap(), None, Timestamp::from_unix_seconds(1));
        user.phone_number_verified = true;
        // Numbers that came with an import may be shorter than any that messages go to.
        for (before, after, stays) in [
            (json!("+4930901820"), json!("+49 (30) 90 18 20"), true),
            (json!("+4930901820"), json!("+4930901821"), false),
            (json!("+12345"), json!("+12345"), true),
            (json!("+12345"), json!("+1234567"), false),
            (json!("+12345"), json!("+0123456789"), false),
            (json!("+4930901820"), Value::Null, false),
            (json!("+12345"), Value::Null, false),
        ] {
            user.profile.0.insert("phone_number".to_owned(), before.clone());
            let typed = if after.is_null() { Map::new() } else { Map::from_iter([("phone_number".to_owned(), after.clone())]) };
            assert_eq!(written_into(&user, &typed).1, stays, "{before} {after}");
        }
    }
}
