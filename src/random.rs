//! Where unpredictable values come from: the operating system, or a seed in a test that has to be repeatable.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A source of random values. Clones of a seeded source share its position.
#[derive(Clone)]
pub enum Random {
    /// The operating system's cryptographic source.
    System,
    /// A repeatable sequence, for tests only.
    Seeded(Arc<Mutex<Sequence>>),
}

/// The state of a seeded source: SHA-256 of the seed and a counter.
pub struct Sequence {
    seed: u64,
    position: u64,
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "Random::System",
            Self::Seeded(_) => "Random::Seeded",
        })
    }
}

impl Random {
    /// A repeatable source. Never for a server that anybody signs in to.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(Sequence { seed, position: 0 })))
    }

    /// Fills `buffer`.
    ///
    /// An operating system without randomness is no place for this server: the process is aborted, and no guessable secret is made.
    pub fn fill(&self, buffer: &mut [u8]) {
        match self {
            Self::System => {
                if let Err(error) = getrandom::fill(buffer) {
                    tracing::error!(%error, "the operating system gives no random bytes");
                    std::process::abort();
                }
            }
            Self::Seeded(sequence) => {
                let mut sequence = sequence.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in buffer.chunks_mut(32) {
                    let block =
                        Sha256::new().chain_update(sequence.seed.to_be_bytes()).chain_update(sequence.position.to_be_bytes()).finalize();
                    sequence.position += 1;
                    chunk.iter_mut().zip(block).for_each(|(to, from)| *to = from);
                }
            }
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// 256 random bits as 43 characters of base64url: a secret that is sent to somebody and stored only as a digest.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A code of six digits, each of the million as likely as the other.
    pub fn six_digits(&self) -> String {
        loop {
            // 4,000,000,000 is the largest multiple of a million that fits: what lies above would make small codes likelier.
            let drawn = u32::from_be_bytes(self.bytes());
            if drawn < 4_000_000_000 {
                return format!("{:06}", drawn % 1_000_000);
            }
        }
    }

    /// A time-ordered id (RFC 9562 §5.7): the milliseconds of `now`, then 74 random bits. Unique, but not a secret.
    pub fn uuid_v7(&self, now: Timestamp) -> Uuid {
        let milliseconds = u64::try_from(now.unix_microseconds() / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_the_system_does_not() {
        assert_eq!(Random::seeded(7).token(), Random::seeded(7).token());
        assert_ne!(Random::seeded(7).token(), Random::seeded(8).token());
        let source = Random::seeded(7);
        assert_ne!(source.clone().token(), source.token(), "clones share the position");
        assert_ne!(Random::System.bytes::<16>(), Random::System.bytes::<16>());
        assert_eq!(Random::System.token().len(), 43);
    }

    // security.md M10
    #[test]
    fn a_code_has_six_digits() {
        let random = Random::seeded(1);
        let codes: Vec<String> = (0..1000).map(|_| random.six_digits()).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        assert!(codes.iter().collect::<std::collections::HashSet<_>>().len() > 950);
    }

    #[test]
    fn ids_are_version_7_and_ordered_by_time() {
        let random = Random::seeded(1);
        let ids: Vec<_> = (0..100).map(|ms| random.uuid_v7(Timestamp::from_unix_microseconds(1_700_000_000_000_000 + ms * 1000))).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(ids.iter().map(|id| id.to_string()).collect::<Vec<_>>().is_sorted());
    }
}
