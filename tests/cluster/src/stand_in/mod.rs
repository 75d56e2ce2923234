//! STAND-INS for Kubeflow's profile controller and for KFAM: the real programs cannot be built
//! from public modules.
//!
//! The controller is that of the sandbox (`kubeflow_admin::sandbox::profile_controller`), run
//! here against the lab's API server; [`kfam`] is the contributor service.

pub mod kfam;

use std::{
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::Result;
use kube::{Client, Config};
use kubeflow_admin::sandbox::profile_controller::{self, Delay};
use tokio::sync::oneshot;

pub use kfam::Kfam;
pub use profile_controller::{NAMESPACE, SERVICE_ACCOUNT};

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
                        () = profile_controller::run(client, of_thread) => {}
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
