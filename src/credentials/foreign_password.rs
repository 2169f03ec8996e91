//! Password hashes that other systems made: they keep working after a move, until the next sign-in puts one of ours in their place.
//!
//! | stored text | made by | here |
//! |---|---|---|
//! | `$2a$`, `$2b$`, `$2y$` | Supabase, Auth0, most others | bcrypt; 72 bytes count, as everywhere |
//! | `$scrypt-nfkc$ln=14,r=16,p=1$SALT$HASH` | Better Auth, there `HEXSALT:HEXKEY` | the salt is the hexadecimal *text* |
//! | `$scrypt$ln=,r=,p=$SALT$HASH` | passlib and others | RFC 7914 |
//! | `$fbscrypt$v=1,n=,r=,p=,ss=,sk=$SALT$HASH` | Firebase, as Supabase keeps it | scrypt, then AES-CTR over the signer key |
//! | `$pbkdf2-sha256$…$SALT$HASH`, `$pbkdf2-sha512$…` | Keycloak (from its JSON), passlib | RFC 8018 |
//!
//! argon2i and argon2id are read in `password.rs`, beside our own. Anything else is nobody's password. What a check may cost is
//! bounded: a hash beyond the bounds is not brought in, and one that is there nevertheless matches nothing (security.md L6).
//!
//! A check takes the time of its own format: until their next sign-in, an imported account can be told from an unknown address by a
//! clock. Unknown addresses cost what our own hash costs, as ever.
//!
//! Specs: RFC 7914 (scrypt), RFC 8018 §5.2 (PBKDF2), PHC string format.

use aes::cipher::{KeyIvInit, StreamCipher};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use pbkdf2::pbkdf2_hmac;
use sha2_for_pbkdf2::{Sha256, Sha512};
use std::fmt;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

/// Most memory of one check of a hash that is brought in, argon2 too.
pub const LARGEST_MEMORY_KIB: u32 = 256 * 1024;
/// About two seconds of one core, each of them.
const HIGHEST_BCRYPT_COST: u32 = 15;
const MOST_PBKDF2_ITERATIONS: u32 = 2_000_000;
const MOST_SCRYPT_WORK: u64 = 1 << 22;
const HASH_LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;
const LONGEST_SALT: usize = 1024;

/// A hash of another system, within the bounds.
pub struct ForeignHash(Form);

enum Form {
    Bcrypt(String),
    Scrypt { params: scrypt::Params, cost: ScryptCost, salt: Vec<u8>, hash: Vec<u8>, nfkc: bool },
    Firebase { params: scrypt::Params, cost: ScryptCost, salt: Vec<u8>, signer_key: Zeroizing<Vec<u8>>, hash: Vec<u8> },
    Pbkdf2 { digest: Digest, iterations: u32, salt: Vec<u8>, hash: Vec<u8> },
}

#[derive(Clone, Copy)]
enum Digest {
    Sha256,
    Sha512,
}

#[derive(Clone, Copy)]
struct ScryptCost {
    memory_kib: u32,
}

/// Why a hash cannot be checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// No format that is known.
    Unknown,
    /// Known, but a check would cost more than one may.
    TooCostly,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "its format is unknown",
            Self::TooCostly => "checking it would cost too much time or memory",
        })
    }
}

