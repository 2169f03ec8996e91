//! The one table: path, methods, limit, CORS rule.

use crate::app::App;
use crate::paths;
use crate::web::cors::{CorsRule, cors};
use crate::web::page_error::PageError;
use crate::web::rate_limit::RateLimits;
use crate::{
    account, authorization, discovery, health, introspection, login, logout, metrics, outbox, revocation, setup, sign_up, token, userinfo,
};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, Route, guard, web};

/// Registers every route. `base` is the issuer's path: everything lives under it, but for the RFC 8414 document, whose
/// place is at the root (RFC 8414 §3.1).
pub fn register(service: &mut web::ServiceConfig, app: &App, limits: &RateLimits) {
    let base = app.issuer().path().to_owned();
    let anyone = || from_fn(|request, next| cors(CorsRule::Anyone, request, next));
    let applications = || from_fn(|request, next| cors(CorsRule::Applications, request, next));
    let at = |path: &str, methods: &'static str| resource(&format!("{base}{path}"), methods);

    // Read by machines.
    let metadata_at_root = format!("{}{base}", paths::AUTHORIZATION_SERVER_METADATA);
    for path in [format!("{base}{}", paths::DISCOVERY), metadata_at_root] {
        service.service(resource(&path, READ).route(read().to(discovery::get_metadata)).wrap(limits.read()).wrap(anyone()));
    }
    service.service(at(paths::JWKS, READ).route(read().to(discovery::get_jwks)).wrap(limits.read()).wrap(anyone()));
    service.service(
        at(paths::USERINFO, READ_OR_POST)
            .route(read().to(userinfo::get_userinfo))
            .route(web::post().to(userinfo::post_userinfo))
            .wrap(limits.read())
            .wrap(applications()),
    );
    service.service(at(paths::TOKEN, "POST").route(web::post().to(token::post_token)).wrap(limits.token()).wrap(applications()));
    service.service(at(paths::REVOKE, "POST").route(web::post().to(revocation::post_revoke)).wrap(limits.token()).wrap(applications()));
    service.service(at(paths::INTROSPECT, "POST").route(web::post().to(introspection::post_introspect)).wrap(limits.token()));

    // Seen by people.
    service.service(
        at(paths::AUTHORIZE, "GET, POST")
            .route(web::get().to(authorization::get_authorize))
            .route(web::post().to(authorization::post_authorize))
            .wrap(limits.pages()),
    );
    service.service(at(paths::RESUME, "GET").route(web::get().to(authorization::get_resume)).wrap(limits.pages()));
    service.service(
        at(paths::CONSENT, "GET, POST")
            .route(web::get().to(authorization::get_consent))
            .route(web::post().to(authorization::post_consent))
            .wrap(limits.pages()),
    );
    service.service(
        at(paths::LOGOUT, "GET, POST")
            .route(web::get().to(logout::get_logout))
            .route(web::post().to(logout::post_logout))
            .wrap(limits.pages()),
    );
    // Where passwords are tried the limit is tighter than for looking at the page.
    let tried = |path: &str, form: Route| at(path, READ_OR_POST).guard(guard::Post()).route(form).wrap(limits.sign_in());
    service.service(tried(paths::LOGIN, web::post().to(login::post_login)));
    service.service(tried(paths::SIGN_UP, web::post().to(sign_up::post_sign_up)));
    service.service(tried(paths::SETUP, web::post().to(setup::post_setup)));
    service.service(tried(paths::ACCOUNT_PASSWORD, web::post().to(account::password::post_password)));
    service.service(at(paths::LOGIN, READ_OR_POST).route(read().to(login::get_login)).wrap(limits.pages()));
    service.service(at(paths::SIGN_UP, READ_OR_POST).route(read().to(sign_up::get_sign_up)).wrap(limits.pages()));
    service.service(at(paths::SETUP, READ_OR_POST).route(read().to(setup::get_setup)).wrap(limits.pages()));
    for (path, page) in [
        (paths::ACCOUNT, read().to(account::get_account)),
        (paths::ACCOUNT_PROFILE, read().to(account::profile::get_profile)),
        (paths::ACCOUNT_PASSWORD, read().to(account::password::get_password)),
        (paths::ACCOUNT_SESSIONS, read().to(account::sessions::get_sessions)),
        (paths::ACCOUNT_APPS, read().to(account::apps::get_apps)),
    ] {
        let form = match path {
            paths::ACCOUNT_PROFILE => Some(web::post().to(account::profile::post_profile)),
            paths::ACCOUNT_SESSIONS => Some(web::post().to(account::sessions::post_sessions)),
            paths::ACCOUNT_APPS => Some(web::post().to(account::apps::post_apps)),
            _ => None,
        };
        let methods = if form.is_some() || path == paths::ACCOUNT_PASSWORD { READ_OR_POST } else { READ };
        let routes = form.into_iter().fold(at(path, methods).route(page), Resource::route);
        service.service(routes.wrap(limits.pages()));
    }
    if app.mailer.outbox().is_some() {
        service.service(at(paths::OUTBOX, READ).route(read().to(outbox::get_outbox)).wrap(limits.pages()));
        service.service(at("/outbox/{id}", READ).route(read().to(outbox::get_mail)).wrap(limits.pages()));
    }
    crate::web::static_files::register(service, &base);

    // Asked by the operator's machinery.
    service.service(at(paths::HEALTH, READ).route(read().to(health::get_health)));
    service.service(at(paths::HEALTH_READY, READ).route(read().to(health::get_ready)));
    if app.config.metrics.enabled {
        service.service(at(paths::METRICS, READ).route(read().to(metrics::get_metrics)));
    }
}

/// GET, and HEAD with it (RFC 9110 §9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

const READ: &str = "GET, HEAD";
const READ_OR_POST: &str = "GET, HEAD, POST";

/// A path, and the methods that a 405 names (RFC 9110 §10.2.1).
fn resource(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move { Err::<HttpResponse, _>(PageError::wrong_method(methods)) }))
}

/// What every other path is answered with.
pub async fn not_found() -> Result<HttpResponse, PageError> {
    Err(PageError::not_found())
}
