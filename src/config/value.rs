//! How each type of value is written in the configuration, read and shown.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use super::color::Color;
use super::master_key::MasterKey;
use crate::oauth::issuer::Issuer;
use crate::secret::{REDACTED, Secret};

/// A type that a key can have.
pub(super) trait Setting: Sized {
    /// What the reference page says is to be written.
    const UNIT: &'static str;
    /// An array of them.
    const IS_LIST: bool = false;
    /// Whether the value must not be shown.
    const SECRET: bool = false;
    /// Whether it is a list of tables, handed on as JSON.
    const DOCUMENT: bool = false;

    /// Reads the text; the error says what it must be, and for a secret never repeats it.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value as TOML writes it, redacted when secret; `None` when there is none.
    fn show(&self) -> Option<String>;

    /// What bounds are compared by.
    fn size(&self) -> Option<u128> {
        None
    }

    /// The value when nothing is written and no default is declared.
    fn absent() -> Option<Self> {
        None
    }
}

/// A TOML string. TOML's basic strings take JSON's escapes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

macro_rules! whole_number {
    ($($type:ty),*) => { $(
        impl Setting for $type {
            const UNIT: &'static str = "number";
            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| "must be a whole number".to_owned())
            }
            fn show(&self) -> Option<String> {
                Some(self.to_string())
            }
            fn size(&self) -> Option<u128> {
                u128::try_from(*self).ok()
            }
        }
    )* };
}
whole_number!(u16, u32, usize);

impl Setting for bool {
    const UNIT: &'static str = "true or false";
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be true or false".to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for String {
    const UNIT: &'static str = "text";
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Err("must not be empty".to_owned()),
            _ if text.chars().any(char::is_control) => Err("must not contain control characters".to_owned()),
            text => Ok(text.to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(self))
    }
}

/// Units of a duration in milliseconds, the largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Setting for Duration {
    const UNIT: &'static str = "duration, as in 500ms, 30s, 5m, 1h, 7d";
    fn parse(text: &str) -> Result<Self, String> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(digits).unwrap_or_default();
        UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .and_then(|(_, milliseconds)| number.parse::<u64>().ok()?.checked_mul(*milliseconds))
            // A thousand years: sums of instants and lifetimes cannot overflow.
            .filter(|milliseconds| *milliseconds <= 365_000 * 86_400_000)
            .map(Duration::from_millis)
            .ok_or_else(|| "must be a duration such as 30s, 5m, 1h or 7d".to_owned())
    }
    fn show(&self) -> Option<String> {
        let all = self.as_millis();
        let (unit, each) = UNITS.iter().find(|(_, each)| all > 0 && all.is_multiple_of(u128::from(*each))).unwrap_or(&("s", 1_000));
        Some(format!("\"{}{unit}\"", all / u128::from(*each)))
    }
    fn size(&self) -> Option<u128> {
        Some(self.as_millis())
    }
}

impl Setting for Issuer {
    const UNIT: &'static str = "URL";
    fn parse(text: &str) -> Result<Self, String> {
        Issuer::parse(text).map_err(|fault| fault.to_string())
    }
    fn show(&self) -> Option<String> {
        Some(quoted(self.as_str()))
    }
}

impl Setting for Url {
    const UNIT: &'static str = "URL";
    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        let url = url.ok_or_else(|| "must be a URL that begins with https:// or http://".to_owned())?;
        match url.username().is_empty() && url.password().is_none() {
            true => Ok(url),
            false => Err("must not contain a user name or password".to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(self.as_str()))
    }
}

impl Setting for PathBuf {
    const UNIT: &'static str = "path";
    fn parse(text: &str) -> Result<Self, String> {
        <String as Setting>::parse(text).map(PathBuf::from)
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string_lossy()))
    }
}

impl Setting for Secret {
    const UNIT: &'static str = "text, secret";
    const SECRET: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Secret::from(text)) }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(REDACTED))
    }
}

impl Setting for MasterKey {
    const UNIT: &'static str = "base64 of 32 bytes, secret";
    const SECRET: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        MasterKey::parse(text)
    }
    fn show(&self) -> Option<String> {
        Some(quoted(REDACTED))
    }
}

