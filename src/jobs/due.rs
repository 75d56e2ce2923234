//! Ends what has come to its date, also what came to it while no program was running.

use super::Jobs;

pub(super) async fn run(jobs: &Jobs) {
    match jobs.engine.end_what_is_due().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "job.dates-applied"),
        Err(error) => tracing::warn!(%error, "job.dates-not-applied"),
    }
}
