//! What happens by itself: one file per job, each a plain function that may run any number of times.

mod due;
mod register;
mod sample;
mod sweep;
mod take_over;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Desk;
use crate::cluster::Cluster;
use crate::identity::throttle::Throttle;
use crate::operation::Engine;
use crate::store::Store;

/// What jobs work with.
#[derive(Clone)]
pub struct Jobs {
    pub cluster: Cluster,
    pub store: Store,
    pub engine: Engine,
    pub desk: Arc<Desk>,
    pub throttle: Arc<Throttle>,
    pub stop: CancellationToken,
}

/// Starts every job; each ends when `stop` is cancelled.
pub fn start(jobs: &Jobs, tasks: &TaskTracker) {
    tasks.spawn(repeat(jobs.clone(), Duration::from_secs(2), take_over::run));
    tasks.spawn(repeat(jobs.clone(), Duration::from_secs(2), due::run));
    tasks.spawn(repeat(jobs.clone(), Duration::from_mins(5), sweep::run));
    tasks.spawn(repeat(jobs.clone(), Duration::from_secs(2), register::run));
    tasks.spawn(repeat(jobs.clone(), sample::PAUSE, sample::run));
}

async fn repeat<F>(jobs: Jobs, every: Duration, job: F)
where
    F: AsyncFn(&Jobs),
{
    loop {
        job(&jobs).await;
        tokio::select! {
            () = jobs.stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}
