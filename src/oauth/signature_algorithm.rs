//! The signature algorithms that are allowed, by use.
//!
//! Specs: RFC 7518 §3.1, RFC 8725 §3.1 (allow-lists), RFC 9864 aside: EdDSA keeps its classic name here.

use serde::{Deserialize, Serialize};

/// An asymmetric algorithm this server signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    RS256,
    PS256,
    ES256,
    EdDSA,
}

impl SignatureAlgorithm {
    pub const ALL: [SignatureAlgorithm; 4] = [Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}
