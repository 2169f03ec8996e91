//! Pages for people: one page = one struct = one template. Only this file renders and sets the headers.
//!
//! Specs: OWASP ASVS 3.4; security.md A38, A44, H7.

use crate::app::App;
use crate::brand::Brand;
use crate::clock::Timestamp;
use crate::language::{Argument, Language, Text, Texts};
use crate::users::User;
use crate::web::proof_of_work::{PageChallenge, challenge};
use crate::web::speak::language_of;
use crate::web::static_files;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use serde_json::Value;
use std::borrow::Borrow;
use std::sync::Arc;

use super::page_error::PageError;

/// What every page has. The methods that say something take what stands in a text by value or by reference, since templates hand
/// over fields by reference and everything else by value.
#[derive(Debug, Clone)]
pub struct Layout {
    pub brand: Arc<Brand>,
    pub language: Language,
    texts: Texts,
    /// The address of whoever is signed in, where the page shows it.
    pub signed_in_as: Option<String>,
    /// What the browser must solve first, under attack.
    pub challenge: Option<PageChallenge>,
    base: String,
}

impl Layout {
    pub fn of(app: &App, http: &HttpRequest) -> Self {
        Self {
            brand: app.brand.clone(),
            language: language_of(http),
            texts: app.texts.clone(),
            challenge: challenge(app, http),
            signed_in_as: None,
            base: app.issuer().path().to_owned(),
        }
    }

    #[cfg(test)]
    pub fn sample(brand: Arc<Brand>, texts: Texts, language: Language) -> Self {
        Self { brand, language, texts, challenge: None, signed_in_as: None, base: String::new() }
    }

    pub fn signed_in_as(mut self, email: &str) -> Self {
        self.signed_in_as = Some(email.to_owned());
        self
    }

    /// A text in the page's language.
    pub fn t(&self, id: &'static str) -> String {
        self.say(Text::new(id))
    }

    /// A text with one thing in it.
    pub fn with(&self, id: &'static str, name: &'static str, argument: impl Into<Argument>) -> String {
        self.say(Text::new(id).with(name, argument))
    }

    /// A text about a number (`$count`).
    pub fn count(&self, id: &'static str, count: impl Borrow<usize>) -> String {
        self.say(Text::new(id).with("count", *count.borrow()))
    }

    /// A text, in the page's language; every text may name the `$brand`.
    pub fn say(&self, text: impl Borrow<Text>) -> String {
        self.texts.say(self.language, &text.borrow().clone().with("brand", &self.brand.name))
    }

    /// A page's title; `wrong` when the page comes back with something to put right (WCAG 2.2 §3.3.1).
    pub fn title(&self, id: &'static str, wrong: impl Borrow<bool>) -> String {
        self.title_of(Text::new(id), wrong)
    }

    /// The same for a title with something in it.
    pub fn title_of(&self, title: Text, wrong: impl Borrow<bool>) -> String {
        if *wrong.borrow() { self.say(Text::new("common-error-title").with("title", title)) } else { self.say(title) }
    }

    /// A text in which one thing is marked up: `<bdi class="…">`, so that a name keeps its own direction. Escaped; for `|safe`.
    pub fn marked(&self, id: &'static str, name: &'static str, words: impl AsRef<str>, class: &str) -> String {
        self.around(id, name, &format!("<bdi class=\"{}\">{}</bdi>", escaped(class), escaped(words.as_ref())))
    }

    /// A text with a day in it, which the script writes in the reader's time zone. Escaped; for `|safe`.
    pub fn dated(&self, id: &'static str, moment: &Moment) -> String {
        let time = format!("<time datetime=\"{}\" data-local=\"date\">{}</time>", moment.machine(), escaped(&self.date(moment)));
        self.around(id, "date", &time)
    }

    /// A text with a day and a time in it, likewise. Escaped; for `|safe`.
    pub fn timed(&self, id: &'static str, moment: &Moment) -> String {
        let time = format!("<time datetime=\"{}\" data-local>{}</time>", moment.machine(), escaped(&self.moment(moment)));
        self.around(id, "moment", &time)
    }

