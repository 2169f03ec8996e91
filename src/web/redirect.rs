//! Redirects: always 303, kept by no cache, and telling nobody where they came from.

use crate::app::App;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};

/// 303 to one of our paths.
pub fn see_other(app: &App, path: &str, query: &[(&str, &str)]) -> HttpResponse {
    let mut location = format!("{}{path}", app.issuer().path());
    if !query.is_empty() {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        location = format!("{location}?{query}");
    }
    see_other_at(location)
}

/// 303 to where the caller has seen to it that one may go (RFC 9700 §4.12: never 307, which would send a form's body on).
pub fn see_other_at(location: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("referrer-policy", "no-referrer"))
        .finish()
}
