//! What Prometheus may know: counts and durations, without the name of anybody or anything in the cluster.
//!
//! Owns the registry and the names of all metrics. Each room counts for itself; this one reads. It is served on an
//! address of its own, because who scrapes does not sign in and who browses must not come here.

mod requests;
mod serve;
mod stored;
mod watches;

use std::sync::Arc;

use jiff::SignedDuration;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;

use crate::access::Desk;
use crate::cluster::Cluster;
use crate::operation::Engine;
use crate::store::Store;

pub use requests::Requests;
pub use serve::serve;

/// Where the numbers come from.
pub struct Sources {
    pub requests: Requests,
    pub cluster: Cluster,
    pub store: Store,
    pub engine: Engine,
    pub desk: Arc<Desk>,
    /// A session that was not used for this long counts no more.
    pub idle: SignedDuration,
}

/// All metrics of the program.
pub struct Metrics {
    registry: Registry,
    stored: stored::Stored,
    watches: watches::Watches,
    sources: Sources,
    /// One scrape at a time: gauges are set and then read.
    turn: Mutex<()>,
}

impl Metrics {
    pub fn new(sources: Sources) -> Self {
        let mut registry = Registry::with_prefix("kubeflow_admin");
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The program", Info::new(version));
        sources.requests.register(&mut registry);
        registry.register(
            "kubernetes_requests",
            "Requests to the API server",
            sources.cluster.traffic().clone(),
        );
        registry.register(
            "store_errors",
            "Trouble with the database",
            sources.store.faults().clone(),
        );
        registry.register(
            "operations_ended",
            "Runs of operations that ended here",
            sources.engine.endings().clone(),
        );
        registry.register(
            "sign_ins",
            "Sign-ins that ended here",
            sources.desk.sign_ins().clone(),
        );
        Self {
            stored: stored::Stored::register(&mut registry),
            watches: watches::Watches::register(&mut registry),
            registry,
            sources,
            turn: Mutex::new(()),
        }
    }

    /// Everything, in the text format of `OpenMetrics`.
    pub async fn text(&self) -> Result<String, std::fmt::Error> {
        let _turn = self.turn.lock().await;
        self.stored
            .read(&self.sources.store, self.sources.idle)
            .await;
        self.watches.read(&self.sources.cluster);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
