//! The values of keys that offer a choice or have a syntax of their own.

use std::fmt;
use std::ops::Deref;

use serde::Deserialize;
use serde_json::Value;

use super::value::{Setting, quoted};
use crate::oauth::claims::scope_of_claim;
use crate::oauth::scope::Scope;

/// Declares an enum whose values are words.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident as $unit:literal { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl Setting for $name {
            const UNIT: &'static str = $unit;
            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(concat!("must be ", $unit).to_owned()),
                }
            }
            fn show(&self) -> Option<String> {
                Some(quoted(match self { $(Self::$variant => $word),+ }))
            }
        }
    };
}

choice! {
    /// How mail leaves.
    MailTransport as "outbox, smtp or resend" {
        /// Kept for the developer to read; nothing is sent.
        Outbox = "outbox",
        /// Handed to a mail server.
        Smtp = "smtp",
        /// Handed to Resend through its HTTP API.
        Resend = "resend",
    }
}

choice! {
    /// How the way to the mail server is encrypted.
    SmtpTls as "starttls, implicit or none" {
        /// Begins in clear and must change to TLS (port 587).
        Starttls = "starttls",
        /// TLS from the first byte (port 465).
        Implicit = "implicit",
        /// In clear: only for a server on this machine.
        None = "none",
    }
}

choice! {
    /// When a person who makes an account must have proven its address.
    EmailVerification as "before_sign_in, before_token or reminder" {
        /// Before there is an account.
        BeforeSignIn = "before_sign_in",
        /// Before any app gets a token; the account's own pages are open.
        BeforeToken = "before_token",
        /// Never; the account's page reminds of it.
        Reminder = "reminder",
    }
}

choice! {
    /// Who sends text messages.
    SmsProvider as "none, twilio_verify or twilio_messages" {
        /// Nobody: there are no codes by text message.
        None = "none",
        /// Twilio Verify, or what speaks as it does: it makes and checks the codes.
        TwilioVerify = "twilio_verify",
        /// Twilio Messages, or what speaks as it does: it sends codes that are made here.
        TwilioMessages = "twilio_messages",
    }
}

choice! {
    /// How log lines look.
    LogFormat as "pretty or json" {
        /// For people.
        Pretty = "pretty",
        /// One JSON object a line.
        Json = "json",
    }
}

choice! {
    /// How careful SQLite is with a commit.
    SqliteSynchronous as "full or normal" {
        /// An acknowledged commit survives a loss of power.
        Full = "full",
        /// The last commits may be lost with the power; the database stays sound.
        Normal = "normal",
    }
}

/// The address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// A host name or address; IPv6 without brackets.
    pub host: String,
    /// The port; 0 lets the system choose.
    pub port: u16,
}

impl Listen {
    /// Whether nobody but this machine can connect.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl Setting for Listen {
    const UNIT: &'static str = "host:port";
    fn parse(text: &str) -> Result<Self, String> {
        let problem = || "must be host:port, as in 127.0.0.1:3004, [::]:3004 or 0.0.0.0:3004".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(problem)?;
        let port = port.parse().map_err(|_| problem())?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let valid = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => url::Host::parse(host).is_ok(),
        };
        if valid { Ok(Self { host: bare.unwrap_or(host).to_owned(), port }) } else { Err(problem()) }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

/// A host that requests may name besides the issuer's: as URLs are parsed, so that spellings of one name are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost(pub url::Host<String>);

impl Setting for AllowedHost {
    const UNIT: &'static str = "host: ostiary, id.internal, 10.0.0.7, [fd00::7]";
    fn parse(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not a host name or address, without a scheme, port or wildcard, as in ostiary or [fd00::7]");
        let host = url::Host::parse(text).map_err(|_| problem())?;
        if text.contains('*') { Err(problem()) } else { Ok(Self(host)) }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.0.to_string()))
    }
}

/// Tables that the configuration hands on as they are (declared clients and resources). They may hold secrets: `Debug` shows their number.
#[derive(Clone, Default)]
pub struct Documents(pub Vec<Value>);

impl Deref for Documents {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Documents({})", self.0.len())
    }
}

