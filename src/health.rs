//! `GET /health` (the process lives), `GET /health/ready` (it can serve: database and keys), `GET /health/request` (how a request looks on
//! arrival, for `ostiary doctor`) and `GET /metrics` (for Prometheus).
//!
//! Cost: none; ready 1 round trip.

use crate::app::App;
use crate::clock::Timestamp;
use crate::oauth::params::Params;
use crate::sealing::Purpose;
use crate::web::client_address::{ClientAddress, TrustedProxies};
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;

/// `GET /health`.
pub async fn get_health() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "healthy", "service": "ostiary" }))
}

/// `GET /health/ready`.
pub async fn get_ready(app: web::Data<App>) -> HttpResponse {
    let database = app.storage.ping().await;
    let keys = app.keys.published() > 0;
    if let Err(error) = &database {
        tracing::warn!(%error, "not ready");
    }
    let word = |fine: bool| if fine { "ok" } else { "unavailable" };
    let body = json!({
        "status": if database.is_ok() && keys { "ready" } else { "not ready" },
        "service": "ostiary",
        "database": word(database.is_ok()),
        "keys": word(keys),
    });
    let mut answer = if database.is_ok() && keys { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    if database.is_err() {
        answer.insert_header((RETRY_AFTER, crate::web::oauth_error::RETRY_AFTER_SECONDS));
    }
    answer.insert_header((CACHE_CONTROL, "no-store")).json(body)
}

/// What a request to [`get_request`] carries: sealed, so that only who holds the master key learns anything.
#[derive(Debug, Serialize, Deserialize)]
pub struct DoctorTicket {
    pub expires_at: Timestamp,
}

/// How a request looks on arrival, behind whatever it came through.
#[derive(Debug, Serialize, Deserialize)]
pub struct Arrival {
    pub version: String,
    /// The clock here.
    pub now: Timestamp,
    /// Who connected.
    pub peer: Option<IpAddr>,
    /// Whether `trusted_proxies` names it.
    pub peer_is_trusted: bool,
    /// The address that limits and logs go by.
    pub client: Option<IpAddr>,
    /// `X-Forwarded-For` as it came.
    pub forwarded_for: Vec<String>,
}

/// `GET /health/request`. 404 without a ticket: to strangers this is not there.
pub async fn get_request(app: web::Data<App>, http: HttpRequest) -> HttpResponse {
    let params = Params::parse(http.query_string()).unwrap_or_default();
    let ticket = params.get("ticket").and_then(|ticket| app.sealing.open::<DoctorTicket>(Purpose::Doctor, ticket));
    if ticket.is_none_or(|ticket| ticket.expires_at <= app.now()) {
        return HttpResponse::NotFound().insert_header((CACHE_CONTROL, "no-store")).finish();
    }
    let peer = http.peer_addr().map(|peer| peer.ip().to_canonical());
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(Arrival {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: app.now(),
        peer,
        peer_is_trusted: peer.is_some_and(|peer| TrustedProxies::new(&app.config.trusted_proxies).contains(peer)),
        client: ClientAddress::of(&http).0,
        forwarded_for: http.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok().map(str::to_owned)).collect(),
    })
}

/// `GET /metrics`. Meant for the operator's network: no secrets, but numbers that strangers need not see.
pub async fn get_metrics(app: web::Data<App>) -> HttpResponse {
    let metrics = &app.metrics;
    // What has a state, and is not counted as it happens, is read now.
    let (waiting, running) = app.passwords.load();
    metrics.hash_queue(waiting, running);
    for pool in app.storage.pools() {
        metrics.storage_pool(pool.name, pool.in_use, pool.idle, pool.waiting);
    }
    let statements = app.storage.statements();
    metrics.statements(statements.round_trips, statements.commits);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(metrics.render())
}
