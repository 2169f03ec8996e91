//! `GET /health` (the process lives) and `GET /health/ready` (it can serve: database and keys).
//!
//! Cost: none; ready 1 round trip.

use crate::app::App;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use serde_json::json;

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
