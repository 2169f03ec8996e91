//! `/account/profile`: the standard claims that a person writes about themselves. Anything else in the form is ignored:
//! nobody verifies their own address or gives themselves a role here (security.md M8, P3).
//!
//! Cost: GET 1 round trip; POST 4 round trips, 1 commit.
//!
//! Specs: OpenID Connect Core §5.1.

use super::page::{Profile, ProfileErrors, ProfilePage, ProfileProblem};
use super::{Visitor, layout, visitor};
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::oauth::params::Params;
use crate::sessions::SignedIn;
use crate::users::update_profile;
use crate::web::browser::Browser;
use crate::web::page::Page;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

const CLAIMS: [&str; 12] = [
    "name",
    "preferred_username",
    "given_name",
    "family_name",
    "nickname",
    "phone_number",
    "website",
    "picture",
    "birthdate",
    "gender",
    "locale",
    "zoneinfo",
];
const LONGEST: usize = 250;

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
    let (typed, errors) = check(&params);
    if !errors.is_empty() {
        return Ok(profile_page(&app, &http, &browser, &signed_in, Profile::of(&typed), errors, false));
    }
    // What the form does not hold (claims that came with an import) stays.
    let mut profile = signed_in.user.profile.0.clone();
    profile.retain(|name, _| !CLAIMS.contains(&name.as_str()));
    profile.extend(typed.clone());
    app.storage
        .transaction(async |connection| {
            update_profile(connection, &signed_in.user.id, &profile, app.now()).await?;
            let about = About::user(&signed_in.user.id).in_session(&signed_in.session.id);
            events::record(connection, &app, EventKind::ProfileChanged, &about).await
        })
        .await?;
    signed_in.user.profile.0 = profile;
    Ok(profile_page(&app, &http, &browser, &signed_in, Profile::of(&typed), errors, true))
}

/// What was typed, without what is empty, and the problems beside their fields.
fn check(params: &Params) -> (Map<String, Value>, ProfileErrors) {
    let mut typed = Map::new();
    let mut errors = ProfileErrors::default();
    for name in CLAIMS {
        let Some(value) = params.get(name).map(str::trim).filter(|value| !value.is_empty()) else { continue };
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
    (typed, errors)
}

fn problem_with(name: &str, value: &str) -> Option<ProfileProblem> {
    match name {
        "website" | "picture" => {
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
        "zoneinfo" => {
            let fine = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b)) && value.contains('/') || value == "UTC";
            (!fine).then_some(ProfileProblem::NotATimeZone)
        }
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
        layout: layout(app, signed_in),
        csrf: browser.csrf(app),
        email: signed_in.user.email.to_string(),
        profile,
        errors,
        saved,
    };
    Page::new(view).respond_to(http)
}
