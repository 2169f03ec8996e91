//! Mail: handed to a mail server or to Resend, or kept in an outbox that a developer and a test can open.
//!
//! Sending never holds up a request, and no stop loses a mail: it is a row of `outgoing_mail`, written in the caller's own transaction
//! where there is one ([`Mailer::enqueue`]), and delivered by whichever replica claims it. Delivery is at least once: a replica that
//! dies half-way leaves the row, and another tries again when the lease is over. The row's id goes along as `Message-ID` and as
//! `Idempotency-Key`, so that a mail that went out twice can be seen to be one. Logs name the kind of a mail and the server's status,
//! never an address or a text.
//!
//! Specs: RFC 5321 §4.2.1 (4yz is worth a retry, 5yz is not), RFC 5322 §2.2 (headers; they are built and encoded by lettre alone).

pub mod letters;
pub mod messages;
pub mod notices;
mod outbox;
mod samples;
mod store;
mod templates;
mod transport;
mod worker;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore};

pub use outbox::{Outbox, OutboxMail};
pub use store::{delete_abandoned_mail, reseal_mail};
pub use templates::TemplateFault;

use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::metrics::{MailOutcome, Metrics};
use crate::outbound::Outbound;
use crate::sealing::{Purpose, Sealing};
use crate::storage::{Connection, Storage, StorageError};
use store::MailId;
use transport::Transport;
use worker::Pending;

/// How long delivery of a mail is tried that says nothing else.
const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);

/// How long the development outbox waits for mail that is on its way.
const LONGEST_CATCHING_UP: Duration = Duration::from_secs(10);

/// A mail before it is addressed from: made in `messages` only.
#[derive(Debug, Clone)]
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
    /// Templates failed.
    #[error("mail templates: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Template(Vec<TemplateFault>),
    /// lettre refuses the parts.
    #[error("mail: {0}")]
    Message(#[from] lettre::error::Error),
    /// The way to the mail server cannot be set up.
    #[error("smtp: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// `smtp.host` is missing: the checked configuration has it.
    #[error("smtp.host must be given")]
    NoHost,
    /// `resend.api_key` is missing: the checked configuration has it.
    #[error("resend.api_key must be given")]
    NoApiKey,
    /// The outbox's folder or the certificate file cannot be used.
    #[error("{0}")]
    File(#[from] std::io::Error),
}

/// What stands sealed in the table.
#[derive(Serialize, Deserialize)]
struct Sealed {
    to: String,
    subject: String,
    text: String,
    html: String,
}

/// What a mailer works with.
pub struct MailGround {
    /// Where mail waits.
    pub storage: Storage,
    /// Seals it meanwhile.
    pub sealing: Arc<Sealing>,
    /// Decides what is due.
    pub clock: Clock,
    /// Counts what became of it.
    pub metrics: Metrics,
    /// The way to Resend.
    pub outbound: Outbound,
}

/// Takes mail and delivers it in the background. Clones are one.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    ground: MailGround,
    from: Mailbox,
    transport: Transport,
    wake: Arc<Notify>,
    pending: Arc<Pending>,
    permits: Arc<Semaphore>,
    /// One look at a time: two would only race for the same mail.
    look: tokio::sync::Mutex<()>,
    stopping: AtomicBool,
    /// The threads that answer requests end before the process does; what is still to be written down does not run on them.
    runtime: tokio::runtime::Handle,
}

/// A mail that was written down. Give it out of the transaction: when it is dropped the mailer looks, and before the commit there is
/// nothing to see (then the mail leaves with the next look, within seconds).
#[must_use = "return it from the transaction, so that the mailer is woken after the commit"]
pub struct Posted {
    _wakes: Option<Wakes>,
}

struct Wakes(Arc<Notify>);

impl Drop for Wakes {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Posted {
    /// For a mail that could not be made.
    pub fn nothing() -> Self {
        Self { _wakes: None }
    }
}

impl Sealed {
    /// The whole mail: headers, text and HTML. lettre encodes what stands in headers, so that no line break gets into one.
    fn message(&self, id: &MailId, from: &Mailbox) -> Result<Message, MailError> {
        let body = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        Ok(Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, self.to.parse()?))
            .subject(self.subject.clone())
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            // RFC 3834 §5: no holiday answers to this.
            .header(messages::AutoSubmitted)
            .multipart(body)?)
    }
}

