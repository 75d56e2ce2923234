//! Spans to a collector: OTLP over HTTP, with the HTTP client that the program has anyway.

use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing_opentelemetry::OpenTelemetryLayer;

/// The most that is read of a collector's answer.
const LARGEST_ANSWER: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// To the collector at this address, without the path `/v1/traces`.
    pub(super) fn to(collector: &str) -> anyhow::Result<Self> {
        let address: Uri = collector
            .parse()
            .with_context(|| format!("OTEL_EXPORTER_OTLP_ENDPOINT: {collector} is no address"))?;
        if address.scheme_str() != Some("http") || address.host().is_none() {
            bail!(
                "OTEL_EXPORTER_OTLP_ENDPOINT: {collector} does not begin with http://; send to a collector in the \
                 cluster, which forwards over TLS"
            );
        }
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new())
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
            .with_timeout(PATIENCE)
            .build()
            .context("traces cannot be sent")?;
        let resource = Resource::builder().with_service_name("kubeflow-admin");
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self { provider })
    }

    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("kubeflow-admin"))
            .with_location(false)
            .with_threads(false)
    }

    /// Sends the rest. Waits on a thread of its own: the exporter's thread needs ours to send.
    pub(super) async fn end(self) {
        let ended =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(PATIENCE));
        if let Ok(Err(error)) = ended.await {
            tracing::warn!(%error, "traces.not-sent");
        }
    }
}

/// The exporter runs on a thread without a runtime; requests are made on ours.
#[derive(Debug)]
struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

impl Sender {
    fn new() -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            runtime: Handle::current(),
        }
    }
}

impl HttpClient for Sender {
    fn send_bytes<'this, 'wait>(
        &'this self,
        request: Request<Bytes>,
    ) -> BoxFuture<'wait, Result<Response<Bytes>, HttpError>>
    where
        'this: 'wait,
        Self: 'wait,
    {
        let client = self.client.clone();
        let sent = async move {
            let answer = client.request(request.map(Full::new)).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await?;
            Ok::<_, HttpError>(Response::from_parts(head, body.to_bytes()))
        };
        let sent = self
            .runtime
            .spawn(async move { tokio::time::timeout(PATIENCE, sent).await? });
        Box::pin(async move { sent.await? })
    }
}
