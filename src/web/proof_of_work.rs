//! A proof of work, asked for under attack only: whoever floods the sign-in pays for each try, people do not notice, and nobody else
//! is asked to watch over it. Below the threshold nothing is asked and no script is needed.
//!
//! The limits turn it on: more posts of sign-in forms from one address (IPv6: one /64) than people make, or more in all. Then pages carry a challenge,
//! `static/proof-of-work.js` solves it while the person types, and the proof comes along as a cookie. A challenge is a sealed ticket,
//! bound to its address; nothing is stored until it was solved, and a proof is good for one post.
//!
//! A form that comes without (its page was opened before the attack or long ago, another tab used the cookie up, a passkey was quicker than the
//! puzzle) is not lost: the answer is a page that holds it, sealed, and sends it again with a proof.
//!
//! Order of checks of a post: 1. it is counted; 2. its body can be read; past a threshold: 3. a proof, of this address, unexpired, hard
//! enough, not used before; else 4. the form comes from us, is short and was not held too often to be held once more.
//!
//! Cost: none below the thresholds; a proof 1 round trip, 1 commit.
//!
//! Specs: Hashcash (Back, 2002); OWASP ASVS 6.3.1; security.md L2.

use crate::app::App;
use crate::clock::Timestamp;
use crate::grants::consume_ticket;
use crate::oauth::params::Params;
use crate::sealing::Purpose;
use crate::web::browser::{Browser, cookie_value};
use crate::web::client_address::{ClientAddress, LimitKey};
use crate::web::form::FormText;
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::is_from_us;
use crate::web::ticket::Ticket;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The cookie that the script writes.
const COOKIE: &str = "ostiary_proof";
/// Past this many addresses only the threshold in all protects.
const MOST_ADDRESSES: usize = 100_000;
const SWEEP_EVERY: u64 = 1024;
const LIFETIME: Duration = Duration::from_secs(300);
/// No form of ours is longer; sealed, it must still fit into a form.
const LONGEST_HELD: usize = 16 * 1024;
/// A form that comes back without a proof this often comes from a browser that finds none, or whose address changes all the time.
const MOST_TRIES: u8 = 3;
/// The field of [`HoldPage`] by which its form is known: the first one.
const HELD_FORM: &str = "held_form";
/// How long it stays on after a threshold was passed.
const CALM_DOWN: Duration = Duration::from_secs(600);

/// Who is counted, and whether the whole installation is under attack.
pub struct ProofOfWork {
    enabled: bool,
    difficulty: u32,
    by_address: DefaultKeyedRateLimiter<LimitKey>,
    in_all: DefaultDirectRateLimiter,
    counted: AtomicU64,
    /// Unix seconds.
    under_attack_until: AtomicI64,
    /// Addresses that must bring proofs, and until when in Unix seconds.
    demanded: Mutex<HashMap<LimitKey, i64>>,
}

/// What is asked.
#[derive(Serialize, Deserialize)]
struct Challenge {
    id: String,
    address: String,
    difficulty: u32,
    expires_at: Timestamp,
}

/// A challenge for the page's script.
#[derive(Debug, Clone)]
pub struct PageChallenge {
    pub text: String,
    /// Zero bits that the digest must begin with.
    pub difficulty: u32,
}

impl ProofOfWork {
    pub fn new(config: &crate::config::ProofOfWork) -> Self {
        let quota = |per_minute: u32| {
            let count = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
            Quota::per_minute(count)
        };
        Self {
            enabled: config.enabled,
            difficulty: config.difficulty,
            by_address: RateLimiter::keyed(quota(config.per_address_per_minute)),
            in_all: RateLimiter::direct(quota(config.per_minute)),
            counted: AtomicU64::new(0),
            under_attack_until: AtomicI64::new(0),
            demanded: Mutex::default(),
        }
    }

    /// Forgets addresses that have been quiet.
    fn sweep(&self, now: Timestamp) {
        self.by_address.retain_recent();
        self.demanded.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now.unix_seconds());
    }

    /// Counts a post, and notes whether the next ones need proofs: whoever crosses a threshold is answered with a page that has the
    /// challenge, so that people do not notice.
    fn count(&self, address: LimitKey, now: Timestamp) {
        if self.counted.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.sweep(now);
        }
        let until = (now + CALM_DOWN).unix_seconds();
        if self.by_address.check_key(&address).is_err() {
            let mut demanded = self.demanded.lock().unwrap_or_else(PoisonError::into_inner);
            if demanded.len() < MOST_ADDRESSES || demanded.contains_key(&address) {
                demanded.insert(address, until);
            }
        }
        if self.in_all.check().is_err() && self.under_attack_until.swap(until, Ordering::Relaxed) < now.unix_seconds() {
            tracing::warn!("many sign-in attempts: every one must bring a proof of work for the next ten minutes");
        }
    }

    /// Whether a post of this address needs a proof.
    fn is_needed(&self, address: LimitKey, now: Timestamp) -> bool {
        let now = now.unix_seconds();
        let demanded = || self.demanded.lock().unwrap_or_else(PoisonError::into_inner).get(&address).is_some_and(|until| *until > now);
        self.enabled && (self.under_attack_until.load(Ordering::Relaxed) > now || demanded())
    }
}

