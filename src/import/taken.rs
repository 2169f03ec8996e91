//! What people of a run have taken, and whom it has read: digests, since a run may be long.

use super::ImportedUser;
use std::collections::HashSet;

/// Addresses, ids and identities that people of this run have taken, before they are written.
#[derive(Default)]
pub(super) struct Taken(HashSet<u64>);

impl Taken {
    /// Whether nobody had taken it.
    pub fn take(&mut self, kind: &str, name: &str) -> bool {
        self.0.insert(hash(kind, name))
    }
}

/// Ids of the source that earlier batches of this run had, of a source that may repeat itself: 8 bytes each.
#[derive(Default)]
pub(super) struct Earlier(HashSet<u64>);

impl Earlier {
    pub fn add(&mut self, batch: &[ImportedUser]) {
        // Nothing was made of what cannot be read: another row of the same person is the first.
        let readable = batch.iter().filter(|user| user.unreadable.is_none());
        self.0.extend(readable.map(|user| hash("source id", &user.id)));
    }

    /// Whether an earlier batch had this id.
    pub fn had(&self, id: &str) -> bool {
        self.0.contains(&hash("source id", id))
    }
}

fn hash(kind: &str, name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (kind, name).hash(&mut hasher);
    hasher.finish()
}
