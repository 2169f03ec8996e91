//! The step of a flow that waits for something mailed: a code to be typed, or the button behind a link. A sealed cookie, bound to this
//! browser: nothing is stored for somebody who has proven nothing, and no secret stays in an address.
//!
//! Specs: security.md M4, M5, M10, S10.

use crate::app::App;
use crate::clock::Timestamp;
use crate::credentials::mailed_proofs::{MailedProof, MailedProofId, ProofPurpose, find_proof};
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::Purpose;
use crate::secret::Secret;
use crate::users::Email;
use crate::web::browser::{Browser, mailed_step_cookie};
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::passkeys::NewKey;
use crate::web::redirect::see_other;
use crate::web::ticket::Ticket;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum MailedStep {
    /// The code of an account that is to be made.
    SignUp(PendingSignUp),
    /// The code of a proof. Whether there is such a proof only the database knows: for an unknown address there is none.
    Code {
        purpose: CodePurpose,
        proof: MailedProofId,
        email: String,
        /// Of the flow in which a sign-in was asked for; empty for none.
        #[serde(default)]
        ticket: String,
    },
    /// A link that was asked for and not opened yet, so that it can lead on in the flow.
    Asked { purpose: LinkPurpose, ticket: String },
    /// The button behind a link.
    Link {
        purpose: LinkPurpose,
        secret: String,
        /// As that of a code.
        #[serde(default)]
        ticket: String,
    },
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

/// Longer tickets are not kept: browsers drop a cookie of more than 4096 bytes (RFC 6265 §6.1), and the step with it.
const LONGEST_TICKET: usize = 2200;

#[derive(Serialize, Deserialize)]
struct Sealed {
    step: MailedStep,
    /// Digest of the browser's binding cookie.
    browser: String,
    expires_at: Timestamp,
}

impl LinkPurpose {
    fn of_proof(self) -> ProofPurpose {
        match self {
            Self::ResetPassword => ProofPurpose::ResetPassword,
            Self::SignIn => ProofPurpose::SignIn,
            Self::UndoEmailChange => ProofPurpose::UndoEmailChange,
            Self::Lockdown => ProofPurpose::Lockdown,
            Self::KeepAccount => ProofPurpose::KeepAccount,
        }
    }

    /// The page that links of this purpose lead to.
    pub fn path(self) -> &'static str {
        match self {
            Self::ResetPassword => paths::FORGOT_RESET,
            Self::SignIn => paths::LOGIN_LINK,
            Self::UndoEmailChange => paths::ACCOUNT_EMAIL_UNDO,
            Self::Lockdown => paths::ACCOUNT_LOCKDOWN,
            Self::KeepAccount => paths::ACCOUNT_KEEP,
        }
    }

    /// Takes the token of a mailed link out of the address: a redirect to the same page, which finds it in a cookie of this browser.
    /// `None` for an address without one.
    pub fn take(self, app: &App, browser: &Browser, params: &Params, lifetime: Duration) -> Result<Option<HttpResponse>, PageError> {
        let Some(token) = params.get("token") else { return Ok(None) };
        let ticket = MailedStep::ticket(app, browser, self).unwrap_or_default();
        let step = MailedStep::Link { purpose: self, secret: token.to_owned(), ticket };
        let cookies = [Some(step.cookie(app, browser, lifetime)?), browser.new_binding_cookie(app)];
        with_cookies(see_other(app, self.path(), &[]), cookies).map(Some)
    }

    /// What the link proves that this browser has opened, while it is good.
    ///
    /// Cost: 1 round trip.
    pub async fn proof(self, app: &App, browser: &Browser) -> Result<Option<MailedProof>, PageError> {
        let Some(secret) = MailedStep::link(app, browser, self) else { return Ok(None) };
        Ok(find_proof(&mut app.storage.read().await?, self.of_proof(), &secret, app.now()).await?)
    }

    /// Where the link of `proof` leads: on in the flow that it was asked for in, in the browser that asked; else to the account. A link
    /// that another browser asked for must not sign anybody in to what this one is on its way to (RFC 9700 §4.7).
    pub fn flow(self, app: &App, browser: &Browser, proof: &MailedProof) -> Ticket {
        let asked_here = proof.browser_digest.as_deref().is_some_and(|digest| browser.is_bound_by(app, digest));
        let kept = MailedStep::ticket(app, browser, self).filter(|_| asked_here).unwrap_or_default();
        Ticket::open_if_good(app, browser, &kept)
    }
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
            Self::Code { purpose, proof, email, .. } if purpose == wanted => Some((proof, Email::parse(&email).ok()?)),
            _ => None,
        }
    }

    /// The secret of a link for `wanted`.
    pub fn link(app: &App, browser: &Browser, wanted: LinkPurpose) -> Option<Secret> {
        match Self::of(app, browser)? {
            Self::Link { purpose, secret, .. } if purpose == wanted => Some(Secret::new(secret)),
            _ => None,
        }
    }

    /// A ticket as a step keeps it: whole, or not at all.
    pub fn kept(ticket: &str) -> String {
        if ticket.len() <= LONGEST_TICKET { ticket.to_owned() } else { String::new() }
    }

    /// The ticket of the flow that a link for `wanted` was asked for in, where this browser asked for one or has opened it.
    pub fn ticket(app: &App, browser: &Browser, wanted: LinkPurpose) -> Option<String> {
        match Self::of(app, browser)? {
            Self::Code { purpose: CodePurpose::SignIn, ticket, .. } if wanted == LinkPurpose::SignIn => Some(ticket),
            Self::Asked { purpose, ticket } | Self::Link { purpose, ticket, .. } if purpose == wanted => Some(ticket),
            _ => None,
        }
    }
}
