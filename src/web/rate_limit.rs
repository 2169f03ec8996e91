//! Limits on requests by client address: the one place that knows them.
//!
//! | kind | what | answer past the limit |
//! | --- | --- | --- |
//! | pages | everything a person looks at | a short page |
//! | sign-in | forms that take a password | a short page |
//! | token | token, introspection, revocation | JSON, as OAuth errors are |
//! | read | userinfo, discovery, keys | JSON, as OAuth errors are |
//!
//! Limits are counted by each process for itself (n replicas allow n times as much); guesses against an account are throttled in the
//! database, elsewhere. They are made once for a server and shared by its workers. `x-ratelimit-limit` is the size of a burst,
//! `x-ratelimit-remaining` what is left of it, `Retry-After` the time to the next request that passes, in whole seconds rounded up.
//!
//! Specs: RFC 6585 §4 (429), RFC 9110 §10.2.3 (Retry-After).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_governor::governor::NotUntil;
use actix_governor::governor::clock::{Clock as _, DefaultClock, QuantaInstant};
use actix_governor::governor::middleware::StateInformationMiddleware;
use actix_governor::{Governor, GovernorConfig, GovernorConfigBuilder, KeyExtractor};
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::middleware::Condition;
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::client_address::{ClientAddress, LimitKey, TrustedProxies};
use super::page_error::PageError;
use crate::config::RateLimit;

/// How often addresses that have not been seen for a while are forgotten.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The middleware that one route or scope is wrapped in.
pub type Limit = Condition<Governor<ByAddress, StateInformationMiddleware>>;

/// The limits of a server, by kind of endpoint. Clones share their counters.
#[derive(Clone)]
pub struct RateLimits {
    enabled: bool,
    pages: Counters,
    sign_in: Counters,
    token: Counters,
    read: Counters,
}

type Counters = Arc<GovernorConfig<ByAddress, StateInformationMiddleware>>;

/// Finds what a request is counted by, and answers the one that is too many.
#[derive(Debug, Clone)]
pub struct ByAddress {
    proxies: TrustedProxies,
    answer: Answer,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    /// A page, which [`crate::web::page_error::show`] makes.
    Page,
    Json,
}

/// A limit of zero requests: the checked configuration has none.
#[derive(Debug, thiserror::Error)]
#[error("a rate limit must allow at least one request a minute and one at once")]
pub struct ZeroLimit;

impl RateLimits {
    /// The limits of a configuration, with nothing counted yet. Make them once for a server, outside the closure that makes its workers.
    ///
    /// # Errors
    /// [`ZeroLimit`].
    pub fn new(limits: &RateLimit, proxies: &TrustedProxies) -> Result<Self, ZeroLimit> {
        let counters = |per_minute: u32, burst: u32, answer| {
            let period = Duration::from_secs(60).checked_div(per_minute).ok_or(ZeroLimit)?;
            let by = ByAddress { proxies: proxies.clone(), answer };
            let mut builder = GovernorConfigBuilder::default().key_extractor(by);
            builder.period(period).burst_size(burst).use_headers().finish().map(Arc::new).ok_or(ZeroLimit)
        };
        Ok(Self {
            enabled: limits.enabled,
            pages: counters(limits.pages_per_minute, limits.pages_burst, Answer::Page)?,
            sign_in: counters(limits.sign_in_per_minute, limits.sign_in_burst, Answer::Page)?,
            token: counters(limits.token_per_minute, limits.token_burst, Answer::Json)?,
            read: counters(limits.read_per_minute, limits.read_burst, Answer::Json)?,
        })
    }

    /// The limit of pages.
    pub fn pages(&self) -> Limit {
        self.limit(&self.pages)
    }

    /// The limit of forms that take a password.
    pub fn sign_in(&self) -> Limit {
        self.limit(&self.sign_in)
    }

    /// The limit of token, introspection and revocation.
    pub fn token(&self) -> Limit {
        self.limit(&self.token)
    }

    /// The limit of userinfo, discovery and keys.
    pub fn read(&self) -> Limit {
        self.limit(&self.read)
    }

    fn limit(&self, counters: &Counters) -> Limit {
        Condition::new(self.enabled, Governor::new(counters))
    }

    /// Forgets addresses whose burst is whole again; without this every address ever seen would stay in memory.
    pub fn forget_idle(&self) {
        for counters in [&self.pages, &self.sign_in, &self.token, &self.read] {
            let limiter = counters.limiter();
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Calls [`RateLimits::forget_idle`] every minute, for ever. Abort the task when the server stops.
    pub fn start_sweeping(&self) -> tokio::task::JoinHandle<()> {
        let limits = self.clone();
        tokio::spawn(async move {
            let mut timer = tokio::time::interval(SWEEP_INTERVAL);
            timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                timer.tick().await;
                limits.forget_idle();
            }
        })
    }
}

impl KeyExtractor for ByAddress {
    type Key = LimitKey;
    type KeyExtractionError = Infallible;

    fn extract(&self, request: &ServiceRequest) -> Result<LimitKey, Self::KeyExtractionError> {
        Ok(ClientAddress::find(request, &self.proxies).limit_key())
    }