impl Setting for IpNet {
    const UNIT: &'static str = "address or network: 10.0.0.0/8, fd00::/8";
    fn parse(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let network = network.ok_or_else(|| format!("{text:?} is not an address or network such as 10.0.0.0/8"))?;
        match network.prefix_len() {
            0 => Err(format!("{text:?} trusts everybody, so that a client could write any address it likes")),
            _ => Ok(network.trunc()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Setting for Mailbox {
    const UNIT: &'static str = "address: Name <name@example.com>";
    fn parse(text: &str) -> Result<Self, String> {
        let unprintable = text.chars().any(char::is_control);
        text.parse()
            .ok()
            .filter(|_| !unprintable)
            .ok_or_else(|| "must be an e-mail address, as in Ostiary <ostiary@example.com>".to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Setting for Color {
    const UNIT: &'static str = "colour: #rrggbb";
    fn parse(text: &str) -> Result<Self, String> {
        Color::parse(text).ok_or_else(|| "must be a colour such as #1f3a8a".to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl<T: Setting> Setting for Option<T> {
    const UNIT: &'static str = T::UNIT;
    const SECRET: bool = T::SECRET;
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
    fn show(&self) -> Option<String> {
        self.as_ref().and_then(T::show)
    }
    fn size(&self) -> Option<u128> {
        self.as_ref().and_then(T::size)
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Stands before each item of a list that was an array in the file (the control character "unit separator").
pub(super) const ITEM: char = '\u{1f}';

/// A list: an array in TOML, whose items may hold anything; separated by commas or lines in the environment.
impl<T: Setting> Setting for Vec<T> {
    const UNIT: &'static str = T::UNIT;
    const IS_LIST: bool = true;
    const SECRET: bool = T::SECRET;
    fn parse(text: &str) -> Result<Self, String> {
        let is_array = text.starts_with(ITEM);
        let ends = |c: char| if is_array { c == ITEM } else { c == ',' || c == '\n' };
        let (mut items, mut problems) = (Vec::new(), Vec::new());
        for item in text.split(ends).map(str::trim).filter(|item| !item.is_empty()) {
            match T::parse(item) {
                Ok(item) => items.push(item),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(items) } else { Err(problems.join("; ")) }
    }
    fn show(&self) -> Option<String> {
        Some(format!("[{}]", self.iter().filter_map(T::show).collect::<Vec<_>>().join(", ")))
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown_in_their_largest_unit() {
        for (text, seconds, shown) in
            [("0s", 0, "0s"), ("90s", 90, "90s"), ("120s", 120, "2m"), ("24h", 86_400, "1d"), ("7d", 604_800, "7d")]
        {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.as_secs(), seconds, "{text}");
            assert_eq!(duration.show().unwrap(), quoted(shown), "{text}");
        }
        assert_eq!(Duration::parse("250ms").unwrap().as_millis(), 250);
        for text in ["", "5", "m", "-1s", "1.5h", "5 m", "5M", "1y", "99999999999999999999d", "400000000d", "é"] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn networks_are_read_with_and_without_a_prefix() {
        let parse = |text| Vec::<IpNet>::parse(text).map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(parse("10.1.2.3/8, ::1,192.0.2.7").unwrap(), ["10.0.0.0/8", "::1/128", "192.0.2.7/32"]);
        assert_eq!(parse("").unwrap(), Vec::<String>::new());
        for text in ["10.0.0.0/33", "example.com", "0.0.0.0/0", "::/0", "10.0.0.0/8;::1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn urls_are_of_the_web_and_carry_no_password() {
        assert!(Url::parse("https://example.com/terms").is_ok());
        for text in ["javascript:alert(1)", "mailto:a@example.com", "https://", "/terms", "https://u:p@example.com"] {
            assert!(<Url as Setting>::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(<Secret as Setting>::parse("hunter2").unwrap().show().unwrap(), "\"[secret]\"");
        assert_eq!(Option::<Secret>::parse("").unwrap().show(), None);
    }

    #[test]
    fn a_sender_cannot_carry_a_second_header() {
        assert!(<Mailbox as Setting>::parse("Ostiary <id@example.com>").is_ok());
        for text in ["", "Ostiary", "id@example.com\r\nBcc: x@example.com", "<id@example.com>\n"] {
            assert!(<Mailbox as Setting>::parse(text).is_err(), "{text:?}");
        }
    }
}
