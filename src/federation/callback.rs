//! `/login/with/{provider}/callback`: what the provider sends back.
//!
//! Order of checks: 1. the provider is there; 2. `state` is ours, of this provider and this browser, and has not expired; 3. the flow
//! it belongs to is still there and its client allows the provider; 4. an error of the provider is a page; 5. the code is redeemed and
//! everything about it verified ([`Upstream::redeem`]); 6. `state` is used up, now that an answer holds; 7. the identity is admitted;
//! 8. whose it is: known → the first factor is proven; unknown → its person is asked.
//!
//! An answer that is posted (Apple) comes without cookies, since another site posts it: it goes on by a redirect, which carries them.
//!
//! Cost: 4 round trips and 2 commits, those of the session, 1 to 3 requests to the provider, 1 signature check.
//!
//! Specs: RFC 6749 §4.1.2, RFC 9207 §2.4, OAuth 2.0 Form Post Response Mode; security.md U1, U3, U5, M9.

use super::arrival::{Arrival, link_of, may_be_taken_over, proven, sealed_tokens};
use super::page::FederationProblem;
use super::{Errand, UpstreamState, context, fault_page, find, problem_page};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::EmailVerification;
use crate::events::{self, About, EventKind};
use crate::grants::consume_ticket;
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::metrics::SignIn;
use crate::oauth::params::Params;
use crate::paths;
use crate::sealing::Purpose;
use crate::sessions::SessionId;
use crate::upstreams::{Upstream, UpstreamIdentity, find_linked_user, insert_link, note_use_of_link};
use crate::users::{self, Email, User, UserId, hold_account};
use crate::web::browser::Browser;
use crate::web::fresh_proof::AccountPage;
use crate::web::notices::tell;
use crate::web::page::with_cookies;
use crate::web::page_error::PageError;
use crate::web::page_form::PageBody;
use crate::web::redirect::see_other;
use crate::web::second_factor::ask_for_demanded_factor;
use crate::web::sign_in::{device_of, first_factor_proven};
use crate::web::ticket::Ticket;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// What a provider may send for a code.
const LONGEST_CODE: usize = 4096;
/// For the redirect that follows a posted answer.
const ANSWER_LIFETIME: Duration = Duration::from_secs(60);

/// What a provider answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct UpstreamAnswer {
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    /// What Apple says once, beside the token and unsigned: good for a suggestion.
    name: Option<String>,
    expires_at: Timestamp,
}

impl UpstreamAnswer {
    fn read(app: &App, params: &Params) -> Option<Self> {
        let text = |name: &str| params.get(name).map(str::to_owned);
        Some(Self {
            state: text("state")?,
            code: text("code").filter(|code| code.len() <= LONGEST_CODE),
            iss: text("iss").filter(|iss| iss.len() <= 1000),
            error: text("error").filter(|error| error.len() <= 200),
            name: params.get("user").and_then(name_of),
            expires_at: app.now() + ANSWER_LIFETIME,
        })
    }

    fn open_state(&self, app: &App, provider: &str) -> Option<UpstreamState> {
        let state: UpstreamState = app.sealing.open(Purpose::UpstreamState, &self.state)?;
        // RFC 9700 §4.4.2: each provider has a redirect URI of its own, and an answer that comes to another one's is not its.
        (state.provider == provider && state.expires_at > app.now()).then_some(state)
    }
}

/// `{"name":{"firstName":…,"lastName":…}}`.
fn name_of(user: &str) -> Option<String> {
    let document: Value = serde_json::from_str(user).ok()?;
    let part = |name: &str| document.get("name")?.get(name)?.as_str().map(str::trim).filter(|part| !part.is_empty());
    let name: Vec<&str> = [part("firstName"), part("lastName")].into_iter().flatten().collect();
    let name = name.join(" ");
    (!name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control)).then_some(name)
}

/// `GET /login/with/{provider}/callback`.
pub async fn get_callback(app: web::Data<App>, http: HttpRequest, provider: web::Path<String>) -> Result<HttpResponse, PageError> {
    let params = Params::parse(http.query_string()).map_err(|_| PageError::expired_ticket())?;
    let answer = match params.get("answer") {
        Some(sealed) => app.sealing.open(Purpose::UpstreamAnswer, sealed).filter(|answer: &UpstreamAnswer| answer.expires_at > app.now()),
        None => UpstreamAnswer::read(&app, &params),
    };
    match answer {
        Some(answer) => receive(&app, &http, &provider, answer).await,
        None => Err(PageError::expired_ticket()),
    }
}

