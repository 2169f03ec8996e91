//! One line and two metrics a request, its id, and the net under handlers that panic.
//!
//! The id is our own: one that a client sends is not looked at. It goes out as `X-Request-Id`, stands on error pages and in every log line
//! of the request. Logged are method, matched route, status, time and address; never the path or the query, which carry codes and tokens.

use std::future::{Future, Ready, ready};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::client_address::{ClientAddress, TrustedProxies};
use crate::metrics::Metrics;
use crate::request_id::{self, RequestId};

/// The header that carries the id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of this request; nil when the request did not come through [`RequestLog`].
pub fn request_id_of(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().copied().unwrap_or_else(RequestId::nil)
}

impl FromRequest for RequestId {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request_id_of(request)))
    }
}

/// The middleware. Wrap the whole application in it, last, so that it stands outermost.
#[derive(Clone)]
pub struct RequestLog {
    metrics: Metrics,
    proxies: TrustedProxies,
}

impl RequestLog {
    /// Logs and counts requests; addresses are believed as `proxies` say.
    pub fn new(metrics: Metrics, proxies: TrustedProxies) -> Self {
        Self { metrics, proxies }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequestLog
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = Logged<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Logged { service: Rc::new(service), log: self.clone() }))
    }
}

/// [`RequestLog`] around a service.
pub struct Logged<S> {
    service: Rc<S>,
    log: RequestLog,
}

impl<S, B> Service<ServiceRequest> for Logged<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let id = RequestId::new();
        request.extensions_mut().insert(id);
        let method = method_name(request.method());
        let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        let line = Line {
            client: ClientAddress::find(&request, &self.log.proxies),
            method,
            span: span(id, method, &route),
            route,
            // What stands when the future is dropped half-way: the client has gone.
            status: 499,
            since: Instant::now(),
            metrics: self.log.metrics.clone(),
        };
        let span = line.span.clone();
        let service = Rc::clone(&self.service);
        let answer = async move {
            let mut line = line;
            // The handler's state is dropped with its future; what it shares (pools, caches) survives a panic by its own design.
            let outcome = AssertUnwindSafe(async move { service.call(request).await }).catch_unwind().await;
            // An error is asked for its response once: some kinds give it away for good.
            let (status, answered) = match outcome {
                Ok(Ok(mut response)) => {
                    mark(response.headers_mut(), id);
                    (response.status(), Ok(response))
                }
                Ok(Err(error)) => {
                    let mut response = error.error_response();
                    mark(response.headers_mut(), id);
                    (response.status(), Err(InternalError::from_response(error, response).into()))
                }
                Err(_) => {
                    tracing::error!("a handler panicked");
                    let response = after_panic(id);
                    (response.status(), Err(InternalError::from_response("panic", response).into()))
                }
            };
            line.status = status.as_u16();
            answered
        };
        Box::pin(request_id::within(id, answer.instrument(span)))
    }
}

/// What log lines of the request begin with.
#[cfg(not(feature = "otlp"))]
fn span(id: RequestId, _method: &str, _route: &str) -> tracing::Span {
    tracing::info_span!("request", request_id = %id)
}

/// What log lines of the request begin with, and what its trace tells (OpenTelemetry semantic conventions for HTTP servers).
#[cfg(feature = "otlp")]
fn span(id: RequestId, method: &str, route: &str) -> tracing::Span {
    tracing::info_span!(
        "request",
        request_id = %id,
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    )
}

fn mark(headers: &mut header::HeaderMap, id: RequestId) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
}

fn after_panic(id: RequestId) -> HttpResponse<BoxBody> {
    let mut response = HttpResponse::build(StatusCode::INTERNAL_SERVER_ERROR)
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(format!("Something went wrong on our side. If it happens again, tell the operator this request id: {id}\n"));
    mark(response.headers_mut(), id);
    response
}

