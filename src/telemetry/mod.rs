//! Logs: human-readable on a terminal, JSON lines elsewhere; and traces, where somebody collects them. Secrets are
//! types that cannot be printed.

mod traces;

use std::io::IsTerminal as _;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use traces::Traces;

/// What must be ended so that nothing is lost.
pub struct Telemetry {
    traces: Option<Traces>,
}

/// Starts logging to standard output, and traces where a collector is named. `RUST_LOG` chooses what is logged; by
/// default `info` for us, `warn` for the rest.
pub fn start(collector: Option<&str>) -> anyhow::Result<Telemetry> {
    let logged = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,kubeflow_admin=info,activity=info"));
    let traces = collector
        .filter(|collector| !collector.is_empty())
        .map(Traces::to)
        .transpose()?;
    // Spans of ours only: events are the log's, and may name people.
    let spans = traces.as_ref().map(|traces| {
        traces.layer().with_filter(filter_fn(|what| {
            what.is_span() && what.target().starts_with("kubeflow_admin")
        }))
    });
    let registry = tracing_subscriber::registry().with(spans);
    if std::io::stdout().is_terminal() {
        let lines = tracing_subscriber::fmt::layer();
        registry.with(lines.with_filter(logged)).init();
    } else {
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
        registry.with(lines.with_filter(logged)).init();
    }
    Ok(Telemetry { traces })
}

impl Telemetry {
    /// Sends what has not been sent yet.
    pub async fn end(self) {
        if let Some(traces) = self.traces {
            traces.end().await;
        }
    }
}
