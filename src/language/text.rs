//! Something to be said, before it is known in which language.

use crate::clock::Timestamp;

/// A message by its id, with what stands in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub(super) id: &'static str,
    pub(super) arguments: Vec<(&'static str, Argument)>,
}

/// What stands in a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// As it is: a name, an address.
    Words(String),
    /// Chooses the plural form, and is written as the language writes numbers.
    Number(u64),
    /// Another message.
    Text(Box<Text>),
    /// A day, as the language writes it.
    Date(Timestamp),
}

impl Text {
    pub const fn new(id: &'static str) -> Self {
        Self { id, arguments: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, argument: impl Into<Argument>) -> Self {
        self.arguments.push((name, argument.into()));
        self
    }

    pub fn id(&self) -> &'static str {
        self.id
    }
}

impl From<&str> for Argument {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Argument {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&String> for Argument {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Text> for Argument {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<Timestamp> for Argument {
    fn from(at: Timestamp) -> Self {
        Self::Date(at)
    }
}

impl From<&&str> for Argument {
    fn from(words: &&str) -> Self {
        Self::Words((*words).to_owned())
    }
}

impl From<&usize> for Argument {
    fn from(number: &usize) -> Self {
        Self::Number(*number as u64)
    }
}

impl From<&Text> for Argument {
    fn from(text: &Text) -> Self {
        Self::Text(Box::new(text.clone()))
    }
}

impl From<&Argument> for Argument {
    fn from(argument: &Argument) -> Self {
        argument.clone()
    }
}
