//! What comes next for an authorization request: one pure decision, run again after every page. No page decides where
//! the flow goes, so none can be skipped (security.md A45).
//!
//! Specs: OpenID Connect Core §3.1.2.3, §3.1.2.4 and §3.1.2.6.

use crate::clients::Client;
use crate::clock::Timestamp;
use crate::credentials::factors::Factors;
use crate::grants::policy::SecondFactorPolicy;
use crate::oauth::authentication::Acr;
use crate::oauth::error::{ErrorCode, OAuthError};
use crate::oauth::redirect_uri::ApplicationType;
use crate::oauth::scope::Scope;
use crate::sessions::SignedIn;
use crate::web::authorization_request::AuthorizationRequest;
use crate::web::fresh_proof::FRESH_FOR;
use std::time::Duration;

/// The next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    Login,
    SignUp,
    ChooseAccount,
    VerifyEmail,
    /// More is asked for than the session has proven, and the account can give it.
    SecondFactor,
    /// More is asked for than the account can give.
    EnrolSecondFactor,
    Consent,
    Answer,
    Refuse(OAuthError),
}

/// What the decision is made of.
pub struct Situation<'a> {
    pub request: &'a AuthorizationRequest,
    pub client: &'a Client,
    pub signed_in: Option<&'a SignedIn>,
    pub consent_scope: &'a Scope,
    /// Whether the address must be proven before an app gets a token.
    pub needs_verified_email: bool,
    pub second_factor: &'a SecondFactorPolicy,
    /// What the account has; read only when [`lacks`] says that it matters.
    pub factors: Option<&'a Factors>,
    /// Whether only this client can receive the answer.
    pub target_proves_client: bool,
    pub now: Timestamp,
}

/// Decides.
///
/// Order of checks: 1. somebody is signed in; 2. it is the person the client means; 3. recently enough; 4. the account
/// was chosen; 5. the `acr` is reached, and the second factor given that is demanded of the person; 6. the address is proven, where it
/// must be; 7. consent.
pub fn next_step(situation: &Situation<'_>) -> NextStep {
    let Situation { request, signed_in, now, .. } = situation;
    let refuse = |code, description: &'static str| NextStep::Refuse(OAuthError::new(code, description));
    let prompt = request.prompt;
    let Some(signed_in) = signed_in else {
        return match (prompt.none, prompt.create) {
            (true, _) => refuse(ErrorCode::LoginRequired, "Nobody is signed in."),
            (_, true) => NextStep::SignUp,
            _ => NextStep::Login,
        };
    };
    // Proven after the request was made: replaying an older sign-in does not satisfy prompt=login or max_age=0.
    let is_fresh = signed_in.session.authenticated_at >= request.issued_at;
    // A provider may tell that it asked the person earlier; that they came in here since, by whatever way, is as good to know them by.
    let came_in_since = is_fresh || signed_in.session.created_at >= request.issued_at;
    if prompt.create && !came_in_since {
        return NextStep::SignUp;
    }
    let sub = signed_in.user.id.as_str();
    let is_meant = request.hinted_subject.as_deref().is_none_or(|hinted| hinted == sub) && request.claims.accepts_subject(sub);
    if !is_meant {
        return if prompt.none || is_fresh {
            refuse(ErrorCode::LoginRequired, "Another person is signed in than the one the app asked for.")
        } else {
            NextStep::Login
        };
    }
    let age = now.since(signed_in.session.authenticated_at);
    let too_old = request.max_age.is_some_and(|seconds| age > Duration::from_secs(seconds));
    if !is_fresh && (prompt.login || too_old) {
        return if prompt.none { refuse(ErrorCode::LoginRequired, "The sign-in is older than max_age.") } else { NextStep::Login };
    }
    if prompt.select_account && !came_in_since && request.chosen_session.as_ref() != Some(&signed_in.session.id) {
        return NextStep::ChooseAccount;
    }
    let essential = request.claims.demands_acr();
    if essential && request.acr_values.is_empty() {
        return unmet();
    }
    let factors = situation.factors.cloned().unwrap_or_default();
    let lacking = lacks(situation);
    let beyond = lacking > Some(Acr::TwoFactors) && factors.passkeys == 0;
    if beyond && essential {
        return unmet();
    }
    // A voluntary claim that cannot be met is answered with what there is (OpenID Connect Core §5.5.1.1); what is demanded stays.
    let needed = if beyond { demanded(situation) } else { lacking };
    if needed.is_some() {
        if prompt.none {
            return refuse(ErrorCode::InteractionRequired, "A second factor is needed.");
        }
        return match (factors.passkeys > 0 || factors.has_second(), is_recent(signed_in, *now)) {
            (true, _) => NextStep::SecondFactor,
            (false, true) => NextStep::EnrolSecondFactor,
            (false, false) => NextStep::Login,
        };
    }
    if situation.needs_verified_email && !signed_in.user.email_verified {
        return if prompt.none {
            refuse(ErrorCode::InteractionRequired, "The person has to prove their email address first.")
        } else {
            NextStep::VerifyEmail
        };
    }
    if needs_consent(situation, signed_in) {
        return if prompt.none { refuse(ErrorCode::ConsentRequired, why_consent(situation, signed_in)) } else { NextStep::Consent };
    }
    NextStep::Answer
}

