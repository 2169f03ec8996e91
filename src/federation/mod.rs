//! `/login/with/{provider}`: sign in with another provider, or connect an account there to the one here.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. there is such a provider; 3. the ticket opens, and its client allows the provider;
//! 4. to connect: somebody is signed in, with the second factor that is demanded of them, and fresh proof. Then the browser
//! leaves, with a `state` that is a sealed ticket of this browser, this provider and this errand. What comes back: [`callback`].
//!
//! The browser leaves by a page that sends it on at once, not by a redirect: browsers apply `form-action` to every redirect that
//! follows a form, and where a provider redirects to in turn nobody knows.
//!
//! Cost: 1 to 2 round trips, no commit; 1 request to the provider in ten minutes.
//!
//! Specs: RFC 6749 §4.1.1 and §10.12, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1, RFC 9700 §2.1; security.md U1 to U7, S2.

mod arrival;
mod callback;
mod connect;
pub mod page;
mod proving;
mod sign_up;

use crate::app::App;
use crate::clients::Client;
use crate::clock::Timestamp;
use crate::paths;
use crate::sealing::Purpose;
use crate::sessions::SessionId;
use crate::upstreams::{Upstream, UpstreamContext, UpstreamProof};
use crate::users::UserId;
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::page::{Layout, Page, with_cookies};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::second_factor::ask_for_demanded_factor;
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use page::{FederationProblem, FederationProblemPage, LeavingPage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

pub use callback::{get_callback, post_callback};
pub use connect::{get_connect, post_connect};
pub use proving::post_code;
pub use sign_up::{get_sign_up, post_sign_up};

/// How long the person may take at the provider, and then with our question what to do.
const LIFETIME: Duration = Duration::from_secs(600);

/// What `state` says. Nothing is stored for somebody who is away.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct UpstreamState {
    /// Used up by the first answer that holds.
    id: String,
    provider: String,
    /// Digest of the browser's binding cookie.
    browser: String,
    proof: UpstreamProof,
    errand: Errand,
    expires_at: Timestamp,
}

/// What the person went for.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Errand {
    /// The ticket of the flow; empty for none.
    SignIn { ticket: String },
    /// For whoever was signed in, in that session only.
    Link { user_id: UserId, session_id: SessionId },
}

/// `POST /login/with/{provider}`.
pub async fn post_login_with(
    app: web::Data<App>,
    http: HttpRequest,
    provider: web::Path<String>,
    body: PageBody,
) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    if !app.upstreams.is_known(&provider) {
        return Err(PageError::not_found());
    }
    let ticket = Ticket::open(&app, &browser, &params)?;
    let Some(upstream) = find(&app, &provider, ticket.client.as_deref()) else {
        return Ok(problem_page(&app, &http, &provider, FederationProblem::NotOffered, &ticket));
    };
    let signed_in = browser.signed_in(&app, "").await?;
    let errand = match (params.get("errand"), &signed_in) {
        (Some("link"), Some(signed_in)) => {
            if let Some(way) = ask_for_demanded_factor(&app, &browser, signed_in, AccountPage::Security).await? {
                return Ok(way);
            }
            if let Some(way) = ask_for_fresh_proof(&app, &browser, signed_in, AccountPage::Security).await? {
                return Ok(way);
            }
            Errand::Link { user_id: signed_in.user.id.clone(), session_id: signed_in.session.id.clone() }
        }
        (Some("link"), None) => return Ok(Ticket::of(AccountPage::Security.ticket()).to(&app, paths::LOGIN)),
        _ => Errand::SignIn { ticket: ticket.text.clone() },
    };
    // Who is signed in already, or has to be asked, proves themselves there: what is open in their browser proves nothing new.
    let asks_anew = signed_in.is_some() || ticket.request.as_ref().is_some_and(|request| request.prompt.login);
    let again = asks_anew && matches!(errand, Errand::SignIn { .. });
    let proof = UpstreamProof {
        nonce: app.random.token(),
        code_verifier: app.random.token(),
        authenticated_after: again.then(|| app.now()),
        max_age: ticket.request.as_ref().and_then(|request| request.max_age),
    };
    let state = UpstreamState {
        id: app.random.token(),
        provider: upstream.id.clone(),
        browser: browser.binding_digest(&app),
        proof,
        errand,
        expires_at: app.now() + LIFETIME,
    };
    let sealed = app.sealing.seal(Purpose::UpstreamState, &state).map_err(PageError::internal)?;
    match upstream.authorization_url(&context(&app, &upstream), &sealed, &state.proof).await {
        Ok(url) => {
            let view = LeavingPage { layout: Layout::of(&app, &http), provider: upstream.name.clone(), url };
            with_cookies(Page::new(view).respond_to(&http), [browser.new_binding_cookie(&app)])
        }
        Err(fault) => Ok(fault_page(&app, &http, &upstream, &fault, &ticket)),
    }
}

/// A provider that may be used now, by this client.
fn find(app: &App, provider: &str, client: Option<&Client>) -> Option<Arc<Upstream>> {
    app.upstreams.find(provider).filter(|upstream| upstream.is_offered(client))
}

fn context<'a>(app: &'a App, upstream: &Upstream) -> UpstreamContext<'a> {
    UpstreamContext {
        upstreams: &app.upstreams,
        outbound: &app.outbound,
        redirect_uri: app.url(&format!("{}/{}/callback", paths::LOGIN_WITH, upstream.id)),
        now: app.now(),
    }
}

/// What a provider's answer lacks, the operator reads; the person reads what they can do.
fn fault_page(
    app: &App,
    http: &HttpRequest,
    upstream: &Upstream,
    fault: &crate::upstreams::UpstreamFault,
    ticket: &Ticket,
) -> HttpResponse {
    tracing::warn!(provider = upstream.id, %fault, "a sign-in with another provider failed");
    let problem = if fault.is_passing() { FederationProblem::Unavailable } else { FederationProblem::NotBelieved };
    problem_page(app, http, &upstream.id, problem, ticket)
}

fn problem_page(app: &App, http: &HttpRequest, provider: &str, problem: FederationProblem, ticket: &Ticket) -> HttpResponse {
    tracing::info!(provider = app.upstreams.name_of(provider), ?problem, "no sign-in with another provider");
    let layout = Layout::of(app, http);
    let way_back = match problem {
        FederationProblem::NotConnected => layout.url(paths::ACCOUNT_SECURITY),
        _ => ticket.link(app, paths::LOGIN),
    };
    let view = FederationProblemPage { layout, provider: app.upstreams.name_of(provider), problem, way_back };
    Page::new(view).status(problem.status()).respond_to(http)
}