/// The method as a label: clients can invent methods, labels must stay few.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What is known of a request; written when dropped, so that a request whose client goes away is counted, too.
struct Line {
    client: ClientAddress,
    method: &'static str,
    route: String,
    status: u16,
    since: Instant,
    metrics: Metrics,
    span: tracing::Span,
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        #[cfg(feature = "otlp")]
        {
            self.span.record("http.response.status_code", self.status);
            if self.status >= 500 {
                self.span.record("otel.status_code", "ERROR");
            }
        }
        self.metrics.request(&self.route, self.method, self.status, took);
        let milliseconds = (took.as_secs_f64() * 1e5).round() / 1e2;
        let _entered = self.span.enter();
        tracing::info!(method = self.method, route = %self.route, status = self.status, ms = milliseconds, client = %self.client, "answered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, web};

    async fn boom() -> HttpResponse {
        panic!("the code is s3cret")
    }

    macro_rules! app {
        ($metrics:expr) => {
            init_service(
                App::new()
                    .route("/users/{id}", web::get().to(|id: RequestId| async move { id.to_string() }))
                    .route("/panic", web::get().to(boom))
                    .route("/json", web::post().to(|_: web::Json<u8>| async { "ok" }))
                    .wrap(RequestLog::new($metrics.clone(), TrustedProxies::default())),
            )
            .await
        };
    }

    #[actix_web::test]
    async fn every_answer_carries_an_id_of_our_own() {
        let app = app!(Metrics::new());
        let request = TestRequest::with_uri("/users/1?code=s3cret").insert_header(("x-request-id", "forged")).to_request();
        let response = app.call(request).await.unwrap();
        let header = response.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body()).await.ok().unwrap();
        assert_eq!(header.as_bytes(), &body[..], "the handler sees the id that goes out");
        assert!(uuid::Uuid::parse_str(&header).is_ok());
        let missing = app.call(TestRequest::with_uri("/nowhere").to_request()).await.unwrap();
        assert!(missing.headers().contains_key(REQUEST_ID));
    }

    #[actix_web::test]
    async fn a_panic_is_one_500_and_the_worker_stays() {
        let metrics = Metrics::new();
        let app = app!(metrics);
        let error = app.call(TestRequest::with_uri("/panic").to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        let id = response.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(&id) && !body.contains("s3cret"), "{body}");
        assert_eq!(app.call(TestRequest::with_uri("/users/1").to_request()).await.unwrap().status(), 200);
        assert!(
            metrics.render().contains(r#"ostiary_http_requests_total{route="/panic",method="GET",status="500"} 1"#),
            "{}",
            metrics.render()
        );
    }

    #[actix_web::test]
    async fn requests_are_counted_by_route_and_never_by_path() {
        let metrics = Metrics::new();
        let app = app!(metrics);
        for path in ["/users/anna?token=s3cret", "/users/bert", "/s3cret"] {
            let _ = app.call(TestRequest::with_uri(path).to_request()).await;
        }
        let brew = TestRequest::with_uri("/users/1").method(Method::from_bytes(b"BREW").unwrap()).to_request();
        let _ = app.call(brew).await;
        let _ = app.call(TestRequest::post().uri("/json").set_payload("x").to_request()).await;
        let text = metrics.render();
        for line in [
            r#"ostiary_http_requests_total{route="/users/{id}",method="GET",status="200"} 2"#,
            r#"ostiary_http_requests_total{route="unmatched",method="GET",status="404"} 1"#,
            r#"ostiary_http_requests_total{route="/users/{id}",method="other""#,
            r#"ostiary_http_request_duration_seconds_bucket{route="/users/{id}""#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(!text.contains("anna") && !text.contains("s3cret"));
    }

    #[actix_web::test]
    async fn a_request_whose_client_goes_away_is_counted() {
        let metrics = Metrics::new();
        let app = init_service(
            App::new()
                .route("/slow", web::get().to(std::future::pending::<HttpResponse>))
                .wrap(RequestLog::new(metrics.clone(), TrustedProxies::default())),
        )
        .await;
        assert!(app.call(TestRequest::with_uri("/slow").to_request()).now_or_never().is_none());
        assert!(metrics.render().contains(r#"route="/slow",method="GET",status="499"} 1"#));
    }
}
