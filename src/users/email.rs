//! E-mail addresses, in one form: two spellings of an address are one account (security.md L9).
//!
//! Specs: RFC 5321 §4.5.3.1 (lengths), RFC 5890 (domain names), Unicode NFC.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::Serialize;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// An address: NFC, lower case, its domain in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
#[serde(transparent)]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not an e-mail address, such as name@example.com.")]
pub struct InvalidEmail;

impl Email {
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text: String = text.trim().nfc().collect::<String>().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let url::Host::Domain(domain) = url::Host::parse(domain).map_err(|_| InvalidEmail)? else { return Err(InvalidEmail) };
        let address = format!("{local}@{}", domain.trim_end_matches('.'));
        let sendable = address.parse::<lettre::Address>().is_ok();
        let short = local.len() <= 64 && address.len() <= 254;
        let plain = !address.chars().any(|c| c.is_control() || c.is_whitespace());
        if sendable && short && plain && domain.contains('.') { Ok(Self(address)) } else { Err(InvalidEmail) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for Email
where
    str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        diesel::serialize::ToSql::<diesel::sql_types::Text, DB>::to_sql(self.0.as_str(), out)
    }
}

impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for Email
where
    String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        for text in [" Ann@Example.com ", "ann@example.COM", "ann@EXAMPLE.com."] {
            assert_eq!(Email::parse(text).unwrap().as_str(), "ann@example.com", "{text:?}");
        }
        assert_eq!(Email::parse("ann@bücher.example").unwrap(), Email::parse("ann@xn--bcher-kva.example").unwrap());
        assert_eq!(Email::parse("jose\u{301}@example.com").unwrap(), Email::parse("josé@example.com").unwrap());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "ann@localhost",
            "a b@example.com",
            "ann@example.com\r\nBcc: x@y.z",
            "ann@127.0.0.1",
            "ann@[::1]",
        ] {
            assert_eq!(Email::parse(text), Err(InvalidEmail), "{text:?}");
        }
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(65))), Err(InvalidEmail));
    }
}
