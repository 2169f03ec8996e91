//! Sending a code by text message, within limits: each number, each account and each client address gets few an hour, since messages
//! cost money and annoy people. A code is bound to the person, the browser and what it was asked for.
//!
//! Specs: OWASP ASVS 6.6.2, 6.6.3.

use crate::app::App;
use crate::credentials::guesses::count_up_to;
use crate::grants::consume_ticket;
use crate::language::Text;
use crate::sealing::{DigestPurpose, Purpose};
use crate::sms::{PhoneNumber, SentCode, Sms};
use crate::storage::{Connection, StorageError};
use crate::users::UserId;
use crate::web::browser::Browser;
use crate::web::client_address::ClientAddress;
use crate::web::page_error::PageError;
use crate::web::speak::language_of;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(3600);
/// Messages an hour to one number, and for one account.
const MOST_TO_NUMBER: i64 = 5;
/// Messages an hour for one client address: a company's people share one.
const MOST_FROM_ADDRESS: i64 = 30;

/// What a code is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedFor {
    SignIn,
    NewNumber,
}

/// What became of a message.
#[derive(Debug, Clone)]
pub enum Sending {
    /// The ticket that the page carries.
    Sent(String),
    NotSent(NotSent),
}

/// Why no message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    TooMany,
    Country,
    /// The provider does not answer, or does not want to.
    Failed,
}

impl NotSent {
    pub fn text(&self) -> Text {
        Text::new(match self {
            Self::TooMany => "phone-too-many",
            Self::Country => "phone-country",
            Self::Failed => "phone-failed",
        })
    }
}

#[derive(Serialize, Deserialize)]
struct CodeTicket {
    sent: SentCode,
    user_id: UserId,
    /// Digest of the browser's binding cookie.
    browser: String,
    asked_for: AskedFor,
}

/// Sends a code.
///
/// Cost: 3 to 6 round trips, 3 commits, 1 request to the provider.
pub async fn send_code(
    app: &App,
    browser: &Browser,
    sms: &Sms,
    user_id: &UserId,
    number: &PhoneNumber,
    asked_for: AskedFor,
) -> Result<Sending, PageError> {
    if !sms.reaches(number) {
        return Ok(Sending::NotSent(NotSent::Country));
    }
    let network = format!("{:?}", ClientAddress::of(browser.http()).limit_key());
    // Whoever claims a number that is somebody else's must not use up what its owner signs in with.
    let to_number = match asked_for {
        AskedFor::SignIn => "number, to sign in",
        AskedFor::NewNumber => "number",
    };
    let counters = [
        (to_number, number.as_str(), MOST_TO_NUMBER),
        ("account", user_id.as_str(), MOST_TO_NUMBER),
        ("address", &network, MOST_FROM_ADDRESS),
    ];
    let mut connection = app.storage.write().await?;
    for (kind, of, most) in counters {
        let key = app.sealing.keyed_digest(DigestPurpose::FailedGuess, &["text message", kind, of]);
        if !count_up_to(&mut connection, &key, most, WINDOW, app.now()).await? {
            return Ok(Sending::NotSent(NotSent::TooMany));
        }
    }
    drop(connection);
    let language = language_of(browser.http());
    let say = |code: &str| {
        let text = Text::new("sms-code").with("code", code).with("brand", app.config.brand.name.as_str());
        // The last line lets the browser fill the code in, on this site only (Origin-bound one-time codes).
        format!("{}\n\n@{} #{code}", app.texts.say(language, &text), app.issuer().host())
    };
    match sms.send(&app.outbound, &app.sealing, &app.random, number, say, app.now()).await {
        Ok(sent) => {
            let ticket = CodeTicket { sent, user_id: user_id.clone(), browser: browser.binding_digest(app), asked_for };
            Ok(Sending::Sent(app.sealing.seal(Purpose::SentCode, &ticket).map_err(PageError::internal)?))
        }
        Err(error) => {
            tracing::warn!(%error, "a text message was not sent");
            Ok(Sending::NotSent(NotSent::Failed))
        }
    }
}

/// A code that is right, and that nobody has used up yet.
pub struct RightCode(SentCode);

impl RightCode {
    /// The number that it was sent to, if it was not used before; it is used now.
    ///
    /// Cost: 1 round trip and 1 commit.
    pub async fn use_up(self, connection: &mut Connection) -> Result<Option<PhoneNumber>, StorageError> {
        let Self(sent) = self;
        Ok(consume_ticket(connection, &sent.id, "text_message", sent.expires_at).await?.then_some(sent.number))
    }
}

/// Whether this is the code that was sent. Hold no connection meanwhile: the provider may take its time, and on SQLite everybody who writes
/// would wait for it.
///
/// Cost: none; with Verify 1 request to the provider.
pub async fn check_code(
    app: &App,
    browser: &Browser,
    sms: &Sms,
    (user_id, asked_for): (&UserId, AskedFor),
    ticket: &str,
    code: &str,
) -> Result<Option<RightCode>, PageError> {
    let ticket: Option<CodeTicket> = app.sealing.open(Purpose::SentCode, ticket);
    let ours =
        |ticket: &CodeTicket| ticket.user_id == *user_id && ticket.asked_for == asked_for && browser.is_bound_by(app, &ticket.browser);
    let Some(CodeTicket { sent, .. }) = ticket.filter(ours) else { return Ok(None) };
    match sms.is_right(&app.outbound, &app.sealing, &sent, code, app.now()).await {
        Ok(right) => Ok(right.then_some(RightCode(sent))),
        Err(error) => Err(PageError::unavailable(error)),
    }
}
