//! Tokens whose signature was checked a moment ago: an API asks about the same token again and again, and a check costs more than
//! everything else that introspection and userinfo do in memory.
//!
//! It belongs to one set of keys and goes with it, so a revoked key takes along what it had signed. It says that a signature is right
//! and nothing else: expiry, grant and revocation are looked at each time. A token is known by its digest, so none is kept, and only
//! tokens that verify get in, so nobody fills it with rubbish. Its memory is bounded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// Tokens in each of the two generations: 4,096 in all, about 3 MiB.
const GENERATION: usize = 2048;
/// Payloads that are longer than ours ever are not kept.
const LONGEST_PAYLOAD: usize = 4096;

type TokenDigest = [u8; 32];

/// Payloads by the digest of their token, in two generations: when the younger is full the older is forgotten, and what is used
/// moves to the younger. So what is asked for often stays, without a list of who was used when.
#[derive(Default)]
pub(super) struct VerifiedTokens(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    younger: HashMap<TokenDigest, Arc<[u8]>>,
    older: HashMap<TokenDigest, Arc<[u8]>>,
}

impl VerifiedTokens {
    /// Of a token that must have this `typ`: a token that was verified as one kind is not known as another (RFC 8725 §3.11).
    pub(super) fn digest(token: &str, typ: &str) -> TokenDigest {
        Sha256::new().chain_update(typ).chain_update([0]).chain_update(token).finalize().into()
    }

    pub(super) fn get(&self, digest: &TokenDigest) -> Option<Arc<[u8]>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(payload) = generations.younger.get(digest) {
            return Some(payload.clone());
        }
        let payload = generations.older.remove(digest)?;
        generations.insert(*digest, payload.clone());
        Some(payload)
    }

    pub(super) fn insert(&self, digest: TokenDigest, payload: &[u8]) {
        if payload.len() <= LONGEST_PAYLOAD {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, payload.into());
        }
    }
}

impl Generations {
    fn insert(&mut self, digest: TokenDigest, payload: Arc<[u8]>) {
        if self.younger.len() >= GENERATION {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(digest, payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(n: usize) -> TokenDigest {
        VerifiedTokens::digest(&n.to_string(), "at+jwt")
    }

    #[test]
    fn it_stays_bounded_and_keeps_what_is_asked_for() {
        let tokens = VerifiedTokens::default();
        for n in 0..20 * GENERATION {
            tokens.insert(digest(n), &[0; 100]);
            assert!(tokens.get(&digest(0)).is_some(), "in use at {n}");
        }
        let generations = tokens.0.lock().unwrap();
        assert!(generations.younger.len() + generations.older.len() <= 2 * GENERATION);
        assert!(!generations.younger.contains_key(&digest(1)) && !generations.older.contains_key(&digest(1)));
    }

    #[test]
    fn a_kind_of_token_is_part_of_what_is_known() {
        assert_ne!(VerifiedTokens::digest("a.b.c", "at+jwt"), VerifiedTokens::digest("a.b.c", "JWT"));
    }

    #[test]
    fn a_long_payload_is_not_kept() {
        let tokens = VerifiedTokens::default();
        tokens.insert(digest(1), &[0; LONGEST_PAYLOAD + 1]);
        assert!(tokens.get(&digest(1)).is_none());
    }
}
