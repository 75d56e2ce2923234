//! A STAND-IN for Kubeflow's profile controller and for KFAM. This is test code of this
//! project, not Kubeflow's: the real programs cannot be built from public modules.
//!
//! It imitates what the real ones (2.0.0, and the same since 1.8) were seen to write to a real
//! API server: the same objects in the same order, with the same field managers, as plain
//! creates and updates, and with their shortcomings: a `status` that stays empty, a silent stop
//! when the namespace's owner annotation disagrees, annotations that keep an old owner.
//! `reconcile` is the controller, `objects` what it writes, [`kfam`] the contributor
//! service. A behaviour that is not known from the real ones does not belong here.

pub mod kfam;
mod objects;
mod profile;
mod quantity;
mod reconcile;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;
use kube::{Client, Config};
use tokio::sync::oneshot;

pub use kfam::Kfam;
pub use reconcile::run;

/// The real controller's `ServiceAccount`, bound to `cluster-admin`.
pub const NAMESPACE: &str = "kubeflow";
/// See [`NAMESPACE`].
pub const SERVICE_ACCOUNT: &str = "profiles-controller-service-account";

/// The time the stand-in waits before each reconcile; can be changed while it runs.
#[derive(Debug, Clone, Default)]
pub struct Delay(Arc<AtomicU64>);

impl Delay {
    /// Changes it for all clones.
    pub fn set(&self, delay: Duration) {
        self.0.store(
            u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// The stand-in of the profile controller, on a thread and a runtime of its own: the runtime
/// of the test that started the lab ends before the lab does.
pub(crate) struct StandIn {
    configuration: Config,
    delay: Delay,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    pub(crate) fn start(configuration: Config, delay: Duration) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = Delay::default();
        shared.set(delay);
        let (of_thread, for_client) = (shared.clone(), configuration.clone());
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                match Client::try_from(for_client) {
                    Ok(client) => tokio::select! {
                        () = reconcile::run(client, of_thread) => {}
                        _ = stopped => {}
                    },
                    Err(problem) => tracing::error!(%problem, "the stand-in has no client"),
                }
            });
        });
        Ok(Self {
            configuration,
            delay: shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn configuration(&self) -> &Config {
        &self.configuration
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        self.delay.set(delay);
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Refused only when the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