    /// A text around something that is markup already.
    fn around(&self, id: &'static str, name: &'static str, markup: &str) -> String {
        // A character that no text has stands in for the markup, so that everything else is escaped as one.
        const PLACE: &str = "\u{e000}";
        escaped(&self.with(id, name, PLACE)).replace(PLACE, markup)
    }

    /// A text whose parts lead somewhere: `<terms>…</terms>` in it becomes the link to the address named so. Escaped; for `|safe`.
    pub fn linked<U: AsRef<str>, const N: usize>(&self, id: &'static str, links: &[(&str, U); N]) -> String {
        links.iter().fold(escaped(&self.t(id)), |said, (name, url)| {
            let (open, close) = (escaped(&format!("<{name}>")), escaped(&format!("</{name}>")));
            said.replace(&open, &format!("<a href=\"{}\">", escaped(url.as_ref()))).replace(&close, "</a>")
        })
    }

    /// A day in words.
    pub fn date(&self, moment: &Moment) -> String {
        self.texts.date(self.language, moment.at)
    }

    /// A day and a time in words.
    pub fn moment(&self, moment: &Moment) -> String {
        self.texts.moment(self.language, moment.at)
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

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // askama's own escaper, as it is used for everything else on the page.
    let _ = askama::filters::Escaper::write_escaped_str(&askama::filters::Html, &mut out, text);
    out
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
    at: Timestamp,
}

impl Moment {
    pub fn of(at: Timestamp) -> Self {
        Self { at }
    }

    /// As machines read it (RFC 3339).
    pub fn machine(&self) -> String {
        self.at.to_string()
    }
}

/// A page to be sent.
pub struct Page<V> {
    view: V,
    status: StatusCode,
    /// `None`: anywhere.
    form_action: Option<Vec<String>>,
    fetches: bool,
}

impl<V: Template> Page<V> {
    pub fn new(view: V) -> Self {
        Self { view, status: StatusCode::OK, form_action: Some(Vec::new()), fetches: false }
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sources that the page's forms may lead to beside ours; see [`onward_source`].
    pub fn form_action<S: AsRef<str>>(mut self, sources: &[S]) -> Self {
        // A source is an origin or a scheme; anything else could end the directive and is left out.
        let plain = |source: &&str| source.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:/[]".contains(&b));
        self.form_action = Some(sources.iter().map(AsRef::as_ref).filter(plain).map(str::to_owned).collect());
        self
    }

    /// Its form is another page's, and only that one knew where the answer may lead. Nothing on it may be another's words.
    pub fn leads_anywhere(mut self) -> Self {
        self.form_action = None;
        self
    }

    /// Its script asks this server for more.
    pub fn fetches(mut self) -> Self {
        self.fetches = true;
        self
    }

    pub fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self.view.render() {
            Ok(html) => {
                let mut answer = HttpResponse::build(self.status);
                let form_action = self
                    .form_action
                    .map(|sources| sources.iter().fold("form-action 'self'".to_owned(), |all, source| format!("{all} {source}")) + "; ");
                secure(&mut answer, form_action.as_deref().unwrap_or_default(), if self.fetches { "'self'" } else { "'none'" });
                answer
                    .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
                    .insert_header((CONTENT_LANGUAGE, language_of(request).tag()));
                answer.body(html)
            }
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                HttpResponse::InternalServerError().body("The page could not be made.")
            }
        }
    }
}

/// The `form-action` source of a form whose answer sends the browser on to `uri`. Browsers apply the directive to every redirect that
/// follows a form, and where an application sends its people on to, to another of its hosts or another port, is its own matter: so the
/// scheme, and no more.
pub fn onward_source(uri: &str) -> String {
    format!("{}:", uri.split(':').next().unwrap_or_default())
}

/// The headers of every page. No `Cross-Origin-Opener-Policy`: applications may open the sign-in in a popup (`display=popup`) and
/// wait for its end.
fn secure(answer: &mut HttpResponseBuilder, form_action: &str, connect: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src {connect}; {form_action}\
         frame-ancestors 'none'; base-uri 'none'"
    );
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
        ),
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
