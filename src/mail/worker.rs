//! Who delivers: claims what is due by one conditional statement each, a few at a time, and puts off what failed.
//!
//! Cost: idle 1 round trip each [`POLL`]; a mail 3 round trips, 2 commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::store::{self, Claimed, Due};
use super::transport::{Failure, Letter};
use super::{Inner, Mailer, Sealed};
use crate::metrics::MailOutcome;
use crate::sealing::Purpose;
use crate::storage::StorageError;

/// Mails that one process delivers at once: one slow mailbox must not hold up the rest.
pub(super) const AT_ONCE: usize = 8;

/// How often a process looks for what others left and for what is due again. Its own mail wakes it.
const POLL: Duration = Duration::from_secs(2);

/// How long one delivery may take.
const LONGEST_DELIVERY: Duration = Duration::from_secs(60);

/// How long a claimed mail is nobody else's: longer than a delivery takes, so that only a replica that died is taken from.
const LEASE: Duration = Duration::from_secs(90);

/// Pauses after the first failures; the last is every further one's.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(3600),
];

/// How much has been begun and not ended.
#[derive(Default)]
pub(super) struct Pending {
    count: AtomicUsize,
    none: Notify,
}

/// One thing that has not ended; it ends when this is dropped.
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

impl Mailer {
    /// Delivers for as long as it is polled: what this process writes down at once, what others left behind when it is due.
    pub async fn work(self) {
        loop {
            let more = self.deliver_due().await;
            if !more {
                // Both ends of the wait are fine; what counts is in the table.
                let _ = tokio::time::timeout(POLL, self.0.wake.notified()).await;
            }
        }
    }

    /// Begins no more deliveries, waits for those under way and for what was to be written down, but no longer than `limit`. What is
    /// left stays in the table, for the next start or another replica.
    pub async fn stop(&self, limit: Duration) {
        AtomicBool::store(&self.0.stopping, true, Ordering::SeqCst);
        if tokio::time::timeout(limit, self.0.pending.none()).await.is_err() {
            tracing::warn!("stopping while mail is on its way; it will be tried again");
        }
    }

    /// One look: starts delivering what is due and returns whether there may be more. Outbox mail is delivered when this returns.
    pub(super) async fn deliver_due(&self) -> bool {
        let looking = Pending::one(&self.0.pending);
        if AtomicBool::load(&self.0.stopping, Ordering::SeqCst) {
            return false;
        }
        let begun = self.begin_deliveries().await;
        drop(looking);
        match begun {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(%error, "mail could not be looked for; tried again soon");
                false
            }
        }
    }

    async fn begin_deliveries(&self) -> Result<bool, StorageError> {
        // A permit first: what is claimed is delivered now, or its lease runs out for nothing.
        let _look = self.0.look.lock().await;
        let Ok(first) = Arc::clone(&self.0.permits).acquire_owned().await else { return Ok(false) };
        let mut permits = vec![first];
        while let Ok(permit) = Arc::clone(&self.0.permits).try_acquire_owned() {
            permits.push(permit);
        }
        let limit = i64::try_from(permits.len()).unwrap_or(1);
        let now = self.0.ground.clock.now();
        let due = store::list_due(&mut self.0.ground.storage.read().await?, now, limit).await?;
        for due in &due {
            let Some(claimed) = self.claim(due).await? else { continue };
            let Some(permit) = permits.pop() else { break };
            let (mailer, pending) = (self.clone(), Pending::one(&self.0.pending));
            self.0.runtime.spawn(async move {
                if let Err(error) = mailer.deliver(claimed).await {
                    tracing::warn!(%error, "what became of a mail could not be written down; it will be tried again");
                }
                drop((permit, pending));
            });
        }
        Ok(i64::try_from(due.len()).unwrap_or(0) == limit)
    }

    async fn claim(&self, due: &Due) -> Result<Option<Claimed>, StorageError> {
        let ground = &self.0.ground;
        store::claim(&mut ground.storage.write().await?, due, ground.clock.now(), LEASE).await
    }

    async fn deliver(&self, mail: Claimed) -> Result<(), StorageError> {
        let Inner { ground, from, transport, .. } = &*self.0;
        let kind = mail.kind.as_str();
        if mail.expires_at <= ground.clock.now() {
            // What is in it is no longer good: a code, a link.
            tracing::error!(kind, attempts = mail.attempts, "a mail has expired and was not sent");
            ground.metrics.mail(kind, MailOutcome::Failed);
            return store::delete_mail(&mut ground.storage.write().await?, &mail.id).await;
        }
        let opened = ground.sealing.open::<Sealed>(Purpose::OutgoingMail, &mail.sealed_message);
        let message = opened.as_ref().and_then(|sealed| sealed.message(&mail.id, from).ok());
        let sent = match (&opened, message) {
            (Some(sealed), Some(message)) => {
                let letter = Letter { id: mail.id.as_str(), kind, sealed, message, from, sent_at: ground.clock.now() };
                let delivery = tokio::time::timeout(LONGEST_DELIVERY, transport.deliver(letter));
                delivery.await.unwrap_or_else(|_| Err(Failure::later(None, "the delivery took too long")))
            }
            // Sealed under a master key that is gone, or made by a version that this one cannot read.
            _ => Err(Failure::for_good(None, "it cannot be opened")),
        };
        let mut connection = ground.storage.write().await?;
        let Err(failure) = sent else {
            ground.metrics.mail(kind, MailOutcome::Sent);
            return store::delete_mail(&mut connection, &mail.id).await;
        };
        let Failure { status, reason, for_good } = failure;
        let pause = pause_after(mail.attempts);
        let again_at = ground.clock.now() + pause;
        if for_good || again_at >= mail.expires_at {
            tracing::error!(kind, status, reason, attempts = mail.attempts, "a mail was given up");
            ground.metrics.mail(kind, MailOutcome::Failed);
            return store::delete_mail(&mut connection, &mail.id).await;
        }
        tracing::warn!(kind, status, reason, again_in_seconds = pause.as_secs(), "a mail was not taken");
        store::put_off(&mut connection, &mail.id, again_at).await
    }
}

/// How long to wait after the `attempts`-th try.
fn pause_after(attempts: i64) -> Duration {
    let nth = usize::try_from(attempts - 1).unwrap_or(0);
    PAUSES.get(nth).or(PAUSES.last()).copied().unwrap_or(POLL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_stays_bounded() {
        let seconds: Vec<_> = (1..9).map(|attempts| pause_after(attempts).as_secs()).collect();
        assert_eq!(seconds, [5, 30, 120, 600, 1800, 3600, 3600, 3600]);
        assert!(LEASE > LONGEST_DELIVERY);
    }
}
