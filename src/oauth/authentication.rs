//! How a person proved who they are: `acr` and `amr`.
//!
//! Three classes, each stronger than the one before: one factor; two factors; two factors of which one cannot be phished. The
//! last has its name from EAP ACR Values, the others have no registered one.
//!
//! Specs: OpenID Connect Core §2, RFC 8176, RFC 9470, OpenID Connect EAP ACR Values 1.0.

use serde::{Deserialize, Serialize};

/// An Authentication Context Class Reference that this server can reach; the later is the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Acr {
    /// One factor.
    #[serde(rename = "1")]
    SingleFactor,
    /// Two factors of different kinds.
    #[serde(rename = "2")]
    TwoFactors,
    /// Two factors, one of which answers this server only: a passkey (EAP ACR Values §2).
    #[serde(rename = "phr")]
    PhishingResistant,
}

impl Acr {
    pub const SUPPORTED: [&'static str; 3] = ["1", "2", "phr"];

    /// What the methods amount to.
    pub fn of(methods: &[Amr]) -> Self {
        let key = methods.iter().any(|method| matches!(method, Amr::HardwareKey | Amr::SoftwareKey));
        match (methods.contains(&Amr::MultiFactor), key) {
            (true, true) => Self::PhishingResistant,
            (true, false) => Self::TwoFactors,
            (false, _) => Self::SingleFactor,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SingleFactor => "1",
            Self::TwoFactors => "2",
            Self::PhishingResistant => "phr",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::SingleFactor, Self::TwoFactors, Self::PhishingResistant].into_iter().find(|acr| acr.as_str() == text)
    }

    /// The `acr` to tell somebody who asked for certain values: the strongest of them that is met, else what was reached.
    pub fn told_to(self, asked: &[Self]) -> Self {
        asked.iter().copied().filter(|asked| *asked <= self).max().unwrap_or(self)
    }
}

/// An Authentication Method Reference. `email`, `fed` and `device` are not registered (RFC 8176 §2 allows it); the rest are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amr {
    #[serde(rename = "pwd")]
    Password,
    /// A one-time password: of an authenticator app, or a recovery code.
    #[serde(rename = "otp")]
    Otp,
    /// A code sent to a telephone number.
    #[serde(rename = "sms")]
    Sms,
    /// A passkey that cannot leave its device.
    #[serde(rename = "hwk")]
    HardwareKey,
    /// A passkey that is copied between a person's devices.
    #[serde(rename = "swk")]
    SoftwareKey,
    /// The person was there: a passkey was touched. Whether it also verified them shows in `mfa`.
    #[serde(rename = "user")]
    UserPresent,
    /// Two factors of different kinds. A passkey that verified its person is two: what they have, and what they know or are.
    #[serde(rename = "mfa")]
    MultiFactor,
    /// A code or link sent to the mail address.
    #[serde(rename = "email")]
    MailedCode,
    /// Another provider said so.
    #[serde(rename = "fed")]
    Upstream,
    /// No second factor was asked for, since this browser was trusted after one. It does not raise `acr`.
    #[serde(rename = "device")]
    TrustedDevice,
}

impl Amr {
    /// The methods of a first and a second factor together.
    pub fn combined(first: &[Self], second: &[Self]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for method in first.iter().chain(second).chain([&Self::MultiFactor]) {
            if *method != Self::TrustedDevice && !all.contains(method) {
                all.push(*method);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security.md W7
    #[test]
    fn methods_amount_to_what_was_done() {
        use Amr::*;
        assert_eq!(Acr::of(&[Password]), Acr::SingleFactor);
        assert_eq!(Acr::of(&[Password, TrustedDevice]), Acr::SingleFactor);
        assert_eq!(Acr::of(&[HardwareKey, UserPresent]), Acr::SingleFactor, "a key that verified nobody is one factor");
        assert_eq!(Acr::of(&Amr::combined(&[Password], &[Otp])), Acr::TwoFactors);
        assert_eq!(Acr::of(&Amr::combined(&[Password], &[HardwareKey, UserPresent])), Acr::PhishingResistant);
        assert_eq!(Acr::of(&[SoftwareKey, UserPresent, MultiFactor]), Acr::PhishingResistant);
        assert_eq!(Amr::combined(&[Password, TrustedDevice], &[Otp]), [Password, Otp, MultiFactor]);
    }

    // OpenID Connect Core §5.5.1.1: the value that is told is one of those asked for, where one is met.
    #[test]
    fn the_strongest_value_that_was_asked_for_and_met_is_told() {
        use Acr::*;
        assert_eq!(PhishingResistant.told_to(&[SingleFactor, TwoFactors]), TwoFactors);
        assert_eq!(TwoFactors.told_to(&[PhishingResistant]), TwoFactors);
        assert_eq!(TwoFactors.told_to(&[]), TwoFactors);
        assert!(Acr::SUPPORTED.iter().all(|text| Acr::parse(text).is_some_and(|acr| acr.as_str() == *text)));
    }
}
