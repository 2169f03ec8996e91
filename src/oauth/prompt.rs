//! `prompt`: which interaction the client insists on.
//!
//! Specs: OpenID Connect Core §3.1.2.1, Initiating User Registration via OpenID Connect 1.0 (`create`).

use serde::{Deserialize, Serialize};

/// The parsed `prompt` parameter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
    pub create: bool,
}

/// Why a `prompt` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPrompt {
    #[error("prompt=none cannot be combined with another value.")]
    NoneWithOthers,
    #[error("prompt has a value other than none, login, consent, select_account and create.")]
    Unknown,
}

impl Prompt {
    pub const SUPPORTED: [&'static str; 5] = ["none", "login", "consent", "select_account", "create"];

    pub fn parse(text: &str) -> Result<Self, InvalidPrompt> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return Err(InvalidPrompt::Unknown),
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account || prompt.create) {
            return Err(InvalidPrompt::NoneWithOthers);
        }
        Ok(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert_eq!(Prompt::parse("none login"), Err(InvalidPrompt::NoneWithOthers));
        assert!(Prompt::parse("login consent").unwrap().consent);
        assert_eq!(Prompt::parse("Login"), Err(InvalidPrompt::Unknown));
    }
}
