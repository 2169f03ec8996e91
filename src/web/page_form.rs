//! The forms of our own pages: read, and proven to come from a page that this browser was shown.
//!
//! Specs: RFC 9700 §4.7; security.md A39, P5.

use crate::app::App;
use crate::oauth::params::Params;
use crate::web::browser::Browser;
use crate::web::form::FormText;
use crate::web::page_error::PageError;
use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::ORIGIN;
use futures_util::future::{FutureExt, LocalBoxFuture};

/// The body of one of our own forms; what cannot be read is answered with a page.
#[derive(Debug)]
pub struct PageBody(pub String);

impl FromRequest for PageBody {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = FormText::from_request(request, payload);
        async move { Ok(Self(body.await?.0)) }.boxed_local()
    }
}

/// Reads the query of a page's address.
pub fn read_query(http: &HttpRequest) -> Result<Params, PageError> {
    Params::parse(http.query_string()).map_err(|why| PageError::bad_form(&why.to_string()))
}

/// Reads a form and checks where it comes from.
///
/// Order of checks: 1. the browser says that another site sends it; 2. the body is readable; 3. the `csrf` field belongs
/// to this browser and its session.
pub fn read_form(app: &App, http: &HttpRequest, browser: &Browser, body: &PageBody) -> Result<Params, PageError> {
    if !is_from_us(app, http) {
        return Err(PageError::foreign_form());
    }
    let params = Params::parse(&body.0).map_err(|why| PageError::bad_form(&why.to_string()))?;
    if params.get("csrf").is_some_and(|sent| browser.is_csrf(app, sent)) { Ok(params) } else { Err(PageError::foreign_form()) }
}

/// Our pages are sent with `Referrer-Policy: no-referrer`, so browsers send `Origin: null` with their forms; where the
/// browser tells more (`Sec-Fetch-Site`), that counts.
pub fn is_from_us(app: &App, http: &HttpRequest) -> bool {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    header(ORIGIN.as_str()).is_none_or(|origin| origin == "null" || origin == app.issuer().origin())
}
