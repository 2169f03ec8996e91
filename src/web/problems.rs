//! What can be wrong with a field, as the person reads it beside the field.

use std::fmt;
use std::time::Duration;

/// One line of the summary above a form.
pub struct Fault {
    /// The field's id.
    pub field: &'static str,
    pub problem: String,
}

/// Makes the errors of a form: one optional problem a field, and their summary.
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
                    faults.push($crate::web::problems::Fault { field: stringify!($field), problem: problem.to_string() });
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrentPasswordProblem {
    Wrong,
    TooManyAttempts { wait: Duration },
}

impl fmt::Display for EmailProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "Enter an email address, such as name@example.com.",
            Self::Taken => "There is an account with this address. Sign in instead.",
        })
    }
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Use at most 100 letters for the name.")
    }
}

impl fmt::Display for PasswordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { minimum } => write!(f, "Use at least {minimum} characters for the password."),
            Self::TooLong => f.write_str("This password is too long. Use at most 1,024 characters."),
        }
    }
}

impl fmt::Display for CurrentPasswordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("The current password is wrong."),
            Self::TooManyAttempts { wait } => write!(f, "Too many tries. Wait {} before the next one.", in_words(*wait)),
        }
    }
}

/// What a new password must have, as the hint beside the field.
pub fn password_hint(minimum: usize) -> String {
    format!("At least {minimum} characters. A few words in a row are easy to remember and hard to guess.")
}

/// A wait as people say it; rounded up, so that waiting that long is enough.
pub fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let (count, unit) = if seconds <= 90 { (seconds.max(1), "second") } else { (seconds.div_ceil(60), "minute") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
