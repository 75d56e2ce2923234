//! Goes on with operations that a killed program left behind.

use super::Jobs;

pub(super) async fn run(jobs: &Jobs) {
    match jobs.engine.take_over_abandoned().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "job.operations-taken-over"),
        Err(error) => tracing::warn!(%error, "job.take-over-failed"),
    }
}
