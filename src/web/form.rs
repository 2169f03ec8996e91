//! The body of a protocol request, as parameters.
//!
//! Specs: RFC 6749 §3.2 and Appendix B.

use crate::app::App;
use crate::oauth::error::OAuthError;
use crate::oauth::params::{self, Params};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{FutureExt, LocalBoxFuture};
use std::time::Duration;

/// Without a configuration at hand.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Parameters of a form body; nothing may be in the query (RFC 6749 §3.2: URLs are logged, bodies are not).
#[derive(Debug)]
pub struct ProtocolForm(pub Params);

/// The body's text as it came, read with the checks of [`ProtocolForm`]; for endpoints whose query counts too.
#[derive(Debug)]
pub struct FormText(pub String);

impl FromRequest for ProtocolForm {
    type Error = OAuthError;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let in_query = !request.query_string().is_empty();
        let body = FormText::from_request(request, payload);
        async move {
            if in_query {
                return Err(OAuthError::invalid_request("Send the parameters in the body, not in the query."));
            }
            Params::parse(&body.await?.0).map(Self).map_err(|why| OAuthError::invalid_request(why.to_string()))
        }
        .boxed_local()
    }
}

impl FromRequest for FormText {
    type Error = OAuthError;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = has_form_type(request);
        let encoded = request.headers().contains_key(CONTENT_ENCODING);
        let body = web::Bytes::from_request(request, payload);
        let longest = request.app_data::<web::Data<App>>().map_or(LONGEST_WAIT, |app| app.config.request_timeout);
        async move {
            let mut body = Box::pin(body);
            let Ok(body) = tokio::time::timeout(longest, &mut body).await else {
                hold_until_answered(body);
                return Err(OAuthError::invalid_request("The body took too long to arrive."));
            };
            let body = body.map_err(|error| {
                OAuthError::invalid_request(format!("The body could not be read; it may hold {} bytes at most.", params::LONGEST))
                    .because(error)
            })?;
            if body.is_empty() {
                return Ok(Self(String::new()));
            }
            if !form {
                return Err(OAuthError::invalid_request("Send the body as application/x-www-form-urlencoded."));
            }
            if encoded {
                return Err(OAuthError::invalid_request("Send the body without Content-Encoding."));
            }
            String::from_utf8(body.to_vec()).map(Self).map_err(|_| OAuthError::invalid_request("The body is not UTF-8."))
        }
        .boxed_local()
    }
}

/// A body that comes a byte at a time must not hold a connection for ever (security.md H3). When nobody holds the rest of a chunked
/// body, the framework reads and forgets it for as long as it comes; while somebody does, the answer ends the connection.
fn hold_until_answered(body: impl Future + 'static) {
    actix_web::rt::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(body);
    });
}

fn has_form_type(request: &HttpRequest) -> bool {
    // Of two types two readers could believe one each.
    let mut types = request.headers().get_all(CONTENT_TYPE);
    let (Some(value), None) = (types.next(), types.next()) else { return false };
    let value = value.to_str().unwrap_or("");
    let mut parts = value.split(';').map(str::trim);
    let form = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"),
        _ => true,
    });
    form && utf8
}
