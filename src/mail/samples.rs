//! A letter of every kind, to try an operator's templates with.

use super::messages::{Addressee, Letterhead};
use super::notices::{NewDevice, Notice};
use super::templates::TemplateFault;
use super::{Mail, MailError};
use crate::clock::Timestamp;
use crate::language::Language;

/// The kinds of letters: a template may be named after each.
pub(super) const KINDS: [&str; 26] = [
    "account_exists",
    "change_email",
    "deletion",
    "deletion_taken_back",
    "email_changed",
    "factor_added",
    "factor_removed",
    "identity_linked",
    "identity_unlinked",
    "locked_down",
    "new_device",
    "number_added",
    "passkey_added",
    "passkey_copied",
    "passkey_removed",
    "password_added",
    "password_changed",
    "recovery_code_used",
    "recovery_codes_made",
    "refresh_token_reuse",
    "reset_password",
    "sign_in_code",
    "sign_up_code",
    "verify_email",
    "welcome",
    "wrong_codes",
];

/// A name that somebody may have chosen to get markup into a letter.
const HOSTILE: &str = "<ostiary-trial>\"&'";
/// What is left of it in a letter that does not escape it, whatever else is done with it.
const UNESCAPED: &str = "<ostiary-trial>";
const CODE: &str = "012345";
/// Like the links that let somebody in; what they lead to plays no part.
const LINK: &str = "https://id.example/sample?token=sample";
const UNDO: &str = "https://id.example/undo?token=undo";

impl Letterhead {
    /// What is wrong with the templates, found by setting every letter in every language.
    pub(super) fn faults(&self) -> Vec<TemplateFault> {
        let on_trial = Self { templates: self.templates.on_trial(), ..self.clone() };
        let mut faults: Vec<TemplateFault> = Vec::new();
        for language in Language::ALL {
            for mail in on_trial.samples(language) {
                let found = match mail {
                    Ok(mail) if mail.html.to_ascii_lowercase().contains(UNESCAPED) => vec![self.templates.unescaped(mail.kind, language)],
                    Err(MailError::Template(found)) => found,
                    _ => Vec::new(),
                };
                for fault in found {
                    if !faults.iter().any(|known| known.is_same(&fault)) {
                        faults.push(fault);
                    }
                }
            }
        }
        faults
    }

    /// One letter of every kind, and one more where a kind has more than one form.
    pub(super) fn samples(&self, language: Language) -> Vec<Result<Mail, MailError>> {
        let to = &Addressee { address: "anna@example.com", language };
        let at = Timestamp::from_unix_seconds(1_795_000_000);
        let mut letters = vec![
            self.welcome(to),
            self.account_exists(to),
            self.sign_up_code(to, CODE),
            self.verify_email(to, CODE),
            self.change_email(to, CODE),
            self.sign_in_code(to, CODE, LINK),
            self.reset_password(to, LINK),
            self.locked_down(to, LINK),
            self.email_changed(to, HOSTILE, UNDO),
            self.deletion(to, at, Some(LINK), Some(UNDO)),
            self.deletion(to, at, None, None),
        ];
        let seen = NewDevice { browser: HOSTILE, device: HOSTILE, address: HOSTILE, at };
        let notices = [
            Notice::NewDevice(seen),
            Notice::WrongCodes(seen),
            Notice::PasswordChanged,
            Notice::PasswordAdded,
            Notice::FactorAdded,
            Notice::FactorRemoved,
            Notice::NumberAdded,
            Notice::RecoveryCodesMade,
            Notice::RecoveryCodeUsed,
            Notice::PasskeyAdded,
            Notice::PasskeyRemoved,
            Notice::PasskeyCopied,
            Notice::IdentityLinked { provider: HOSTILE },
            Notice::IdentityUnlinked { provider: HOSTILE },
            Notice::DeletionTakenBack,
            Notice::RefreshTokenReuse { app: HOSTILE },
        ];
        letters.extend(notices.iter().map(|notice| self.notice(to, notice, Some(UNDO))));
        letters
    }
}