/// `POST /login/with/{provider}/callback`.
pub async fn post_callback(app: web::Data<App>, provider: web::Path<String>, body: PageBody) -> Result<HttpResponse, PageError> {
    let params = Params::parse(&body.0).map_err(|_| PageError::expired_ticket())?;
    let answer = UpstreamAnswer::read(&app, &params).ok_or_else(PageError::expired_ticket)?;
    // Only what belongs to a state of ours is worth a ticket.
    answer.open_state(&app, &provider).ok_or_else(PageError::expired_ticket)?;
    let sealed = app.sealing.seal(Purpose::UpstreamAnswer, &answer).map_err(PageError::internal)?;
    Ok(see_other(&app, &format!("{}/{provider}/callback", paths::LOGIN_WITH), &[("answer", &sealed)]))
}

async fn receive(app: &App, http: &HttpRequest, provider: &str, answer: UpstreamAnswer) -> Result<HttpResponse, PageError> {
    if !app.upstreams.is_known(provider) {
        return Err(PageError::not_found());
    }
    let browser = Browser::of(app, http);
    let state = answer.open_state(app, provider).filter(|state| browser.is_bound_by(app, &state.browser));
    let state = state.ok_or_else(PageError::expired_ticket)?;
    let ticket = match &state.errand {
        Errand::SignIn { ticket } => Ticket::open_text(app, &browser, ticket)?,
        Errand::Link { .. } => Ticket::of(String::new()),
    };
    let Some(upstream) = find(app, provider, ticket.client.as_deref()) else {
        return Ok(problem_page(app, http, provider, FederationProblem::NotOffered, &ticket));
    };
    let Some(code) = answer.code.as_deref().filter(|_| answer.error.is_none()) else {
        // What else the provider says of it is for nobody's eyes: anybody can write such an answer (security.md U1).
        let cancelled = matches!(answer.error.as_deref(), Some("access_denied" | "user_cancelled_authorize"));
        let problem = match &state.errand {
            Errand::Link { .. } if cancelled => FederationProblem::NotConnected,
            Errand::SignIn { .. } if cancelled => FederationProblem::Cancelled,
            _ => FederationProblem::Refused,
        };
        return Ok(problem_page(app, http, provider, problem, &ticket));
    };
    let redeemed = upstream.redeem(&context(app, &upstream), code, answer.iss.as_deref(), &state.proof).await;
    let mut identity = match redeemed {
        Ok(identity) => identity,
        Err(fault) => {
            // A provider that is away refuses nobody.
            if !fault.is_passing() {
                count(app, &state.errand, SignIn::Refused);
            }
            return Ok(fault_page(app, http, &upstream, &fault, &ticket));
        }
    };
    if !consume_ticket(&mut app.storage.write().await?, &state.id, "upstream_state", state.expires_at).await? {
        return Err(PageError::expired_ticket());
    }
    if let Some(name) = answer.name.filter(|_| !identity.profile.contains_key("name")) {
        identity.profile.insert("name".to_owned(), Value::from(name));
    }
    let problem = match &state.errand {
        _ if !upstream.admits(&identity) => FederationProblem::WrongDomain,
        Errand::Link { user_id, session_id } => match link(app, &browser, &upstream, &identity, user_id, session_id).await? {
            Ok(way) => return Ok(way),
            Err(problem) => problem,
        },
        Errand::SignIn { .. } => {
            let sign_up = upstream.sign_up && app.config.sign_up.enabled;
            match sign_in(app, http, &browser, identity, &ticket, sign_up).await? {
                Ok(way) => return Ok(way),
                Err(problem) => problem,
            }
        }
    };
    count(app, &state.errand, if problem == FederationProblem::NoEntry { SignIn::Disabled } else { SignIn::Refused });
    Ok(problem_page(app, http, provider, problem, &ticket))
}

/// Who links a provider is signed in already.
fn count(app: &App, errand: &Errand, outcome: SignIn) {
    if matches!(errand, Errand::SignIn { .. }) {
        app.metrics.sign_in(outcome);
    }
}

