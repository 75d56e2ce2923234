//! Waiting for what others do: the profile controller, the quota controller, the namespace that goes.

use std::time::Duration;

use super::run::{Leave, Run};
use super::step::StepError;
use crate::cluster;
use crate::domain::{HealthVerdict, ProfileName, Quota};

/// A new profile is waited for this long. The controller makes one to two a second when many are created at once.
const PROFILE_LIMIT: Duration = Duration::from_mins(5);
const QUOTA_LIMIT: Duration = Duration::from_mins(1);
const GONE_LIMIT: Duration = Duration::from_mins(10);
pub(super) const POLL: Duration = Duration::from_millis(500);

impl Run {
    pub(super) async fn wait_for_profile(
        &mut self,
        index: usize,
        name: &ProfileName,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            let health = match self.engine.parts.cluster.profile_progress(name).await {
                Ok(health) => health,
                Err(error) => return Ok(Err(error.into())),
            };
            if matches!(
                health.verdict,
                HealthVerdict::Healthy | HealthVerdict::Warning
            ) {
                return Ok(Ok(format!(
                    "Namespace {name} is ready: bindings, policies and quota are in place."
                )));
            }
            if began.elapsed() > PROFILE_LIMIT {
                let waited = PROFILE_LIMIT.as_secs() / 60;
                let why = format!(
                    "The profile is not ready after {waited} minutes. {} {}",
                    health.reason, health.remedy
                );
                return Ok(Err(StepError::NotReached(why)));
            }
            if self.operation.steps[index].detail != health.reason {
                self.operation.steps[index]
                    .detail
                    .clone_from(&health.reason);
            }
            self.pause().await?;
        }
    }

    pub(super) async fn wait_for_quota(
        &mut self,
        name: &ProfileName,
        quota: &Quota,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            let now = match self.engine.parts.cluster.quota_now(name).await {
                Ok(now) => now,
                Err(error) => return Ok(Err(error.into())),
            };
            if now.hard == *quota {
                return Ok(Ok(format!("The quota is in force in namespace {name}.")));
            }
            if began.elapsed() > QUOTA_LIMIT {
                let why = format!(
                    "The profile has the new quota, but the ResourceQuota kf-resource-quota in {name} does not follow. \
                     Look at the log of the profile controller (deployment profiles-deployment, container manager)."
                );
                return Ok(Err(StepError::NotReached(why)));
            }
            self.pause().await?;
        }
    }

    pub(super) async fn wait_until_gone(
        &mut self,
        name: &ProfileName,
    ) -> Result<Result<String, StepError>, Leave> {
        let began = tokio::time::Instant::now();
        loop {
            match self.engine.parts.cluster.profile_presence(name).await {
                Ok(cluster::Presence::Gone) => {
                    return Ok(Ok(format!("Profile and namespace {name} are gone.")));
                }
                Ok(cluster::Presence::Present) => {}
                Err(error) => return Ok(Err(error.into())),
            }
            if began.elapsed() > GONE_LIMIT {
                let why = format!(
                    "The namespace {name} is still terminating after ten minutes. Something in it holds a finalizer: \
                     kubectl get namespace {name} -o yaml says what."
                );
                return Ok(Err(StepError::NotReached(why)));
            }
            self.pause().await?;
        }
    }

    /// Waits a moment and renews the lease.
    pub(super) async fn pause(&mut self) -> Result<(), Leave> {
        self.still_wanted()?;
        tokio::time::sleep(POLL).await;
        self.save().await
    }
}
