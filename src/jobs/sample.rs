//! Notes what every profile uses, from the watch on quotas. A time in which that watch is not to be trusted is a gap.

use std::time::Duration;

use jiff::Timestamp;

use super::Jobs;
use crate::clock::Clock;
use crate::cluster::WatchState;
use crate::domain::{Sample, UsageStep as Step, usage};
use crate::store;

/// What the samples are made of.
const WATCHED: [&str; 2] = ["profiles", "resourcequotas"];

/// Shorter than the time between samples: after a start, or when the API server is back, the next one is soon.
pub(super) const PAUSE: Duration = Duration::from_secs(20);

pub(super) async fn run(jobs: &Jobs) {
    let now = Clock.now();
    if let Err(error) = sample(jobs, now).await {
        tracing::warn!(%error, "job.usage-not-recorded");
    }
}

async fn sample(jobs: &Jobs, now: Timestamp) -> Result<(), store::Error> {
    let at = Step::Sample.start_of(now);
    if !is_trustworthy(jobs) || jobs.store.usage_is_sampled(at).await? {
        return Ok(());
    }
    let profiles = jobs.cluster.profiles();
    let samples: Vec<Sample> = profiles
        .items
        .iter()
        .flat_map(|profile| usage::samples_of(profile, at))
        .collect();
    jobs.store.usage_append(&samples).await?;
    jobs.store.usage_compact(now).await
}

fn is_trustworthy(jobs: &Jobs) -> bool {
    let watches = jobs.cluster.watches();
    WATCHED.iter().all(|name| {
        let mut watches = watches.iter();
        watches.any(|one| one.name == *name && one.state == WatchState::Ready)
    })
}
