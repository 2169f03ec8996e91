//! The letters. Each is texts only: a subject, a heading, paragraphs, perhaps a button, small print. One pair of templates, a text and an
//! HTML, sets them all. An operator who wants other words overrides the texts (`brand.texts`), one who wants another look the templates
//! (`mail.templates`).

use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use minijinja::{Value, context};

use super::samples::KINDS;
use super::templates::{Format, Said, Templates};
use super::{Mail, MailError};
use crate::brand::{ButtonColors, button_colors};
use crate::config::{Config, Fault};
use crate::language::{Language, Text, Texts};
use crate::paths;

/// What every letter says of the sender, and where its links lead.
#[derive(Debug, Clone)]
pub struct Letterhead {
    pub(super) texts: Texts,
    pub(super) templates: Templates,
    /// The brand's name.
    pub brand: String,
    pub(super) colors: ButtonColors,
    pub(super) logo_url: String,
    pub(super) terms_url: Option<String>,
    pub(super) privacy_url: Option<String>,
    /// The page of one's account.
    pub account_url: String,
    /// The page of how one's account is protected.
    pub security_url: String,
    /// The page of one's apps.
    pub apps_url: String,
    /// The sign-in page.
    pub login_url: String,
    /// Where a new password is asked for.
    pub forgot_url: String,
    /// Where people get help, if anywhere.
    pub support_url: Option<String>,
}

/// Who gets a letter, and the language that it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    pub address: &'a str,
    pub language: Language,
}

/// A letter before it is put into words. Every text may name the `$brand`.
pub(super) struct Letter {
    /// For logs and metrics.
    kind: &'static str,
    subject: Text,
    heading: Text,
    paragraphs: Vec<Text>,
    /// To be typed somewhere: it stands alone, and large.
    code: Option<String>,
    button: Option<(Text, String)>,
    small_print: Option<Text>,
    /// Where to go when it was somebody else.
    not_you: Option<(Text, String)>,
}

impl Letter {
    pub(super) fn new(kind: &'static str, subject: Text, heading: Text) -> Self {
        Self { kind, subject, heading, paragraphs: Vec::new(), code: None, button: None, small_print: None, not_you: None }
    }

    pub(super) fn paragraph(mut self, text: Text) -> Self {
        self.paragraphs.push(text);
        self
    }

    pub(super) fn button(mut self, text: Text, url: &str) -> Self {
        self.button = Some((text, url.to_owned()));
        self
    }

    pub(super) fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    pub(super) fn not_you(mut self, text: Text, url: &str) -> Self {
        self.not_you = Some((text, url.to_owned()));
        self
    }

    pub(super) fn small_print(mut self, text: Text) -> Self {
        self.small_print = Some(text);
        self
    }

    /// What the letter is for: the code, and the links that carry a token.
    fn needed(&self) -> Vec<String> {
        let links = [&self.button, &self.not_you].into_iter().flatten().map(|(_, url)| url);
        self.code.iter().chain(links.filter(|url| url.contains("token="))).cloned().collect()
    }
}

impl Letterhead {
    /// The letterhead of a configuration. An operator's templates are read, and tried with every letter in every language.
    ///
    /// # Errors
    /// Every fault of `mail.templates`.
    pub fn new(config: &Config, texts: Texts) -> Result<Self, Vec<Fault>> {
        let text = |url: &Option<url::Url>| url.as_ref().map(ToString::to_string);
        let (templates, mut faults) = Templates::load(config.mail.templates.as_deref(), &KINDS);
        let letterhead = Self {
            texts,
            templates,
            brand: config.brand.name.clone(),
            colors: button_colors(config.brand.color),
            logo_url: config.issuer.join(&format!("{}/logo", paths::STATIC)),
            terms_url: text(&config.brand.terms_url),
            privacy_url: text(&config.brand.privacy_url),
            account_url: config.issuer.join("/account"),
            security_url: config.issuer.join("/account/security"),
            apps_url: config.issuer.join("/account/apps"),
            login_url: config.issuer.join(paths::LOGIN),
            forgot_url: config.issuer.join(paths::FORGOT),
            support_url: text(&config.brand.support_url),
        };
        if letterhead.templates.are_own() {
            faults.extend(letterhead.faults());
        }
        if faults.is_empty() {
            return Ok(letterhead);
        }
        Err(faults.iter().map(|fault| Fault::new("mail.templates", fault.to_string())).collect())
    }

    /// To somebody who has made an account.
    ///
    /// # Errors
    /// [`MailError::Address`] when the addressee has no mail address.
    pub fn welcome(&self, to: &Addressee<'_>) -> Result<Mail, MailError> {
        let letter = Letter::new("welcome", Text::new("mail-welcome-subject"), Text::new("mail-welcome-heading"))
            .paragraph(Text::new("mail-welcome"))
            .button(Text::new("mail-see-account"), &self.account_url)
            .small_print(Text::new("mail-welcome-not-you"));
        self.write(to, letter)
    }

    /// To the owner of an address with which somebody tried to make a second account; the page says the same to both.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn account_exists(&self, to: &Addressee<'_>) -> Result<Mail, MailError> {
        let (subject, heading) = (Text::new("mail-account-exists-subject"), Text::new("mail-account-exists-heading"));
        let letter = Letter::new("account_exists", subject, heading)
            .paragraph(Text::new("mail-account-exists"))
            .button(Text::new("mail-sign-in"), &self.login_url)
            .small_print(Text::new("mail-account-exists-not-you"));
        self.write(to, letter)
    }

    /// Puts a letter into words and sets it, as text and as HTML.
    pub(super) fn write(&self, to: &Addressee<'_>, letter: Letter) -> Result<Mail, MailError> {
        let address: Address = to.address.parse()?;
        let say = |text: Text| self.texts.say(to.language, &text.with("brand", &self.brand));
        let way = |(words, url): (Text, String)| context! { words => say(words), url => url };
        let (kind, needed, subject) = (letter.kind, letter.needed(), say(letter.subject));
        let values = context! {
            kind => kind,
            language => to.language.tag(),
            direction => to.language.direction(),
            subject => subject.as_str(),
            heading => say(letter.heading),
            paragraphs => letter.paragraphs.into_iter().map(say).collect::<Vec<String>>(),
            code => letter.code,
            button => letter.button.map(way),
            small_print => letter.small_print.map(say),
            not_you => letter.not_you.map(way),
            help => self.support_url.clone().map(|url| way((Text::new("mail-help"), url))),
            colon => say(Text::new("mail-colon")),
            brand => self.brand_values(),
        };
        let said = Said { kind, language: to.language, values, needed };
        match (self.templates.set(&said, Format::Text), self.templates.set(&said, Format::Html)) {
            (Ok(text), Ok(html)) => Ok(Mail { kind, to: address, subject, text, html }),
            (text, html) => Err(MailError::Template([text.err(), html.err()].into_iter().flatten().collect())),
        }
    }

    /// What a template is told of the brand.
    fn brand_values(&self) -> Value {
        context! {
            name => self.brand.as_str(),
            color => self.colors.fill.as_str(),
            text_color => self.colors.text.as_str(),
            logo_url => self.logo_url.as_str(),
            account_url => self.account_url.as_str(),
            support_url => self.support_url.clone(),
            terms_url => self.terms_url.clone(),
            privacy_url => self.privacy_url.clone(),
        }
    }
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
