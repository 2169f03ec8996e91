//! The one table: path, methods, limit, CORS rule.

use crate::app::App;
use crate::paths;
use crate::web::cors::{CorsRule, cors};
use crate::web::oauth_error::wrong_method;
use crate::web::page_error::PageError;
use crate::web::proof_of_work;
use crate::web::rate_limit::RateLimits;
use crate::web::redirect::see_other;
use crate::{
    account, authorization, discovery, federation, forgot, forward_auth, health, introspection, login, logout, outbox, password_strength,
    revocation, setup, sign_up, token, userinfo, verify,
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
    let endpoint = |path: &str, methods: &'static str| endpoint(&format!("{base}{path}"), methods);

    // Read by machines.
    service.app_data(web::Data::new(discovery::KeptMetadata::default()));
    let metadata_at_root = format!("{}{base}", paths::AUTHORIZATION_SERVER_METADATA);
    for path in [format!("{base}{}", paths::DISCOVERY), metadata_at_root] {
        service.service(self::endpoint(&path, READ).route(read().to(discovery::get_metadata)).wrap(limits.read()).wrap(anyone()));
    }
    // Web Authentication §5.11.1 and the W3C's passkey endpoints: asked at the RP ID's root.
    if app.passkeys.is_some() {
        let known = self::endpoint(paths::PASSKEY_ENDPOINTS, READ).route(read().to(discovery::get_passkey_endpoints));
        service.service(known.wrap(limits.read()).wrap(anyone()));
        if !app.config.passkeys.related_origins.is_empty() {
            let related = self::endpoint(paths::RELATED_ORIGINS, READ).route(read().to(discovery::get_related_origins));
            service.service(related.wrap(limits.read()).wrap(anyone()));
        }
    }
    service.service(endpoint(paths::JWKS, READ).route(read().to(discovery::get_jwks)).wrap(limits.read()).wrap(anyone()));
    service.service(
        endpoint(paths::USERINFO, READ_OR_POST)
            .route(read().to(userinfo::get_userinfo))
            .route(web::post().to(userinfo::post_userinfo))
            .wrap(limits.read())
            .wrap(applications()),
    );
    service.service(endpoint(paths::TOKEN, "POST").route(web::post().to(token::post_token)).wrap(limits.token()).wrap(applications()));
    service
        .service(endpoint(paths::REVOKE, "POST").route(web::post().to(revocation::post_revoke)).wrap(limits.token()).wrap(applications()));
    service.service(endpoint(paths::INTROSPECT, "POST").route(web::post().to(introspection::post_introspect)).wrap(limits.token()));

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
    let proven = |form: Route| form.wrap(from_fn(proof_of_work::guard));
    let tried = |path: &str, form: Route| at(path, READ_OR_POST).guard(guard::Post()).route(proven(form)).wrap(limits.sign_in());
    service.service(tried(paths::LOGIN, web::post().to(login::post_login)));
    service.service(
        at(paths::LOGIN_OFFER, READ_OR_POST)
            .route(read().to(login::offer::get_offer))
            .route(web::post().to(login::offer::post_offer))
            .wrap(limits.pages()),
    );
    service.service(tried(paths::LOGIN_PASSKEY, web::post().to(login::passkey::post_passkey)));
    service.service(tried(paths::SIGN_UP, web::post().to(sign_up::post_sign_up)));
    let with_provider = format!("{}/{{provider}}", paths::LOGIN_WITH);
    // Each begins a request to the provider, and may read its keys.
    let leaving = proven(web::post().to(federation::post_login_with));
    service.service(at(&with_provider, "POST").route(leaving).wrap(limits.sign_in()));
    service.service(
        at(&format!("{with_provider}/callback"), "GET, POST")
            .route(web::get().to(federation::get_callback))
            .route(web::post().to(federation::post_callback))
            .wrap(limits.pages()),
    );
    service.service(
        at(paths::CONNECT, READ_OR_POST)
            .route(read().to(federation::get_connect))
            .route(web::post().to(federation::post_connect))
            .wrap(limits.pages()),
    );
    service.service(tried(paths::SIGN_UP_WITH, web::post().to(federation::post_sign_up)));
    let code = proven(web::post().to(federation::post_code));
    service.service(at(paths::SIGN_UP_WITH_CODE, "POST").route(code).wrap(limits.sign_in()));
    service.service(at(paths::SIGN_UP_WITH, READ_OR_POST).route(read().to(federation::get_sign_up)).wrap(limits.pages()));
    service.service(at(paths::ACCOUNT_LINKS, "POST").route(web::post().to(account::links::post_links)).wrap(limits.pages()));
    service.service(tried(paths::SETUP, web::post().to(setup::post_setup)));
    service.service(tried(paths::ACCOUNT_PASSWORD, web::post().to(account::password::post_password)));
    service.service(tried(paths::SIGN_UP_CODE, web::post().to(sign_up::post_code)));
    service.service(tried(paths::SIGN_UP_PASSKEY, web::post().to(sign_up::passkey::post_passkey)));
    service.service(tried(paths::FORGOT, web::post().to(forgot::post_forgot)));
    service.service(tried(paths::FORGOT_RESET, web::post().to(forgot::post_reset)));
    service.service(tried(paths::VERIFY, web::post().to(verify::post_verify)));
    service.service(tried(paths::ACCOUNT_EMAIL, web::post().to(account::email::post_email)));
    service.service(tried(paths::ACCOUNT_LOCKDOWN, web::post().to(account::lockdown::post_lockdown)));
    service.service(tried(paths::ACCOUNT_EMAIL_UNDO, web::post().to(account::undo_email::post_undo)));
    for (path, page) in [
        (paths::SIGN_UP_CODE, read().to(sign_up::get_code)),
        (paths::SIGN_UP_PASSKEY, read().to(sign_up::passkey::get_passkey)),
        (paths::FORGOT, read().to(forgot::get_forgot)),
        (paths::FORGOT_RESET, read().to(forgot::get_reset)),
        (paths::VERIFY, read().to(verify::get_verify)),
        (paths::ACCOUNT_EMAIL, read().to(account::email::get_email)),
        (paths::ACCOUNT_LOCKDOWN, read().to(account::lockdown::get_lockdown)),
        (paths::ACCOUNT_EMAIL_UNDO, read().to(account::undo_email::get_undo)),
    ] {
        service.service(at(path, READ_OR_POST).route(page).wrap(limits.pages()));
    }
    if app.config.login.email {
        service.service(tried(paths::LOGIN_MAIL, web::post().to(login::post_mail)));
        service.service(tried(paths::LOGIN_CODE, web::post().to(login::post_code)));
        service.service(tried(paths::LOGIN_LINK, web::post().to(login::post_link)));
        service.service(at(paths::LOGIN_MAIL, READ_OR_POST).route(read().to(login::get_mail)).wrap(limits.pages()));
        service.service(at(paths::LOGIN_CODE, READ_OR_POST).route(read().to(login::get_code)).wrap(limits.pages()));
        service.service(at(paths::LOGIN_LINK, READ_OR_POST).route(read().to(login::get_link)).wrap(limits.pages()));
    }
    service.service(tried(paths::LOGIN_FACTOR, web::post().to(login::factor::post_factor)));
    service.service(tried(paths::LOGIN_FACTOR_KEY, web::post().to(login::key_factor::post_key_factor)));
    service.service(at(paths::LOGIN_FACTOR_KEY, READ_OR_POST).route(read().to(login::key_factor::get_key_factor)).wrap(limits.pages()));
    service.service(at(paths::LOGIN_FACTOR, READ_OR_POST).route(read().to(login::factor::get_factor)).wrap(limits.pages()));
    service.service(at(paths::LOGIN, READ_OR_POST).route(read().to(login::get_login)).wrap(limits.pages()));
    service.service(at(paths::LOGIN_PASSKEY, READ_OR_POST).route(read().to(login::passkey::get_options)).wrap(limits.pages()));
    service.service(at(paths::SIGN_UP, READ_OR_POST).route(read().to(sign_up::get_sign_up)).wrap(limits.pages()));
    service.service(at(paths::SETUP, READ_OR_POST).route(read().to(setup::get_setup)).wrap(limits.pages()));
    for (path, page) in [
        (paths::ACCOUNT, read().to(account::get_account)),
        (paths::ACCOUNT_PROFILE, read().to(account::profile::get_profile)),
        (paths::ACCOUNT_PASSWORD, read().to(account::password::get_password)),
        (paths::ACCOUNT_SECURITY, read().to(account::security::get_security)),
        (paths::ACCOUNT_TOTP, read().to(account::totp::get_totp)),
        (paths::ACCOUNT_RECOVERY_CODES, read().to(account::recovery_codes::get_recovery_codes)),
        (paths::ACCOUNT_PASSKEYS_ADD, read().to(account::passkeys::get_add_passkey)),
        (paths::ACCOUNT_SECURITY_KEYS_ADD, read().to(account::passkeys::get_add_security_key)),
        (paths::ACCOUNT_PASSKEYS_EDIT, read().to(account::passkeys::get_edit)),
        (paths::ACCOUNT_ACTIVITY, read().to(account::activity::get_activity)),
        (paths::ACCOUNT_DATA, read().to(account::data::get_data)),
        (paths::ACCOUNT_DELETE, read().to(account::delete::get_delete)),
        (paths::ACCOUNT_KEEP, read().to(account::keep::get_keep)),
        (paths::ACCOUNT_SESSIONS, read().to(account::sessions::get_sessions)),
        (paths::ACCOUNT_APPS, read().to(account::apps::get_apps)),
    ] {
        let form = match path {
            paths::ACCOUNT_PROFILE => Some(web::post().to(account::profile::post_profile)),
            paths::ACCOUNT_SECURITY => Some(web::post().to(account::security::post_security)),
            paths::ACCOUNT_TOTP => Some(web::post().to(account::totp::post_totp)),
            paths::ACCOUNT_RECOVERY_CODES => Some(web::post().to(account::recovery_codes::post_recovery_codes)),
            paths::ACCOUNT_PASSKEYS_ADD => Some(web::post().to(account::passkeys::post_add_passkey)),
            paths::ACCOUNT_SECURITY_KEYS_ADD => Some(web::post().to(account::passkeys::post_add_security_key)),
            paths::ACCOUNT_PASSKEYS_EDIT => Some(web::post().to(account::passkeys::post_edit)),
            paths::ACCOUNT_DATA => Some(web::post().to(account::data::post_data)),
            paths::ACCOUNT_DELETE => Some(web::post().to(account::delete::post_delete)),
            paths::ACCOUNT_KEEP => Some(web::post().to(account::keep::post_keep)),
            paths::ACCOUNT_SESSIONS => Some(web::post().to(account::sessions::post_sessions)),
            paths::ACCOUNT_APPS => Some(web::post().to(account::apps::post_apps)),
            _ => None,
        };
        let methods = if form.is_some() || path == paths::ACCOUNT_PASSWORD { READ_OR_POST } else { READ };
        let routes = form.into_iter().fold(at(path, methods).route(page), Resource::route);
        service.service(routes.wrap(limits.pages()));
    }
    if app.sms.is_some() {
        service.service(tried(paths::ACCOUNT_PHONE, web::post().to(account::phone::post_phone)));
        service.service(at(paths::ACCOUNT_PHONE, READ_OR_POST).route(read().to(account::phone::get_phone)).wrap(limits.pages()));
    }
    service
        .service(endpoint(paths::PASSWORD_STRENGTH, "POST").route(web::post().to(password_strength::post_strength)).wrap(limits.pages()));
    if app.mailer.keeps_an_outbox() {
        service.service(at(paths::OUTBOX, READ).route(read().to(outbox::get_outbox)).wrap(limits.pages()));
        service.service(at("/outbox/{id}", READ).route(read().to(outbox::get_mail)).wrap(limits.pages()));
    }
    crate::web::static_files::register(service, &base);

    // What somebody opens who has the issuer and nothing else: the page that knows whether they are signed in goes on from there.
    let homes = [Some(format!("{base}/")), Some(base.clone()).filter(|base| !base.is_empty())];
    for path in homes.into_iter().flatten() {
        service.service(resource(&path, READ).route(read().to(get_home)).wrap(limits.pages()));
    }

    // Asked by gateways: never limited, since they take a 429 for a broken server.
    for path in [paths::AUTH_VERIFY.to_owned(), format!("{}/{{tail:.*}}", paths::AUTH_VERIFY)] {
        service.service(web::resource(format!("{base}{path}")).route(web::to(forward_auth::verify)));
    }
    service.service(at(paths::AUTH_START, READ).route(read().to(forward_auth::get_start)).wrap(limits.pages()));

    // Asked by the operator's machinery.
    service.service(endpoint(paths::HEALTH, READ).route(read().to(health::get_health)));
    service.service(endpoint(paths::HEALTH_READY, READ).route(read().to(health::get_ready)));
    service.service(endpoint(paths::HEALTH_REQUEST, READ).route(read().to(health::get_request)).wrap(limits.read()));
    if app.config.metrics.enabled {
        service.service(endpoint(paths::METRICS, READ).route(read().to(health::get_metrics)));
    }
}

/// GET, and HEAD with it (RFC 9110 §9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

const READ: &str = "GET, HEAD";
const READ_OR_POST: &str = "GET, HEAD, POST";

/// A path that machines ask, and the methods that a 405 names (RFC 9110 §10.2.1).
fn endpoint(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move { wrong_method(methods) }))
}

/// The same for people, who get a page.
fn resource(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move { Err::<HttpResponse, _>(PageError::wrong_method(methods)) }))
}

/// `GET /`.
async fn get_home(app: web::Data<App>) -> HttpResponse {
    see_other(&app, paths::ACCOUNT, &[])
}

/// What every other path is answered with.
pub async fn not_found() -> Result<HttpResponse, PageError> {
    Err(PageError::not_found())
}
