//! Traces by OTLP over HTTP (protobuf): one span a request, with method, route, status and request id; never a path, a query or an
//! address. Events are for the log and are not exported.
//!
//! The exporter's own environment variables are heeded: `OTEL_EXPORTER_OTLP_TRACES_HEADERS` (what a hosted collector asks for),
//! `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`.
//!
//! Specs: OTLP 1.5 §OTLP/HTTP, OpenTelemetry semantic conventions for HTTP spans.

use std::time::Duration;

use futures_util::future::BoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, Tracer};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::TelemetryError;
use crate::config::Config;

/// For one request to the collector, and for the last one when the server stops.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A collector answers with a few bytes; more is not read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What has been traced and is on its way.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends what is left.
    pub(super) fn shut_down(self) {
        if let Err(error) = self.0.shutdown_with_timeout(TIMEOUT) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// The layer that exports, when `otlp.endpoint` is set. Call it on the runtime that the server runs on.
pub(super) fn layer<S>(config: &Config) -> Result<Option<(impl Layer<S> + use<S>, Traces)>, TelemetryError>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let Some(endpoint) = &config.otlp.endpoint else { return Ok(None) };
    let wrong = |error: &dyn std::fmt::Display| TelemetryError::Exporter(error.to_string());
    let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
    let sender = Sender { client: client.map_err(|error| wrong(&error))?, runtime: Handle::try_current().map_err(|error| wrong(&error))? };
    let exporter = SpanExporter::builder().with_http().with_http_client(sender).with_endpoint(endpoint.as_str()).with_timeout(TIMEOUT);
    let exporter = exporter.build().map_err(|error| wrong(&error))?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("ostiary").with_attribute(version).build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    Ok(Some((spans(provider.tracer("ostiary")), Traces(provider))))
}

fn spans<S>(tracer: Tracer) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let layer = OpenTelemetryLayer::new(tracer).with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
    // Of ours only: the exporter's own requests would be traced, and exported, and traced.
    layer.with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("ostiary")))
}

/// Sends on the server's runtime: the exporter works on a thread of its own, which has none.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

impl HttpClient for Sender {
    fn send_bytes<'this, 'sending>(&'this self, request: Request<Bytes>) -> BoxFuture<'sending, Result<Response<Bytes>, HttpError>>
    where
        'this: 'sending,
        Self: 'sending,
    {
        let sending = self.runtime.spawn(send(self.client.clone(), request));
        Box::pin(async move { sending.await? })
    }
}

async fn send(client: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err("the collector's answer is too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    // Its status tells the exporter whether to try again, and `Retry-After` when.
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        std::mem::swap(headers, answer.headers_mut());
    }
    Ok(response.body(body.into())?)
}