    fn exceed_rate_limit_response(&self, until: &NotUntil<QuantaInstant>, mut response: HttpResponseBuilder) -> HttpResponse {
        let wait = until.wait_time_from(DefaultClock::default().now());
        // actix-governor rounds down, to 0 below a second; a client that obeyed would be refused again.
        let seconds = whole_seconds(wait);
        response.insert_header((header::RETRY_AFTER, seconds));
        response.insert_header(("x-ratelimit-after", seconds));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self.answer {
            Answer::Page => {
                let mut answer = response.finish();
                answer.extensions_mut().insert(PageError::too_many_requests(wait));
                answer
            }
            Answer::Json => {
                let text =
                    format!("Too many requests from this address. Try again in {seconds} second{}.", if seconds == 1 { "" } else { "s" });
                response.json(serde_json::json!({ "error": "temporarily_unavailable", "error_description": text }))
            }
        }
    }
}

/// A duration in seconds, rounded up, at least 1.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use actix_web::dev::ServiceResponse;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, web};

    fn limits(variables: &[(&str, &str)]) -> RateLimits {
        let variables = variables.iter().map(|(name, value)| (format!("OSTIARY_RATE_LIMIT_{name}"), (*value).to_owned()));
        let proxies = TrustedProxies::new(&["10.0.0.0/8".parse().unwrap()]);
        RateLimits::new(&Config::load(None, variables).unwrap().rate_limit, &proxies).unwrap()
    }

    macro_rules! app {
        ($limits:expr) => {
            init_service(
                App::new()
                    .service(web::resource("/login").wrap($limits.sign_in()).to(|| async { "ok" }))
                    .service(web::resource("/token").wrap($limits.token()).to(|| async { "ok" })),
            )
            .await
        };
    }

    fn from(peer: &str, path: &str) -> TestRequest {
        TestRequest::with_uri(path).peer_addr(format!("{peer}:1").parse().unwrap())
    }

    fn header<'a, B>(response: &'a ServiceResponse<B>, name: &str) -> &'a str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[actix_web::test]
    async fn the_one_too_many_gets_429_with_an_honest_retry_after() {
        let limits = limits(&[("SIGN_IN_BURST", "2"), ("SIGN_IN_PER_MINUTE", "20"), ("TOKEN_BURST", "1"), ("TOKEN_PER_MINUTE", "600")]);
        let app = app!(limits);
        for left in ["1", "0"] {
            let response = call_service(&app, from("192.0.2.1", "/login").to_request()).await;
            assert_eq!((response.status().as_u16(), header(&response, "x-ratelimit-remaining")), (200, left));
            assert_eq!(header(&response, "x-ratelimit-limit"), "2");
        }
        let response = call_service(&app, from("192.0.2.1", "/login").to_request()).await;
        assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (429, "3"));

        // Another kind of endpoint has counters of its own. Ten a second: governor's own answer would be 0.
        assert_eq!(call_service(&app, from("192.0.2.1", "/token").to_request()).await.status(), 200);
        let response = call_service(&app, from("192.0.2.1", "/token").to_request()).await;
        assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (429, "1"));
        assert_eq!(header(&response, "cache-control"), "no-store");
        let body: serde_json::Value = serde_json::from_slice(&read_body(response).await).unwrap();
        assert_eq!(body["error"], "temporarily_unavailable");
    }

    #[actix_web::test]
    async fn workers_share_counters_and_addresses_do_not() {
        let limits = limits(&[("SIGN_IN_BURST", "1"), ("SIGN_IN_PER_MINUTE", "1")]);
        let (one, two) = (app!(limits), app!(limits.clone()));
        assert_eq!(call_service(&one, from("192.0.2.1", "/login").to_request()).await.status(), 200);
        assert_eq!(call_service(&two, from("192.0.2.1", "/login").to_request()).await.status(), 429);
        assert_eq!(call_service(&two, from("192.0.2.2", "/login").to_request()).await.status(), 200);
        // Attack L3: behind the proxy the client counts, and a header of its own does not make it another one.
        let behind = |hops: &str| from("10.0.0.1", "/login").insert_header(("x-forwarded-for", hops)).to_request();
        assert_eq!(call_service(&one, behind("192.0.2.3")).await.status(), 200);
        assert_eq!(call_service(&two, behind("203.0.113.9, 192.0.2.3")).await.status(), 429);
        let forged = from("192.0.2.2", "/login").insert_header(("x-forwarded-for", "203.0.113.10")).to_request();
        assert_eq!(call_service(&two, forged).await.status(), 429);
    }

    #[actix_web::test]
    async fn limits_can_be_switched_off() {
        let limits = limits(&[("ENABLED", "false"), ("SIGN_IN_BURST", "1"), ("SIGN_IN_PER_MINUTE", "1")]);
        let app = app!(limits);
        for _ in 0..5 {
            assert_eq!(call_service(&app, from("192.0.2.1", "/login").to_request()).await.status(), 200);
        }
    }

    #[test]
    fn idle_addresses_are_forgotten() {
        let limits = limits(&[("READ_BURST", "1"), ("READ_PER_MINUTE", "1000000")]);
        let limiter = limits.read.limiter();
        for address in 0..100 {
            let _ = limiter.check_key(&LimitKey::V4(address));
        }
        assert_eq!(limiter.len(), 100);
        // The limiter's clock is the machine's: an address is idle when its try is made up for, after 60 microseconds here.
        let begun = std::time::Instant::now();
        while !limiter.is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(10), "{} are not forgotten", limiter.len());
            limits.forget_idle();
        }
    }

    #[test]
    fn waits_are_rounded_up() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (3000, 3)] {
            assert_eq!(whole_seconds(Duration::from_millis(milliseconds)), seconds);
        }
    }
}