fn why_consent(situation: &Situation<'_>, signed_in: &SignedIn) -> &'static str {
    let consent = signed_in.consent.as_ref();
    if consent.is_some_and(|consent| consent.covers(situation.consent_scope, &situation.request.resources)) {
        "The person is asked each time: any program on their device could pose as a public client with this redirect URI (RFC 8252 §8.6)."
    } else {
        "The person has not consented to this."
    }
}

fn unmet() -> NextStep {
    NextStep::Refuse(OAuthError::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "The acr that claims asks for as essential cannot be reached.",
    ))
}

/// What a second factor has to reach, if the session has not: asked for by the client, or demanded of the person.
pub fn lacks(situation: &Situation<'_>) -> Option<Acr> {
    let signed_in = situation.signed_in?;
    let asked = situation.request.needed_acr().filter(|needed| signed_in.session.reached() < *needed);
    asked.max(demanded(situation))
}

/// What is demanded of the person, whatever the client asks for, and has not been given.
fn demanded(situation: &Situation<'_>) -> Option<Acr> {
    let signed_in = situation.signed_in?;
    let is_due = situation.second_factor.demands_of(&signed_in.user) && !SecondFactorPolicy::is_met_by(&signed_in.session.amr.0);
    is_due.then_some(Acr::TwoFactors)
}

/// A factor is added with fresh proof of the ones before.
fn is_recent(signed_in: &SignedIn, now: Timestamp) -> bool {
    now.since(signed_in.session.authenticated_at) <= FRESH_FOR
}

/// OpenID Connect Core §3.1.2.4; RFC 6749 §10.2, RFC 8252 §8.6: where anybody could pose as the client, a remembered consent does not
/// count, and a program on the person's device is asked about even if the operator's own has the name.
fn needs_consent(situation: &Situation<'_>, signed_in: &SignedIn) -> bool {
    let request = situation.request;
    let consent = signed_in.consent.as_ref();
    let given_now = consent.is_some_and(|consent| consent.granted_at >= request.issued_at);
    let covered = consent.is_some_and(|consent| consent.covers(situation.consent_scope, &request.resources));
    if request.prompt.consent && !given_now {
        return true;
    }
    let client = &situation.client.metadata;
    let can_be_posed = client.is_public() && !situation.target_proves_client;
    if client.first_party && !(can_be_posed && client.application_type == ApplicationType::Native) {
        return false;
    }
    !covered || (can_be_posed && !given_now)
}