/// Whose identity it is, and what follows.
async fn sign_in(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    identity: UpstreamIdentity,
    ticket: &Ticket,
    sign_up: bool,
) -> Result<Result<HttpResponse, FederationProblem>, PageError> {
    let mut connection = app.storage.read().await?;
    if let Some(user) = find_linked_user(&mut connection, &identity.provider, &identity.subject).await? {
        drop(connection);
        if !user.enabled {
            return Ok(Err(FederationProblem::NoEntry));
        }
        note_arrival(app, &user, &identity).await?;
        return first_factor_proven(app, http, browser, ticket, &user, proven(&identity)).await.map(Ok);
    }
    // security.md L1: anybody has an address "said" that is not theirs. Where sign-up tells by mail alone who has an account, so does this:
    // an address that the provider does not vouch for is asked about by mail, whoever has it here.
    let tells_by_mail = app.config.sign_up.email_verification == EmailVerification::BeforeSignIn;
    let email = identity.email.as_deref().filter(|_| identity.email_verified || !tells_by_mail);
    let account = match email.and_then(|email| Email::parse(email).ok()) {
        Some(email) => users::find_user_by_email(&mut connection, &email).await?,
        None => None,
    };
    drop(connection);
    let path = match &account {
        Some(user) if !user.enabled => return Ok(Err(FederationProblem::NoEntry)),
        // security.md M9: nobody has proven the address here, and the provider's word counts: the account is taken over clean.
        Some(user) if identity.email_verified && may_be_taken_over(user) => paths::SIGN_UP_WITH,
        Some(_) => paths::CONNECT,
        None if sign_up => paths::SIGN_UP_WITH,
        None => return Ok(Err(FederationProblem::NoAccount)),
    };
    let arrival = Arrival::new(app, browser, identity, account.as_ref(), ticket).seal(app).map_err(PageError::internal)?;
    with_cookies(see_other(app, path, &[("arrival", &arrival)]), [browser.new_binding_cookie(app)]).map(Ok)
}

/// Notes that the link was used. The operator's attributes follow the provider at each sign-in.
async fn note_arrival(app: &App, user: &User, identity: &UpstreamIdentity) -> Result<(), PageError> {
    let (link, tokens) = (link_of(identity, &user.id, app.now()), sealed_tokens(app, identity)?);
    let noted = app
        .storage
        .transaction(async |connection| {
            if identity.attributes_after(user.attributes.0.clone()) != user.attributes.0 {
                // As they are now: an operator may have set others since.
                users::lock_user(connection, &user.id).await?;
                if let Some(now) = users::find_user(connection, &user.id).await? {
                    users::set_attributes(connection, &user.id, &identity.attributes_after(now.attributes.0), app.now()).await?;
                }
            }
            note_use_of_link(connection, &link, tokens.as_deref()).await
        })
        .await;
    Ok(noted?)
}

/// Links an identity to whoever went for it, in the session that they went from. One that is somebody else's stays theirs. A second factor
/// may be demanded of them since they went: then they give that first, and nothing is linked.
async fn link(
    app: &App,
    browser: &Browser,
    upstream: &Upstream,
    identity: &UpstreamIdentity,
    user_id: &UserId,
    session_id: &SessionId,
) -> Result<Result<HttpResponse, FederationProblem>, PageError> {
    let signed_in = browser.signed_in(app, "").await?.filter(|now| now.user.id == *user_id && now.session.id == *session_id);
    let Some(signed_in) = signed_in else { return Err(PageError::expired_ticket()) };
    if let Some(way) = ask_for_demanded_factor(app, browser, &signed_in, AccountPage::Security).await? {
        return Ok(Ok(way));
    }
    let user = &signed_in.user;
    let (row, tokens) = (link_of(identity, &user.id, app.now()), sealed_tokens(app, identity)?);
    let (linked, _posted) = app
        .storage
        .transaction(async |connection| {
            if !hold_account(connection, user).await? {
                return Err(PageError::expired_ticket());
            }
            if !insert_link(connection, &row, tokens.as_deref()).await? {
                let owner = find_linked_user(connection, &row.provider, &row.subject).await?;
                return Ok((owner.is_some_and(|owner| owner.id == user.id), Posted::nothing()));
            }
            let about = About::user(&user.id).in_session(session_id).from(device_of(browser.http()));
            events::record(connection, app, EventKind::IdentityLinked, &about.with("provider", row.provider.as_str())).await?;
            let notice = Notice::IdentityLinked { provider: &upstream.name };
            Ok((true, tell(app, connection, browser.http(), user, &notice).await?))
        })
        .await?;
    if !linked {
        return Ok(Err(FederationProblem::LinkedToAnother));
    }
    Ok(Ok(see_other(app, paths::ACCOUNT_SECURITY, &[("connected", &upstream.id)])))
}