/// The challenge that a page must carry, if any.
pub fn challenge(app: &App, http: &HttpRequest) -> Option<PageChallenge> {
    let state = http.app_data::<web::Data<ProofOfWork>>()?;
    let key = ClientAddress::of(http).limit_key();
    if state.is_needed(key, app.now()) { make(app, state, key) } else { None }
}

fn make(app: &App, state: &ProofOfWork, key: LimitKey) -> Option<PageChallenge> {
    let now = app.now();
    let challenge = Challenge {
        id: app.random.uuid_v7(now).to_string(),
        address: format!("{key:?}"),
        difficulty: state.difficulty,
        expires_at: now + LIFETIME,
    };
    let text = app.sealing.seal(Purpose::ProofOfWork, &challenge).ok()?;
    Some(PageChallenge { text, difficulty: challenge.difficulty })
}

/// A form that came without a proof. It may hold a password, so that the page has it sealed.
#[derive(Serialize, Deserialize)]
struct HeldForm {
    body: String,
    tries: u8,
}

/// Sends a form once more, with a proof.
#[derive(Template)]
#[template(path = "proof_of_work.html")]
pub struct HoldPage {
    pub layout: Layout,
    pub held_form: String,
}

/// Lets a post of a form through, or holds it until the browser has brought a proof.
pub async fn guard(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let state = request.app_data::<web::Data<ProofOfWork>>().filter(|state| state.enabled && request.method() == Method::POST).cloned();
    let (Some(app), Some(state)) = (app, state) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let (http, payload) = request.into_parts();
    match admit(&app, &state, &http, payload).await {
        Ok(Admission::Goes(body)) => {
            let request = ServiceRequest::from_parts(http, Payload::from(body.into_bytes()));
            next.call(request).await.map(ServiceResponse::map_into_boxed_body)
        }
        Ok(Admission::Held(page)) => Ok(ServiceResponse::new(http, page)),
        Err(error) => Ok(ServiceResponse::new(http, error.into_response())),
    }
}

enum Admission {
    /// With this body.
    Goes(String),
    Held(HttpResponse),
}

async fn admit(app: &App, state: &ProofOfWork, http: &HttpRequest, mut payload: Payload) -> Result<Admission, PageError> {
    let key = ClientAddress::of(http).limit_key();
    let needed = state.is_needed(key, app.now());
    state.count(key, app.now());
    let (form, proof) = read(app, FormText::from_request(http, &mut payload).await?.0);
    if !needed || is_proven(app, proof.or_else(|| cookie_value(http, COOKIE)), key).await? {
        return Ok(Admission::Goes(form.body));
    }
    // What another site sends must not come back as ours.
    if !is_from_us(app, http) {
        return Err(PageError::foreign_form());
    }
    if form.body.len() > LONGEST_HELD || form.tries >= MOST_TRIES {
        return Err(PageError::proof_of_work_needed());
    }
    // The page speaks the language that the application has asked for: opening its ticket notes it.
    if let Ok(params) = Params::parse(&form.body) {
        let _ = Ticket::open_if_good(app, &Browser::of(app, http), params.get("ticket").unwrap_or(""));
    }
    let again = HeldForm { tries: form.tries + 1, ..form };
    let held_form = app.sealing.seal(Purpose::HeldForm, &again).map_err(PageError::internal)?;
    let page = Page::new(HoldPage { layout: Layout::of(app, http), held_form }).status(StatusCode::FORBIDDEN).leads_anywhere();
    Ok(Admission::Held(page.respond_to(http)))
}

/// A form as it was sent at first, and the proof that has come along since.
fn read(app: &App, body: String) -> (HeldForm, Option<String>) {
    let held = || {
        let sent = body.strip_prefix(HELD_FORM)?.starts_with('=').then(|| Params::parse(&body).ok())??;
        let form = app.sealing.open(Purpose::HeldForm, sent.get(HELD_FORM)?)?;
        Some((form, sent.get("proof").map(str::to_owned)))
    };
    held().unwrap_or((HeldForm { body, tries: 0 }, None))
}

async fn is_proven(app: &App, proof: Option<String>, key: LimitKey) -> Result<bool, PageError> {
    let Some(proof) = proof else { return Ok(false) };
    let Some((text, nonce)) = proof.rsplit_once('.') else { return Ok(false) };
    let Some(challenge) = app.sealing.open::<Challenge>(Purpose::ProofOfWork, text) else { return Ok(false) };
    let fits = challenge.expires_at > app.now() && challenge.address == format!("{key:?}") && nonce.len() <= 20;
    if !fits || leading_zero_bits(&Sha256::digest(format!("{text}.{nonce}"))) < challenge.difficulty {
        return Ok(false);
    }
    Ok(consume_ticket(&mut app.storage.write().await?, &challenge.id, "proof_of_work", challenge.expires_at).await?)
}

fn leading_zero_bits(digest: &[u8]) -> u32 {
    let mut bits = 0;
    for byte in digest {
        bits += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_bits_are_counted_from_the_front() {
        assert_eq!([&[0xFF, 0][..], &[0x0F], &[0, 0x80], &[0, 0x01], &[0, 0]].map(leading_zero_bits), [0, 4, 8, 15, 16]);
    }
}
