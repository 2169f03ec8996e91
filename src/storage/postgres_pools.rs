//! The pools of PostgreSQL: one for each worker of the HTTP server, one for whatever else runs.
//!
//! A connection is driven by a task. Where that task lives on the runtime of the request that asks, no other thread has to be woken
//! for the query and for its answer, which is about half of what an introspection costs the server.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;

use super::error::StorageResult;
use super::postgres::{self, PostgresConnector};
use super::statements::Statements;

/// Kept for what runs on no worker: housekeeping, mail, commands.
const SHARED: usize = 2;
/// With fewer for a worker, statements that wait for a lock would hold up others while connections elsewhere are idle.
const LEAST: usize = 4;

static NEXT_ID: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OF_THIS_WORKER: RefCell<Option<OwnPool>> = const { RefCell::new(None) };
}

/// The pool of the worker that a thread is, and the storage that it belongs to: a process may have several.
struct OwnPool {
    storage: usize,
    pool: Pool<AsyncPgConnection>,
}

impl Drop for OwnPool {
    /// The runtime that drives these connections ends with the thread.
    fn drop(&mut self) {
        self.pool.close();
    }
}

pub(super) struct PostgresPools {
    id: usize,
    connector: PostgresConnector,
    statements: Arc<Statements>,
    max_connections: usize,
    shared: RwLock<Pool<AsyncPgConnection>>,
    /// How many connections each worker has; not set while all share.
    each: OnceLock<usize>,
    of_workers: Mutex<Vec<Pool<AsyncPgConnection>>>,
}

impl PostgresPools {
    pub(super) fn new(connector: &PostgresConnector, max_connections: usize, statements: &Arc<Statements>) -> StorageResult<Self> {
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            connector: connector.clone(),
            statements: statements.clone(),
            max_connections,
            shared: RwLock::new(postgres::pool(connector, max_connections, false, statements)?),
            each: OnceLock::new(),
            of_workers: Mutex::default(),
        })
    }

    /// Reserves a share of the connections for each worker, if there are enough. See [`super::Storage::share_among`].
    pub(super) fn share_among(&self, workers: usize) -> StorageResult<()> {
        let each = self.max_connections.saturating_sub(SHARED) / workers.max(1);
        if each >= LEAST && self.each.set(each).is_ok() {
            // A new one: deadpool shrinks a pool by the connections that it has, not by those that it may still make.
            let rest = postgres::pool(&self.connector, self.max_connections - each * workers, false, &self.statements)?;
            *self.shared.write().unwrap_or_else(PoisonError::into_inner) = rest;
        }
        Ok(())
    }

    /// Makes the pool of the worker that this thread is; its connections live on this thread's runtime and end with it.
    pub(super) fn enter_worker(&self) -> StorageResult<()> {
        let Some(each) = self.each.get() else { return Ok(()) };
        if self.of_this_worker().is_none() {
            let pool = postgres::pool(&self.connector, *each, true, &self.statements)?;
            self.of_workers.lock().unwrap_or_else(PoisonError::into_inner).push(pool.clone());
            OF_THIS_WORKER.set(Some(OwnPool { storage: self.id, pool }));
        }
        Ok(())
    }

    fn of_this_worker(&self) -> Option<Pool<AsyncPgConnection>> {
        OF_THIS_WORKER.with_borrow(|own| own.as_ref().filter(|own| own.storage == self.id).map(|own| own.pool.clone()))
    }

    /// The pool for whoever asks on this thread.
    pub(super) fn here(&self) -> Pool<AsyncPgConnection> {
        self.of_this_worker().unwrap_or_else(|| self.shared())
    }

    pub(super) fn shared(&self) -> Pool<AsyncPgConnection> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Of the workers that run.
    pub(super) fn of_workers(&self) -> Vec<Pool<AsyncPgConnection>> {
        let mut all = self.of_workers.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|pool| !pool.is_closed());
        all.clone()
    }

    pub(super) fn connector(&self) -> &PostgresConnector {
        &self.connector
    }
}