impl From<&Mail> for Sealed {
    fn from(mail: &Mail) -> Self {
        let subject = mail.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { to: mail.to.to_string(), subject, text: mail.text.clone(), html: mail.html.clone() }
    }
}

impl Mailer {
    /// Sets up the transport of the configuration; [`Mailer::work`] delivers. Needs a tokio runtime, which must outlive it.
    ///
    /// # Errors
    /// [`MailError`]; that a mail server cannot be reached is no error here.
    pub fn new(config: &Config, ground: MailGround) -> Result<Self, MailError> {
        Ok(Self(Arc::new(Inner {
            transport: Transport::of(config, &ground.outbound)?,
            from: config.mail.from.clone(),
            ground,
            wake: Arc::default(),
            pending: Arc::default(),
            permits: Arc::new(Semaphore::new(worker::AT_ONCE)),
            look: tokio::sync::Mutex::default(),
            stopping: AtomicBool::new(false),
            runtime: tokio::runtime::Handle::current(),
        })))
    }

    /// Writes a mail down, in the caller's transaction: it leaves if and only if that commits. Tried for a day.
    ///
    /// Cost: 1 round trip.
    ///
    /// # Errors
    /// The database.
    pub async fn enqueue(&self, connection: &mut Connection, mail: &Mail) -> Result<Posted, StorageError> {
        self.enqueue_until(connection, mail, self.0.ground.clock.now() + GOOD_FOR).await
    }

    /// The same for a mail that is worth nothing after `expires_at`.
    ///
    /// # Errors
    /// The database.
    pub async fn enqueue_until(&self, connection: &mut Connection, mail: &Mail, expires_at: Timestamp) -> Result<Posted, StorageError> {
        let Inner { ground, wake, .. } = &*self.0;
        let Ok(sealed) = ground.sealing.seal(Purpose::OutgoingMail, &Sealed::from(mail)) else {
            tracing::error!(kind = mail.kind, "a mail could not be sealed");
            ground.metrics.mail(mail.kind, MailOutcome::Failed);
            return Ok(Posted::nothing());
        };
        store::insert_mail(connection, mail.kind, &sealed, ground.clock.now(), expires_at).await?;
        Ok(Posted { _wakes: Some(Wakes(Arc::clone(wake))) })
    }

    /// Writes a mail down off the request, for callers without a transaction. What goes wrong is logged and counted: the request that
    /// caused the mail cannot help it, and whether mail was sent must not show in its answer.
    pub fn send(&self, mail: Mail) {
        let mailer = self.clone();
        self.later(async move {
            let written = match mailer.0.ground.storage.write().await {
                Ok(mut connection) => mailer.enqueue(&mut connection, &mail).await,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                tracing::error!(kind = mail.kind, %error, "a mail was dropped: it could not be written down");
                mailer.0.ground.metrics.mail(mail.kind, MailOutcome::Dropped);
            }
        });
    }

    /// Does what ends in a mail after the answer: whether an address is known must not show in how long the answer takes
    /// (security.md L1). A stop in order waits for it.
    pub fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        let pending = Pending::one(&self.0.pending);
        self.0.runtime.spawn(async move {
            work.await;
            drop(pending);
        });
    }

    /// The outbox with everything in it that was sent before this was asked, when mail goes there.
    pub async fn outbox(&self) -> Option<&Outbox> {
        let Transport::Outbox(outbox) = &self.0.transport else { return None };
        let _ = tokio::time::timeout(LONGEST_CATCHING_UP, async {
            self.0.pending.none().await;
            self.deliver_due().await;
            self.0.pending.none().await;
        })
        .await;
        Some(outbox)
    }

    /// Whether mail could leave now; sends none. For the operator.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn check(&self) -> Result<(), String> {
        self.0.transport.check().await
    }

    /// Mails that should have left before `since`.
    ///
    /// # Errors
    /// The database.
    pub async fn overdue(&self, since: Timestamp, limit: i64) -> Result<usize, StorageError> {
        Ok(store::list_due(&mut self.0.ground.storage.read().await?, since, limit).await?.len())
    }

    /// Whether mail goes to the outbox.
    pub fn keeps_an_outbox(&self) -> bool {
        matches!(self.0.transport, Transport::Outbox(_))
    }
}

#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;
