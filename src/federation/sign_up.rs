//! `/signup/with`: make an account for somebody who has arrived from a provider, or take over one whose address nobody has proven.
//!
//! Order of checks of a POST: 1. the form is from our page; 2. the arrival is this browser's and has not expired; 3. name and address;
//! 4. in one transaction: the arrival is used up, the account that has the address is still the one that was seen, the address is free
//! (the insert decides), the identity is nobody's.
//!
//! An address counts as proven only when it is the very one that the provider vouches for (security.md U3). Any other is proven by a mailed
//! code first, where accounts begin with a proven address (see [`super::proving`]).
//!
//! Cost: POST 5 round trips, 2 commits.
//!
//! Specs: OpenID Connect Core §5.7 (an address is no identifier); security.md M8, M9.

use super::arrival::{Arrival, KnownAccount, Opened, link_of, may_be_taken_over, proven, sealed_tokens};
use super::page::{FederationProblem, FederationSignUpErrors, FederationSignUpPage};
use super::{problem_page, proving};
use crate::app::App;
use crate::config::EmailVerification;
use crate::credentials::take_over::take_over_clean;
use crate::events::{self, About, EventKind};
use crate::mail::Posted;
use crate::oauth::params::Params;
use crate::paths;
use crate::storage::StorageError;
use crate::storage::columns::Json;
use crate::upstreams::insert_link;
use crate::users::{self, Email, User, UserId};
use crate::web::browser::Browser;
use crate::web::mailing::{Sender, may_welcome};
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageBody, read_form};
use crate::web::problems::{EmailProblem, LONGEST_NAME, NameProblem};
use crate::web::sign_in::{device_of, first_factor_proven};
use crate::web::speak;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

/// Why there is no account: what was done is undone with the transaction.
enum NotMade {
    /// The question was answered before, or the account has changed since.
    Used,
    /// The identity is another's.
    SomebodyElses,
    Storage(StorageError),
}

impl From<StorageError> for NotMade {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// `GET /signup/with`.
pub async fn get_sign_up(app: web::Data<App>, http: HttpRequest) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = Params::parse(http.query_string()).map_err(|_| PageError::expired_ticket())?;
    let opened = Arrival::open(&app, &browser, &params)?;
    let identity = &opened.arrival.identity;
    let name = identity.profile.get("name").and_then(Value::as_str).unwrap_or_default().chars().take(LONGEST_NAME).collect::<String>();
    let email = identity.email.clone().unwrap_or_default();
    Ok(sign_up_page(&app, &http, &browser, &opened, &email, &name, FederationSignUpErrors::default()))
}

/// `POST /signup/with`.
pub async fn post_sign_up(app: web::Data<App>, http: HttpRequest, body: PageBody) -> Result<HttpResponse, PageError> {
    let browser = Browser::of(&app, &http);
    let params = read_form(&app, &http, &browser, &body)?;
    let opened = Arrival::open(&app, &browser, &params)?;
    if let Some(refused) = may_make(&app, &http, &opened) {
        return Ok(refused);
    }
    let identity = &opened.arrival.identity;
    // What the provider vouches for is not typed over; what it does not vouch for is proven by mail, whatever it is.
    let vouched = identity.email.as_deref().filter(|_| identity.email_verified);
    let typed_email = vouched.or(params.get("email")).unwrap_or_default();
    let typed_name = params.get("name").unwrap_or_default().trim();
    let mut errors = FederationSignUpErrors::default();
    let email = Email::parse(typed_email).map_err(|_| errors.email = Some(EmailProblem::Invalid)).ok();
    errors.name = NameProblem::of(typed_name);
    let Some(email) = email.filter(|_| errors.name.is_none()) else {
        return Ok(sign_up_page(&app, &http, &browser, &opened, typed_email, typed_name, errors));
    };
    let is_proven = identity.email_verified && identity.email.as_deref() == Some(email.as_str());
    let needs_code = app.config.sign_up.email_verification == EmailVerification::BeforeSignIn && opened.arrival.account.is_none();
    if needs_code && !is_proven {
        return proving::begin(&app, &http, &browser, &opened, &email, typed_name).await;
    }
    finish(&app, &http, &browser, &opened, email, typed_name, is_proven).await
}

/// The page for somebody who may not have an account by way of this provider.
pub(super) fn may_make(app: &App, http: &HttpRequest, opened: &Opened) -> Option<HttpResponse> {
    let Opened { arrival, upstream, ticket, .. } = opened;
    let refused = arrival.account.is_none() && !(upstream.sign_up && app.config.sign_up.enabled);
    refused.then(|| problem_page(app, http, &upstream.id, FederationProblem::NoAccount, ticket))
}

