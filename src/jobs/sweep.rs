//! Forgets what has expired: sessions, links, sign-ins on their way, plans that nobody started.

use jiff::SignedDuration;

use super::Jobs;
use crate::clock::Clock;
use crate::store;

/// A plan that nobody started is forgotten after this long.
const PLANS: SignedDuration = SignedDuration::from_hours(24);
/// The activity record is kept this long.
const RECORD: SignedDuration = SignedDuration::from_hours(24 * 400);

pub(super) async fn run(jobs: &Jobs) {
    jobs.throttle.forget_idle();
    if let Err(error) = sweep(&jobs.store).await {
        tracing::warn!(%error, "job.sweep-failed");
    }
}

async fn sweep(store: &store::Store) -> Result<(), store::Error> {
    let now = Clock.now();
    store.session_delete_expired(now).await?;
    store.links_delete_expired(now).await?;
    store.password_links_delete_expired(now).await?;
    store.pending_delete_expired(now).await?;
    store.operations_delete_planned(now - PLANS).await?;
    store.operations_trim(now - RECORD).await?;
    store.import_sweep(now - PLANS).await?;
    store.end_requests_trim(now - RECORD).await?;
    store.audit_trim(now - RECORD).await?;
    Ok(())
}
