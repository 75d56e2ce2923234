//! A STAND-IN for Kubeflow's profile controller, for the sandbox and for the lab of `tests/cluster`. It is ours, not
//! Kubeflow's: the real program cannot be built from public modules.
//!
//! It imitates what the real one (2.0.0, and the same since 1.8) was seen to write to a real API server: the same
//! objects in the same order, with the same field managers, as plain creates and updates, and with its shortcomings: a
//! `status` that stays empty, a silent stop when the namespace's owner annotation disagrees, annotations that keep an
//! old owner. `reconcile` is the controller, [`objects`] what it writes. A behaviour that is not known from the real
//! one does not belong here.

pub mod objects;
pub mod profile;
mod reconcile;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use reconcile::run;

/// The namespace of the real controller's ServiceAccount, which is bound to `cluster-admin`.
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