impl ForeignHash {
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        let (name, rest) = text.strip_prefix('$').and_then(|text| text.split_once('$')).ok_or(Unusable::Unknown)?;
        match name {
            "2a" | "2b" | "2y" => bcrypt_of(text),
            "scrypt" => scrypt_of(rest, false),
            "scrypt-nfkc" => scrypt_of(rest, true),
            "fbscrypt" => firebase_of(rest),
            "pbkdf2-sha256" => pbkdf2_of(rest, Digest::Sha256),
            "pbkdf2-sha512" => pbkdf2_of(rest, Digest::Sha512),
            _ => Err(Unusable::Unknown),
        }
        .map(Self)
    }

    /// What it is called in reports.
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Form::Bcrypt(_) => "bcrypt",
            Form::Scrypt { .. } => "scrypt",
            Form::Firebase { .. } => "Firebase scrypt",
            Form::Pbkdf2 { .. } => "PBKDF2",
        }
    }

    /// Memory that a check takes.
    pub fn memory_kib(&self) -> u32 {
        match &self.0 {
            Form::Scrypt { cost, .. } | Form::Firebase { cost, .. } => cost.memory_kib,
            Form::Bcrypt(_) | Form::Pbkdf2 { .. } => 8,
        }
    }

    /// Whether this is the password; not for a thread that answers requests.
    pub fn matches(&self, password: &str) -> bool {
        let bytes = password.as_bytes();
        match &self.0 {
            Form::Bcrypt(text) => bcrypt::verify(bytes, text).unwrap_or(false),
            Form::Scrypt { params, salt, hash, nfkc, .. } => {
                let folded = Zeroizing::new(if *nfkc { password.nfkc().collect() } else { String::new() });
                let bytes = if *nfkc { folded.as_bytes() } else { bytes };
                let mut computed = Zeroizing::new(vec![0u8; hash.len()]);
                scrypt::scrypt(bytes, salt, params, &mut computed).is_ok() && same(&computed, hash)
            }
            Form::Firebase { params, salt, signer_key, hash, .. } => {
                let mut key = Zeroizing::new([0u8; 32]);
                if scrypt::scrypt(bytes, salt, params, key.as_mut_slice()).is_err() {
                    return false;
                }
                let mut computed = signer_key.clone();
                ctr::Ctr128BE::<aes::Aes256>::new((&*key).into(), (&[0u8; 16]).into()).apply_keystream(&mut computed);
                same(&computed, hash)
            }
            Form::Pbkdf2 { digest, iterations, salt, hash } => {
                let mut computed = vec![0u8; hash.len()];
                match digest {
                    Digest::Sha256 => pbkdf2_hmac::<Sha256>(bytes, salt, *iterations, &mut computed),
                    Digest::Sha512 => pbkdf2_hmac::<Sha512>(bytes, salt, *iterations, &mut computed),
                }
                let equal = same(&computed, hash);
                computed.zeroize();
                equal
            }
        }
    }
}

