//! The page `/account/phone`.

use crate::language::Text;
use crate::web::page::Layout;
use crate::web::problems::in_words;
use crate::web::text_messages::NotSent;
use askama::Template;
use std::time::Duration;

/// Prove a telephone number.
#[derive(Template)]
#[template(path = "account/phone.html")]
pub struct PhonePage {
    pub layout: Layout,
    pub csrf: String,
    /// As it was typed, or as a code was sent to it.
    pub number: String,
    /// The ticket of the code that was sent.
    pub sent: Option<String>,
    pub problem: Option<PhoneProblem>,
    /// Calling codes that messages go to.
    pub countries: String,
    /// Whether the number becomes a second step, or is only proven.
    pub becomes_factor: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneProblem {
    NotANumber,
    NotSent(NotSent),
    WrongCode,
    TooManyAttempts { wait: Duration },
}

impl PhoneProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::NotANumber => Text::new("phone-not-a-number").with("example", super::page::PHONE_NUMBER),
            Self::NotSent(why) => why.text(),
            Self::WrongCode => Text::new("phone-wrong-code"),
            Self::TooManyAttempts { wait } => Text::new("factor-wait").with("wait", in_words(*wait)),
        }
    }
}
