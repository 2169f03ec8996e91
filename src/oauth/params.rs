//! Request parameters as `application/x-www-form-urlencoded` text: each name once, decoded strictly.
//!
//! Specs: RFC 6749 §3.1, §3.2 and Appendix B.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longest query or body that is read, bytes.
pub const LONGEST: usize = 32 * 1024;
const MOST_PARAMETERS: usize = 100;
/// RFC 8707 §2 lets `resource` be repeated, RFC 8693 §2.1 `audience` as well; nothing else may be.
const REPEATABLE: [&str; 2] = ["resource", "audience"];
/// Where the answer to an authorization request goes, and what it must carry.
const SAY_WHERE_TO: [&str; 4] = ["client_id", "redirect_uri", "response_mode", "state"];

/// Parameters by name; values are never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    single: BTreeMap<String, String>,
    /// Those of each of [`REPEATABLE`].
    repeatable: [Vec<String>; 2],
}

/// Why the text is refused. The message names the parameter where its name is harmless to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    #[error("The request is longer than {LONGEST} bytes.")]
    TooLong,
    #[error("The request has more than {MOST_PARAMETERS} parameters.")]
    TooMany,
    #[error("A parameter is not valid percent-encoded UTF-8.")]
    Encoding,
    #[error("A parameter holds a NUL character.")]
    Nul,
    #[error("The value of {0} is not valid percent-encoded UTF-8; encode it as application/x-www-form-urlencoded.")]
    EncodingOf(String),
    #[error("The value of {0} holds a NUL character; leave it out.")]
    NulOf(String),
    #[error("The parameter {0} is sent more than once; send it once.")]
    Repeated(String),
}

impl Params {
    /// Parses query or body text; `text` must be the raw, still encoded form.
    pub fn parse(text: &str) -> Result<Self, ParamsError> {
        let (params, repeated) = Self::collect(text)?;
        match repeated.into_iter().next() {
            Some(name) => Err(ParamsError::Repeated(name)),
            None => Ok(params),
        }
    }

    /// The parameters, the first where one is repeated, and the names of those that are.
    fn collect(text: &str) -> Result<(Self, Vec<String>), ParamsError> {
        if text.len() > LONGEST {
            return Err(ParamsError::TooLong);
        }
        let (mut params, mut repeated) = (Self::default(), Vec::new());
        for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if count >= MOST_PARAMETERS {
                return Err(ParamsError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let value = decode(value).map_err(|error| match error {
                ParamsError::Encoding => ParamsError::EncodingOf(printable(&name)),
                ParamsError::Nul => ParamsError::NulOf(printable(&name)),
                error => error,
            })?;
            if let Err(ParamsError::Repeated(name)) = params.add(name, value) {
                repeated.push(name);
            }
        }
        Ok((params, repeated))
    }

    /// Parses query and body as one set: a name in both is repeated (no "first wins here, last wins there").
    pub fn parse_both(query: &str, body: &str) -> Result<Self, ParamsError> {
        Self::parse(&joined(query, body))
    }

    /// The same for an authorization request: what is repeated, but for what says where the answer goes, is answered there
    /// (RFC 6749 §4.1.2.1), and told beside the parameters.
    pub fn parse_answerable(query: &str, body: &str) -> Result<(Self, Option<ParamsError>), ParamsError> {
        let (params, repeated) = Self::collect(&joined(query, body))?;
        let decisive = repeated.iter().find(|name| SAY_WHERE_TO.contains(&name.as_str()));
        match decisive {
            Some(name) => Err(ParamsError::Repeated(name.clone())),
            None => Ok((params, repeated.into_iter().next().map(ParamsError::Repeated))),
        }
    }

    fn add(&mut self, name: String, value: String) -> Result<(), ParamsError> {
        let repeatable = REPEATABLE.iter().zip(&mut self.repeatable).find(|(known, _)| **known == name);
        if let Some((_, values)) = repeatable {
            if !value.is_empty() {
                values.push(value);
            }
            return Ok(());
        }
        // RFC 6749 §3.1: a parameter without a value counts as omitted, yet it must not appear twice.
        if self.single.contains_key(&name) {
            return Err(ParamsError::Repeated(printable(&name)));
        }
        self.single.insert(name, value);
        Ok(())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every `resource` (RFC 8707), in order.
    pub fn resources(&self) -> &[String] {
        let [resources, _] = &self.repeatable;
        resources
    }

    /// Every `audience` (RFC 8693), in order.
    pub fn audiences(&self) -> &[String] {
        let [_, audiences] = &self.repeatable;
        audiences
    }
}

fn joined<'a>(query: &'a str, body: &'a str) -> Cow<'a, str> {
    match (query.is_empty(), body.is_empty()) {
        (true, _) => body.into(),
        (_, true) => query.into(),
        _ => format!("{query}&{body}").into(),
    }
}

/// Decodes one `application/x-www-form-urlencoded` name or value; refuses broken escapes, bad UTF-8 and NUL.
pub fn decode(text: &str) -> Result<String, ParamsError> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let escape = rest.get(at + 1..at + 3).ok_or(ParamsError::Encoding)?;
        if !escape.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(ParamsError::Encoding);
        }
        rest = rest.get(at + 3..).unwrap_or("");
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| ParamsError::Encoding)?;
    if decoded.contains('\0') {
        return Err(ParamsError::Nul);
    }
    Ok(decoded.into_owned())
}

fn printable(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_may_appear_once_and_targets_often() {
        let params = Params::parse("a=1&resource=x&audience=p&resource=y&b=&c&audience=q&audience=").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!((params.get("b"), params.get("c")), (None, None));
        assert_eq!(
            (params.resources(), params.audiences()),
            (["x", "y"].map(str::to_owned).as_slice(), ["p", "q"].map(str::to_owned).as_slice())
        );
        assert_eq!(Params::parse("a=1&a=1"), Err(ParamsError::Repeated("a".into())));
        assert_eq!(Params::parse_both("a=1", "a=2"), Err(ParamsError::Repeated("a".into())));
    }

    #[test]
    fn broken_encodings_are_refused() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%C0%AF"] {
            assert_eq!(Params::parse(bad), Err(ParamsError::EncodingOf("a".to_owned())), "{bad}");
        }
        assert_eq!(Params::parse("%zz=1"), Err(ParamsError::Encoding));
        assert_eq!(Params::parse("a=%00"), Err(ParamsError::NulOf("a".to_owned())));
        assert_eq!(Params::parse("a%00=1"), Err(ParamsError::Nul));
        assert_eq!(Params::parse("a=%F0%9F%9A%AA+b").unwrap().get("a"), Some("🚪 b"));
    }

    #[test]
    fn floods_are_refused() {
        assert_eq!(Params::parse(&"x".repeat(LONGEST + 1)), Err(ParamsError::TooLong));
        let many: String = (0..101).map(|n| format!("p{n}=1&")).collect();
        assert_eq!(Params::parse(&many), Err(ParamsError::TooMany));
    }
}
