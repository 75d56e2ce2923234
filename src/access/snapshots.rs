//! What the doctor saw, remembered for a minute per person: rights differ, so nobody is shown what somebody else saw.
//! Once an operation has ended, whatever was seen before is forgotten: it may have changed just that.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::cluster::snapshot::Snapshot;
use crate::cluster::{self, Cluster};
use crate::domain::Actor;

/// Not longer than rights are remembered (SEC-21).
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);
/// Asked anew more often than this, the last answer is given again.
const FRESH: SignedDuration = SignedDuration::from_secs(3);
/// Looking at everything is work for the API server: so many people at a time.
const AT_ONCE: usize = 2;

/// How old may it be?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Remembered,
    Anew,
}

pub(crate) struct Snapshots {
    all: Mutex<Vec<(Actor, Arc<Snapshot>)>>,
    turns: Semaphore,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self {
            all: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

impl Snapshots {
    pub(crate) async fn of(
        &self,
        cluster: &Cluster,
        actor: &Actor,
        age: Age,
        (clock, changed): (Clock, Option<Timestamp>),
    ) -> Result<Arc<Snapshot>, cluster::Error> {
        let oldest = match age {
            Age::Remembered => REMEMBERED,
            Age::Anew => FRESH,
        };
        self.forget_before(changed);
        if let Some(found) = self.find(actor, oldest, clock.now()) {
            return Ok(found);
        }
        let _turn = self.turns.acquire().await;
        // Whoever waited behind the same question has its answer now.
        if let Some(found) = self.find(actor, oldest, clock.now()) {
            return Ok(found);
        }
        let snapshot = Arc::new(cluster.snapshot_as(actor, clock.now()).await?);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(other, _)| other != actor);
        all.push((actor.clone(), snapshot.clone()));
        Ok(snapshot)
    }

    /// What was seen before something changed is not how it is.
    fn forget_before(&self, changed: Option<Timestamp>) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, snapshot)| changed.is_none_or(|at| snapshot.taken_at > at));
    }

    fn find(&self, actor: &Actor, oldest: SignedDuration, now: Timestamp) -> Option<Arc<Snapshot>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, snapshot)| now.duration_since(snapshot.taken_at) < REMEMBERED);
        let young = |snapshot: &Snapshot| now.duration_since(snapshot.taken_at) < oldest;
        all.iter()
            .find(|(other, snapshot)| other == actor && young(snapshot))
            .map(|(_, snapshot)| snapshot.clone())
    }
}
