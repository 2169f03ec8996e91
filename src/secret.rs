//! Values that must not be seen: [`Secret`] never prints and is wiped when dropped, [`SecretDigest`] is what is stored in its place.
//!
//! Specs: RFC 6819 §5.1.4.1.3 (store digests of secrets, not the secrets).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

/// What `Debug` and `config show` print in the place of a secret.
pub const REDACTED: &str = "[secret]";

/// A value that never prints and is overwritten when dropped. It has no `==` on purpose: compare digests.
#[derive(Clone)]
pub struct Secret<T: Zeroize = String>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it. Never log what this returns.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

/// SHA-256 of a secret of high entropy (a token, a generated client secret) as base64url text of 43 characters: what is stored.
/// Never used for what people choose; passwords go through argon2.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretDigest(String);

impl SecretDigest {
    /// The digest of a secret.
    pub fn of(secret: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes())))
    }

    /// A digest as it was read from the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store or to look up by.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `secret` has this digest, in a time that does not depend on where they differ.
    pub fn matches(&self, secret: &str) -> bool {
        let given = Self::of(secret);
        self.0.as_bytes().ct_eq(given.0.as_bytes()).into()
    }
}

/// A digest cannot be turned back, but it identifies a row: a few characters are enough for a log.
impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretDigest({}…)", self.0.get(..6).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        let secret = Secret::from("correct horse");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[secret] Some([secret])");
        assert_eq!(secret.expose(), "correct horse");
    }

    #[test]
    fn a_digest_is_sha256_in_base64url() {
        // FIPS 180-2 appendix B.1: SHA-256("abc").
        assert_eq!(SecretDigest::of("abc").as_str(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }

    // security.md K7
    #[test]
    fn a_digest_matches_its_secret_only() {
        let stored = SecretDigest::from_stored(SecretDigest::of("token").as_str().to_owned());
        assert!(stored.matches("token"));
        assert!(!stored.matches("Token"));
        assert!(!stored.matches(""));
        assert!(!SecretDigest::from_stored(String::new()).matches("token"));
    }

    #[test]
    fn a_digest_does_not_print_whole() {
        assert!(!format!("{:?}", SecretDigest::of("abc")).contains("ungWv48Bz"));
    }
}