/// Makes the account and signs its person in.
pub(super) async fn finish(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    opened: &Opened,
    email: Email,
    name: &str,
    is_proven: bool,
) -> Result<HttpResponse, PageError> {
    let Opened { arrival, upstream, ticket, .. } = opened;
    let mut user = new_user(app, opened, email, name, is_proven);
    user.sign_up_language = speak::sign_up_language(http);
    let email = user.email.to_string();
    let tokens = sealed_tokens(app, &arrival.identity)?;
    match make(app, http, opened, user, tokens).await {
        Ok((user, _posted)) => first_factor_proven(app, http, browser, ticket, &user, proven(&arrival.identity)).await,
        Err(NotMade::Used) => Err(PageError::expired_ticket()),
        Err(NotMade::SomebodyElses) => Ok(problem_page(app, http, &upstream.id, FederationProblem::LinkedToAnother, ticket)),
        Err(NotMade::Storage(error)) if error.is_unique_violation() => {
            let errors = FederationSignUpErrors { email: Some(EmailProblem::Taken), ..FederationSignUpErrors::default() };
            Ok(sign_up_page(app, http, browser, opened, &email, name, errors))
        }
        Err(NotMade::Storage(error)) => Err(error.into()),
    }
}

fn new_user(app: &App, opened: &Opened, email: Email, name: &str, is_proven: bool) -> User {
    let (identity, now) = (&opened.arrival.identity, app.now());
    let mut user = User::new(UserId::generate(&app.random, now), email, None, now);
    user.email_verified = is_proven;
    user.profile = Json(identity.profile.clone());
    user.profile.0.remove("name");
    if !name.is_empty() {
        user.profile.0.insert("name".to_owned(), Value::from(name));
    }
    user.attributes = Json(identity.attributes_after(Map::new()));
    user
}

/// Makes the account, or takes over the one that was seen; links the identity.
async fn make(app: &App, http: &HttpRequest, opened: &Opened, new: User, tokens: Option<String>) -> Result<(User, Posted), NotMade> {
    let (arrival, now) = (&opened.arrival, app.now());
    app.storage
        .transaction(async |connection| {
            if !arrival.consume(connection).await? {
                return Err(NotMade::Used);
            }
            let (user, kind) = match &arrival.account {
                Some(account) => {
                    let found = users::find_user(connection, &account.user_id).await?.filter(|found| KnownAccount::of(found) == *account);
                    let mut found = found.filter(|found| new.email_verified && may_be_taken_over(found)).ok_or(NotMade::Used)?;
                    take_over_clean(connection, &mut found, new.sign_up_language.clone(), now).await?;
                    users::update_profile(connection, &found.id, &new.profile.0, false, now).await?;
                    users::set_attributes(connection, &found.id, &new.attributes.0, now).await?;
                    (User { profile: new.profile, attributes: new.attributes, ..found }, EventKind::AccountTakenOver)
                }
                None => {
                    users::insert_user(connection, &new).await?;
                    (new, EventKind::SignedUp)
                }
            };
            let link = link_of(&arrival.identity, &user.id, now);
            if !insert_link(connection, &link, tokens.as_deref()).await? {
                return Err(NotMade::SomebodyElses);
            }
            events::record(connection, app, kind, &About::user(&user.id).from(device_of(http)).with("provider", link.provider.as_str()))
                .await?;
            let posted = if user.email_verified || may_welcome(app, connection, &Sender::of(http)).await? {
                app.enqueue(connection, app.letters.welcome(&speak::present_addressee(http, &user))).await?
            } else {
                Posted::nothing()
            };
            Ok((user, posted))
        })
        .await
}

fn sign_up_page(
    app: &App,
    http: &HttpRequest,
    browser: &Browser,
    opened: &Opened,
    email: &str,
    name: &str,
    errors: FederationSignUpErrors,
) -> HttpResponse {
    let view = FederationSignUpPage {
        layout: Layout::of(app, http),
        csrf: browser.csrf(app),
        arrival: opened.text.clone(),
        client_name: opened.ticket.client_name(),
        provider: opened.upstream.name.clone(),
        email: email.to_owned(),
        email_is_proven: opened.arrival.identity.email_verified,
        takes_over: opened.arrival.account.is_some(),
        name: name.to_owned(),
        way_back: opened.ticket.link(app, paths::LOGIN),
        errors,
    };
    Page::new(view).form_action(&opened.ticket.form_action).respond_to(http)
}
