//! The letters with a code or a link that lets somebody in, or takes something back.

use super::messages::{Addressee, Letter, Letterhead};
use super::{Mail, MailError};
use crate::language::Text;

impl Letterhead {
    /// To an address with which somebody makes an account.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn sign_up_code(&self, to: &Addressee<'_>, code: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("sign_up_code", Text::new("mail-code-subject"), Text::new("mail-sign-up-code-heading"));
        self.write(to, with_code(letter.paragraph(Text::new("mail-sign-up-code")), code))
    }

    /// To the address of an account, to be confirmed.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn verify_email(&self, to: &Addressee<'_>, code: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("verify_email", Text::new("mail-code-subject"), Text::new("mail-verify-email-heading"));
        self.write(to, with_code(letter.paragraph(Text::new("mail-verify-email")), code))
    }

    /// To an address that is to become an account's.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn change_email(&self, to: &Addressee<'_>, code: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("change_email", Text::new("mail-code-subject"), Text::new("mail-change-email-heading"));
        self.write(to, with_code(letter.paragraph(Text::new("mail-change-email")), code))
    }

    /// To somebody who signs in without a password. `url` is good once.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn sign_in_code(&self, to: &Addressee<'_>, code: &str, url: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("sign_in_code", Text::new("mail-code-subject"), Text::new("mail-sign-in-code-heading"))
            .paragraph(Text::new("mail-sign-in-code"))
            .button(Text::new("mail-sign-in"), url);
        self.write(to, with_code(letter, code))
    }

    /// To somebody who has forgotten their password. `url` is good once.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn reset_password(&self, to: &Addressee<'_>, url: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("reset_password", Text::new("mail-reset-subject"), Text::new("mail-reset-heading"))
            .paragraph(Text::new("mail-reset"))
            .button(Text::new("mail-reset-heading"), url)
            .small_print(Text::new("mail-reset-not-you"));
        self.write(to, letter)
    }

    /// To somebody whose account was locked down because they said so. `url` leads to a new password, and is good once.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn locked_down(&self, to: &Addressee<'_>, url: &str) -> Result<Mail, MailError> {
        let letter = Letter::new("locked_down", Text::new("mail-locked-down-subject"), Text::new("mail-locked-down-heading"))
            .paragraph(Text::new("mail-locked-down"))
            .paragraph(Text::new("mail-locked-down-next"))
            .button(Text::new("mail-reset-heading"), url)
            .small_print(Text::new("mail-locked-down-late"));
        self.write(to, letter)
    }

    /// To the address that an account had until now. `undo_url` restores it.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn email_changed(&self, to: &Addressee<'_>, new_email: &str, undo_url: &str) -> Result<Mail, MailError> {
        let (subject, heading) = (Text::new("mail-email-changed-subject"), Text::new("mail-email-changed-heading"));
        let letter = Letter::new("email_changed", subject, heading)
            .paragraph(Text::new("mail-email-changed").with("email", new_email))
            .small_print(Text::new("mail-email-changed-not-you"))
            .not_you(Text::new("mail-email-changed-undo"), undo_url);
        self.write(to, letter)
    }
}

fn with_code(letter: Letter, code: &str) -> Letter {
    letter.code(code).small_print(Text::new("mail-code-not-you"))
}
