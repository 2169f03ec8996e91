//! Passwords: the only file that names argon2.
//!
//! Hashing is what a password sign-in costs (19 MiB and 19 ms at the default), so it runs off the threads that answer
//! requests, in a fixed number of permits that each keep their memory, behind a bounded queue (security.md L6). Hashes that were
//! imported (`foreign_password`, and argon2 of other parameters) take as many permits as their memory needs, all of them at most.
//!
//! Specs: RFC 9106, OWASP ASVS 6.2.

use super::foreign_password::{ForeignHash, LARGEST_MEMORY_KIB, Unusable};
use super::password_rules::Weakness;
use crate::random::Random;
use crate::secret::Secret;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Most bytes of a password, checked before anything is hashed.
pub const LONGEST: usize = 1024;

/// A password as a person typed it, normalised (Unicode NFC) the same way when set and when checked.
pub struct Password(Secret);

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    TooShort,
    TooLong,
    /// Others would soon guess it.
    Guessable(Option<Weakness>),
    /// Known from a break-in somewhere.
    Breached,
}

impl Password {
    /// A password to be checked. Longer than [`LONGEST`] it cannot be anybody's; what is cut so that the answer costs the same is longer still.
    pub fn typed(text: &str) -> Self {
        Self(Secret::new(text.nfc().take(LONGEST + 1).collect()))
    }

    /// A password to be set.
    pub fn new(text: &str, minimum_length: usize) -> Result<Self, WeakPassword> {
        let normal: String = text.nfc().collect();
        if normal.len() > LONGEST {
            return Err(WeakPassword::TooLong);
        }
        if normal.chars().count() < minimum_length {
            return Err(WeakPassword::TooShort);
        }
        Ok(Self(Secret::new(normal)))
    }
}

/// Cost parameters (RFC 9106 §4; OWASP's minimum is the default).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// KiB.
    pub memory: u32,
    pub iterations: u32,
    pub parallelism: u32,
    /// Hashes at the same time; each holds `memory`.
    pub permits: usize,
    /// Requests that may wait for a permit.
    pub queue: usize,
    pub longest_wait: Duration,
}

/// Hashes and checks.
pub struct PasswordHasher {
    policy: PasswordPolicy,
    semaphore: Arc<Semaphore>,
    /// The memory of permits that are not in use.
    buffers: Arc<Mutex<Vec<Vec<Block>>>>,
    /// Whether anything was hashed since [`PasswordHasher::free_idle_buffers`] looked.
    used: AtomicBool,
    waiting: Arc<AtomicUsize>,
    random: Random,
    /// Checked in place of an unknown person's, so that both take the same time (security.md L1).
    dummy: String,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Right,
    /// Right, but the hash was made with other parameters than today's: hash it anew.
    RightButOutdated,
    Wrong,
}

/// Why nothing was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    #[error("too many passwords are being checked")]
    Busy,
    #[error("argon2 refused its parameters")]
    Parameters,
}

impl PasswordHasher {
    /// Errors: [`HashError::Parameters`] for a policy that argon2 does not accept.
    pub fn new(policy: PasswordPolicy, random: Random) -> Result<Self, HashError> {
        let mut hasher = Self {
            policy,
            semaphore: Arc::new(Semaphore::new(policy.permits.max(1))),
            buffers: Arc::default(),
            used: AtomicBool::default(),
            waiting: Arc::default(),
            random,
            dummy: String::new(),
        };
        // Nobody's password: the hash bytes are random, so nothing matches it.
        let salt: [u8; 16] = hasher.random.bytes();
        let hash: [u8; 32] = hasher.random.bytes();
        hasher.algorithm()?;
        hasher.dummy = hasher.encode(&salt, &hash);
        Ok(hasher)
    }

