//! `/login/connect`: the address belongs to an account here, and only its owner may connect it (security.md U3, U4).
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the arrival is this browser's and has not expired; 3. to connect: its
//! account is signed in, with fresh proof and the second factor that is demanded of them, and unchanged since; 4. the arrival is used up,
//! which is decided in one transaction with the link. Cancelling uses it up too.
//!
//! Cost: GET 1 to 3 round trips; POST 6 round trips, 1 commit.

use super::arrival::{Arrival, KnownAccount, Opened, link_of, sealed_tokens};
use super::page::{ConnectPage, FederationProblem};
use super::problem_page;
use crate::app::App;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::oauth::params::Params;
use crate::paths;
use crate::sessions::SignedIn;
use crate::storage::StorageError;
use crate::upstreams::insert_link;
use crate::users;
use crate::web::browser::Browser;
use crate::web::fresh_proof::{AccountErrand, has_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::second_factor::lacks_demanded_factor;
use crate::web::sign_in::device_of;
use actix_web::{HttpRequest, HttpResponse, web};

/// What became of it.
enum Connected {
    Yes(Posted),
    Used,
    SomebodyElses,
}

/// `GET /login/connect`.
pub async fn get_connect(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|_| PageError::expired_ticket())?;
    let opened = Arrival::open(&app, &browser, &params)?;
    let owner = match owner(&app, &browser, &opened).await? {
        Ok(owner) => owner,
        Err(way) => return Ok(way),
    };
    let account = opened.arrival.account.as_ref().ok_or_else(PageError::expired_ticket)?;
    let sign_in_url = match owner {
        Some(_) => None,
        None => {
            let errand = AccountErrand::connecting(&app, &browser, &account.user_id, &opened.text);
            let ticket = errand.seal(&app).map_err(PageError::internal)?;
            Some(format!("{}{}?ticket={ticket}", app.issuer().path(), paths::LOGIN))
        }
    };
    let view = ConnectPage {
        layout: Layout::of(&app, &http),
        csrf: browser.csrf(&app),
        arrival: opened.text,
        provider: opened.upstream.name.clone(),
        email: opened.arrival.identity.email.unwrap_or_default(),
        account: owner.map(|owner| owner.user.person()),
        sign_in_url,
    };
    Ok(Page::new(view).form_action(&opened.ticket.form_action).respond_to(&http))
}

/// `POST /login/connect`.
pub async fn post_connect(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let opened = Arrival::open(&app, &browser, &params)?;
    let Opened { arrival, upstream, ticket, text } = &opened;
    if params.get("choice") != Some("connect") {
        arrival.consume(&mut app.storage.write().await?).await?;
        return Ok(ticket.to(&app, paths::LOGIN));
    }
    let owner = match owner(&app, &browser, &opened).await? {
        Ok(Some(owner)) => owner,
        Ok(None) => return Ok(see_other(&app, paths::CONNECT, &[("arrival", text)])),
        Err(way) => return Ok(way),
    };
    let user = &owner.user;
    let (row, tokens) = (link_of(&arrival.identity, &user.id, app.now()), sealed_tokens(&app, &arrival.identity)?);
    let connected = app
        .storage
        .transaction(async |connection| {
            // First, so that a lockdown that is under way is waited for.
            let is_open = users::hold_account(connection, user).await?;
            let now = users::find_user(connection, &user.id).await?;
            let unchanged = now.as_ref().map(KnownAccount::of) == arrival.account;
            if !is_open || !arrival.consume(connection).await? || !unchanged {
                return Ok(Connected::Used);
            }
            if !insert_link(connection, &row, tokens.as_deref()).await? {
                return Ok(Connected::SomebodyElses);
            }
            let about = About::user(&user.id).in_session(&owner.session.id).from(device_of(&http)).with("provider", row.provider.as_str());
            events::record(connection, &app, EventKind::IdentityLinked, &about).await?;
            let notice = Notice::IdentityLinked { provider: &upstream.name };
            Ok::<_, StorageError>(Connected::Yes(tell(&app, connection, &http, user, &notice).await?))
        })
        .await?;
    match connected {
        Connected::Yes(posted) => {
            drop(posted);
            Ok(ticket.way_on(&app))
        }
        Connected::Used => Err(PageError::expired_ticket()),
        Connected::SomebodyElses => Ok(problem_page(&app, &http, &upstream.id, FederationProblem::LinkedToAnother, ticket)),
    }
}

/// The account's own person, if it is them who is signed in, with fresh proof. Who has not given the second factor that is demanded of them
/// is asked for it first: `Err` is the way there, and it comes back to this question.
async fn owner(app: &App, browser: &Browser, opened: &Opened) -> Result<Result<Option<SignedIn>, HttpResponse>, PageError> {
    let account = opened.arrival.account.as_ref();
    let signed_in = browser.signed_in(app, "").await?.filter(|now| account.is_some_and(|account| account.user_id == now.user.id));
    match signed_in {
        Some(signed_in) if has_fresh_proof(app, &signed_in).await? => {
            if lacks_demanded_factor(app, &signed_in) {
                let errand = AccountErrand::connecting(app, browser, &signed_in.user.id, &opened.text);
                return errand.way_to(app, browser, paths::LOGIN_FACTOR).map(Err);
            }
            Ok(Ok(Some(signed_in)))
        }
        _ => Ok(Ok(None)),
    }
}
