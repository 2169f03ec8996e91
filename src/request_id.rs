//! The id of a request: our own, never the client's. It stands on error pages, in every log line and in the audit log.

use std::fmt;
use std::future::Future;
use uuid::Uuid;

/// The id of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// A new one, ordered by time.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// That of no request.
    pub fn nil() -> Self {
        Self(Uuid::nil())
    }

    /// The id of the request that this task answers; `None` outside of one (the command line).
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Runs `answer` as the answer to the request `id`.
pub fn within<F: Future>(id: RequestId, answer: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(id, answer)
}
