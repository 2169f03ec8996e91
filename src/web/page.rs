//! Pages for people: one page = one struct = one template. Only this file renders and sets the headers.
//!
//! Specs: OWASP ASVS 3.4; security.md A38, A44, H7.

use crate::app::App;
use crate::brand::Brand;
use crate::clock::Timestamp;
use crate::users::User;
use crate::web::static_files;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use serde_json::Value;
use std::sync::Arc;

use super::page_error::PageError;

/// What every page has.
#[derive(Debug, Clone)]
pub struct Layout {
    pub brand: Arc<Brand>,
    pub lang: &'static str,
    /// The address of whoever is signed in, where the page shows it.
    pub signed_in_as: Option<String>,
    base: String,
}

impl Layout {
    pub fn of(app: &App) -> Self {
        Self { brand: app.brand.clone(), lang: "en", signed_in_as: None, base: app.issuer().path().to_owned() }
    }

    #[cfg(test)]
    pub fn sample(brand: Arc<Brand>) -> Self {
        Self { brand, lang: "en", signed_in_as: None, base: String::new() }
    }

    pub fn signed_in_as(mut self, email: &str) -> Self {
        self.signed_in_as = Some(email.to_owned());
        self
    }

    /// One of our paths, below the issuer's.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A static file, named with its content's hash so that it can be kept for ever.
    pub fn file(&self, name: &str) -> String {
        format!("{}/static/{name}?v={}", self.base, static_files::version(name, &self.brand))
    }
}

/// Whose account a page is about.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: Option<String>,
    pub email: String,
}

impl Person {
    /// For the round mark beside the name.
    pub fn initial(&self) -> String {
        let name = self.name.as_deref().unwrap_or(&self.email);
        name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
    }
}

impl User {
    pub fn person(&self) -> Person {
        let name = self.profile.0.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        Person { name: name.map(str::to_owned), email: self.email.to_string() }
    }
}

/// One line of what an application may do.
#[derive(Debug, Clone)]
pub struct Permission {
    pub title: String,
    pub detail: Option<String>,
}

/// An instant, for people and for machines; a script shows it in the reader's own time zone.
#[derive(Debug, Clone)]
pub struct Moment {
    pub machine: String,
    pub text: String,
    pub date: String,
}

impl Moment {
    pub fn of(at: Timestamp) -> Self {
        let utc = at.to_utc();
        let date = time::macros::format_description!("[day padding:none] [month repr:long] [year]");
        let clock = time::macros::format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
        Self { machine: at.to_string(), text: utc.format(clock).unwrap_or_default(), date: utc.format(date).unwrap_or_default() }
    }
}

/// A page to be sent.
pub struct Page<V> {
    view: V,
    status: StatusCode,
    form_action: Vec<String>,
}

impl<V: Template> Page<V> {
    pub fn new(view: V) -> Self {
        Self { view, status: StatusCode::OK, form_action: Vec::new() }
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sources that the page's forms may lead to beside ours: browsers apply `form-action` to redirects that follow a form.
    pub fn form_action<S: AsRef<str>>(mut self, sources: &[S]) -> Self {
        // A source is an origin or a scheme; anything else could end the directive and is left out.
        let plain = |source: &&str| source.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:/[]".contains(&b));
        self.form_action = sources.iter().map(AsRef::as_ref).filter(plain).map(str::to_owned).collect();
        self
    }

    pub fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        match self.view.render() {
            Ok(html) => {
                let mut answer = HttpResponse::build(self.status);
                let form_action = self.form_action.iter().fold("'self'".to_owned(), |all, source| format!("{all} {source}"));
                secure(&mut answer, &form_action);
                answer.insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).insert_header((CONTENT_LANGUAGE, "en"));
                answer.body(html)
            }
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                HttpResponse::InternalServerError().body("The page could not be made.")
            }
        }
    }
}

/// The headers of every page. No `Cross-Origin-Opener-Policy`: applications may open the sign-in in a popup (`display=popup`) and
/// wait for its end.
fn secure(answer: &mut HttpResponseBuilder, form_action: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action {form_action}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (CACHE_CONTROL.as_str(), "no-store"),
    ] {
        answer.insert_header((name, value));
    }
}

/// Adds cookies to an answer.
pub fn with_cookies<const N: usize>(mut answer: HttpResponse, cookies: [Option<Cookie<'static>>; N]) -> Result<HttpResponse, PageError> {
    for cookie in cookies.into_iter().flatten() {
        answer.add_cookie(&cookie).map_err(PageError::internal)?;
    }
    Ok(answer)
}
