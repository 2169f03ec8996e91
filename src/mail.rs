//! Mail: handed to a mail server, or kept in an outbox that a developer and a test can open.
//!
//! Sending never holds up a request: [`Mailer::send`] puts the mail into a bounded queue and returns; a task delivers, with retries. When the
//! queue is full the mail is dropped, logged and counted. Logs name the kind of a mail and the server's status, never an address or a text.
//!
//! Specs: RFC 5321 §4.2.1 (4yz is worth a retry, 5yz is not), RFC 5322 §2.2 (headers; they are built and encoded by lettre alone).

pub mod messages;
mod outbox;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, Message, Tokio1Executor};
use tokio::sync::mpsc;

pub use outbox::{Outbox, OutboxMail};

use crate::config::{Config, MailTransport, SmtpTls};
use crate::metrics::{MailOutcome, Metrics};
use worker::{Delivery, Pending};

/// Mails that wait for delivery at most.
const QUEUE: usize = 1_000;

/// How long a mail server may take to answer.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// A mail before it is addressed from: made in `messages` only.
#[derive(Clone)]
pub struct Mail {
    /// The message's name, for logs and metrics.
    pub kind: &'static str,
    /// Who gets it.
    pub to: Address,
    /// The subject.
    pub subject: String,
    /// The text for readers of plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Why mail cannot be made or set up.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Not an address that mail can be sent to. The address itself is not repeated.
    #[error("not a mail address: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// A template failed.
    #[error("mail template: {0}")]
    Template(#[from] askama::Error),
    /// lettre refuses the parts.
    #[error("mail: {0}")]
    Message(#[from] lettre::error::Error),
    /// The way to the mail server cannot be set up.
    #[error("smtp: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// `smtp.host` is missing: the checked configuration has it.
    #[error("smtp.host must be given")]
    NoHost,
    /// The outbox's folder cannot be used.
    #[error("outbox: {0}")]
    Outbox(#[from] std::io::Error),
}

/// How mail leaves.
#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Outbox(Outbox),
}

/// Sends mail in the background. Clones share the queue.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
    queue: mpsc::Sender<Delivery>,
    pending: Arc<Pending>,
    metrics: Metrics,
}

impl Mail {
    /// The whole mail: headers, text and HTML. lettre encodes what stands in headers, so that no line break gets into one.
    fn message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let body = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        let to = Mailbox::new(None, self.to.clone());
        let subject: String = self.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Ok(Message::builder()
            .from(from.clone())
            .to(to)
            .subject(subject)
            .message_id(None)
            // RFC 3834 §5: no holiday answers to this.
            .header(messages::AutoSubmitted)
            .multipart(body)?)
    }
}

impl Mailer {
    /// Sets up the transport of the configuration and starts the task that delivers. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`MailError`]; that a mail server cannot be reached is no error here.
    pub fn start(config: &Config, metrics: Metrics) -> Result<Self, MailError> {
        let transport = match config.mail.transport {
            MailTransport::Smtp => Transport::Smtp(smtp(config)?),
            MailTransport::Outbox => Transport::Outbox(Outbox::open(&config.data_dir.join("outbox"))?),
        };
        let (queue, waiting) = mpsc::channel(QUEUE);
        let pending = Arc::new(Pending::default());
        tokio::spawn(worker::run(waiting, transport.clone(), metrics.clone()));
        Ok(Self { from: config.mail.from.clone(), transport, queue, pending, metrics })
    }

    /// Takes a mail for delivery and returns at once. What goes wrong is logged: the request that caused the mail cannot help it, and whether
    /// mail was sent must not show in its answer.
    pub fn send(&self, mail: Mail) {
        let message = match mail.message(&self.from) {
            Ok(message) => message,
            Err(_) => {
                tracing::error!(kind = mail.kind, "a mail could not be made");
                return self.metrics.mail(mail.kind, MailOutcome::Failed);
            }
        };
        let kind = mail.kind;
        let outbox_id = match &self.transport {
            // In the outbox it is there at once, so that a test and a developer find it with the answer; the file follows.
            Transport::Outbox(outbox) => Some(outbox.add(mail)),
            Transport::Smtp(_) => None,
        };
        let delivery = Delivery { kind, message, outbox_id, _pending: Pending::one(&self.pending) };
        if self.queue.try_send(delivery).is_err() {
            tracing::error!(kind, "a mail was dropped: too many wait for delivery");
            self.metrics.mail(kind, MailOutcome::Dropped);
        }
    }

    /// The outbox, when mail goes there.
    pub fn outbox(&self) -> Option<&Outbox> {
        match &self.transport {
            Transport::Outbox(outbox) => Some(outbox),
            Transport::Smtp(_) => None,
        }
    }

    /// Waits until everything taken so far is delivered or given up, but no longer than `limit`. Whether all was.
    pub async fn settle(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.pending.none()).await.is_ok()
    }
}

fn smtp(config: &Config) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let smtp = &config.smtp;
    let host = smtp.host.clone().ok_or(MailError::NoHost)?;
    let (tls, port) = match smtp.tls {
        SmtpTls::Starttls => (Tls::Required(TlsParameters::new(host.clone())?), 587),
        SmtpTls::Implicit => (Tls::Wrapper(TlsParameters::new(host.clone())?), 465),
        SmtpTls::None => (Tls::None, 25),
    };
    // "Dangerous" is only that it begins without TLS; the line above decides that.
    let mut builder =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).tls(tls).port(smtp.port.unwrap_or(port)).timeout(Some(SMTP_TIMEOUT));
    if let (Some(username), Some(password)) = (&smtp.username, &smtp.password) {
        builder = builder.credentials(Credentials::new(username.clone(), password.expose().clone()));
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests;
