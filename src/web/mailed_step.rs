//! The step of a flow that waits for something mailed: a code to be typed, or the button behind a link. A sealed cookie, bound to this
//! browser: nothing is stored for somebody who has proven nothing, and no secret stays in an address.
//!
//! Specs: security.md M4, M5, M10, S10.

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::mailed_proofs::MailedProofId;
use crate::sealing::Purpose;
use crate::secret::Secret;
use crate::users::Email;
use crate::web::browser::{Browser, mailed_step_cookie};
use crate::web::page_error::PageError;
use crate::web::passkeys::NewKey;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum MailedStep {
    /// The code of an account that is to be made.
    SignUp(PendingSignUp),
    /// The code of a proof. Whether there is such a proof only the database knows: for an unknown address there is none.
    Code { purpose: CodePurpose, proof: MailedProofId, email: String },
    /// The button behind a link.
    Link { purpose: LinkPurpose, secret: String },
}

/// What a code can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodePurpose {
    SignIn,
    VerifyEmail,
    ChangeEmail,
}

/// What a link can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkPurpose {
    ResetPassword,
    SignIn,
    UndoEmailChange,
    Lockdown,
    KeepAccount,
}

/// An account before its address is proven: it exists nowhere but in the browser that asked for it, under seal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingSignUp {
    /// Used once.
    pub id: String,
    pub email: String,
    pub name: String,
    pub proof: FirstProof,
    pub code_digest: String,
}

/// What an account begins with: how its person is known from then on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum FirstProof {
    Password { hash: String },
    Passkey(Box<NewKey>),
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    step: MailedStep,
    /// Digest of the browser's binding cookie.
    browser: String,
    expires_at: Timestamp,
}

impl MailedStep {
    /// The cookie that holds this step.
    pub fn cookie(self, app: &App, browser: &Browser, lifetime: Duration) -> Result<Cookie<'static>, PageError> {
        let sealed = Sealed { step: self, browser: browser.binding_digest(app), expires_at: app.now() + lifetime };
        let text = app.sealing.seal(Purpose::MailedStep, &sealed).map_err(PageError::internal)?;
        Ok(mailed_step_cookie(app, text, lifetime))
    }

    /// The step that this browser waits in.
    pub fn of(app: &App, browser: &Browser) -> Option<Self> {
        let sealed: Sealed = app.sealing.open(Purpose::MailedStep, &browser.mailed_step(app)?)?;
        (browser.is_bound_by(app, &sealed.browser) && sealed.expires_at > app.now()).then_some(sealed.step)
    }

    /// The proof and the address of a code for `wanted`.
    pub fn code(app: &App, browser: &Browser, wanted: CodePurpose) -> Option<(MailedProofId, Email)> {
        match Self::of(app, browser)? {
            Self::Code { purpose, proof, email } if purpose == wanted => Some((proof, Email::parse(&email).ok()?)),
            _ => None,
        }
    }

    /// The secret of a link for `wanted`.
    pub fn link(app: &App, browser: &Browser, wanted: LinkPurpose) -> Option<Secret> {
        match Self::of(app, browser)? {
            Self::Link { purpose, secret } if purpose == wanted => Some(Secret::new(secret)),
            _ => None,
        }
    }
}
