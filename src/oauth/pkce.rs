//! Proof Key for Code Exchange, S256 only.
//!
//! Specs: RFC 7636; `plain` is refused as RFC 9700 §2.1.1 advises.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A `code_challenge` of method S256: 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge(String);

/// A `code_verifier`: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, PartialEq, Eq)]
pub struct CodeVerifier(String);

impl CodeChallenge {
    pub fn parse(text: &str) -> Option<Self> {
        let decoded = URL_SAFE_NO_PAD.decode(text).ok()?;
        (text.len() == 43 && decoded.len() == 32).then(|| Self(text.to_owned()))
    }

    /// RFC 7636 §4.6: BASE64URL(SHA256(ASCII(code_verifier))) == code_challenge, in constant time.
    pub fn is_answered_by(&self, verifier: &CodeVerifier) -> bool {
        let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.0.as_bytes()));
        computed.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl CodeVerifier {
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        ((43..=128).contains(&text.len()) && text.bytes().all(unreserved)).then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeVerifier([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 Appendix B
    #[test]
    fn the_example_of_the_specification_verifies() {
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_answered_by(&CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap()));
        assert!(!challenge.is_answered_by(&CodeVerifier::parse(&"a".repeat(43)).unwrap()));
    }

    #[test]
    fn lengths_and_characters_are_bounded() {
        assert!(CodeVerifier::parse(&"a".repeat(42)).is_none() && CodeVerifier::parse(&"a".repeat(129)).is_none());
        assert!(CodeVerifier::parse(&"é".repeat(30)).is_none());
        assert!(CodeChallenge::parse("short").is_none() && CodeChallenge::parse(&"+".repeat(43)).is_none());
    }
}
