//! `POST /password/strength`: the hint beside a new password while it is typed. What decides is asked again when the form is sent.
//!
//! Order of checks: 1. the form is from our page.
//!
//! Cost: no round trip; some milliseconds off the threads that answer requests.
//!
//! Specs: OWASP ASVS 6.2.

use crate::app::App;
use crate::language::{Language, Text};
use crate::web::browser::Browser;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::problems::guessable;
use crate::web::speak::language_of;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// `POST /password/strength`.
pub async fn post_strength(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let about = [params.get("email").unwrap_or(""), params.get("name").unwrap_or("")];
    let typed = params.get("password").unwrap_or("");
    let strength = app.password_rules.strength(typed, &about).await;
    let (known, strong) = (app.password_rules.is_known(typed), app.password_rules.is_enough(strength));
    let text = match strength.score {
        _ if known => Text::new("password-breached"),
        _ if !strong => guessable(strength.weakness),
        ..=2 => Text::new("password-strength-fair"),
        3 => Text::new("password-strength-good"),
        _ => Text::new("password-strength-strong"),
    };
    let language = params.get("lang").and_then(|tag| Language::of_tags([tag])).unwrap_or_else(|| language_of(&http));
    let answer = json!({ "score": strength.score, "enough": strong && !known, "text": app.texts.say(language, &text) });
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(answer))
}
