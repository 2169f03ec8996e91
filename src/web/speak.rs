//! Which language a request is answered in: what the application asked for (`ui_locales`), else what the account says, else what the
//! browser says.
//!
//! Specs: OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4.

use crate::app::App;
use crate::language::Language;
use crate::mail::messages::Addressee;
use crate::users::User;
use crate::web::browser::Browser;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpMessage, HttpRequest};
use serde_json::Value;

/// What was found out on the way of the request.
#[derive(Debug, Clone, Copy, Default)]
struct Preferences {
    application: Option<Language>,
    account: Option<Language>,
}

/// Longer lists of languages are not read.
pub const LONGEST_UI_LOCALES: usize = 254;

/// The application's `ui_locales`, best first. What we do not speak is passed over (OpenID Connect Core §3.1.2.1: no error).
pub fn as_the_application_asks(http: &HttpRequest, ui_locales: Option<&str>) {
    let language =
        ui_locales.filter(|locales| locales.len() <= LONGEST_UI_LOCALES).and_then(|locales| Language::of_tags(locales.split(' ')));
    change(http, |preferences| preferences.application = language);
}

/// The `locale` of the profile of whoever is signed in.
pub fn as_the_account_prefers(http: &HttpRequest, user: &User) {
    let language = language_of_account(user);
    change(http, |preferences| preferences.account = language);
}

/// The language that a person has chosen in their profile, if we speak it.
pub fn language_of_account(user: &User) -> Option<Language> {
    // A profile's locale may have come with an import, where `de_CH` is common (OpenID Connect Core §5.1).
    let locale = user.profile.0.get("locale").and_then(Value::as_str)?.replace('_', "-");
    Language::of_tags([locale.as_str()])
}

/// The language that a person's account was made in, if we speak it still.
pub fn language_of_sign_up(user: &User) -> Option<Language> {
    Language::of_tags([user.sign_up_language.as_deref()?])
}

/// A person as mail reaches them: in the language of their account, else in that of the request which makes us write, where it comes from
/// a browser that knows them, else in the one that they signed up in. Any other may be a stranger's, and a warning in a stranger's language
/// warns nobody.
pub fn addressee<'a>(app: &App, http: &HttpRequest, user: &'a User) -> Addressee<'a> {
    let theirs = || Browser::of(app, http).knows(app, user).then(|| language_of(http));
    let language = language_of_account(user).or_else(theirs).or_else(|| language_of_sign_up(user)).unwrap_or_default();
    Addressee { address: user.email.as_str(), language }
}

/// The same for somebody who is there without doubt, in whatever browser: they make the account, or come from its mailbox.
pub fn present_addressee<'a>(http: &HttpRequest, user: &'a User) -> Addressee<'a> {
    Addressee { address: user.email.as_str(), language: language_of_account(user).unwrap_or_else(|| language_of(http)) }
}

fn change(http: &HttpRequest, change: impl FnOnce(&mut Preferences)) {
    let mut preferences = preferences_of(http);
    change(&mut preferences);
    http.extensions_mut().insert(preferences);
}

/// The language of the answer.
pub fn language_of(http: &HttpRequest) -> Language {
    let preferences = preferences_of(http);
    preferences.application.or(preferences.account).or_else(|| language_of_browser(http)).unwrap_or_default()
}

/// The tag of the language that whoever makes an account reads its pages in, if the application or the browser says one: for
/// [`User::sign_up_language`]. Whoever is signed in there until then may be another.
pub fn sign_up_language(http: &HttpRequest) -> Option<String> {
    let asked = preferences_of(http).application.or_else(|| language_of_browser(http));
    asked.map(|language| language.tag().to_owned())
}

fn preferences_of(http: &HttpRequest) -> Preferences {
    http.extensions().get::<Preferences>().copied().unwrap_or_default()
}

fn language_of_browser(http: &HttpRequest) -> Option<Language> {
    http.headers().get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok()).and_then(Language::of_header)
}

/// A person as mail reaches them when the request is an application's: its language says nothing of theirs.
pub fn absent_addressee(user: &User) -> Addressee<'_> {
    let language = language_of_account(user).or_else(|| language_of_sign_up(user)).unwrap_or_default();
    Addressee { address: user.email.as_str(), language }
}
