//! The messages. Each is a text and an HTML template under `templates/mail`; nothing that a stranger typed stands in them.

use askama::Template;
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};

use super::{Mail, MailError};
use crate::config::Config;

/// What every message says of the sender, and where its links lead.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The brand's name.
    pub brand: String,
    /// The page of one's account.
    pub account_url: String,
    /// The page of one's apps.
    pub apps_url: String,
    /// The sign-in page.
    pub login_url: String,
    /// Where people get help, if anywhere.
    pub support_url: Option<String>,
}

macro_rules! message {
    ($text:ident $text_path:literal, $html:ident $html_path:literal { $($field:ident),* }) => {
        #[derive(Template)]
        #[template(path = $text_path)]
        struct $text<'a> { from: &'a Letterhead, $($field: &'a str),* }
        #[derive(Template)]
        #[template(path = $html_path)]
        struct $html<'a> { from: &'a Letterhead, $($field: &'a str),* }
    };
}

message!(WelcomeText "mail/welcome.txt", WelcomeHtml "mail/welcome.html" {});
message!(PasswordChangedText "mail/password_changed.txt", PasswordChangedHtml "mail/password_changed.html" {});
message!(AccountExistsText "mail/account_exists.txt", AccountExistsHtml "mail/account_exists.html" {});
message!(RefreshTokenReuseText "mail/refresh_token_reuse.txt", RefreshTokenReuseHtml "mail/refresh_token_reuse.html" { app });

impl Letterhead {
    /// The letterhead of a configuration.
    pub fn new(config: &Config) -> Self {
        Self {
            brand: config.brand.name.clone(),
            account_url: config.issuer.join("/account"),
            apps_url: config.issuer.join("/account/apps"),
            login_url: config.issuer.join("/login"),
            support_url: config.brand.support_url.as_ref().map(ToString::to_string),
        }
    }

    /// To somebody who has made an account.
    ///
    /// # Errors
    /// [`MailError::Address`] when `to` is no mail address.
    pub fn welcome(&self, to: &str) -> Result<Mail, MailError> {
        let subject = format!("Welcome to {}", self.brand);
        mail("welcome", to, subject, &WelcomeText { from: self }, &WelcomeHtml { from: self })
    }

    /// To somebody whose password was changed.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn password_changed(&self, to: &str) -> Result<Mail, MailError> {
        let subject = format!("Your {} password was changed", self.brand);
        mail("password_changed", to, subject, &PasswordChangedText { from: self }, &PasswordChangedHtml { from: self })
    }

    /// To the owner of an address with which somebody tried to make a second account; the page says the same to both.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn account_exists(&self, to: &str) -> Result<Mail, MailError> {
        let subject = format!("You already have a {} account", self.brand);
        mail("account_exists", to, subject, &AccountExistsText { from: self }, &AccountExistsHtml { from: self })
    }

    /// To somebody whose sign-in to an app was ended because an old refresh token came back (RFC 9700 §4.14.2). `app` is the app's name.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn refresh_token_reuse(&self, to: &str, app: &str) -> Result<Mail, MailError> {
        let subject = format!("You were signed out of {app}");
        mail("refresh_token_reuse", to, subject, &RefreshTokenReuseText { from: self, app }, &RefreshTokenReuseHtml { from: self, app })
    }
}

fn mail(kind: &'static str, to: &str, subject: String, text: &impl Template, html: &impl Template) -> Result<Mail, MailError> {
    let to: Address = to.parse()?;
    Ok(Mail { kind, to, subject, text: text.render()?, html: html.render()? })
}

/// `Auto-Submitted: auto-generated` (RFC 3834 §5).
#[derive(Debug, Clone, Copy)]
pub(super) struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
