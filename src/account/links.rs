//! Accounts elsewhere that open this one: a part of the security page, and `POST /account/links`, which removes one. Connecting begins
//! at `/login/with/{provider}`.
//!
//! Order of checks of the POST: 1. somebody is signed in; 2. the form is from our page; 3. the proof is fresh; 4. in one transaction:
//! nothing was cut off since, another way in is left, the link is theirs.
//!
//! Cost: the part 1 round trip; POST 8 round trips, 1 commit.
//!
//! Specs: OWASP ASVS 6.5; security.md U4, U7.

use super::ways_in::opens;
use super::{Visitor, visitor};
use crate::app::App;
use crate::credentials::factors::find_factors;
use crate::credentials::passkeys::list_passkeys;
use crate::events::{self, About, EventKind};
use crate::language::Text;
use crate::mail::Posted;
use crate::mail::notices::Notice;
use crate::oauth::params::Params;
use crate::paths;
use crate::upstreams::{LinkedIdentity, delete_link, list_links};
use crate::users::{User, hold_account, touch_user};
use crate::web::fresh_proof::{AccountPage, ask_for_fresh_proof};
use crate::web::notices::tell;
use crate::web::page::Moment;
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::redirect::see_other;
use crate::web::sign_in::device_of;
use crate::web::upstream_buttons::UpstreamButton;
use actix_web::{HttpRequest, HttpResponse, web};

/// What the security page shows of it.
#[derive(Debug, Clone, Default)]
pub struct LinksSection {
    pub lines: Vec<LinkLine>,
    /// Providers that are not connected yet.
    pub more: Vec<UpstreamButton>,
    pub done: Option<Text>,
    pub problem: Option<Text>,
}

/// One connected account.
#[derive(Debug, Clone)]
pub struct LinkLine {
    pub provider: String,
    pub subject: String,
    pub name: String,
    pub mark: &'static str,
    pub email: Option<String>,
    pub since: Moment,
    pub last_used: Moment,
    /// Whether the provider may be used still.
    pub offered: bool,
}

/// The part of the security page about `user`.
pub(super) async fn section(app: &App, http: &HttpRequest, user: &User) -> Result<LinksSection, PageError> {
    let links = list_links(&mut app.storage.read().await?, &user.id).await?;
    let line = |link: &LinkedIdentity| LinkLine {
        provider: link.provider.clone(),
        subject: link.subject.clone(),
        name: app.upstreams.name_of(&link.provider),
        mark: app.upstreams.mark_of(&link.provider),
        email: link.email.clone(),
        since: Moment::of(link.created_at),
        last_used: Moment::of(link.last_used_at),
        offered: app.upstreams.find(&link.provider).is_some(),
    };
    let mut more = UpstreamButton::offered(app, None);
    more.retain(|button| !links.iter().any(|link| link.provider == button.id));
    let params = Params::parse(http.query_string()).unwrap_or_default();
    // Only a provider of ours is named: what stands in a link is not repeated.
    let named = |name: &str| params.get(name).filter(|id| app.upstreams.is_known(id)).map(|id| app.upstreams.name_of(id));
    let connected = named("connected").map(|name| Text::new("federation-connected").with("provider", name));
    let removed = named("removed").map(|name| Text::new("federation-removed").with("provider", name));
    let problem = params.get("kept").map(|_| Text::new("federation-last-way-in"));
    Ok(LinksSection { lines: links.iter().map(line).collect(), more, done: connected.or(removed), problem })
}

/// What became of it.
enum Removed {
    Yes(Posted),
    NotTheirs,
    LastWayIn,
}

/// `POST /account/links`.
pub async fn post_links(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let (browser, signed_in) = match visitor(&app, &http).await? {
        Visitor::SignedIn(browser, signed_in) => (browser, signed_in),
        Visitor::Stranger(way) => return Ok(way),
    };
    let params = read_form(&app, &http, &browser, &body)?;
    if let Some(way) = ask_for_fresh_proof(&app, &browser, &signed_in, AccountPage::Security).await? {
        return Ok(way);
    }
    let (provider, subject) = (params.get("provider").unwrap_or_default(), params.get("subject").unwrap_or_default());
    let user = &signed_in.user;
    let removed = app
        .storage
        .transaction(async |connection| {
            // Of two that are removed at once, the second sees that the first is gone.
            if !hold_account(connection, user).await? {
                return Err(PageError::expired_ticket());
            }
            // Ends every question whether to connect something to it (security.md U4).
            touch_user(connection, &user.id, app.now()).await?;
            let links = list_links(connection, &user.id).await?;
            let is_meant = |link: &&LinkedIdentity| link.provider == provider && link.subject == subject;
            if !links.iter().any(|link| is_meant(&link)) {
                return Ok(Removed::NotTheirs);
            }
            let factors = find_factors(connection, &user.id).await?;
            let passkeys = list_passkeys(connection, &user.id).await?;
            if !opens(&app, &factors, passkeys.iter(), links.iter().filter(|link| !is_meant(link))) {
                return Ok(Removed::LastWayIn);
            }
            delete_link(connection, &user.id, provider, subject).await?;
            let about = About::user(&user.id).in_session(&signed_in.session.id).from(device_of(&http)).with("provider", provider);
            events::record(connection, &app, EventKind::IdentityUnlinked, &about).await?;
            let notice = Notice::IdentityUnlinked { provider: &app.upstreams.name_of(provider) };
            Ok::<_, PageError>(Removed::Yes(tell(&app, connection, &http, user, &notice).await?))
        })
        .await?;
    Ok(match removed {
        Removed::Yes(posted) => {
            drop(posted);
            see_other(&app, paths::ACCOUNT_SECURITY, &[("removed", provider)])
        }
        Removed::LastWayIn => see_other(&app, paths::ACCOUNT_SECURITY, &[("kept", provider)]),
        Removed::NotTheirs => see_other(&app, paths::ACCOUNT_SECURITY, &[]),
    })
}
