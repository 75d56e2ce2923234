//! Keeps our own `OAuth2` client registered at Dex, so that the first sign-in finds it.

use super::Jobs;

pub(super) async fn run(jobs: &Jobs) {
    if jobs.desk.is_registered() || !jobs.desk.knows_dex() {
        return;
    }
    if let Err(error) = jobs.desk.ensure_registered().await {
        tracing::warn!(%error, "job.not-registered-at-dex");
    }
}
