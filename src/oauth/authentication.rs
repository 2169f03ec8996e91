//! How a person proved who they are: `acr` and `amr`.
//!
//! Specs: OpenID Connect Core §2, RFC 8176, RFC 9470.

use serde::{Deserialize, Serialize};

/// An Authentication Context Class Reference that this server can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Acr {
    /// One factor.
    #[serde(rename = "1")]
    SingleFactor,
}

impl Acr {
    pub const SUPPORTED: [&'static str; 1] = ["1"];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SingleFactor => "1",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::SingleFactor.as_str()).then_some(Self::SingleFactor)
    }
}

/// An Authentication Method Reference (RFC 8176 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amr {
    #[serde(rename = "pwd")]
    Password,
}
