//! What can be wrong with a field, as the person reads it beside the field.

use crate::credentials::password::{self, WeakPassword};
use crate::credentials::password_rules::Weakness;
use crate::language::Text;
use std::time::Duration;

/// Letters of a name that somebody gives when they make an account.
pub const LONGEST_NAME: usize = 100;

/// One line of the summary above a form.
pub struct Fault {
    /// The field's id.
    pub field: &'static str,
    pub problem: Text,
}

/// Makes the errors of a form: one optional problem a field, which says what it is by `text`, and their summary.
macro_rules! form_errors {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $problem:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $name { $(pub $field: Option<$problem>),* }

        impl $name {
            pub fn is_empty(&self) -> bool {
                $(self.$field.is_none())&&*
            }

            pub fn faults(&self) -> Vec<$crate::web::problems::Fault> {
                let mut faults = Vec::new();
                $(if let Some(problem) = &self.$field {
                    faults.push($crate::web::problems::Fault { field: stringify!($field), problem: problem.text() });
                })*
                faults
            }
        }
    };
}
pub(crate) use form_errors;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailProblem {
    Invalid,
    Taken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    TooLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProblem {
    TooShort { minimum: usize },
    TooLong,
    Guessable(Option<Weakness>),
    Breached,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrentPasswordProblem {
    Wrong,
    TooManyAttempts { wait: Duration },
}

impl EmailProblem {
    pub fn text(&self) -> Text {
        Text::new(match self {
            Self::Invalid => "common-email-invalid",
            Self::Taken => "common-email-taken",
        })
    }
}

impl NameProblem {
    /// What is wrong with a name that somebody gives when they make an account.
    pub fn of(name: &str) -> Option<Self> {
        (name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)).then_some(Self::TooLong)
    }

    pub fn text(&self) -> Text {
        Text::new("common-name-too-long").with("maximum", LONGEST_NAME)
    }
}

impl PasswordProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::TooShort { minimum } => Text::new("common-password-too-short").with("minimum", *minimum),
            Self::TooLong => Text::new("common-password-too-long").with("maximum", password::LONGEST),
            Self::Guessable(weakness) => guessable(*weakness),
            Self::Breached => Text::new("password-breached"),
        }
    }
}

impl PasswordProblem {
    pub fn of(why: WeakPassword, minimum: usize) -> Self {
        match why {
            WeakPassword::TooShort => Self::TooShort { minimum },
            WeakPassword::TooLong => Self::TooLong,
            WeakPassword::Guessable(weakness) => Self::Guessable(weakness),
            WeakPassword::Breached => Self::Breached,
        }
    }
}

/// Why a password is easy to guess, and what to do about it.
pub fn guessable(weakness: Option<Weakness>) -> Text {
    Text::new(match weakness {
        None => "password-guessable",
        Some(Weakness::Common) => "password-guessable-common",
        Some(Weakness::Pattern) => "password-guessable-pattern",
        Some(Weakness::Word) => "password-guessable-word",
    })
}

impl CurrentPasswordProblem {
    pub fn text(&self) -> Text {
        match self {
            Self::Wrong => Text::new("account-password-wrong"),
            Self::TooManyAttempts { wait } => Text::new("account-password-wait").with("wait", in_words(*wait)),
        }
    }
}

/// What a new password must have, as the hint beside the field.
pub fn password_hint(minimum: usize) -> Text {
    Text::new("common-password-hint").with("minimum", minimum)
}

/// A wait as people say it; rounded up, so that waiting that long is enough.
pub fn in_words(wait: Duration) -> Text {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    if seconds <= 90 {
        Text::new("common-seconds").with("count", seconds.max(1))
    } else {
        Text::new("common-minutes").with("count", seconds.div_ceil(60))
    }
}
