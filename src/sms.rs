//! Codes by text message, through Twilio or a provider with the same HTTP interface.
//!
//! *Verify* makes, sends and checks the code itself. With *Messages* the code is ours: six digits, whose keyed digest travels in the
//! sealed ticket of the page that asks for it. Numbers outside the operator's list of calling codes are never written to: messages
//! cost money, and some numbers earn it for those who make others write to them.
//!
//! Specs: Twilio Verify v2 (`Verifications`, `VerificationCheck`), Twilio Messages 2010-04-01; OWASP ASVS 6.6.

use crate::clock::Timestamp;
use crate::config;
use crate::config::SmsProvider;
use crate::digits;
use crate::outbound::{Outbound, OutboundError};
use crate::random::Random;
use crate::sealing::{DigestPurpose, Sealing};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a code is good.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// A telephone number as the network knows it: `+` and 8 to 15 digits (E.164).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number as people write it, with its country code.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.strip_prefix('+')?.chars().filter(|c| !" -().".contains(*c)).collect();
        let fine = (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        fine.then(|| Self(format!("+{digits}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to recognise one's own number by, and no more.
    pub fn hint(&self) -> String {
        format!("…{}", self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default())
    }
}

/// A code on its way, as the page carries it under seal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SentCode {
    /// Makes it single use.
    pub id: String,
    pub number: PhoneNumber,
    /// Of our own code; `None` where the provider knows it.
    digest: Option<String>,
    pub expires_at: Timestamp,
}

/// Sends codes and checks them.
#[derive(Debug, Clone)]
pub struct Sms {
    provider: SmsProvider,
    base_url: String,
    account_sid: String,
    auth_token: Secret,
    service_sid: String,
    from: String,
    countries: Vec<String>,
}

/// Why no code was sent or checked.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    #[error("text messages are not sent to numbers of this country")]
    Country,
    /// Its `code` says what is wrong (0: it gives none); its message may repeat the number, and is nobody's to keep.
    #[error("the provider answers {status}, code {code}")]
    Refused { status: u16, code: u64 },
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

impl Sms {
    /// `None` where text messages are switched off. The configuration was checked: what a provider needs is there.
    pub fn of(config: &config::Sms) -> Option<Self> {
        let default_url = match config.provider {
            SmsProvider::None => return None,
            SmsProvider::TwilioVerify => "https://verify.twilio.com",
            SmsProvider::TwilioMessages => "https://api.twilio.com",
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let base_url = config.base_url.as_ref().map_or(default_url, |url| url.as_str()).trim_end_matches('/').to_owned();
        Some(Self {
            provider: config.provider,
            base_url,
            account_sid: text(&config.account_sid),
            auth_token: config.auth_token.clone().unwrap_or_else(|| Secret::from("")),
            service_sid: text(&config.service_sid),
            from: text(&config.from),
            countries: config.countries.clone(),
        })
    }

    /// The calling codes that messages go to, for people.
    pub fn countries(&self) -> String {
        self.countries.join(", ")
    }

    /// Whether the operator lets messages go to this number.
    pub fn reaches(&self, number: &PhoneNumber) -> bool {
        self.countries.iter().any(|code| number.as_str().starts_with(code.as_str()))
    }

    /// Sends a code. `say` makes the message of a code (Messages only), in the person's language.
    ///
    /// Cost: 1 request to the provider.
    pub async fn send(
        &self,
        outbound: &Outbound,
        sealing: &Sealing,
        random: &Random,
        number: &PhoneNumber,
        say: impl FnOnce(&str) -> String,
        now: Timestamp,
    ) -> Result<SentCode, SmsError> {
        if !self.reaches(number) {
            return Err(SmsError::Country);
        }
        let id = random.token();
        let mut digest = None;
        if self.provider == SmsProvider::TwilioMessages {
            let code = random.six_digits();
            digest = Some(sealing.keyed_digest(DigestPurpose::SmsCode, &[&id, number.as_str(), &code]));
            let path = format!("/2010-04-01/Accounts/{}/Messages.json", self.account_sid);
            self.call(outbound, &path, &[("To", number.as_str()), ("From", &self.from), ("Body", &say(&code))]).await?;
        } else {
            let path = format!("/v2/Services/{}/Verifications", self.service_sid);
            self.call(outbound, &path, &[("To", number.as_str()), ("Channel", "sms")]).await?;
        }
        Ok(SentCode { id, number: number.clone(), digest, expires_at: now + LIFETIME })
    }

    /// Whether this is the code that was sent. Says nothing about whether it was used before: consume `sent.id`.
    ///
    /// Cost: none; with Verify 1 request to the provider.
    pub async fn is_right(
        &self,
        outbound: &Outbound,
        sealing: &Sealing,
        sent: &SentCode,
        code: &str,
        now: Timestamp,
    ) -> Result<bool, SmsError> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).map(digits::in_ascii).collect();
        if sent.expires_at <= now || !(4..=10).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(false);
        }
        if let Some(digest) = &sent.digest {
            return Ok(sealing.matches_keyed_digest(DigestPurpose::SmsCode, &[&sent.id, sent.number.as_str(), &code], digest));
        }
        let path = format!("/v2/Services/{}/VerificationCheck", self.service_sid);
        match self.call(outbound, &path, &[("To", sent.number.as_str()), ("Code", &code)]).await {
            Ok(answer) => Ok(answer.get("status").and_then(serde_json::Value::as_str) == Some("approved")),
            // Expired at the provider, or used; not a code; tried too often.
            Err(SmsError::Refused { status: 404, .. } | SmsError::Refused { code: 60200 | 60202, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn call(&self, outbound: &Outbound, path: &str, fields: &[(&str, &str)]) -> Result<serde_json::Value, SmsError> {
        let uri = format!("{}{path}", self.base_url);
        let (status, answer) = outbound.post_form_as(&uri, &self.account_sid, self.auth_token.expose(), fields).await?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        Err(SmsError::Refused { status, code: answer.get("code").and_then(serde_json::Value::as_u64).unwrap_or(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in ["+49 30 901820", "+49 (30) 90-18.20", "+4930901820"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "+4930901820", "{text}");
        }
        for text in ["", "030 901820", "+0 30 901820", "+49", "+49 30 9018x0", "+1234567890123456", "++4930901820", "+49\u{0660}30901820"] {
            assert_eq!(PhoneNumber::parse(text), None, "{text}");
        }
        assert_eq!(PhoneNumber::parse("+49 30 901820").unwrap().hint(), "…20");
    }
}