    fn algorithm(&self) -> Result<Argon2<'static>, HashError> {
        argon2_of(Algorithm::Argon2id, self.policy.memory, self.policy.iterations, self.policy.parallelism, 32)
    }

    fn encode(&self, salt: &[u8], hash: &[u8]) -> String {
        let PasswordPolicy { memory, iterations, parallelism, .. } = self.policy;
        format!(
            "$argon2id$v=19$m={memory},t={iterations},p={parallelism}${}${}",
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(hash)
        )
    }

    /// Hashes a new password; PHC text.
    ///
    /// Errors: [`HashError::Busy`] when the queue is full or the wait too long.
    pub async fn hash(&self, password: &Password) -> Result<String, HashError> {
        let salt: [u8; 16] = self.random.bytes();
        let hash = self.run(self.algorithm()?, password, salt.to_vec(), 32).await?;
        Ok(self.encode(&salt, &hash))
    }

    /// Checks a password against a stored hash, or against nobody's when there is none: both cost one hash.
    pub async fn check(&self, password: &Password, stored: Option<&str>) -> Result<Checked, HashError> {
        if let Some(foreign) = stored.and_then(|stored| ForeignHash::parse(stored).ok()) {
            return self.check_foreign(password, foreign).await;
        }
        let parsed = stored.and_then(parse).filter(is_bearable);
        let (known, parsed) = match parsed {
            Some(parsed) => (true, parsed),
            None => (false, parse(&self.dummy).ok_or(HashError::Parameters)?),
        };
        let algorithm = argon2_of(parsed.algorithm, parsed.memory, parsed.iterations, parsed.parallelism, parsed.hash.len())?;
        let computed = self.run(algorithm, password, parsed.salt.clone(), parsed.hash.len()).await?;
        let equal: bool = computed.ct_eq(&parsed.hash).into();
        let current = parsed.algorithm == Algorithm::Argon2id
            && (parsed.memory, parsed.iterations, parsed.parallelism)
                == (self.policy.memory, self.policy.iterations, self.policy.parallelism);
        Ok(match (known && equal, current) {
            (false, _) => Checked::Wrong,
            (true, true) => Checked::Right,
            (true, false) => Checked::RightButOutdated,
        })
    }

    /// Whatever it was made with, it is to be replaced by ours.
    async fn check_foreign(&self, password: &Password, foreign: ForeignHash) -> Result<Checked, HashError> {
        let permit = self.wait_for_permits(foreign.memory_kib()).await?;
        let password = Zeroizing::new(password.0.expose().clone());
        let matches = tokio::task::spawn_blocking(move || {
            let matches = foreign.matches(&password);
            drop(permit);
            matches
        });
        let matches = matches.await.map_err(|_| HashError::Busy)?;
        Ok(if matches { Checked::RightButOutdated } else { Checked::Wrong })
    }

    async fn run(&self, algorithm: Argon2<'static>, password: &Password, salt: Vec<u8>, length: usize) -> Result<Vec<u8>, HashError> {
        let memory = algorithm.params().m_cost();
        let permit = self.wait_for_permits(memory).await?;
        self.used.store(true, Ordering::Relaxed);
        let buffers = self.buffers.clone();
        // The memory of an imported hash that is larger than ours is not kept.
        let is_kept = memory <= self.policy.memory;
        let password = Zeroizing::new(password.0.expose().clone().into_bytes());
        // The permit goes along: whoever hangs up leaves a hash behind that is computed all the same (security.md L6).
        let hash = tokio::task::spawn_blocking(move || {
            let mut buffer = buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let blocks = algorithm.params().block_count();
            if buffer.len() < blocks {
                buffer.resize(blocks, Block::default());
            }
            let mut hash = vec![0u8; length];
            let memory = buffer.get_mut(..blocks).unwrap_or_default();
            let done = algorithm.hash_password_into_with_memory(&password, &salt, &mut hash, memory);
            if is_kept {
                buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
            }
            drop(permit);
            done.map(|()| hash)
        });
        hash.await.map_err(|_| HashError::Busy)?.map_err(|_| HashError::Parameters)
    }

    /// As many permits as `memory_kib` is worth: one for our own hashes, all there are at most.
    async fn wait_for_permits(&self, memory_kib: u32) -> Result<tokio::sync::OwnedSemaphorePermit, HashError> {
        let all = u32::try_from(self.policy.permits.max(1)).unwrap_or(u32::MAX);
        let count = memory_kib.div_ceil(self.policy.memory.max(1)).clamp(1, all);
        if let Ok(permit) = self.semaphore.clone().try_acquire_many_owned(count) {
            return Ok(permit);
        }
        let place = Place::take(&self.waiting, self.policy.queue).ok_or(HashError::Busy)?;
        let permit = tokio::time::timeout(self.policy.longest_wait, self.semaphore.clone().acquire_many_owned(count)).await;
        drop(place);
        permit.map_err(|_| HashError::Busy)?.map_err(|_| HashError::Busy)
    }

    /// Gives the memory of idle permits back to the system when nothing was hashed since the last call: 19 MiB each at the
    /// default. Fresh memory costs the next hash half as much again, so this is called every few seconds, not after each.
    pub fn free_idle_buffers(&self) {
        if !self.used.swap(false, Ordering::Relaxed) {
            self.buffers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Requests that wait for a permit now, and permits in use.
    pub fn load(&self) -> (usize, usize) {
        let used = self.policy.permits.max(1).saturating_sub(self.semaphore.available_permits());
        (self.waiting.load(Ordering::Relaxed), used)
    }
}

/// A place in the queue, given back when dropped, also when the request is cancelled.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, queue: usize) -> Option<Self> {
        if waiting.fetch_add(1, Ordering::SeqCst) >= queue {
            waiting.fetch_sub(1, Ordering::SeqCst);
            return None;
        }
        Some(Self(waiting.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What a hash to be imported is called, if it can be checked here at all.
pub fn recognise(stored: &str) -> Result<&'static str, Unusable> {
    match parse(stored) {
        Some(parsed) if is_within_bounds(&parsed) => Ok(if parsed.algorithm == Algorithm::Argon2id { "argon2id" } else { "argon2i" }),
        Some(_) => Err(Unusable::TooCostly),
        None => ForeignHash::parse(stored).map(|foreign| foreign.name()),
    }
}

/// Whether [`PasswordHasher::check`] checks it at all.
pub fn is_checkable(stored: &str) -> bool {
    parse(stored).is_some_and(|parsed| is_bearable(&parsed)) || ForeignHash::parse(stored).is_ok()
}

/// argon2 as a text that says what it is; `None` for a variant that is not taken over. `memory` in KiB.
pub fn argon2_text(variant: &str, costs: (u64, u64, u64), salt: &[u8], hash: &[u8]) -> Option<String> {
    let (memory, iterations, parallelism) = costs;
    let known = ["argon2i", "argon2id"].contains(&variant);
    let text = || {
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        format!("${variant}$v=19$m={memory},t={iterations},p={parallelism}${salt}${hash}")
    };
    known.then(text)
}

struct ParsedHash {
    algorithm: Algorithm,
    memory: u32,
    iterations: u32,
    parallelism: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

fn argon2_of(algorithm: Algorithm, memory: u32, iterations: u32, parallelism: u32, length: usize) -> Result<Argon2<'static>, HashError> {
    let params = Params::new(memory, iterations, parallelism, Some(length)).map_err(|_| HashError::Parameters)?;
    Ok(Argon2::new(algorithm, Version::V0x13, params))
}

/// What this server's own configuration may have been at some time (`password.argon2_…`): people of before must not be locked out.
fn is_bearable(parsed: &ParsedHash) -> bool {
    parsed.memory <= 4 * 1024 * 1024 && parsed.iterations <= 100
}

/// To be brought in: about two seconds of one core, and no more memory than any imported hash.
fn is_within_bounds(parsed: &ParsedHash) -> bool {
    const MOST_WORK: u64 = 2 * 1024 * 1024;
    let work = u64::from(parsed.memory) * u64::from(parsed.iterations);
    parsed.memory <= LARGEST_MEMORY_KIB
        && work <= MOST_WORK
        && parsed.parallelism <= 16
        && parsed.salt.len() <= 64
        && parsed.hash.len() <= 128
}

/// Reads PHC text of argon2id or argon2i, version 19. What is not that matches nothing.
fn parse(phc: &str) -> Option<ParsedHash> {
    let (algorithm, rest) = match phc.strip_prefix("$argon2id$") {
        Some(rest) => (Algorithm::Argon2id, rest),
        None => (Algorithm::Argon2i, phc.strip_prefix("$argon2i$")?),
    };
    let mut parts = rest.strip_prefix("v=19$")?.split('$');
    let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let cost = |name: &str| costs.split(',').find_map(|cost| cost.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
    let parsed = ParsedHash {
        algorithm,
        memory: cost("m")?,
        iterations: cost("t")?,
        parallelism: cost("p")?,
        salt: STANDARD_NO_PAD.decode(salt).ok()?,
        hash: STANDARD_NO_PAD.decode(hash).ok().filter(|hash| hash.len() >= 16)?,
    };
    // What argon2 itself refuses is nobody's hash: checking it must not end in an error that no other account gives.
    argon2_of(algorithm, parsed.memory, parsed.iterations, parsed.parallelism, parsed.hash.len()).ok()?;
    (parsed.salt.len() >= 8).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(iterations: u32, permits: usize, queue: usize) -> PasswordHasher {
        let policy = PasswordPolicy { memory: 8, iterations, parallelism: 1, permits, queue, longest_wait: Duration::from_secs(5) };
        PasswordHasher::new(policy, Random::System).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_checked_exactly_but_for_its_unicode_form() {
        let hasher = hasher(1, 1, 10);
        let stored = hasher.hash(&Password::new("caf\u{e9} con leche", 8).unwrap()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        for (typed, result) in
            [("cafe\u{301} con leche", Checked::Right), ("caf\u{e9} con lech", Checked::Wrong), ("Caf\u{e9} con leche", Checked::Wrong)]
        {
            assert_eq!(hasher.check(&Password::typed(typed), Some(&stored)).await, Ok(result), "{typed}");
        }
        assert_eq!(hasher.check(&Password::typed("x"), None).await, Ok(Checked::Wrong));
        for unknown in [
            "",
            "$2a$10$foreign",
            "md5:5f4dcc3b5aa765d61d8327deb882cf99",
            "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(hasher.check(&Password::typed("x"), Some(unknown)).await, Ok(Checked::Wrong), "{unknown}");
        }
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_right_but_outdated() {
        let stored = hasher(1, 1, 10).hash(&Password::new("long enough", 8).unwrap()).await.unwrap();
        assert_eq!(hasher(2, 1, 10).check(&Password::typed("long enough"), Some(&stored)).await, Ok(Checked::RightButOutdated));
    }

    #[tokio::test]
    async fn memory_is_kept_while_passwords_come_in_and_freed_when_none_do() {
        let hasher = hasher(1, 2, 10);
        let kept = || hasher.buffers.lock().unwrap().len();
        hasher.check(&Password::typed("x"), None).await.unwrap();
        assert_eq!(kept(), 1);
        hasher.free_idle_buffers();
        assert_eq!(kept(), 1, "something was hashed since the last look");
        hasher.free_idle_buffers();
        assert_eq!(kept(), 0);
        assert_eq!(hasher.check(&Password::typed("x"), None).await, Ok(Checked::Wrong));
    }

    // security.md L7
    #[test]
    fn lengths_are_counted_in_bytes_and_nothing_is_cut_off() {
        assert_eq!(Password::new("1234567", 8).err(), Some(WeakPassword::TooShort));
        assert_eq!(Password::new(&"a".repeat(1025), 8).err(), Some(WeakPassword::TooLong));
        let longest = Password::new(&"a".repeat(1024), 8).unwrap();
        for behind in ["b", "a", &"b".repeat(5000)] {
            assert_ne!(Password::typed(&format!("{}{behind}", "a".repeat(1024))).0.expose(), longest.0.expose(), "{behind}");
        }
        // Three characters that are one, as some systems type them: longer than it counts.
        let composed = Password::new(&"\u{ac01}".repeat(341), 8).unwrap();
        assert_eq!(Password::typed(&"\u{1100}\u{1161}\u{11a8}".repeat(341)).0.expose(), composed.0.expose());
    }

    // security.md L6
    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_hangs_up_takes_a_permit_until_their_hash_is_computed() {
        let hasher = hasher(50_000, 1, 2);
        let typed = Password::typed("x");
        let mut check = Box::pin(hasher.check(&typed, None));
        assert!(futures_util::poll!(check.as_mut()).is_pending());
        drop(check);
        assert_eq!(hasher.load(), (0, 1));
        while hasher.load() != (0, 0) {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.buffers.lock().unwrap().len(), 1, "its memory is kept for the next");
    }

    // security.md L6
    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_queue_refuses_at_once() {
        let hasher = Arc::new(hasher(200, 1, 2));
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.check(&Password::typed("x"), None).await })
            })
            .collect();
        let mut refused = 0;
        for task in tasks {
            refused += usize::from(task.await.unwrap() == Err(HashError::Busy));
        }
        assert!(refused >= 5, "{refused}");
        assert_eq!(hasher.load(), (0, 0));
    }
}