impl Setting for Documents {
    const UNIT: &'static str = "list of tables";
    const DOCUMENT: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        // The error of the JSON parser is not repeated: it can quote the text, and the text can hold a client secret.
        let list: Vec<Value> =
            serde_json::from_str(text).map_err(|_| "must be a list of tables (in the environment: a JSON array of objects)".to_owned())?;
        match list.iter().all(Value::is_object) {
            true => Ok(Self(list)),
            false => Err("must be a list of tables (in the environment: a JSON array of objects)".to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(if self.0.is_empty() { "[]".to_owned() } else { format!("[]  # {} declared", self.0.len()) })
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A claim that is filled from an attribute of the user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimMapping {
    /// The claim's name.
    pub name: String,
    /// The attribute that it is filled from.
    pub user_attribute: String,
    /// The scope that must be granted, see [`ClaimMapping::scope`].
    scope: Option<String>,
}

impl ClaimMapping {
    /// The scope that must be granted: the one that is declared, else that of a standard claim (OpenID Connect Core §5.4), else `openid`.
    pub fn scope(&self) -> &str {
        self.scope.as_deref().or_else(|| scope_of_claim(&self.name)).unwrap_or(Scope::OPENID)
    }

    fn problem(&self) -> Option<String> {
        let name = self.name.as_str();
        match name {
            "" => Some("a claim needs a name".to_owned()),
            "email" | "phone_number" => Some(format!("the claim {name:?} goes out with the proof of it: it is the account's own")),
            _ if PROTOCOL_CLAIMS.contains(&name) => Some(format!("the claim {name:?} belongs to the protocol")),
            _ if self.scope.as_deref().is_some_and(|scope| Scope::parse(scope).map_or(0, |scope| scope.iter().count()) != 1) => {
                Some(format!("the scope of the claim {name:?} must be one word"))
            }
            _ => None,
        }
    }
}

/// The declared claim mappings.
#[derive(Debug, Clone, Default)]
pub struct Claims(pub Vec<ClaimMapping>);

impl Deref for Claims {
    type Target = [ClaimMapping];
    fn deref(&self) -> &[ClaimMapping] {
        &self.0
    }
}

/// Claims that say who signed what for whom and how the person proved themselves: never a matter of configuration.
const PROTOCOL_CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "azp",
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "client_id",
    "scope",
    "cnf",
    "act",
    "may_act",
    "events",
    "active",
    "token_type",
    "email_verified",
    "phone_number_verified",
];

impl Setting for Claims {
    const UNIT: &'static str = "list of tables";
    const DOCUMENT: bool = true;
    fn parse(text: &str) -> Result<Self, String> {
        let shape = |error| format!("must be a list of tables with name, user_attribute and perhaps scope ({error})");
        let tables: Vec<Value> = serde_json::from_str(text).map_err(shape)?;
        let (mut list, mut problems) = (Vec::<ClaimMapping>::new(), Vec::new());
        for (index, table) in tables.into_iter().enumerate() {
            match serde_json::from_value::<ClaimMapping>(table) {
                Ok(claim) => {
                    problems.extend(claim.problem());
                    if list.iter().any(|known| known.name == claim.name) {
                        problems.push(format!("the claim {:?} is declared twice", claim.name));
                    }
                    list.push(claim);
                }
                Err(error) => problems.push(format!("table {}: {error}", index + 1)),
            }
        }
        if problems.is_empty() { Ok(Self(list)) } else { Err(problems.join("; ")) }
    }
    fn show(&self) -> Option<String> {
        let tables = self.0.iter().map(|claim| {
            let scope = claim.scope.as_ref().map(|scope| format!(", scope = {}", quoted(scope))).unwrap_or_default();
            format!("{{ name = {}, user_attribute = {}{scope} }}", quoted(&claim.name), quoted(&claim.user_attribute))
        });
        Some(format!("[{}]", tables.collect::<Vec<_>>().join(", ")))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_to_listen_on() {
        for text in ["127.0.0.1:3004", "[::]:3004", "localhost:0", "ostiary.internal:80"] {
            assert_eq!(Listen::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "3004", ":3004", "::1:3004", "[::1]", "localhost:65536", "[x]:1", "a b:1"] {
            assert!(Listen::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_come_without_schemes_and_ports() {
        for (text, shown) in [("ostiary", "ostiary"), ("ID.Internal", "id.internal"), ("10.0.0.7", "10.0.0.7"), ("[FD00::7]", "[fd00::7]")]
        {
            assert_eq!(AllowedHost::parse(text).unwrap().show().unwrap(), quoted(shown));
        }
        for text in ["", "ostiary:3004", "http://ostiary", "*.example.com", "a b", "fd00::7", "ostiary/", "a@b"] {
            assert!(AllowedHost::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn claims_of_the_protocol_cannot_be_mapped() {
        let parse = |name: &str| Claims::parse(&format!(r#"[{{"name":"{name}","user_attribute":"x"}}]"#));
        assert_eq!(parse("department").unwrap().len(), 1);
        for name in ["sub", "aud", "acr", "email_verified", ""] {
            assert!(parse(name).is_err(), "{name}");
        }
        assert!(Claims::parse(r#"[{"name":"a","user_attribute":"x"},{"name":"a","user_attribute":"y"}]"#).is_err());
        assert!(Claims::parse(r#"[{"name":"a","user_attribute":"x","scop":"y"}]"#).is_err());
    }

    #[test]
    fn declared_clients_do_not_leak_their_secrets() {
        let text = r#"[{"client_id":"a","client_secret":"hunter2"}]"#;
        let documents = Documents::parse(text).unwrap();
        assert!(!format!("{documents:?}{}", documents.show().unwrap()).contains("hunter2"));
        assert!(!Documents::parse(r#"[{"client_secret":"hunter2"#).unwrap_err().contains("hunter2"));
        assert!(Documents::parse(r#"["hunter2"]"#).is_err());
    }
}
