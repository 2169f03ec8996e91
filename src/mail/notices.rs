//! Notices of what was done to an account. Each carries a way to say "this wasn't me": where the address is proven, a link of its own that
//! locks the account down; else the page that asks for a new password.
//!
//! Specs: OWASP ASVS 6.3.5, 6.3.7; RFC 9700 §4.14.2.

use super::messages::{Addressee, Letter, Letterhead};
use super::{Mail, MailError};
use crate::clock::Timestamp;
use crate::language::Text;

/// A sign-in as its person recognises it.
#[derive(Debug, Clone, Copy)]
pub struct NewDevice<'a> {
    pub browser: &'a str,
    pub device: &'a str,
    pub address: &'a str,
    pub at: Timestamp,
}

/// What was done.
#[derive(Debug, Clone, Copy)]
pub enum Notice<'a> {
    /// A sign-in with a browser that was not used before.
    NewDevice(NewDevice<'a>),
    /// Somebody has the first factor, and guesses at the second.
    WrongCodes(NewDevice<'a>),
    PasswordChanged,
    /// The first one.
    PasswordAdded,
    FactorAdded,
    FactorRemoved,
    NumberAdded,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    PasskeyAdded,
    PasskeyRemoved,
    /// Two devices seem to use one passkey.
    PasskeyCopied,
    /// An account elsewhere opens this one from now on.
    IdentityLinked {
        provider: &'a str,
    },
    IdentityUnlinked {
        provider: &'a str,
    },
    /// The account was to be deleted, and is not.
    DeletionTakenBack,
    /// A sign-in to an app was ended because an old refresh token came back.
    RefreshTokenReuse {
        app: &'a str,
    },
}

impl Letterhead {
    /// The letter of a notice. `lockdown`: the link that locks the account down; none where nobody has proven the address.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn notice(&self, to: &Addressee<'_>, notice: &Notice<'_>, lockdown: Option<&str>) -> Result<Mail, MailError> {
        let letter = match notice {
            Notice::RefreshTokenReuse { .. } => self.told(to, notice).button(Text::new("mail-see-apps"), &self.apps_url),
            Notice::NewDevice(_) | Notice::PasswordChanged | Notice::PasswordAdded | Notice::DeletionTakenBack => {
                self.told(to, notice).button(Text::new("mail-see-account"), &self.account_url)
            }
            _ => self.told(to, notice).button(Text::new("mail-see-security"), &self.security_url),
        };
        let button = Text::new("mail-not-you-button");
        let letter = match lockdown {
            Some(url) => letter.small_print(Text::new("mail-not-you-lockdown")).not_you(button, url),
            None => letter.small_print(Text::new("mail-not-you")).not_you(button, &self.forgot_url),
        };
        self.write(to, letter)
    }

    /// To somebody whose account is to be deleted on the day `due`. `keep`: where they keep it.
    ///
    /// # Errors
    /// See [`Letterhead::welcome`].
    pub fn deletion(&self, to: &Addressee<'_>, due: Timestamp, keep: Option<&str>, lockdown: Option<&str>) -> Result<Mail, MailError> {
        let subject = Text::new("deletion-mail-subject").with("date", due);
        let letter = Letter::new("deletion", subject, Text::new("deletion-due-title"))
            .paragraph(Text::new("deletion-mail").with("date", due))
            .button(Text::new("deletion-keep"), keep.unwrap_or(&self.login_url));
        let letter = match lockdown {
            Some(url) => letter.small_print(Text::new("deletion-mail-not-you")).not_you(Text::new("mail-not-you-button"), url),
            None => letter,
        };
        self.write(to, letter)
    }

    /// A text with what its person recognises the sign-in by.
    fn seen(&self, to: &Addressee<'_>, text: Text, seen: NewDevice<'_>) -> Text {
        text.with("browser", seen.browser)
            .with("device", seen.device)
            .with("address", seen.address)
            .with("moment", self.texts.moment(to.language, seen.at))
    }

    fn told(&self, to: &Addressee<'_>, notice: &Notice<'_>) -> Letter {
        let letter = |kind, subject, heading, said| Letter::new(kind, Text::new(subject), Text::new(heading)).paragraph(Text::new(said));
        match *notice {
            Notice::NewDevice(seen) => {
                let said = self.seen(to, Text::new("mail-new-device"), seen);
                Letter::new("new_device", Text::new("mail-new-device-subject"), Text::new("mail-new-device-heading")).paragraph(said)
            }
            Notice::WrongCodes(seen) => {
                let said = self.seen(to, Text::new("mail-wrong-codes"), seen);
                Letter::new("wrong_codes", Text::new("mail-wrong-codes-subject"), Text::new("mail-wrong-codes-heading")).paragraph(said)
            }
            Notice::PasswordChanged => {
                letter("password_changed", "mail-password-changed-subject", "mail-password-changed-heading", "mail-password-changed")
            }
            Notice::PasswordAdded => {
                letter("password_added", "mail-password-added-subject", "mail-password-added-heading", "mail-password-added")
            }
            Notice::FactorAdded => letter("factor_added", "mail-factor-added-subject", "mail-factor-added-heading", "mail-factor-added"),
            Notice::FactorRemoved => {
                letter("factor_removed", "mail-factor-removed-subject", "mail-factor-removed-heading", "mail-factor-removed")
            }
            Notice::NumberAdded => letter("number_added", "mail-number-added-subject", "mail-number-added-heading", "mail-number-added"),
            Notice::RecoveryCodesMade => {
                letter("recovery_codes_made", "mail-recovery-codes-subject", "mail-recovery-codes-heading", "mail-recovery-codes")
            }
            Notice::RecoveryCodeUsed => letter(
                "recovery_code_used",
                "mail-recovery-code-used-subject",
                "mail-recovery-code-used-heading",
                "mail-recovery-code-used",
            ),
            Notice::PasskeyAdded => {
                letter("passkey_added", "mail-passkey-added-subject", "mail-passkey-added-heading", "mail-passkey-added")
            }
            Notice::PasskeyRemoved => {
                letter("passkey_removed", "mail-passkey-removed-subject", "mail-passkey-removed-heading", "mail-passkey-removed")
            }
            Notice::PasskeyCopied => {
                letter("passkey_copied", "mail-passkey-copied-subject", "mail-passkey-copied-heading", "mail-passkey-copied")
            }
            Notice::IdentityLinked { provider } => {
                let heading = || Text::new("federation-mail-linked-subject").with("provider", provider);
                let said = Text::new("federation-mail-linked").with("provider", provider);
                Letter::new("identity_linked", heading(), heading()).paragraph(said)
            }
            Notice::IdentityUnlinked { provider } => {
                let heading = || Text::new("federation-mail-unlinked-subject").with("provider", provider);
                let said = Text::new("federation-mail-unlinked").with("provider", provider);
                Letter::new("identity_unlinked", heading(), heading()).paragraph(said)
            }
            Notice::DeletionTakenBack => {
                letter("deletion_taken_back", "deletion-mail-kept-subject", "deletion-kept-title", "deletion-mail-kept")
            }
            Notice::RefreshTokenReuse { app } => {
                let (subject, heading) = (Text::new("mail-reuse-subject"), Text::new("mail-reuse-heading"));
                Letter::new("refresh_token_reuse", subject.with("app", app), heading.with("app", app))
                    .paragraph(Text::new("mail-reuse").with("app", app))
                    .paragraph(Text::new("mail-reuse-again"))
            }
        }
    }
}