/// Better Auth's `HEXSALT:HEXKEY` as text that says what it is; `None` for anything else.
pub fn better_auth_text(stored: &str) -> Option<String> {
    let (salt, key) = stored.split_once(':')?;
    let is_hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex(salt, 32) || !is_hex(key, 128) {
        return None;
    }
    let key = data_encoding::HEXLOWER_PERMISSIVE.decode(key.as_bytes()).ok()?;
    Some(format!("$scrypt-nfkc$ln=14,r=16,p=1${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(key)))
}

/// PBKDF2 as a text that says what it is. `algorithm` as Keycloak names it: `pbkdf2-sha256` or `pbkdf2-sha512`.
pub fn pbkdf2_text(algorithm: &str, iterations: u64, salt: &[u8], hash: &[u8]) -> String {
    format!("${algorithm}$i={iterations}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash))
}

fn same(computed: &[u8], stored: &[u8]) -> bool {
    computed.ct_eq(stored).into()
}

fn bcrypt_of(text: &str) -> Result<Form, Unusable> {
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Unusable::Unknown)?;
    match parts.get_cost() {
        4..=HIGHEST_BCRYPT_COST => Ok(Form::Bcrypt(text.to_owned())),
        cost if cost > HIGHEST_BCRYPT_COST => Err(Unusable::TooCostly),
        _ => Err(Unusable::Unknown),
    }
}

fn scrypt_of(rest: &str, nfkc: bool) -> Result<Form, Unusable> {
    let (costs, salt, hash) = parts(rest)?;
    let (params, cost) = scrypt_params(number(costs, "ln")?, number(costs, "r")?, number(costs, "p")?)?;
    Ok(Form::Scrypt { params, cost, salt: salt_of(salt)?, hash: hash_of(hash)?, nfkc })
}

fn firebase_of(rest: &str) -> Result<Form, Unusable> {
    let (costs, salt, hash) = parts(rest)?;
    if number(costs, "v")? != 1 {
        return Err(Unusable::Unknown);
    }
    let (params, cost) = scrypt_params(number(costs, "n")?, number(costs, "r")?, number(costs, "p")?)?;
    let mut salt = salt_of(salt)?;
    salt.extend_from_slice(&salt_of(text_of(costs, "ss").unwrap_or_default())?);
    let signer_key = Zeroizing::new(hash_of(text_of(costs, "sk").ok_or(Unusable::Unknown)?)?);
    let hash = hash_of(hash)?;
    Ok(Form::Firebase { params, cost, salt, signer_key, hash })
}

fn pbkdf2_of(rest: &str, digest: Digest) -> Result<Form, Unusable> {
    let (costs, salt, hash) = parts(rest)?;
    let iterations = number(costs, "i").or_else(|_| costs.parse().map_err(|_| Unusable::Unknown))?;
    match iterations {
        0 => Err(Unusable::Unknown),
        1..=MOST_PBKDF2_ITERATIONS => Ok(Form::Pbkdf2 { digest, iterations, salt: salt_of(salt)?, hash: hash_of(hash)? }),
        _ => Err(Unusable::TooCostly),
    }
}

fn scrypt_params(log_n: u32, r: u32, p: u32) -> Result<(scrypt::Params, ScryptCost), Unusable> {
    let work = 1u64.checked_shl(log_n).filter(|_| log_n < 40).and_then(|n| n.checked_mul(u64::from(r))).ok_or(Unusable::TooCostly)?;
    let memory_kib = work.div_ceil(8);
    let too_costly = work.saturating_mul(u64::from(p)) > MOST_SCRYPT_WORK || memory_kib > u64::from(LARGEST_MEMORY_KIB);
    if too_costly {
        return Err(Unusable::TooCostly);
    }
    let log_n = u8::try_from(log_n).ok().filter(|log_n| *log_n > 0).ok_or(Unusable::Unknown)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| Unusable::Unknown)?;
    Ok((params, ScryptCost { memory_kib: u32::try_from(memory_kib).unwrap_or(LARGEST_MEMORY_KIB) }))
}

/// Costs, salt and hash.
fn parts(rest: &str) -> Result<(&str, &str, &str), Unusable> {
    let mut parts = rest.split('$');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(costs), Some(salt), Some(hash), None) => Ok((costs, salt, hash)),
        _ => Err(Unusable::Unknown),
    }
}

fn text_of<'a>(costs: &'a str, name: &str) -> Option<&'a str> {
    costs.split(',').find_map(|cost| cost.strip_prefix(name)?.strip_prefix('='))
}

fn number(costs: &str, name: &str) -> Result<u32, Unusable> {
    text_of(costs, name).and_then(|text| text.parse().ok()).ok_or(Unusable::Unknown)
}

/// Standard base64 with or without padding, or passlib's, which writes `.` for `+`.
fn base64_of(text: &str) -> Option<Vec<u8>> {
    let text = text.replace('.', "+");
    STANDARD.decode(&text).or_else(|_| STANDARD_NO_PAD.decode(text.trim_end_matches('='))).ok()
}

fn salt_of(text: &str) -> Result<Vec<u8>, Unusable> {
    base64_of(text).filter(|salt| salt.len() <= LONGEST_SALT).ok_or(Unusable::Unknown)
}

fn hash_of(text: &str) -> Result<Vec<u8>, Unusable> {
    base64_of(text).filter(|hash| HASH_LENGTHS.contains(&hash.len())).ok_or(Unusable::Unknown)
}

#[cfg(test)]
#[path = "foreign_password_tests.rs"]
mod tests;
