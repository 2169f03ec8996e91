//! The letters. Each is texts only: a subject, a heading, paragraphs, perhaps a button, small print. One pair of templates, a text and an
//! HTML, sets them all. An operator who wants other words overrides the texts (`brand.texts`).

use askama::Template;
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};

use super::{Mail, MailError};
use crate::brand::{ButtonColors, button_colors};
use crate::config::Config;
use crate::language::{Language, Text, Texts};
use crate::paths;

/// What every letter says of the sender, and where its links lead.
#[derive(Debug, Clone)]
pub struct Letterhead {
    pub(super) texts: Texts,
    /// The brand's name.
    pub brand: String,
    pub(super) colors: ButtonColors,
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

/// A letter in the words of its language, as the templates set it.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct LetterText<'a> {
    said: &'a Said,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct LetterHtml<'a> {
    said: &'a Said,
    colors: &'a ButtonColors,
}

struct Said {
    language: Language,
    brand: String,
    heading: String,
    paragraphs: Vec<String>,
    code: Option<String>,
    button: Option<Way>,
    small_print: Option<String>,
    not_you: Option<Way>,
    help: Option<Way>,
    /// Between words and where they lead, as the language sets it.
    colon: String,
}

/// Words that lead somewhere.
struct Way {
    words: String,
    url: String,
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
}

impl Letterhead {
    /// The letterhead of a configuration.
    pub fn new(config: &Config, texts: Texts) -> Self {
        Self {
            texts,
            brand: config.brand.name.clone(),
            colors: button_colors(config.brand.color),
            account_url: config.issuer.join("/account"),
            security_url: config.issuer.join("/account/security"),
            apps_url: config.issuer.join("/account/apps"),
            login_url: config.issuer.join(paths::LOGIN),
            forgot_url: config.issuer.join(paths::FORGOT),
            support_url: config.brand.support_url.as_ref().map(ToString::to_string),
        }
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
        let said = Said {
            language: to.language,
            brand: self.brand.clone(),
            heading: say(letter.heading),
            paragraphs: letter.paragraphs.into_iter().map(say).collect(),
            code: letter.code,
            button: letter.button.map(|(words, url)| Way { words: say(words), url }),
            small_print: letter.small_print.map(say),
            not_you: letter.not_you.map(|(words, url)| Way { words: say(words), url }),
            help: self.support_url.clone().map(|url| Way { words: say(Text::new("mail-help")), url }),
            colon: say(Text::new("mail-colon")),
        };
        let (text, html) = (LetterText { said: &said }.render()?, LetterHtml { said: &said, colors: &self.colors }.render()?);
        Ok(Mail { kind: letter.kind, to: address, subject: say(letter.subject), text, html })
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
