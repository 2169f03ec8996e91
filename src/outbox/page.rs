//! The pages of `/outbox`.

use crate::web::page::{Layout, Moment};
use askama::Template;

/// The mails, newest first.
#[derive(Template)]
#[template(path = "mail/outbox.html")]
pub struct OutboxPage {
    pub layout: Layout,
    pub mails: Vec<MailLine>,
}

pub struct MailLine {
    pub url: String,
    pub to: String,
    pub subject: String,
    pub sent_at: Moment,
}

/// One mail's text.
#[derive(Template)]
#[template(path = "mail/outbox_mail.html")]
pub struct OutboxMailPage {
    pub layout: Layout,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub sent_at: Moment,
    pub parts: Vec<MailPart>,
}

/// A piece of a mail's text; links can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailPart {
    Text(String),
    Link(String),
}

impl MailPart {
    /// Takes a text apart at its links.
    pub fn parts_of(text: &str) -> Vec<Self> {
        let is_link = |word: &str| word.starts_with("http://") || word.starts_with("https://");
        text.split_inclusive(char::is_whitespace)
            .flat_map(|piece| {
                let word = piece.trim_end();
                let (space, linked) = (piece.get(word.len()..).unwrap_or("").to_owned(), is_link(word));
                let first = if linked { Self::Link(word.to_owned()) } else { Self::Text(word.to_owned()) };
                [first, Self::Text(space)]
            })
            .collect()
    }
}
