//! The task that delivers: a few mails at a time, each tried three times.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lettre::{AsyncTransport as _, Message};
use tokio::sync::{Notify, Semaphore, mpsc};

use super::Transport;
use crate::metrics::{MailOutcome, Metrics};

/// Mails that are delivered at once: one slow mailbox must not hold up the rest.
const AT_ONCE: usize = 4;

/// Waits before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// A mail on its way.
pub(super) struct Delivery {
    pub(super) kind: &'static str,
    pub(super) message: Message,
    pub(super) outbox_id: Option<String>,
    pub(super) _pending: PendingOne,
}

/// How many deliveries have not ended.
#[derive(Default)]
pub(super) struct Pending {
    count: AtomicUsize,
    none: Notify,
}

/// One delivery that has not ended; it ends when this is dropped.
pub(super) struct PendingOne(Arc<Pending>);

impl Pending {
    /// Counts one more.
    pub(super) fn one(this: &Arc<Self>) -> PendingOne {
        this.count.fetch_add(1, Ordering::SeqCst);
        PendingOne(Arc::clone(this))
    }

    /// Waits until there is none.
    pub(super) async fn none(&self) {
        loop {
            let mut told = std::pin::pin!(self.none.notified());
            // Listen before looking: an end between the two must not be missed.
            told.as_mut().enable();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            told.await;
        }
    }
}

impl Drop for PendingOne {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none.notify_waiters();
        }
    }
}

/// Delivers until every [`super::Mailer`] is gone and the queue is empty.
pub(super) async fn run(mut waiting: mpsc::Receiver<Delivery>, transport: Transport, metrics: Metrics) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
        let Some(delivery) = waiting.recv().await else {
            return;
        };
        let (transport, metrics) = (transport.clone(), metrics.clone());
        tokio::spawn(async move {
            let sent = deliver(&delivery, &transport).await;
            metrics.mail(delivery.kind, if sent { MailOutcome::Sent } else { MailOutcome::Failed });
            drop(permit);
        });
    }
}

async fn deliver(delivery: &Delivery, transport: &Transport) -> bool {
    let kind = delivery.kind;
    let smtp = match transport {
        Transport::Smtp(smtp) => smtp,
        Transport::Outbox(outbox) => {
            let (outbox, id) = (outbox.clone(), delivery.outbox_id.clone().unwrap_or_default());
            let formatted = delivery.message.formatted();
            let written = tokio::task::spawn_blocking(move || outbox.write(&id, &formatted)).await;
            return match written {
                Ok(Ok(())) => true,
                Ok(Err(error)) => {
                    tracing::error!(kind, %error, "a mail could not be written to the outbox's folder");
                    false
                }
                Err(_) => false,
            };
        }
    };
    let mut pauses = PAUSES.into_iter();
    loop {
        let Err(error) = smtp.send(delivery.message.clone()).await else {
            return true;
        };
        // The server's words can repeat the address: only what kind of failure it was is logged.
        let (status, reason) = (error.status().map(u16::from), reason(&error));
        let pause = if error.is_permanent() { None } else { pauses.next() };
        let Some(pause) = pause else {
            tracing::error!(kind, status, reason, "a mail was given up");
            return false;
        };
        tracing::warn!(kind, status, reason, again_in_seconds = pause.as_secs(), "a mail was not taken");
        tokio::time::sleep(pause).await;
    }
}

fn reason(error: &lettre::transport::smtp::Error) -> &'static str {
    match error {
        error if error.is_permanent() => "refused by the mail server",
        error if error.is_transient() => "put off by the mail server",
        error if error.is_timeout() => "the mail server did not answer in time",
        error if error.is_tls() => "no TLS with the mail server (name, certificate or version)",
        error if error.is_client() => "the mail server lacks what smtp.tls or the sign-in needs",
        error if error.is_response() => "the mail server's answer makes no sense",
        _ => "the mail server cannot be reached",
    }
}
